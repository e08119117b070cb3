package shared

import (
	"net/url"
	"strconv"
)

// The paths that both sides use. {id} is written by the functions below.
const (
	PathAPI         = "/api/v1"
	PathReference   = "/api"                    // the page that describes the API,
	PathDescription = PathAPI + "/openapi.json" // drawn from this
	PathAudits      = PathAPI + "/audits"
	PathSites       = PathAPI + "/sites"
	PathWebhooks    = PathAPI + "/webhooks"
	PathPush        = PathAPI + "/push" // the key by which browsers subscribe
	PathSubscribe   = PathPush + "/subscriptions"
	PathStreams     = "/sse/audits"
	PathHealth      = "/healthz"
	PathReady       = "/readyz"
	PathMetrics     = "/metrics"
	PathStats       = PathAPI + "/stats"
	PathStory       = PathAPI + "/client-story"       // takes a [ClientStory]
	PathSchema      = PathAPI + "/report.schema.json" // JSON Schema of a report
	PathCompare     = PathAPI + "/compare"            // what changed between two audits
	PathBasic       = "/basic"
	PathSitesPage   = "/sites"       // the app's list of sites
	PathComparePage = "/compare"     // the app's page of what changed between two audits
	PathBasicSites  = "/basic/sites" // their plain versions
	PathBasicDiff   = "/basic/compare"
	PathSignIn      = "/signin"          // the page where people sign in and out
	PathSignInWith  = "/signin/provider" // sends people to the provider that the team signs in with,
	PathSignInBack  = "/signin/back"     // which sends them back here
	PathSignOut     = "/signout"
	PathHooksPage   = "/team/webhooks"
	PathTokens      = PathAPI + "/tokens"
	PathTeam        = "/team"         // the page of the tokens
	PathTrailPage   = "/team/trail"   // the page of what people did
	PathSharesPage  = "/team/shares"  // the page of the links to audits
	PathShare       = "/share/"       // and a link: where its holder comes in
	ParamLastEvent  = "last_event_id" // query parameter: the cursor of a new EventSource
	ParamTo         = "to"            // query parameter of PathSignIn: where to go on
	ParamID         = "id"            // query parameter of PathStreams, repeatable
	ParamList       = "list"          // of PathStreams: whether the list comes too where audits are named
	ParamUnfinished = "unfinished"    // query parameter of PathAudits: see ListQuery.Unfinished
	ParamGroup      = "group"         // of lists of findings: the findings of one group alone; of lists of audits:
	GroupSite       = "site"          // its only value there, see ListQuery.BySite
	ParamBase       = "base"          // query parameters of PathCompare: the earlier audit,
	ParamHead       = "head"          // and the later one
	ParamCursor     = "cursor"        // of all lists: where what follows begins
	ParamWho        = "who"           // of the trail: what one person did,
	ParamDeed       = "deed"          // what was done,
	ParamFrom       = "from"          // from when on,
	ParamUntil      = "until"         // and until when
	ParamState      = "state"         // of PathCompare: the changes of one state alone
	ParamSaid       = "said"          // of a site's page: what came of its form,
	ParamField      = "field"         // and which field of it was refused
	ParamPlaces     = "places"        // how many changes of each state but persistent
	ParamFormat     = "format"        // query parameters of PathReport: json, csv, md, sarif or html,
	ParamLang       = "lang"          // the language of the file,
	ParamBOM        = "bom"           // whether CSV begins with a byte order mark,
	ParamWhole      = "whole"         // whether JSON has every page and finding
)

// PlacesShown is how many changes of each state a page about two audits shows at first.
const PlacesShown = 20

// SitesShown is how many sites a page shows at first, and how many more at a time.
const SitesShown = 20

// MaxStreamIDs is how many audits one stream may carry.
const MaxStreamIDs = 50

// The list, wherever it is shown: the ListSnapshot newest audits and, whatever its
// age, every one that has not ended, of which there are at most ListUnfinishedMax.
const (
	ListSnapshot      = 50
	ListUnfinishedMax = 500
)

