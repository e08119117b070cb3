package export

import (
	"cmp"

	"atalaya/shared"
	"atalaya/shared/escape"
	"atalaya/shared/text"
)

// title names what a check found.
func (e *Export) title(checkID string) string {
	words, _ := text.Check(e.Lang, checkID)
	return escape.Visible(words.Title)
}

// fact is a number or word of the whole audit with its name.
type fact struct{ Name, Value string }

// facts are what a reader must know of the audit before its findings.
func (e *Export) facts() []fact {
	l, a := e.Lang, &e.Report.Audit
	facts := []fact{{l.T(text.ColumnStatus), text.Status(l, string(a.Status))}}
	if a.GeoScore != nil {
		facts = append(facts, fact{l.T(text.ScoreFinal), l.T(text.BasicPoints, *a.GeoScore, text.Band(l, *a.GeoScore))})
	}
	facts = append(facts, fact{l.T(text.BasicAnalysed), l.Number(a.TotalPages)})
	if a.Kind == shared.KindSite {
		facts = append(facts, fact{l.T(text.BasicFound), l.Number(a.Discovered)},
			fact{l.T(text.ColumnFindings), text.Severities(l, a.Findings)})
	}
	if a.FinishedAt != nil {
		facts = append(facts, fact{l.T(text.BasicFinished), l.T(text.TimeUTC, a.FinishedAt.UTC().Format("2006-01-02 15:04"))})
	}
	return facts
}

// caveat says how far the report is not one of the whole site, or why there is none; it is
// empty for a whole one.
func (e *Export) caveat() string {
	l, a := e.Lang, &e.Report.Audit
	if a.Status == shared.StatusFailed {
		return escape.Visible(cmp.Or(text.ErrorMessage(l, a), l.T(text.ConnFailedText)))
	}
	if !a.Partial {
		return ""
	}
	reason := ""
	if a.StopReason != nil {
		reason = *a.StopReason
	}
	return l.T(text.ReportPartial) + ". " + l.T(text.ReportPartialPages, text.StopReason(l, reason),
		l.Number(a.TotalPages), l.Number(a.Discovered))
}
