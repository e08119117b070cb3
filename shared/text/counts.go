package text

import (
	"strings"

	"atalaya/shared"
)

// Severities counts findings in words: 1 critical, 2 warnings, 0 notices.
func Severities(l Lang, f shared.Findings) string {
	return strings.Join([]string{
		l.N(CriticalCount, f.Error), l.N(WarningCount, f.Warning), l.N(NoticeCount, f.Notice),
	}, ", ")
}

// ResponseClasses counts answers by their class, in words.
func ResponseClasses(l Lang, r shared.Responses) string {
	return strings.Join([]string{
		l.N(GoodCount, r.OK), l.N(RedirectCount, r.Redirect), l.N(ClientErrorCount, r.ClientError),
		l.N(ServerErrorCount, r.ServerError), l.N(UnansweredCount, r.Failed),
	}, ", ")
}
