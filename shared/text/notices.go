package text

import (
	"fmt"
	"strings"

	"atalaya/shared"
)

// noticeWords is what a language says to those who are told of an audit. It is no part of
// a [language], because all of that is in the client, which says none of this. Titles take
// the name of the site; numbers come as the language writes them.
type noticeWords struct {
	finished, failed, regressed, silent string
	score, scoreBefore                  string
	findings, errorsBefore              string
	test, testText                      string
	noReason                            string
	silentSince                         string // when, in UTC
}

// noticeTexts has the words of every language, as [languages] has all others.
var noticeTexts = [...]*noticeWords{EN: &englishNotices, ES: &spanishNotices}

func (l Lang) notices() *noticeWords {
	if int(l) < len(noticeTexts) {
		return noticeTexts[l]
	}
	return &englishNotices
}

// NoticeTitle says in a few words what happened. The name of the site in it is as it
// stands in the row.
func NoticeTitle(l Lang, n *shared.Notice) string {
	words := l.notices()
	title := words.finished
	switch n.Type {
	case shared.EventFailed:
		title = words.failed
	case shared.EventRegressed:
		title = words.regressed
	case shared.EventSilent:
		title = words.silent
	case shared.EventTest:
		return words.test
	}
	return fmt.Sprintf(title, shared.SiteName(n.Data.URL))
}

// NoticeText says the rest, in lines: how the audit ended or stands, and which it is. What
// a site or a worker wrote is in it as it is.
func NoticeText(l Lang, n *shared.Notice) string {
	var lines []string
	switch n.Type {
	case shared.EventTest:
		return l.notices().testText
	case shared.EventFailed:
		lines = []string{l.whyFailed(&n.Data)}
	case shared.EventSilent:
		lines = []string{fmt.Sprintf(l.notices().silentSince, l.lastSign(&n.Data))}
	default:
		lines = l.outcome(&n.Data)
	}
	return strings.Join(append(lines, l.T(AuditNumber, n.Data.AuditID)+": "+n.Data.URL), "\n")
}

func (l Lang) whyFailed(p *shared.AuditProgress) string {
	if why := ErrorMessage(l, p); why != "" {
		return why
	}
	return l.notices().noReason
}

// lastSign is when a worker was heard last.
func (l Lang) lastSign(p *shared.AuditProgress) string {
	last := p.UpdatedAt
	if p.WorkerSeenAt != nil && p.WorkerSeenAt.After(last.Time) {
		last = *p.WorkerSeenAt
	}
	return last.UTC().Format("2006-01-02 15:04")
}

// outcome is how a completed audit ended, beside the one before it if that is known.
func (l Lang) outcome(p *shared.AuditProgress) (lines []string) {
	words := l.notices()
	switch {
	case p.GeoScore != nil && p.Previous != nil:
		lines = append(lines, fmt.Sprintf(words.scoreBefore, l.Number(*p.GeoScore), l.Number(p.Previous.GeoScore)))
	case p.GeoScore != nil:
		lines = append(lines, fmt.Sprintf(words.score, l.Number(*p.GeoScore)))
	}
	lines = append(lines, fmt.Sprintf(words.findings,
		l.Number(p.Findings.Error), l.Number(p.Findings.Warning), l.Number(p.Findings.Notice)))
	if p.Previous != nil {
		lines = append(lines, fmt.Sprintf(words.errorsBefore, l.Number(p.Previous.Errors)))
	}
	return append(lines, l.N(PagesAnalysed, p.TotalPages))
}