// PathList is the API address of one page of the list of audits.
func PathList(q ListQuery) string {
	values := url.Values{}
	set := func(name, value string) {
		if value != "" {
			values.Set(name, value)
		}
	}
	flag := func(name string, on bool) {
		if on {
			values.Set(name, "true")
		}
	}
	set("status", string(q.Status))
	set("site", q.Site)
	set("q", q.Text)
	set("sort", string(q.Order))
	set("cursor", q.Cursor)
	flag("ended", q.Ended)
	flag("counts", q.Counts)
	flag("scores", q.Scores)
	if q.BySite {
		set(ParamGroup, GroupSite)
	}
	flag(ParamUnfinished, q.Unfinished)
	if q.Limit > 0 {
		values.Set("limit", strconv.Itoa(q.Limit))
	}
	return PathAudits + "?" + values.Encode()
}

// PathStream is the SSE stream of one audit.
func PathStream(id int64) string { return PathStreams + "/" + itoa(id) + "/progress" }

// PathProgress is the polling address of one audit.
func PathProgress(id int64) string { return PathAudits + "/" + itoa(id) + "/progress" }

// PathAudit is the API address of one audit.
func PathAudit(id int64) string { return PathAudits + "/" + itoa(id) }

// PathReport is the API address of an audit's report.
func PathReport(id int64) string { return PathAudits + "/" + itoa(id) + "/report" }

// PathWebhook is the API address of one webhook.
func PathWebhook(id int64) string { return PathWebhooks + "/" + itoa(id) }

// PathSubscription is the resource of a browser that has subscribed.
func PathSubscription(id int64) string { return PathSubscribe + "/" + itoa(id) }

// PathFile is where a report is taken away in one of its forms, with words in the language
// of a tag: all of it, and fit for the programs that people open it with.
func PathFile(id int64, format, lang string) string {
	path := PathReport(id) + "?" + ParamFormat + "=" + url.QueryEscape(format)
	switch format {
	case "json":
		return path + "&" + ParamWhole + "=true"
	case "csv":
		path += "&" + ParamBOM + "=true"
	}
	return path + "&" + ParamLang + "=" + url.QueryEscape(lang)
}

// PathGroups is the API address of the findings of one check, one for each group.
func PathGroups(id int64, check string) string {
	return selected(PathAudit(id)+"/findings", ListLimitMax, "", "check", check, "grouped", "true")
}

// PathGroup is the API address of the findings of one group.
func PathGroup(id int64, check, group string) string {
	return selected(PathAudit(id)+"/findings", ListLimitMax, "", "check", check, ParamGroup, group)
}

// PathSite is the API address of one site. A site's name may be any text, so that it may
// hold a slash.
func PathSite(site string) string { return PathSites + "/" + url.PathEscape(site) }

// PathSchedule is the API address of the schedule of a site.
func PathSchedule(site string) string { return PathSite(site) + "/schedule" }

// PathSiteList is the API address of the sites behind cursor, or of the first ones.
func PathSiteList(cursor string) string { return selected(PathSites, 0, cursor) }

// PathSiteAudits is the API address of the audits of a site.
func PathSiteAudits(site string) string { return selected(PathAudits, 0, "", "site", site) }

// PathDiff is the API address of what changed between two audits, with the first changes of
// each state.
func PathDiff(base, head int64) string {
	query := pair(base, head)
	query.Set(ParamPlaces, strconv.Itoa(PlacesShown))
	return PathCompare + "?" + query.Encode()
}

// PathChanges is the API address of the changes of one state, behind cursor if that is not
// empty.
func PathChanges(base, head int64, state ChangeState, cursor string) string {
	return selected(PathCompare, 0, cursor, ParamBase, itoa(base), ParamHead, itoa(head), "state", string(state))
}

// PathDiffFile is where a comparison is taken away as Markdown in a language.
func PathDiffFile(base, head int64, lang string) string {
	query := pair(base, head)
	query.Set(ParamFormat, "md")
	query.Set(ParamLang, lang)
	return PathCompare + "?" + query.Encode()
}

// PathSitePage is the app's page of one site.
func PathSitePage(site string) string { return PathSitesPage + "/" + url.PathEscape(site) }

// PathBasicSite is the plain page of one site.
func PathBasicSite(site string) string { return PathBasicSites + "/" + url.PathEscape(site) }

