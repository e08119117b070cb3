package work

import (
	"testing"

	"atalaya/shared"
)

func finding(check string, severity shared.Severity, page string, pairs ...string) *shared.Finding {
	f := &shared.Finding{CheckID: check, Severity: severity, PageURL: page}
	for i := 0; i < len(pairs); i += 2 {
		f.Evidence = append(f.Evidence, shared.Evidence{Name: pairs[i], Value: pairs[i+1]})
	}
	return f
}

func TestGroupKey(t *testing.T) {
	const warning, other = shared.SeverityWarning, shared.SeverityError
	for name, test := range map[string]struct {
		a, b *shared.Finding
		same bool
	}{
		"a fault of a template": {
			finding("link-not-crawlable", warning, "/a", "count", "1", "markup", "<a onclick>"),
			finding("link-not-crawlable", warning, "/b", "count", "1", "markup", "<a onclick>"), true,
		},
		"on pages with more or less of the rest": {
			finding("img-alt-missing", warning, "/a", "share", "1 / 2", "image", "/logo.png"),
			finding("img-alt-missing", warning, "/b", "share", "1 / 9", "image", "/logo.png"), true,
		},
		"nothing was seen": {finding("description-missing", warning, "/a"), finding("description-missing", warning, "/b"), true},
		"something else":   {finding("c", warning, "/a", "markup", "x"), finding("c", warning, "/a", "markup", "y"), false},
		"by another name":  {finding("c", warning, "/a", "markup", "x"), finding("c", warning, "/a", "image", "x"), false},
		"two for one":      {finding("c", warning, "/a", "m", "xm", "m", ""), finding("c", warning, "/a", "m", "x", "mm", ""), false},
		"another check":    {finding("c", warning, "/a"), finding("d", warning, "/a"), false},
		"another severity": {finding("c", warning, "/a"), finding("c", other, "/a"), false},
		"a measure alone": {finding("thin-content", warning, "/a", "words", "9"),
			finding("thin-content", warning, "/b", "words", "8"), false},
		"the same measure": {finding("thin-content", warning, "/a", "words", "9"),
			finding("thin-content", warning, "/b", "words", "9"), true},
		"two dead addresses": {
			finding("http-4xx", other, "/a", "status", "404", "referrer", "/"),
			finding("http-4xx", other, "/b", "status", "404", "referrer", "/"), false,
		},
	} {
		if got := GroupKey(test.a) == GroupKey(test.b); got != test.same {
			t.Errorf("%s: the same %v, want %v", name, got, test.same)
		}
	}
}
