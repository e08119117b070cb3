package shared

import (
	"net/url"
	"strings"
)

// SiteName is the part of an audit's URL that people call the site: host and port,
// without www. What is no URL, as external workers may name their work, stays
// itself.
func SiteName(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	return strings.TrimPrefix(u.Host, "www.")
}

// Site is what is known of one site: of all audits whose addresses have its name.
type Site struct {
	// Name is what [SiteName] says of their addresses.
	Name string `json:"site"`
	// Audits is how many there are.
	Audits int `json:"audits"`
	// Latest is the newest of them, as lists have it, whatever became of it.
	Latest AuditProgress `json:"latest"`
	// Trend holds the scores of those that were completed, the oldest first, at most
	// [SiteTrend] of the newest.
	Trend []Verdict `json:"trend"`
	// NextAt is when its schedule starts the next audit; null without a schedule.
	NextAt *Time `json:"next_at"`
}

// Best is the highest of the scores, the newest of equals; nil without any.
func (s *Site) Best() *Verdict {
	var best *Verdict
	for i := range s.Trend {
		if best == nil || s.Trend[i].GeoScore >= best.GeoScore {
			best = &s.Trend[i]
		}
	}
	return best
}

// Verdict is how a completed audit of a site ended.
type Verdict struct {
	AuditID  int64 `json:"audit_id"`
	GeoScore int   `json:"geo_score"`
	// Errors is how many findings were errors.
	Errors     int  `json:"errors"`
	FinishedAt Time `json:"finished_at"`
	// Partial says that the audit did not see the whole site.
	Partial bool `json:"partial"`
}

// Valid reports whether its numbers are within the contract.
func (v *Verdict) Valid() bool {
	return v.AuditID >= 1 && inPercent(v.GeoScore) && v.Errors >= 0 && !v.FinishedAt.IsZero()
}

// WorseThan reports whether an audit that ended like this ended worse than the one before
// it: its score is lower by [RegressionPoints], or it has more errors.
func (v *Verdict) WorseThan(before *Verdict) bool {
	return v.GeoScore <= before.GeoScore-RegressionPoints || v.Errors > before.Errors
}

// RegressionPoints is by how much a score falls at least when that is called a regression.
const RegressionPoints = 5

// SiteTrend is the greatest length of [Site.Trend].
const SiteTrend = 50

// SiteQuery selects sites. The zero value selects those that were audited last.
type SiteQuery struct {
	// Text keeps sites whose name contains it, regardless of case.
	Text string
	// Cursor continues a list; empty starts it.
	Cursor string
	// Limit is 1 to [ListLimitMax]; 0 means [ListLimitDefault].
	Limit int
}

// SiteList is one page of sites, the one that was audited last first.
type SiteList struct {
	Sites      []Site  `json:"sites"`
	NextCursor *string `json:"next_cursor"`
}
