package check

import (
	"net/http"
	"testing"
	"time"
)

func TestHeadersThatProtect(t *testing.T) {
	const all = lacksPolicy | lacksNosniff | lacksHSTS
	for _, c := range []struct {
		name, value, body string
		want              lack
	}{
		{"", "", "", all},
		{"Content-Security-Policy", "default-src 'self'", "", all &^ lacksPolicy},
		{"Content-Security-Policy-Report-Only", "default-src 'self'", "", all},
		{"", "", `<meta http-equiv="content-security-policy" content="default-src 'self'">`, all &^ lacksPolicy},
		{"X-Content-Type-Options", "NoSniff", "", all &^ lacksNosniff},
		{"Strict-Transport-Security", "includeSubDomains; Max-Age=600", "", all &^ lacksHSTS},
		{"Strict-Transport-Security", `max-age="600"`, "", all &^ lacksHSTS},
		{"Strict-Transport-Security", "max-age=0", "", all},
		{"Strict-Transport-Security", "max-age=soon", "", all},
	} {
		p := Parse(on(c.body, func(in *Input) { in.Header = http.Header{c.name: {c.value}} }))
		if got := p.lacks(); got != c.want {
			t.Errorf("%s: %s %s: got %b, want %b", c.name, c.value, c.body, got, c.want)
		}
	}
}

func TestCertificatesThatEndSoon(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		whole, left time.Duration
		want        string
	}{
		{90 * day, 14 * day, ""}, {90 * day, 13 * day, "2026-12-09"}, {365 * day, 0, "2026-11-26"},
		{6 * day, 3 * day, ""}, {6 * day, 1 * day, "2026-11-27"}, {0, 0, ""},
	} {
		in := on("")
		if c.whole > 0 {
			in.CertificateTo = today.Add(c.left)
			in.CertificateFrom = in.CertificateTo.Add(-c.whole)
		}
		if got := Parse(in).certificateEnds(); got != c.want {
			t.Errorf("%v of %v left: got %q, want %q", c.left, c.whole, got, c.want)
		}
	}
}

func TestIconsThatPagesName(t *testing.T) {
	for body, want := range map[string]bool{
		`<link rel="shortcut ICON" href="/i.png">`: true, `<link rel="apple-touch-icon" href="/i.png">`: true,
		`<link rel="icon">`: false, `<link rel="stylesheet" href="/icon.css">`: false,
	} {
		if got := Parse(on(body)).facts().Icon; got != want {
			t.Errorf("%s: got %v", body, got)
		}
	}
}

// An address that has moved for good is told with a page that links to it; one that leads
// elsewhere today may be linked to.
func TestAddressesThatHaveMoved(t *testing.T) {
	loop := on("", func(in *Input) { in.Failure, in.Hops = FailLoop, []Hop{{URL: in.URL, Status: 301, Location: in.URL}} })
	loop.Referrer = home
	if got := Parse(loop).facts(); got.MovedFrom != "" {
		t.Errorf("a loop has moved from %q", got.MovedFrom)
	}

	for status, want := range map[int]string{301: home, 308: home, 302: "", 307: ""} {
		in := on("")
		in.Referrer, in.Hops = home, []Hop{{URL: in.URL, Status: status, Location: home + "b"}}
		if got := Parse(in).facts(); got.MovedFrom != want {
			t.Errorf("%d: got %q, want %q", status, got.MovedFrom, want)
		}
	}
}
