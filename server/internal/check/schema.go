package check

import (
	"slices"
	"strings"
)

// schemaType says which properties a thing must have to be of use.
type schemaType struct {
	// name is that of the type, others those of its subtypes that sites use.
	name   string
	others []string
	// needs are the properties; where several stand together, one of them is enough.
	needs [][]string
}

// schemaTypes are the types whose properties are known. What Google calls required stands
// here, and of what it recommends that without which the type says little; written in
// November 2026.
var schemaTypes = []schemaType{
	{"Article", strings.Fields("NewsArticle BlogPosting TechArticle ScholarlyArticle SocialMediaPosting Report " +
		"AnalysisNewsArticle OpinionNewsArticle ReportageNewsArticle ReviewNewsArticle LiveBlogPosting APIReference"),
		[][]string{{"headline", "name"}, {"image"}, {"author", "creator"}, {"datePublished"}}},
	{"Product", strings.Fields("ProductGroup ProductModel IndividualProduct"),
		[][]string{{"name"}, {"offers", "review", "aggregateRating", "hasVariant"}}},
	{"Organization", strings.Fields("Corporation EducationalOrganization CollegeOrUniversity School " +
		"GovernmentOrganization NGO NewsMediaOrganization OnlineBusiness OnlineStore PerformingGroup MusicGroup " +
		"SportsOrganization SportsTeam Airline Consortium Cooperative FundingScheme LibrarySystem MedicalOrganization " +
		"PoliticalParty Project ResearchOrganization WorkersUnion"),
		[][]string{{"name"}, {"url"}}},
	{"WebSite", nil, [][]string{{"name"}, {"url"}}},
	{"BreadcrumbList", nil, [][]string{{"itemListElement"}}},
	{"FAQPage", nil, [][]string{{"mainEntity"}}},
	{"LocalBusiness", strings.Fields("AnimalShelter AutomotiveBusiness AutoRepair AutoDealer Bakery BarOrPub BeautySalon BookStore " +
		"CafeOrCoffeeShop ChildCare ClothingStore Dentist DryCleaningOrLaundry Electrician ElectronicsStore " +
		"EmergencyService EmploymentAgency EntertainmentBusiness ExerciseGym FastFoodRestaurant " +
		"FinancialService Florist FoodEstablishment FurnitureStore GeneralContractor GroceryStore HairSalon " +
		"HardwareStore HealthAndBeautyBusiness HealthClub HomeAndConstructionBusiness Hospital Hostel Hotel " +
		"InsuranceAgency JewelryStore LegalService Library Locksmith LodgingBusiness MedicalBusiness " +
		"MedicalClinic Motel MovingCompany Notary Optician PetStore Pharmacy Physician Plumber " +
		"ProfessionalService RealEstateAgent Resort Restaurant RoofingContractor ShoeStore ShoppingCenter " +
		"SportsActivityLocation Store TouristInformationCenter TravelAgency VeterinaryCare Winery"),
		[][]string{{"name"}, {"address"}}},
	{"Event", strings.Fields("BusinessEvent ChildrensEvent ComedyEvent CourseInstance DanceEvent EducationEvent " +
		"ExhibitionEvent Festival FoodEvent Hackathon LiteraryEvent MusicEvent ScreeningEvent SocialEvent SportsEvent " +
		"TheaterEvent VisualArtsEvent"),
		[][]string{{"name"}, {"startDate"}, {"location"}}},
	{"Recipe", nil, [][]string{{"name"}, {"image"}, {"recipeIngredient", "ingredients"}, {"recipeInstructions"}}},
	{"VideoObject", nil, [][]string{{"name"}, {"thumbnailUrl"}, {"uploadDate"}}},
}

// schemaTypeOf finds the entry of a type by its own name or that of a subtype.
func schemaTypeOf(name string) *schemaType {
	for i := range schemaTypes {
		if t := &schemaTypes[i]; t.name == name || slices.Contains(t.others, name) {
			return t
		}
	}
	return nil
}

// schemaName is a name of schema.org without the address or the prefix of the vocabulary.
func schemaName(name string) string {
	name = strings.TrimRight(name, "/")
	if i := strings.LastIndexAny(name, "/#:"); i >= 0 {
		return name[i+1:]
	}
	return name
}

// isAskedFor reports whether a check asks for the property.
func isAskedFor(name string) bool {
	return isAuthorProperty(name) || isDateProperty(name) || neededProperties[name]
}

// neededProperties are all that the table names.
var neededProperties = func() map[string]bool {
	names := map[string]bool{}
	for _, t := range schemaTypes {
		for _, oneOf := range t.needs {
			for _, name := range oneOf {
				names[name] = true
			}
		}
	}
	return names
}()

func isAuthorProperty(name string) bool { return name == "author" || name == "creator" }

func isDateProperty(name string) bool {
	switch name {
	case "datePublished", "dateModified", "dateCreated", "uploadDate":
		return true
	}
	return false
}

// isEntity reports whether a type is one that can stand behind a site.
func isEntity(name string) bool {
	if name == "Person" {
		return true
	}
	t := schemaTypeOf(name)
	return t != nil && (t.name == "Organization" || t.name == "LocalBusiness")
}

// otherTypes are types of schema.org that sites use, beside those whose properties are known.
var otherTypes = strings.Fields("AboutPage AggregateOffer AggregateRating Answer Blog Book Brand CollectionPage ContactPage " +
	"ContactPoint Course CreativeWork Dataset EntryPoint GeoCoordinates HowTo HowToStep ImageObject ItemList ItemPage " +
	"JobPosting ListItem MonetaryAmount Movie Offer OpeningHoursSpecification Person Place PostalAddress ProfilePage " +
	"QAPage Question Rating Review SearchAction SearchResultsPage Service SoftwareApplication SpeakableSpecification " +
	"VirtualLocation WebApplication WebPage")

// rightTypes are types in lower case: those above, and names that sites make up.
var rightTypes = func() map[string]string {
	types := map[string]string{
		"organisation": "Organization", "localbuisness": "LocalBusiness", "blogpost": "BlogPosting", "faq": "FAQPage",
		"breadcrumbs": "BreadcrumbList", "newsposting": "NewsArticle",
	}
	add := func(names ...string) {
		for _, name := range names {
			types[strings.ToLower(name)] = name
		}
	}
	for _, t := range schemaTypes {
		add(t.name)
		add(t.others...)
	}
	add(otherTypes...)
	return types
}()

// rightType is the name of a type that is written otherwise; empty when it is right or not
// known. Case counts.
func rightType(name string) string {
	if right := rightTypes[strings.ToLower(name)]; right != name {
		return right
	}
	return ""
}
