package shared

import "strconv"

// Limits of a new audit.
const (
	PageLimitMax    = 10_000
	MaxDepthDefault = 20
	MaxDepthMax     = 100
	// MaxBytesMax and MaxSecondsMax are the greatest bounds of one audit that a
	// server may have.
	MaxBytesMax   = 1 << 50
	MaxSecondsMax = 24 * 60 * 60
	// MaxPaths is how many patterns of paths an audit may have of each kind, and
	// MaxPathPattern the bytes of each.
	MaxPaths       = 20
	MaxPathPattern = 500
	// RateMin and RateMax are the bounds of how many requests a second an audit may ask
	// for, MaxHeaders how many headers, and MaxHeaderLine the bytes of each.
	RateMin       = 0.01
	RateMax       = 10_000
	MaxHeaders    = 10
	MaxHeaderLine = 4096
	// MaxBody is the largest request body, in bytes.
	MaxBody = 1 << 20
)

// NewAudit is the body of POST /api/v1/audits. Zero limits mean the server's
// defaults.
type NewAudit struct {
	URL  string `json:"url"`
	Kind Kind   `json:"kind,omitempty"`
	// PageLimit is 1 to [PageLimitMax].
	PageLimit int `json:"page_limit,omitempty"`
	// MaxDepth is the greatest number of clicks from the seed, 1 to
	// [MaxDepthMax].
	MaxDepth int `json:"max_depth,omitempty"`
	// Include and Exclude say which paths of the site are visited: those that a pattern of
	// Include matches, or all if there is none, but for those that a pattern of Exclude
	// matches. Patterns are those of robots.txt (RFC 9309 section 2.2.3), such as /docs/ or
	// *.pdf$; there are at most [MaxPaths] of each, of [MaxPathPattern] bytes. The start page
	// is visited in any case.
	Include []string `json:"include,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
	// MaxBytes is how many bytes of bodies, decoded, the audit may read, and
	// MaxSeconds how long one attempt at it may ask the site. They can only lower the
	// server's own bounds.
	MaxBytes   int64 `json:"max_bytes,omitempty"`
	MaxSeconds int   `json:"max_seconds,omitempty"`
	// SkipAIAgents has the audit ask for nothing in the name of AI agents, which it does
	// with the start page otherwise, to see whether the site turns them away.
	SkipAIAgents bool `json:"skip_ai_agents,omitempty"`
	// Rate is how many requests a second a host gets from the audit at most, [RateMin] to
	// [RateMax]. It can only lower the server's own.
	Rate float64 `json:"rate,omitempty"`
	// Headers go with every request to the host of URL. There are at most [MaxHeaders].
	Headers Headers `json:"headers,omitempty"`
}

// Headers are lines such as "Authorization: Basic …", of [MaxHeaderLine] bytes at most, that
// go to one host and to no other. They are secrets: only requests bring them, no answer has
// them, and printed they are nothing but counted.
type Headers []string

// String implements [fmt.Stringer].
func (h Headers) String() string { return strconv.Itoa(len(h)) + " withheld" }

// GoString implements [fmt.GoStringer].
func (h Headers) GoString() string { return h.String() }

// Retry is the body of POST /api/v1/audits/{id}/retry, if it has one: what differs from the
// ended audit.
type Retry struct {
	// PageLimit is 1 to [PageLimitMax].
	PageLimit int `json:"page_limit,omitempty"`
	// Headers are those of the new audit. Those of the ended one are not kept: if it had
	// any, this must be there, and an empty list asks for none.
	Headers *Headers `json:"headers,omitempty"`
}

// ProgressPatch is the body of PATCH /api/v1/audits/{id}/progress, by which a
// foreign worker reports. An absent field stays as it is.
type ProgressPatch struct {
	Status       *Status `json:"status,omitempty"`
	Progress     *int    `json:"progress,omitempty"`
	Message      *string `json:"message,omitempty"`
	TotalPages   *int    `json:"total_pages,omitempty"`
	GeoScore     *int    `json:"geo_score,omitempty"`
	ErrorMessage *string `json:"error_message,omitempty"`
}

// ListQuery selects audits. The zero value selects the newest of all.
type ListQuery struct {
	// Status keeps audits of one status; empty keeps all. Ended keeps those that have ended.
	Status Status
	Ended  bool
	// Text keeps audits whose URL contains it, regardless of case.
	Text string
	// Site keeps audits of one site, by the name that [SiteName] gives it.
	Site string
	// Order is how the list is sorted; empty means [OrderNewest].
	Order Order
	// Cursor continues a list of the same order, in either direction; empty starts it.
	Cursor string
	// Limit is 1 to [ListLimitMax]; 0 means [ListLimitDefault].
	Limit int
	// BySite keeps the newest audit of each site (with Ended, of those that have ended) and
	// asks for [AuditList.Older]. The other filters choose among these.
	BySite bool
	// Counts asks for [AuditList.Counts], and Scores for [AuditList.Scores].
	Counts, Scores bool
	// Unfinished adds to the start of a list, behind its last audit, every older one
	// that has not ended, at most [ListUnfinishedMax]; a continuation may show them
	// again. It has no effect together with Cursor, and with another order than the newest.
	Unfinished bool
}

// Order is how a list of audits is sorted. Audits that are equal in it, and those that
// have nothing to be sorted by, which come last, stand the newest first.
type Order string

// The orders of a list.
const (
	OrderNewest Order = "newest"
	OrderScore  Order = "score"    // the worst score first
	OrderErrors Order = "errors"   // the most errors first, of audits that have ended
	OrderLength Order = "duration" // what took longest first
)

// Orders are all orders, in the order in which they are offered.
var Orders = []Order{OrderNewest, OrderScore, OrderErrors, OrderLength}

// Bounds of ListQuery.Limit and of the limit of pages and findings.
const (
	ListLimitDefault = 50
	ListLimitMax     = 200
)

// FindingQuery selects findings of one audit.
type FindingQuery struct {
	// CheckID keeps the findings of one check; empty keeps all.
	CheckID string
	// Group keeps the findings of one group; empty keeps all.
	Group string
	// Grouped gives the first finding of each group instead, with the number of findings.
	Grouped bool
	// OfSite keeps the findings that are not about one page.
	OfSite bool
	// PageURL keeps the findings of one page; empty keeps all.
	PageURL string
	Cursor  string
	Limit   int
}

// PageQuery selects fetched pages of one audit.
type PageQuery struct {
	// URL keeps the page of one address, and Referrer those that were found there first;
	// empty ones keep all.
	URL, Referrer string
	// Text keeps pages whose address or title contains it, regardless of case.
	Text string
	// Found keeps pages that have findings of a severity; empty keeps all.
	Found  Severity
	Answer Answer
	Cursor string
	Limit  int
}

// Answer is a class of answers of an audited site, named as in [Responses].
type Answer string

// The classes. AnswerAny keeps all.
const (
	AnswerAny         Answer = ""
	AnswerOK          Answer = "2xx"
	AnswerRedirect    Answer = "3xx"
	AnswerClientError Answer = "4xx"
	AnswerServerError Answer = "5xx"
	AnswerFailed      Answer = "failed"
)

// Answers are all classes, in the order in which they are offered.
var Answers = [...]Answer{AnswerOK, AnswerRedirect, AnswerClientError, AnswerServerError, AnswerFailed}

// Statuses are the bounds of a class; ok is false for none of them.
func (a Answer) Statuses() (from, to int, ok bool) {
	switch a {
	case AnswerOK, AnswerRedirect, AnswerClientError, AnswerServerError:
		from = int(a[0]-'0') * 100
		return from, from + 99, true
	case AnswerFailed:
		return 0, 0, true
	}
	return 0, 0, false
}

// UnvisitedQuery selects addresses that an audit left out.
type UnvisitedQuery struct {
	// Reason keeps one reason; empty keeps all.
	Reason string
	// Text keeps addresses that contain it, regardless of case.
	Text   string
	Cursor string
	Limit  int
}

// AuditList is one slice of the list of audits.
type AuditList struct {
	Audits []AuditProgress `json:"audits"`
	// NextCursor continues the list; null at its end.
	NextCursor *string `json:"next_cursor"`
	// PreviousCursor leads back to what stands before; null at the start.
	PreviousCursor *string `json:"previous_cursor"`
	// Counts says how many audits of each status the other filters keep. It is null unless
	// asked for, and when counting would take long: of the newest of each site, and when a
	// text is in many addresses.
	Counts *StatusCounts `json:"counts"`
	// Older says, by the ids of the audits, how many more of its site stand behind each. It
	// is absent unless there is one audit of each site.
	Older map[int64]int `json:"older,omitempty"`
	// Scores are the newest scores of the audits' sites, at most [ListScores] of each, the
	// oldest first. It is absent unless asked for.
	Scores map[string][]int `json:"scores,omitempty"`
}

// ListScores is how many scores of a site a list has.
const ListScores = 12

// StatusCounts counts audits, of each status up to [ListCountMax]: that number means as
// many or more.
type StatusCounts struct {
	Pending   int `json:"pending"`
	Running   int `json:"running"`
	Completed int `json:"completed"`
	Failed    int `json:"failed"`
	Cancelled int `json:"cancelled"`
}

// ListCountMax is how far audits of one status are counted.
const ListCountMax = 10_000

// Of is the number of one status, and 0 of one that is unknown.
func (c *StatusCounts) Of(s Status) int {
	if n := c.of(s); n != nil {
		return *n
	}
	return 0
}

// Set changes the number of one status.
func (c *StatusCounts) Set(s Status, n int) {
	if of := c.of(s); of != nil {
		*of = n
	}
}

func (c *StatusCounts) of(s Status) *int {
	switch s {
	case StatusPending:
		return &c.Pending
	case StatusRunning:
		return &c.Running
	case StatusCompleted:
		return &c.Completed
	case StatusFailed:
		return &c.Failed
	case StatusCancelled:
		return &c.Cancelled
	}
	return nil
}

// DepthUnlinked is the depth of a page that no link leads to, such as one that only a sitemap
// names.
const DepthUnlinked = -1

// Page is one fetched URL of an audit.
type Page struct {
	ID  int64  `json:"id"`
	URL string `json:"url"`
	// Depth is the number of clicks from the seed, or [DepthUnlinked].
	Depth int `json:"depth"`
	// Referrer is the first page seen linking here; empty for the seed and for
	// URLs found only in a sitemap.
	Referrer string `json:"referrer"`
	// Status is the HTTP status, or 0 when no answer came.
	Status int `json:"status"`
	// Failure is the class of error when no usable answer came. Status is then 0, unless
	// a whole answer came that could not be decoded.
	Failure string `json:"failure"`
	// MS is the time until the first byte, in milliseconds.
	MS          int    `json:"ms"`
	Bytes       int    `json:"bytes"`
	ContentType string `json:"content_type"`
	// FinalURL is where redirects led, when that is another address.
	FinalURL string `json:"final_url"`
	Title    string `json:"title"`
	Words    int    `json:"words"`
	// Analysed is true for an HTML page answered with 200: it counts in
	// total_pages.
	Analysed  bool     `json:"analysed"`
	Findings  Findings `json:"findings"`
	FetchedAt Time     `json:"fetched_at"`
	// Redirects are the answers on the way that redirects lead from here: this address's own
	// comes first, and where they led last. Empty without a redirect.
	Redirects []Hop `json:"redirects"`
	// Headers are those fields of the answer's head that say how the page is found, kept and
	// protected; never a cookie. Null when the answer is not known, as that of an address that
	// redirects to another page of the site. Both are null in audits of earlier versions.
	Headers []Header `json:"headers"`
}

// Line is the page as an audit in progress lists it.
func (p *Page) Line() PageLine {
	return PageLine{URL: p.URL, Status: p.Status, MS: p.MS, Findings: p.Findings}
}

// PageList is one slice of an audit's fetched pages, in the order fetched.
type PageList struct {
	Pages      []Page  `json:"pages"`
	NextCursor *string `json:"next_cursor"`
}

// MaxEvidence bounds the evidence of one finding, in bytes of JSON.
const MaxEvidence = 2 << 10

// Finding is one failed check on one page, or on the site.
type Finding struct {
	ID       int64    `json:"id"`
	CheckID  string   `json:"check_id"`
	Category Category `json:"category"`
	Severity Severity `json:"severity"`
	// PageURL is empty when the finding concerns the whole site.
	PageURL string `json:"page_url"`
	// Evidence lists what was seen, in order; at most [MaxEvidence] bytes in all.
	Evidence []Evidence `json:"evidence"`
	// Group is equal in the findings that say the same of several pages, as of a fault that a
	// template repeats; empty in those of earlier versions.
	Group string `json:"group,omitempty"`
	// Count is how many findings the group has, this one included, where this one stands for
	// all of them; else 0.
	Count int `json:"count,omitempty"`
}

// Evidence is one fact behind a finding: a name ("length", "rule", "status")
// and what was seen. Both come from the audited site and are hostile until
// escaped.
type Evidence struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// FindingList is one slice of an audit's findings.
type FindingList struct {
	Findings   []Finding `json:"findings"`
	NextCursor *string   `json:"next_cursor"`
}

// UnvisitedURL is an address that an audit left out, and why. Reason is one of those
// of [Report].Unvisited; for "cut" the address is that of the page or sitemap that was
// not read whole.
type UnvisitedURL struct {
	URL      string `json:"url"`
	Referrer string `json:"referrer"` // the first page that leads to it; empty for none
	Reason   string `json:"reason"`
}

// UnvisitedList is one slice of the addresses that an audit left out.
type UnvisitedList struct {
	Unvisited  []UnvisitedURL `json:"unvisited"`
	NextCursor *string        `json:"next_cursor"`
}

// Category groups checks.
type Category string

const (
	CategoryCrawlability   Category = "crawlability"
	CategoryAIAccess       Category = "ai-access"
	CategoryContent        Category = "content"
	CategoryMetadata       Category = "metadata"
	CategoryStructuredData Category = "structured-data"
	CategoryLinks          Category = "links"
	CategoryPerformance    Category = "performance"
	CategoryAccessibility  Category = "accessibility"
	CategorySecurity       Category = "security"
)

// Categories lists the categories in the order reports show them.
var Categories = [...]Category{
	CategoryCrawlability, CategoryAIAccess, CategoryContent, CategoryMetadata, CategoryStructuredData,
	CategoryLinks, CategoryPerformance, CategoryAccessibility, CategorySecurity,
}

// Outcome is the result of a check over a whole audit.
type Outcome string

const (
	OutcomePass          Outcome = "pass"
	OutcomeFail          Outcome = "fail"
	OutcomeNotApplicable Outcome = "not_applicable"
)
