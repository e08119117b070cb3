package pages

import (
	"net/http"
	"net/url"
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
