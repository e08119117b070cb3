package api

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"atalaya/shared"
)

// statusWords says what a status may be.
const statusWords = "status is pending, running, completed, failed or cancelled."

// Validate checks the wishes for a new audit and fills in the defaults; nil
// numbers were not given. Errors are [*Error] values.
func (a *API) Validate(rawURL string, kind shared.Kind, pageLimit, maxDepth *int) (shared.NewAudit, error) {
	n := shared.NewAudit{URL: rawURL, Kind: kind, PageLimit: a.PageLimit, MaxDepth: shared.MaxDepthDefault}
	switch kind {
	case "", shared.KindSite:
		n.Kind = shared.KindSite
		seed, err := a.Seed(rawURL)
		if err != nil {
			return shared.NewAudit{}, err
		}
		n.URL = seed
	case shared.KindExternal:
		n.PageLimit, n.MaxDepth = 0, 0 // the worker's own affair, unless it names them
		if rawURL == "" || len(rawURL) > shared.MaxURL || hasControl(rawURL) {
			return shared.NewAudit{}, &Error{
				Code: shared.CodeBadURL, Field: "url",
				Detail: fmt.Sprintf("url names the work in 1 to %d bytes without control characters.", shared.MaxURL),
			}
		}
	default:
		return shared.NewAudit{}, outOfRange("kind", "kind is site or external.")
	}
	for _, l := range []struct {
		field string
		given *int
		into  *int
		max   int
	}{
		{"page_limit", pageLimit, &n.PageLimit, shared.PageLimitMax},
		{"max_depth", maxDepth, &n.MaxDepth, shared.MaxDepthMax},
	} {
		if l.given == nil {
			continue
		}
		if *l.given < 1 || *l.given > l.max {
			return shared.NewAudit{}, outOfRange(l.field, fmt.Sprintf("%s is 1 to %d.", l.field, l.max))
		}
		*l.into = *l.given
	}
	return n, nil
}

// rule is one demand on a patch: whether it is met, and what to say when not.
type rule struct {
	ok          bool
	field, says string
}

// checkPatch names the field at fault; the database checks the same again.
func checkPatch(p shared.ProgressPatch) error {
	for _, rule := range []rule{
		{p != (shared.ProgressPatch{}), "", "Name at least one field to change."},
		{p.Status == nil || p.Status.Valid(), "status", statusWords},
		{p.Progress == nil || *p.Progress >= 0 && *p.Progress <= 100, "progress", "progress is 0 to 100."},
		{p.GeoScore == nil || *p.GeoScore >= 0 && *p.GeoScore <= 100, "geo_score", "geo_score is 0 to 100."},
		{p.TotalPages == nil || *p.TotalPages >= 0 && *p.TotalPages <= 1<<31-1, "total_pages", "total_pages is 0 or more."},
		textRule("message", p.Message, shared.MaxMessage),
		textRule("error_message", p.ErrorMessage, shared.MaxErrorMessage),
	} {
		if !rule.ok {
			return outOfRange(rule.field, rule.says)
		}
	}
	return nil
}

func outOfRange(field, says string) *Error {
	return &Error{Code: shared.CodeOutOfRange, Field: field, Detail: says}
}

// textRule bounds a text that goes to the database, where PostgreSQL takes no NUL.
func textRule(field string, s *string, max int) rule {
	ok := s == nil || utf8.RuneCountInString(*s) <= max && !strings.ContainsRune(*s, 0)
	return rule{ok, field, fmt.Sprintf("%s has at most %d characters, none of them NUL.", field, max)}
}

func hasControl(s string) bool {
	for _, c := range s {
		if c < ' ' || c == 0x7f {
			return true
		}
	}
	return false
}
