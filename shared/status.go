package shared

import "encoding/json"

// Status says where an audit is in its life. The last three values are
// terminal: once a row has one of them, nothing in it changes any more.
type Status string

// The statuses, in the order an audit can pass through them.
const (
	StatusPending   Status = "pending"   // waits for a worker
	StatusRunning   Status = "running"   // a worker holds it
	StatusCompleted Status = "completed" // terminal; progress is 100
	StatusFailed    Status = "failed"    // terminal; error_message says why
	StatusCancelled Status = "cancelled" // terminal; what was found is kept
)

// Statuses lists every valid status.
var Statuses = [...]Status{StatusPending, StatusRunning, StatusCompleted, StatusFailed, StatusCancelled}

// Valid reports whether s is one of the five statuses.
func (s Status) Valid() bool {
	for _, v := range Statuses {
		if s == v {
			return true
		}
	}
	return false
}

// Terminal reports whether s is final.
func (s Status) Terminal() bool {
	return s == StatusCompleted || s == StatusFailed || s == StatusCancelled
}

// Kind says who does the work.
type Kind string

const (
	KindSite     Kind = "site"     // audited by the built-in engine
	KindExternal Kind = "external" // reported by a foreign worker, over SQL or PATCH
)

// Valid reports whether k is a known kind.
func (k Kind) Valid() bool { return k == KindSite || k == KindExternal }

// Stage is the step a running site audit is in. The zero value means "none"
// and is null in JSON: an audit that waits, an external one, one that ended.
type Stage string

// The stages in the order they run, with the share of the progress each covers
// (see [Stage.Span]).
const (
	StageNone     Stage = ""
	StageDiscover Stage = "discover" // robots.txt and the start page
	StageCrawl    Stage = "crawl"    // every page fetched, parsed and checked; beside them, the sitemaps
	StageLinks    Stage = "links"    // external links
	StageSite     Stage = "site"     // site-wide checks: duplicates, orphans
	StageScore    Stage = "score"    // the score and the report
)

// Stages lists the stages in the order they run.
var Stages = [...]Stage{StageDiscover, StageCrawl, StageLinks, StageSite, StageScore}

// Valid reports whether s is empty or a known stage.
func (s Stage) Valid() bool { return s == StageNone || s.Index() >= 0 }

// Index is the place of s in [Stages], or -1.
func (s Stage) Index() int {
	for i, v := range Stages {
		if s == v {
			return i
		}
	}
	return -1
}

// Span is the part of the progress, in percent, that the stage covers.
// It is 0, 0 for no stage.
func (s Stage) Span() (from, to int) {
	switch s {
	case StageDiscover:
		return 0, 5
	case StageCrawl:
		return 5, 85
	case StageLinks:
		return 85, 92
	case StageSite:
		return 92, 98
	case StageScore:
		return 98, 100
	}
	return 0, 0
}

// MarshalJSON writes null for no stage.
func (s Stage) MarshalJSON() ([]byte, error) {
	if s == StageNone {
		return []byte("null"), nil
	}
	return json.Marshal(string(s))
}

// Severity grades a finding.
type Severity string

const (
	SeverityError   Severity = "error"   // hides the site or breaks it for readers
	SeverityWarning Severity = "warning" // costs visibility
	SeverityNotice  Severity = "notice"  // worth improving
	SeverityInfo    Severity = "info"    // a fact without weight
)

// Severities are all of them, the gravest first.
var Severities = [...]Severity{SeverityError, SeverityWarning, SeverityNotice, SeverityInfo}

// Valid reports whether s is a known severity.
func (s Severity) Valid() bool {
	return s == SeverityError || s == SeverityWarning || s == SeverityNotice || s == SeverityInfo
}

// Counted reports whether findings of the severity are counted: those of info are not.
func (s Severity) Counted() bool { return s.Valid() && s != SeverityInfo }

// Rank orders severities from the gravest (0) down, for sorting.
func (s Severity) Rank() int {
	switch s {
	case SeverityError:
		return 0
	case SeverityWarning:
		return 1
	case SeverityNotice:
		return 2
	}
	return 3
}
