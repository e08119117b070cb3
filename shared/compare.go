package shared

// Comparison is what changed from one audit of a site, the base, to another, the head.
type Comparison struct {
	Base AuditProgress `json:"base"`
	Head AuditProgress `json:"head"`
	// Categories are those that have a score in either audit, in the order of [Categories].
	Categories []CategoryChange `json:"categories"`
	Pages      PageOverlap      `json:"pages"`
	// Counts tell of all changes, also where Changes holds only some of them.
	Counts ChangeCounts `json:"counts"`
	// Checks are those that either audit has an outcome of, by their ids.
	Checks []CheckChange `json:"checks"`
	// Changes are in the order of pages' addresses, those of the whole site first.
	Changes []Change `json:"changes"`
	// NextCursor continues Changes; null at their end.
	NextCursor *string `json:"next_cursor"`
}

// ChangeQuery selects changes of a comparison.
type ChangeQuery struct {
	// State keeps the changes of one state; empty gives the first of each but persistent.
	State ChangeState
	// Cursor continues the changes of one state; empty starts them.
	Cursor string
	// Limit is how many changes of a state there are at most.
	Limit int
}

// CategoryChange is the score of one category in both audits, null where it has none.
type CategoryChange struct {
	Category Category `json:"category"`
	Base     *int     `json:"base"`
	Head     *int     `json:"head"`
}

// PageOverlap counts the pages that both audits fetched, and those that only one did.
type PageOverlap struct {
	Both     int `json:"both"`
	BaseOnly int `json:"base_only"`
	HeadOnly int `json:"head_only"`
}

// ChangeCounts counts changes by state and severity.
type ChangeCounts struct {
	Fixed      Findings `json:"fixed"`
	New        Findings `json:"new"`
	Persistent Findings `json:"persistent"`
	BaseOnly   Findings `json:"base_only"`
	HeadOnly   Findings `json:"head_only"`
}

// Of are the counts of one state; nil for an unknown one.
func (c *ChangeCounts) Of(s ChangeState) *Findings {
	switch s {
	case ChangeFixed:
		return &c.Fixed
	case ChangeNew:
		return &c.New
	case ChangePersistent:
		return &c.Persistent
	case ChangeBaseOnly:
		return &c.BaseOnly
	case ChangeHeadOnly:
		return &c.HeadOnly
	}
	return nil
}

// CheckChange is one check in both audits. Its outcome is empty where an audit did not run
// it, as one of an earlier version or one that failed.
type CheckChange struct {
	ID       string   `json:"id"`
	Category Category `json:"category"`
	Severity Severity `json:"severity"`
	Base     Outcome  `json:"base"`
	Head     Outcome  `json:"head"`
	// BaseLost and HeadLost are what the check cost, in 1/100 of a score point.
	BaseLost int `json:"base_lost"`
	HeadLost int `json:"head_lost"`
}

// Change is a finding of one of two audits, or of both. Two findings are the same when
// check, page and subject are.
type Change struct {
	State ChangeState `json:"state"`
	// Reason says why a finding of one audit is neither fixed nor new; else empty.
	Reason   ChangeReason `json:"reason"`
	CheckID  string       `json:"check_id"`
	Category Category     `json:"category"`
	Severity Severity     `json:"severity"`
	// PageURL is empty when the finding concerns more than one page.
	PageURL string `json:"page_url"`
	// Subject tells the findings of a check about several pages apart: what the check looked
	// at, such as the address that a link leads to. It is empty for all other checks.
	Subject string `json:"subject"`
}

// ChangeState is what became of a finding.
type ChangeState string

// The states. Findings that only one audit could have are no change: see [ChangeReason].
const (
	ChangeFixed      ChangeState = "fixed"
	ChangeNew        ChangeState = "new"
	ChangePersistent ChangeState = "persistent"
	ChangeBaseOnly   ChangeState = "base_only"
	ChangeHeadOnly   ChangeState = "head_only"
)

// ChangeStates lists the states in the order of pages: what people look for comes first.
var ChangeStates = [...]ChangeState{ChangeNew, ChangeFixed, ChangePersistent, ChangeHeadOnly, ChangeBaseOnly}

// Valid reports whether s is a known state.
func (s ChangeState) Valid() bool { return new(ChangeCounts).Of(s) != nil }

// ChangeReason is why the other audit could not have a finding.
type ChangeReason string

// The reasons.
const (
	ReasonPage    ChangeReason = "page"    // it did not see the page, or not its content, and cannot say that there was none
	ReasonCheck   ChangeReason = "check"   // its check did not run, or lacked what it needs to know
	ReasonPartial ChangeReason = "partial" // it is partial, and the check needs the whole site
)
