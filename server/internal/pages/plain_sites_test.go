package pages

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"atalaya/shared"
)

// A reader without JavaScript gives a site a schedule, from its plain page and from that of
// the app, is told what was wrong with one, switches it off and starts an audit again.
func TestSiteForms(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	if _, err := s.rows.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	plain, app := shared.PathBasicSite("one.example"), shared.PathSitePage("one.example")
	rhythm := func(count, unit, cron string) url.Values {
		return url.Values{"do": {"save"}, "count": {count}, "unit": {unit}, "cron": {cron}, "zone": {"UTC"}}
	}
	for _, c := range []struct {
		path     string
		form     url.Values
		status   int
		location string
		says     string
	}{
		{plain, rhythm("0", "days", ""), 422, "", "Write a number from 1 to 999."},
		{plain, rhythm("1", "cron", "* * *"), 422, "", "Write a cron expression"},
		{plain, rhythm("2", "days", ""), 303, plain, ""},
		{app, rhythm("x", "days", ""), 303, app + "?count=x&cron=&said=count&unit=days&zone=UTC", ""},
		{app, rhythm("6", "hours", ""), 303, app + "?said=saved", ""},
		{app, url.Values{"do": {"stop"}}, 303, app + "?said=stopped", ""},
		{plain, url.Values{"do": {"stop"}}, 303, plain, ""}, // once more is no failure
		{shared.PathBasicSite("no.example"), rhythm("1", "days", ""), 404, "", "No audit of no.example is known"},
		{app, url.Values{"do": {"again", "stop"}}, 400, "", "could not be read"},
		{plain, url.Values{"do": {"again"}, "audit": {"1"}, "key": {"k"}}, 303, shared.PathBasicPage(2), ""},
		{app, url.Values{"do": {"again"}, "audit": {"1"}, "key": {"k"}}, 303, shared.PathPage(2), ""}, // the same form
		{app, url.Values{"do": {"again"}, "audit": {"2"}}, 303, app + "?do=again&said=conflict", ""},
	} {
		r := s.post(c.form, c.path)
		if r.StatusCode != c.status || r.Header.Get("Location") != c.location {
			t.Errorf("%s %v: got %s to %q, want %d to %q", c.path, c.form, r.Status, r.Header.Get("Location"), c.status, c.location)
		}
		if page := words(parse(t, r)); !strings.Contains(page, c.says) {
			t.Errorf("%s %v does not say %q: %s", c.path, c.form, c.says, page)
		}
	}
}

