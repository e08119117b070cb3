package shared

// Hop is one answer on the way that redirects lead.
type Hop struct {
	URL string `json:"url"`
	// Status is the HTTP status; 0 of the last one when it did not answer or was not asked.
	Status int `json:"status"`
}

// Header is one field of the head of an answer. Both texts come from the audited site and
// are hostile until escaped.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Bounds of what is kept of the head of one answer, in bytes.
const (
	MaxHeaderValue = 512     // of one value; a cut one ends in an ellipsis
	MaxHeaderBytes = 4 << 10 // of all names and values
)

// Link is one end of a link of an audit's page: the page that links, or where it leads.
type Link struct {
	URL string `json:"url"`
	// Text is that of the first link from the one to the other; empty when it has none, for
	// redirects, and in audits of earlier versions.
	Text string `json:"text"`
	// Fetched is true when the audit has a page of this address, and Status is its HTTP
	// status: 0 when no answer came.
	Fetched bool `json:"fetched"`
	Status  int  `json:"status"`
}

// LinkList is one slice of the links to a page, in the order in which the linking pages were
// fetched, or of those on it: first those to the site's own addresses.
type LinkList struct {
	Links []Link `json:"links"`
	// Count is the number of all; null when it is not known, as while the audit runs or in
	// audits of earlier versions.
	Count      *int    `json:"count"`
	NextCursor *string `json:"next_cursor"`
}

// LinkQuery selects links of one audit: those that lead to a page, or those that lead on
// From a page when To is empty.
type LinkQuery struct {
	To, From string
	Cursor   string
	Limit    int
}
