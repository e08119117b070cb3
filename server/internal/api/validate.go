package api

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"atalaya/shared"
)

// statusWords says what a status may be.
const statusWords = "status is pending, running, completed, failed or cancelled."

// sortWords says what the order of a list may be.
const sortWords = "sort is newest, score, errors or duration."

// Validate checks the wish for a new audit and fills in the defaults. The bounds of
// bytes and time have none: without a wish the server's own hold, as they are when the
// audit runs. Errors are [*Error] values.
func (a *API) Validate(w Wish) (shared.NewAudit, error) {
	n := shared.NewAudit{
		URL: w.URL, Kind: w.Kind, PageLimit: a.PageLimit, MaxDepth: shared.MaxDepthDefault, SkipAIAgents: w.SkipAIAgents,
	}
	switch w.Kind {
	case "", shared.KindSite:
		n.Kind = shared.KindSite
		seed, err := a.Seed(w.URL)
		if err != nil {
			return shared.NewAudit{}, err
		}
		n.URL = seed
	case shared.KindExternal:
		n.PageLimit, n.MaxDepth = 0, 0 // the worker's own affair, unless it names them
		if w.URL == "" || len(w.URL) > shared.MaxURL || hasControl(w.URL) {
			return shared.NewAudit{}, &Error{
				Code: shared.CodeBadURL, Field: "url",
				Detail: fmt.Sprintf("url names the work in 1 to %d bytes without control characters.", shared.MaxURL),
			}
		}
	default:
		return shared.NewAudit{}, outOfRange("kind", "kind is site or external.")
	}
	err := cmp.Or(
		takeNumber("page_limit", w.PageLimit, &n.PageLimit, shared.PageLimitMax),
		takeNumber("max_depth", w.MaxDepth, &n.MaxDepth, shared.MaxDepthMax),
		takeNumber("max_bytes", w.MaxBytes, &n.MaxBytes, cmp.Or(a.MaxBytes, shared.MaxBytesMax)),
		takeNumber("max_seconds", w.MaxSeconds, &n.MaxSeconds, cmp.Or(a.MaxSeconds, shared.MaxSecondsMax)),
		takePaths("include", w.Include, &n.Include),
		takePaths("exclude", w.Exclude, &n.Exclude),
		takeRate(w.Rate, &n.Rate, cmp.Or(a.Rate, shared.RateMax)),
		a.takeHeaders(w.Headers, &n),
	)
	if err != nil {
		return shared.NewAudit{}, err
	}
	return n, nil
}

// takeNumber takes over a number that was given, if it is 1 to most.
func takeNumber[T int | int64](field string, given, into *T, most T) error {
	switch {
	case given == nil:
		return nil
	case *given < 1 || *given > most:
		return outOfRange(field, fmt.Sprintf("%s is 1 to %d.", field, most))
	}
	*into = *given
	return nil
}

// takeRate takes over a number of requests a second that was given. The server's own bound may
// be below what an audit can ask for: then that bound is all there is to ask for.
func takeRate(given *float64, into *float64, most float64) error {
	least := min(shared.RateMin, most)
	switch {
	case given == nil:
		return nil
	case *given < least || *given > most: // JSON has neither NaN nor infinity
		return outOfRange(shared.FieldRate, fmt.Sprintf("rate is %v to %v, which is this server's own.", least, most))
	}
	*into = *given
	return nil
}

// takeHeaders takes over headers. No error says what stands in them.
func (a *API) takeHeaders(given shared.Headers, into *shared.NewAudit) error {
	switch {
	case len(given) == 0:
		return nil
	case into.Kind != shared.KindSite:
		return outOfRange(shared.FieldHeaders, "Only a site audit sends headers.")
	case len(given) > shared.MaxHeaders:
		return outOfRange(shared.FieldHeaders, fmt.Sprintf("headers has at most %d lines.", shared.MaxHeaders))
	}
	for _, line := range given {
		if len(line) > shared.MaxHeaderLine {
			return outOfRange(shared.FieldHeaders, fmt.Sprintf("Each header has at most %d bytes.", shared.MaxHeaderLine))
		}
	}
	if err := a.CheckHeaders(given); err != nil {
		return &Error{Code: shared.CodeOutOfRange, Field: shared.FieldHeaders, Err: err,
			Detail: "A header cannot be sent: " + err.Error() + "."}
	}
	into.Headers = given
	return nil
}

// takePaths takes over patterns of paths, each once.
func takePaths(field string, given []string, into *[]string) error {
	if len(given) > shared.MaxPaths {
		return outOfRange(field, fmt.Sprintf("%s has at most %d patterns.", field, shared.MaxPaths))
	}
	for _, pattern := range given {
		begins := strings.HasPrefix(pattern, "/") || strings.HasPrefix(pattern, "*")
		if !begins || len(pattern) > shared.MaxPathPattern || hasControl(pattern) || !utf8.ValidString(pattern) {
			return outOfRange(field, fmt.Sprintf(
				"Each pattern of %s begins with / or * and has at most %d bytes without control characters.",
				field, shared.MaxPathPattern))
		}
		if !slices.Contains(*into, pattern) {
			*into = append(*into, pattern)
		}
	}
	return nil
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