// TestScheduleFormHasTheSettings changes what the audits of a schedule ask for, in the forms
// of both pages: they show what is in force, what was refused, and keep what they do not have.
func TestScheduleFormHasTheSettings(t *testing.T) {
	s := newSite(t)
	wish := shared.NewAudit{
		URL: "https://one.example/start", Kind: shared.KindSite, PageLimit: 70, MaxDepth: 4, MaxSeconds: 600,
		Include: []string{"/docs/", "/blog/"}, Exclude: []string{"*.pdf$"}, SkipAIAgents: true,
	}
	if _, _, err := s.rows.Create(t.Context(), wish, ""); err != nil {
		t.Fatal(err)
	}
	plain, app := shared.PathBasicSite("one.example"), shared.PathSitePage("one.example")
	shown := func(path string) url.Values {
		fields := url.Values{}
		page := parse(t, s.get(path))
		for _, f := range elements(page, "input") {
			if name := attribute(f, "name"); attribute(f, "type") != "checkbox" || hasAttribute(f, "checked") {
				fields.Set(name, attribute(f, "value"))
			}
		}
		for _, f := range elements(page, "textarea") {
			fields.Set(attribute(f, "name"), strings.TrimSpace(f.FirstChild.Data))
		}
		return fields
	}
	asked := func(path string) url.Values {
		form := url.Values{"do": {"save"}, "unit": {"days"}}
		for name, values := range shown(path) {
			if name != "audit" && name != "key" && name != "lang" {
				form[name] = values
			}
		}
		return form
	}
	for _, path := range []string{plain, app} { // what the newest audit asked for
		if r := s.post(asked(path), path); r.StatusCode != 303 {
			t.Errorf("%s: %s", path, words(parse(t, r)))
		}
		got, err := s.rows.Schedule(t.Context(), "one.example")
		want := wish
		want.MaxSeconds = got.MaxSeconds // of the newest audit, or the schedule before
		if err != nil || !reflect.DeepEqual(got.NewAudit, want) || got.MaxSeconds != 600 {
			t.Errorf("%s: got %+v, %v, want %+v", path, got.NewAudit, err, wish)
		}
	}
	for _, c := range []struct{ field, value, back, says string }{
		{"include", "docs/", "docs/", "each begins with / or *"},
		{"exclude", "/a\nb", "/a\nb", "each begins with / or *"},
		{"page_limit", "0", "", "Pages are 1 to 10,000"},
		{"max_depth", "many", "", "clicks 1 to 100"},
		{"url", "https://two.example/", "https://two.example/", "an address of this site"},
	} {
		form := asked(plain)
		form.Set(c.field, c.value)
		r := s.post(form, plain)
		page := parse(t, r)
		if got := words(page); r.StatusCode != 422 || !strings.Contains(got, c.says) {
			t.Errorf("%s %q: %s, %q is missing in\n%s", c.field, c.value, r.Status, c.says, got)
		}
		to := s.post(form, app).Header.Get("Location")
		if got := words(parse(t, s.get(to))); !strings.Contains(got, c.says) {
			t.Errorf("%s %q: %q is missing at %s:\n%s", c.field, c.value, c.says, to, got)
		}
		if got := shown(to).Get(c.field); got != c.back {
			t.Errorf("%s %q comes back as %q, want %q", c.field, c.value, got, c.back)
		}
	}
	form := asked(app)
	form.Set("include", " /docs/ \r\n\r\n")
	form.Del("skip_ai_agents")
	form.Set("page_limit", "")
	if to := s.post(form, app).Header.Get("Location"); to != app+"?said=saved" {
		t.Errorf("saved: led to %s", to)
	}
	got, err := s.rows.Schedule(t.Context(), "one.example")
	if err != nil || !reflect.DeepEqual(got.Include, []string{"/docs/"}) || got.SkipAIAgents || got.PageLimit != 500 {
		t.Errorf("changed: got %+v, %v", got.NewAudit, err)
	}
}

func TestPlainSitePages(t *testing.T) {
	s := newSite(t)
	s.audit("https://one.example/")
	for path, want := range map[string]struct {
		status int
		says   string
	}{
		shared.PathBasicSites:                  {200, "one.example"},
		shared.PathBasicSites + "?cursor=x":    {404, "There is nothing at this address"},
		shared.PathBasicSite("one.example"):    {200, "This site is audited when somebody starts it."},
		shared.PathBasicSite("no.example"):     {404, "No audit of no.example is known"},
		shared.PathBasicPair(1, 1):             {409, "One of the two audits has not ended yet."},
		shared.PathBasicPair(1, 99):            {409, "cannot be compared"},
		shared.PathBasicPair(98, 99):           {404, "There is no such audit."},
		shared.PathBasicDiff:                   {400, "Choose two audits to compare"},
		shared.PathSitePage("one.example"):     {200, "This site is audited when somebody starts it."},
		shared.PathSitePage("a b/c?d"):         {404, "No audit of a b/c?d is known"},
		shared.PathDiffPage(98, 99):            {404, "There is no such audit."},
		shared.PathSitesPage + "?cursor=wrong": {400, "The sites cannot be shown"},
	} {
		r := s.do(http.MethodGet, path, "")
		if page := words(parse(t, r)); r.StatusCode != want.status || !strings.Contains(page, want.says) {
			t.Errorf("%s: got %s, want %d and %q in %s", path, r.Status, want.status, want.says, page)
		}
	}
}
