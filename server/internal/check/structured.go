package check

import (
	"net/url"
	"slices"
	"strings"

	"atalaya/shared"
)

// The first three are steps of one scale: without markup a page earns nothing of it.
var structuredData = []Check{
	{
		ID: "jsonld-invalid", Category: shared.CategoryStructuredData, Severity: shared.SeverityError,
		Source: "JSON-LD 1.1; RFC 8259", Page: &PageRule{hasJSONLD, jsonldInvalid}, Step: Step{markupItem, 25},
	},
	{
		ID: markupItem, Category: shared.CategoryStructuredData, Severity: shared.SeverityWarning,
		Source: "Google Search Central: structured data", Page: &PageRule{markupExpected, structuredDataMissing},
		Step: Step{markupItem, 0},
	},
	{
		ID: "jsonld-incomplete", Category: shared.CategoryStructuredData, Severity: shared.SeverityWarning,
		Source: "Google Search Central: rich results; schema.org", Page: &PageRule{hasKnownType, jsonldIncomplete},
		Step: Step{markupItem, 70},
	},
	{
		ID: "jsonld-unknown-type", Category: shared.CategoryStructuredData, Severity: shared.SeverityNotice,
		Source: "schema.org: full hierarchy of types", Page: &PageRule{hasJSONLD, jsonldUnknownType},
	},
	{
		ID: "structured-data-mismatch", Category: shared.CategoryStructuredData, Severity: shared.SeverityWarning,
		Source: "Google Search Central: general structured data guidelines", Page: &PageRule{hasHeadline, structuredDataMismatch},
	},
	{
		ID: "organization-missing", Category: shared.CategoryStructuredData, Severity: shared.SeverityWarning,
		Source: "Google Search Central: organization structured data", Site: &SiteRule{knowsHome, organizationMissing},
	},
}

// markupItem is the item of the score that the checks of a page's markup share.
const markupItem = "structured-data-missing"

// markupExpected applies to pages for search engines that were read to their end: markup
// often stands there.
func markupExpected(p *Page) Reason {
	switch r := indexable(p); {
	case r != applies:
		return r
	case p.Cut != "" && p.Cut != CutLinks:
		return PartRead
	}
	return applies
}

func structuredDataMissing(p *Page) *Fault {
	if len(p.MarkupTypes) > 0 || len(p.BrokenJSONLD) > 0 || p.JSONLDCut ||
		slices.ContainsFunc(p.Items, func(it Item) bool { return len(it.Types) > 0 }) {
		return nil
	}
	return &Fault{}
}

// hasJSONLD applies to indexable pages with at least one block.
var hasJSONLD = unless(func(p *Page) bool { return len(p.JSONLD) == 0 }, NoJSONLD, indexable)

// jsonldInvalid shows the first block that is no JSON.
func jsonldInvalid(p *Page) *Fault {
	n := len(p.BrokenJSONLD)
	if n == 0 {
		return nil
	}
	first := p.BrokenJSONLD[0]
	return &Fault{Evidence: []shared.Evidence{
		number("count", n), number("offset", first.Offset), fact("detail", first.Detail), fact("markup", first.Snippet),
	}}
}

// hasKnownType applies to pages that describe something of which we know what belongs to it.
var hasKnownType = unless(func(p *Page) bool {
	return !slices.ContainsFunc(p.Items, func(it Item) bool { return len(it.known()) > 0 })
}, NoKnownType, hasJSONLD)

// known are the types of an item that stands for itself whose properties are known.
func (it Item) known() (types []*schemaType) {
	if it.Nested || it.Foreign {
		return nil
	}
	for _, name := range it.Types {
		if t := schemaTypeOf(name); t != nil && !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	return types
}

func jsonldIncomplete(p *Page) *Fault {
	var missing []string
	for _, it := range p.Items {
		for _, t := range it.known() {
			if names := it.missing(t); len(names) > 0 {
				missing = appendNew(missing, []string{t.name + ": " + strings.Join(names, ", ")})
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &Fault{Evidence: listEvidence("missing", missing, len(missing))}
}

// jsonldUnknownType finds types that schema.org has under another name. It has hundreds of
// types, and more every year: that a name is none of them is not said.
func jsonldUnknownType(p *Page) *Fault {
	var slips []string
	for _, it := range p.Items {
		slips = appendNew(slips, it.slips)
	}
	if len(slips) == 0 {
		return nil
	}
	return &Fault{Evidence: listEvidence("unknown-type", slips, len(slips))}
}

// missing are the properties of a type that an item lacks; of those that can stand for
// each other, the first.
func (it Item) missing(t *schemaType) (names []string) {
	for _, oneOf := range t.needs {
		if !slices.ContainsFunc(oneOf, func(name string) bool { return slices.Contains(it.has, name) }) {
			names = append(names, oneOf[0])
		}
	}
	return names
}

// namesEntity reports whether the page says who stands behind it: by JSON-LD with a name and
// an address on the web. Of microdata and RDFa only the types are known; they are believed.
func (p *Page) namesEntity() bool {
	return slices.ContainsFunc(p.MarkupTypes, isEntity) || slices.ContainsFunc(p.Items, func(it Item) bool {
		return slices.ContainsFunc(it.Types, isEntity) && slices.Contains(it.has, "name") && slices.Contains(it.has, "url")
	})
}

// maxFactTypes bounds the types that are kept of a page.
const maxFactTypes = 10

// types are the distinct types that the page names, the first ones.
func (p *Page) types() []string {
	types := appendNew(nil, p.MarkupTypes)
	for _, it := range p.Items {
		types = appendNew(types, it.Types)
	}
	return types[:min(len(types), maxFactTypes)]
}

// tellsWho reports whether a page is one where a site says who stands behind it.
func (p *Page) tellsWho() bool { return p.Home || isAboutPage(p.final()) }

// isAboutPage judges by the last part of an address.
func isAboutPage(address string) bool { return aboutWords[lastName(address)] }

// lastName is the last part of an address without its ending, in lower case.
func lastName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	path := strings.ToLower(strings.TrimSuffix(u.Path, "/"))
	name := path[strings.LastIndexByte(path, '/')+1:]
	name, _, _ = strings.Cut(name, ".")
	return name
}

// whoPages are the pages seen where the site says who stands behind it, the home page among
// them or not.
func (s *site) whoPages() (pages []*Facts, home, about bool) {
	for i := range s.Pages {
		f := &s.Pages[i]
		if !f.Analysed || !f.Home && !isAboutPage(f.final()) {
			continue
		}
		home, about = home || f.Home, about || !f.Home
		pages = append(pages, f)
	}
	return pages, home, about
}

// knowsHome applies when the home page was read, and a page about the site too if there may
// be one.
func knowsHome(s *site) Reason {
	pages, home, about := s.whoPages()
	named := slices.ContainsFunc(pages, func(f *Facts) bool { return f.Entity })
	if !named && (!home || !about && !s.Complete) {
		return Incomplete
	}
	return applies
}

func organizationMissing(s *site) (int, []Fault) {
	pages, _, _ := s.whoPages()
	var addresses, types []string
	for _, f := range pages {
		if f.Entity {
			return fullMarks, nil
		}
		addresses = append(addresses, f.URL)
		types = appendNew(types, f.Types)
	}
	ev := listEvidence("page", addresses, len(addresses))
	return 0, []Fault{{Evidence: append(ev, listEvidence("found-item", types, len(types))...)}}
}
