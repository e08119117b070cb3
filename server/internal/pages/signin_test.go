package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"atalaya/server/internal/api"
	"atalaya/shared"
)

var errWrongToken = errors.New("wrong token")

// openDoor lets in whoever says "sesame", and makes an admin of who says "first".
type openDoor struct {
	visitor    Visitor
	everywhere []bool
	provider   string
	trouble    error
}

func (d *openDoor) Who(*http.Request) Visitor { return d.visitor }

func (d *openDoor) SignIn(_ http.ResponseWriter, _ *http.Request, token string) (made string, err error) {
	switch token {
	case "sesame":
		return "", nil
	case "first":
		return "atl_made", nil
	}
	return "", errWrongToken
}

func (d *openDoor) SignOut(_ http.ResponseWriter, _ *http.Request, everywhere bool) error {
	d.everywhere = append(d.everywhere, everywhere)
	return nil
}

func (d *openDoor) Provider() (name string, trouble error) { return d.provider, d.trouble }

func (d *openDoor) Begin(_ http.ResponseWriter, _ *http.Request, to string) (address string, err error) {
	if d.trouble != nil {
		return "", d.trouble
	}
	return "https://id.example/?to=" + to, nil
}

// Finish takes in whoever comes back with a way to go on.
func (d *openDoor) Finish(_ http.ResponseWriter, r *http.Request) (who, to string, err error) {
	return "ana", r.URL.Query().Get("to"), d.trouble
}

func (s *site) submit(path string, form url.Values) *http.Response {
	return s.do("POST", path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func TestSignIn(t *testing.T) {
	s := newSite(t)
	for _, tc := range []struct {
		token, to string
		status    int
		location  string
		says      string
	}{
		{"sesame", "/audits/7?a=b", 303, "/audits/7?a=b", ""},
		{" sesame ", "", 303, "/", ""},
		{"sesame", "//evil.example", 303, "/", ""},
		{"sesame", "https://evil.example", 303, "/", ""},
		{"sesame", "/\\evil.example", 303, "/", ""},
		{"sesame", "/\tevil", 303, "/", ""},
		{"sesame", "/" + strings.Repeat("a", maxTo), 303, "/", ""},
		{"open", "/audits/7", 401, "", "This token is not known here"},
		{"", "/audits/7", 401, "", "This token is not known here"},
		{"first", "/audits/7", 200, "", "atl_made"},
	} {
		r := s.submit(shared.PathSignIn, url.Values{"token": {tc.token}, "to": {tc.to}})
		body := read(t, r)
		if r.StatusCode != tc.status || r.Header.Get("Location") != tc.location || !strings.Contains(body, tc.says) {
			t.Errorf("%+v: got %s to %q: %s", tc, r.Status, r.Header.Get("Location"), body)
		}
		if tc.status == 401 && !strings.Contains(body, `name="to" value="/audits/7"`) {
			t.Errorf("the way back is lost: %s", body)
		}
		if r.Header.Get("Cache-Control") != "no-store" && tc.status != 303 {
			t.Errorf("%+v may be stored", tc)
		}
	}
	if r := s.submit(shared.PathSignIn, url.Values{"token": {"sesame", "sesame"}}); r.StatusCode != 400 {
		t.Errorf("two tokens: %s", r.Status)
	}
	if r := s.do("POST", shared.PathSignIn, `{"token":"sesame"}`, "Content-Type", "application/json"); r.StatusCode != 415 {
		t.Errorf("no form: %s", r.Status)
	}
}

func TestSignInPage(t *testing.T) {
	s := newSite(t)
	has := func(path string, want ...string) {
		t.Helper()
		body := read(t, s.get(path))
		for _, w := range want {
			if absent := strings.HasPrefix(w, "!"); strings.Contains(body, strings.TrimPrefix(w, "!")) == absent {
				t.Errorf("%s: %q in %s", path, w, body)
			}
		}
	}
	has("/signin?to=/audits/7", `value="/audits/7"`, `type="password"`, "!Sign out")
	has(`/signin?to=/"><script>`, "!<script", `value="/&#34;&gt;&lt;script&gt;"`)
	has("/signin?lang=es", "Iniciar sesión")
	has(PathRefused("/metrics"), "Your role does not allow this")
	has("/signin?why=%3Cb%3E", "!<b>", "!role")
	has("/basic", "!Sign out")
	s.door.visitor = Visitor{Free: true}
	has("/signin", "Nobody has to sign in", `!type="password"`)
	s.door.visitor = Visitor{SignedIn: true, Name: "<b>Ana", Role: shared.RoleAuditor}
	has("/signin", "You are signed in as &lt;b&gt;Ana (auditor)", "Sign out everywhere", `action="/signout"`)
	has("/basic", `href="/signin">Sign out`)
}

func TestSignOut(t *testing.T) {
	s := newSite(t)
	for _, form := range []url.Values{{}, {"everywhere": {"true"}}} {
		r := s.submit(shared.PathSignOut, form)
		if r.StatusCode != 303 || r.Header.Get("Location") != shared.PathSignIn || r.Header.Get("Clear-Site-Data") == "" {
			t.Errorf("got %s, %v", r.Status, r.Header)
		}
	}
	if len(s.door.everywhere) != 2 || s.door.everywhere[0] || !s.door.everywhere[1] {
		t.Errorf("signed out %v", s.door.everywhere)
	}
	if r := s.get(shared.PathSignOut); r.StatusCode != 405 {
		t.Errorf("by GET: %s", r.Status)
	}
}

// TestProvider goes to the provider and back, and cannot.
func TestProvider(t *testing.T) {
	s := newSite(t)
	s.door.provider = "<b>ID"
	body := read(t, s.get("/signin?lang=es&to=/audits/7"))
	if !strings.Contains(body, `<a class="button" href="/signin/provider?to=%2Faudits%2F7">Iniciar sesión con &lt;b&gt;ID</a>`) {
		t.Errorf("no way to the provider: %s", body)
	}
	for path, want := range map[string]string{
		"/signin/provider?to=/audits/7":      "https://id.example/?to=/audits/7",
		"/signin/provider?to=//evil.example": "https://id.example/?to=/",
		"/signin/back?to=/audits/7":          "/audits/7",
		"/signin/back?to=//evil.example":     "/",
	} {
		if r := s.get(path); r.StatusCode != 303 || r.Header.Get("Location") != want || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s to %s", path, r.Status, r.Header.Get("Location"))
		}
		if r := s.do("HEAD", path, ""); r.StatusCode != 405 {
			t.Errorf("HEAD %s: %s", path, r.Status)
		}
	}
	s.door.trouble = &api.Error{Code: shared.CodeProviderSlow}
	if body := read(t, s.get("/signin")); !strings.Contains(body, "took too long") || strings.Contains(body, "/signin/provider") {
		t.Errorf("in trouble: %s", body)
	}
	for _, path := range []string{"/signin/provider?to=/audits/7", "/signin/back?to=/audits/7"} {
		r := s.get(path)
		if body := read(t, r); r.StatusCode != 504 || !strings.Contains(body, `role="alert">The sign-in provider took too long`) ||
			!strings.Contains(body, `name="to" value="/audits/7"`) {
			t.Errorf("%s: %s, %s", path, r.Status, body)
		}
	}
	s.door.trouble = &api.Error{Code: shared.CodeNotFound}
	if r := s.get("/signin/back"); r.StatusCode != 404 {
		t.Errorf("without a provider: %s", r.Status)
	}
}