// PathBasicPair is the plain page of what changed between two audits.
func PathBasicPair(base, head int64) string { return PathBasicDiff + "?" + pair(base, head).Encode() }

// PathDiffPage is the app's page of what changed between two audits.
func PathDiffPage(base, head int64) string { return PathComparePage + "?" + pair(base, head).Encode() }

func pair(base, head int64) url.Values {
	return url.Values{ParamBase: {itoa(base)}, ParamHead: {itoa(head)}}
}

// PathPages is the API address of the pages that a query selects.
func PathPages(id int64, q PageQuery) string {
	return selected(PathAudit(id)+"/pages", q.Limit, q.Cursor,
		"url", q.URL, "referrer", q.Referrer, "q", q.Text, "found", string(q.Found), "answer", string(q.Answer))
}

// PathPageFindings is the API address of the findings of one page.
func PathPageFindings(id int64, page string) string {
	return selected(PathAudit(id)+"/findings", ListLimitMax, "", "page", page)
}

// PathLinks is the API address of the links that a query selects.
func PathLinks(id int64, q LinkQuery) string {
	return selected(PathAudit(id)+"/links", q.Limit, q.Cursor, "to", q.To, "from", q.From)
}

// PathUnvisited is the API address of the addresses left out that a query selects.
func PathUnvisited(id int64, q UnvisitedQuery) string {
	return selected(PathAudit(id)+"/unvisited", q.Limit, q.Cursor, "reason", q.Reason, "q", q.Text)
}

// WithQuery is a path with an encoded query, if that is not empty.
func WithQuery(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}

// selected is a list's address with the parameters, names and values in turn, that are not
// empty.
func selected(path string, limit int, cursor string, parameters ...string) string {
	q := url.Values{}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	for i := 0; i < len(parameters); i += 2 {
		if parameters[i+1] != "" {
			q.Set(parameters[i], parameters[i+1])
		}
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	return WithQuery(path, q.Encode())
}

// PathCancel is where a POST asks to stop an audit.
func PathCancel(id int64) string { return PathAudits + "/" + itoa(id) + "/cancel" }

// PathRetry is where an ended audit is started anew.
func PathRetry(id int64) string { return PathAudits + "/" + itoa(id) + "/retry" }

// PathPage is the app's page of one audit.
func PathPage(id int64) string { return "/audits/" + itoa(id) }

// PathReportPage is the app's page of an audit's report.
func PathReportPage(id int64) string { return "/audits/" + itoa(id) + "/report" }

// PathSignInTo is where people sign in who want to go on to a path.
func PathSignInTo(path string) string {
	return PathSignIn + "?" + ParamTo + "=" + url.QueryEscape(path)
}

// PathShares is the API address of the links to one audit.
func PathShares(id int64) string { return PathAudit(id) + "/shares" }

// PathToken is the API address of one token.
func PathToken(id int64) string { return PathTokens + "/" + itoa(id) }

// PathBasicPage is the plain page of one audit, for browsers without WebAssembly.
func PathBasicPage(id int64) string { return "/audits/" + itoa(id) + "/basic" }

// PathBasicReport is the plain page of a part of a report.
func PathBasicReport(id int64) string { return PathBasicPage(id) + "/report" }

// PathHookPage is the page of one webhook.
func PathHookPage(id int64) string { return PathHooksPage + "/" + itoa(id) }

// PathBasicShares is the plain page of the links to one audit.
func PathBasicShares(id int64) string { return PathBasicPage(id) + "/shares" }

// PathBasicFindings is the plain page of the findings of one check, one for each group.
func PathBasicFindings(id int64, check string) string {
	return PathBasicPage(id) + "/" + url.PathEscape(check)
}

// PathBasicGroup is the plain page of the findings of one group.
func PathBasicGroup(id int64, check, group string) string {
	return PathBasicFindings(id, check) + "?" + ParamGroup + "=" + url.QueryEscape(group)
}

// ETag is the entity tag of a revision: the number in quotes.
func ETag(revision int64) string { return `"` + itoa(revision) + `"` }

// ParseID reads a positive audit id, as it stands in a path.
func ParseID(s string) (int64, bool) {
	id, err := strconv.ParseInt(s, 10, 64)
	return id, err == nil && id >= 1 && s == itoa(id)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
