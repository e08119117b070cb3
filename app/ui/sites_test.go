//go:build !js

package ui

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"atalaya/shared"
	"atalaya/shared/text"
)

// siteShelf has a site of two audits, of which the newer is a regression, with a schedule,
// and what changed between them. v is in every text that others write.
func siteShelf(t *testing.T, v string) shelf {
	t.Helper()
	older, newer := *sample(t, "completed"), *sample(t, "completed")
	older.AuditID, newer.AuditID = 8, 9
	before, after := 80, 71
	older.GeoScore, newer.GeoScore = &before, &after
	newer.Previous = &shared.Verdict{AuditID: 8, GeoScore: 80, FinishedAt: *older.FinishedAt}
	missed := newer.UpdatedAt
	change := func(state shared.ChangeState, page string) shared.Change {
		return shared.Change{State: state, CheckID: "http-4xx", Severity: shared.SeverityError, PageURL: page, Subject: v}
	}
	result := &shared.Comparison{
		Base: older, Head: newer, Pages: shared.PageOverlap{Both: 3},
		Categories: []shared.CategoryChange{{Category: shared.CategoryLinks, Base: &before, Head: &after}, {Category: shared.CategorySecurity}},
		Checks: []shared.CheckChange{
			{ID: "http-4xx", Base: shared.OutcomePass, Head: shared.OutcomeFail, HeadLost: 120},
			{ID: "http-5xx", Base: shared.OutcomePass, Head: shared.OutcomePass},
		},
		Changes: []shared.Change{change(shared.ChangeNew, newer.URL+"a"), change(shared.ChangeNew, newer.URL+"a"), change(shared.ChangeFixed, ""),
			{State: shared.ChangeHeadOnly, Reason: shared.ReasonPage, CheckID: "http-4xx", PageURL: newer.URL + v}},
	}
	result.Counts.New.Error, result.Counts.Fixed.Error, result.Counts.HeadOnly.Error = 2, 1, 1
	result.Counts.Persistent.Notice = 5
	return shelf{
		audits: []shared.AuditProgress{newer, older}, result: result,
		schedule: &shared.Schedule{
			Site: shared.SiteName(newer.URL), NewAudit: shared.NewAudit{URL: newer.URL}, Cron: v, TimeZone: v,
			NextAt: newer.UpdatedAt, LastAt: &missed, Missed: 2, MissedAt: &missed,
		},
	}
}

func TestSitePages(t *testing.T) {
	data := siteShelf(t, "0 6 * * mon")
	site := shared.PathSitePage(data.schedule.Site)
	broken, silent := shelf{err: errors.New("no database")}, shelf{audits: []shared.AuditProgress{*sample(t, "running")}}
	for name, c := range map[string]struct {
		path   string
		data   Data
		lang   text.Lang
		status int
		says   []string
	}{
		"sites": {shared.PathSitesPage, data, text.EN, 0,
			[]string{"example.com 2 audits Worse than the audit before", "71", "Next audit"}},
		"sites es":     {shared.PathSitesPage, data, text.ES, 0, []string{"Sitios", "Peor que la auditoría anterior"}},
		"no site":      {shared.PathSitesPage, shelf{}, text.EN, 0, []string{"No site has been audited yet"}},
		"sites unread": {shared.PathSitesPage, broken, text.EN, 503, []string{"The sites cannot be shown"}},
		"site": {site, data, text.EN, 0, []string{"The score went from 80 to 71", "Best score 80", "Run again",
			"By the cron expression 0 6 * * mon", "2 times were missed", "Compare with the one before"}},
		"saved":        {site + "?said=saved", data, text.EN, 0, []string{"The schedule is saved."}},
		"refused":      {site + "?said=count&count=0&unit=days", data, text.EN, 0, []string{"Write a number from 1 to 999."}},
		"silent":       {shared.PathSitesPage, silent, text.EN, 0, []string{"No news"}},
		"silent site":  {site, silent, text.ES, 0, []string{"Sin novedades"}},
		"unknown site": {"/sites/nowhere.example", data, text.ES, 404, []string{"No se conoce ninguna auditoría de nowhere.example"}},
		"site unread":  {site, broken, text.EN, 503, []string{"The site cannot be shown"}},
		"compared": {shared.PathDiffPage(8, 9), data, text.EN, 0, []string{"What changed", "−9", "Links 80 71 −9",
			"Page not found or refused passed failed, −1.2 points", "New 2", "Fixed 1", "Persistent 5 Show all 5",
			"Only in the second audit 1", "The other audit did not see the page."}},
		"one state":     {shared.PathDiffPage(8, 9) + "&state=new", data, text.ES, 0, []string{"Nuevos 2"}},
		"no such audit": {shared.PathDiffPage(8, 99), data, text.EN, 404, []string{"cannot be compared", "There is no such audit."}},
		"no pair":       {shared.PathComparePage, data, text.EN, 0, []string{"Choose two audits to compare"}},
		"unread":        {shared.PathDiffPage(8, 9), broken, text.EN, 503, []string{"cannot be compared"}},
	} {
		r := &Request{Data: c.data, Lang: c.lang}
		page := words(first(t, tag(get(t, c.path, r), "main")))
		if r.Status != c.status || (r.Err != nil) != (c.status == 503) {
			t.Errorf("%s: got status %d, error %v; want %d", name, r.Status, r.Err, c.status)
		}
		for _, says := range c.says {
			if !strings.Contains(page, says) {
				t.Errorf("%s does not say %q: %s", name, says, page)
			}
		}
	}
}

// The unread texts of a refused form come back in its fields.
func TestRefusedScheduleKeepsWhatWasTyped(t *testing.T) {
	data := siteShelf(t, "@daily")
	typed := url.Values{"said": {"out_of_range"}, "count": {"7"}, "unit": {"cron"}, "cron": {`"* * <b>`}, "zone": {"Mars/Olympus"}}
	doc := get(t, shared.PathSitePage(data.schedule.Site)+"?"+typed.Encode(), &Request{Data: data})
	fields := map[string]string{}
	for _, e := range all(doc, func(e *html.Node) bool { return e.Data == "input" && value(e, "type") == "text" }) {
		fields[value(e, "name")] = value(e, "value")
	}
	want := map[string]string{
		"count": "7", "cron": `"* * <b>`, "zone": "Mars/Olympus", "url": "https://www.example.com/",
	}
	if !reflect.DeepEqual(fields, want) {
		t.Errorf("got %q, want %q", fields, want)
	}
}

// Every page of sites says everything through package text.
func TestSitePagesSpeakThroughText(t *testing.T) {
	pseudo, remove := text.AddPseudo()
	defer remove()
	data := siteShelf(t, "1")
	for _, path := range []string{
		shared.PathSitesPage, shared.PathSitePage(data.schedule.Site), shared.PathSitePage("nowhere.example"),
		shared.PathSitePage(data.schedule.Site) + "?said=out_of_range", shared.PathDiffPage(8, 9),
		shared.PathDiffPage(8, 9) + "&state=fixed", shared.PathDiffPage(8, 99), shared.PathComparePage,
	} {
		speaks(t, path, get(t, path, &Request{Data: data, Lang: pseudo}), "https://www.example.com/a", "/a", "https://www.example.com/", "example.com",
			"nowhere.example", "0 6 * * mon", "UTC", "Nov")
	}
}

// What a site, a worker or an address says brings no markup of its own.
func TestHostileSitePages(t *testing.T) {
	shape := func(v string) (all []string) {
		data := siteShelf(t, v)
		for _, path := range []string{
			shared.PathSitesPage, shared.PathSitePage(data.schedule.Site), shared.PathDiffPage(8, 9),
			shared.PathSitePage(data.schedule.Site) + "?" + url.Values{"said": {v}, "cron": {v}, "zone": {v}, "unit": {v}}.Encode(),
		} {
			for _, e := range tags(get(t, path, &Request{Data: data})) {
				for _, a := range e.Attr {
					all = append(all, e.Data+" "+a.Key)
				}
			}
		}
		return all
	}
	known := map[string]bool{}
	for _, s := range shape("harmless") {
		known[s] = true
	}
	for _, v := range hostile {
		for _, s := range shape(v) {
			if !known[s] {
				t.Errorf("%q brought %s", v, s)
			}
		}
	}
}

func tags(doc *html.Node) []*html.Node { return all(doc, func(*html.Node) bool { return true }) }

func TestTrend(t *testing.T) {
	loc := localeAt(t, text.EN, "14:00:00")
	verdicts := make([]shared.Verdict, 30)
	for i := range verdicts {
		verdicts[i] = shared.Verdict{AuditID: int64(i + 1), GeoScore: 50 + i, FinishedAt: shared.At(loc.Now.AddDate(0, 0, i))}
	}
	got := loc.trend(verdicts[:3], 2)
	if got.Label != "Scores, the oldest first: 50, 51, 52" || !strings.HasSuffix(got.From, " · 50") || !strings.HasSuffix(got.To, " · 52") {
		t.Errorf("the chart says %q, %q, %q", got.Label, got.From, got.To)
	}
	if got := loc.spark(verdicts); len(got.Points) != 12 || !strings.HasPrefix(got.Label, "Scores, the oldest first: 68, 69") {
		t.Errorf("the small line has %d points and says %q", len(got.Points), got.Label)
	}
	for n := range 2 {
		if trend, spark := loc.trend(verdicts[:n], 0), loc.spark(verdicts[:n]); trend.drawn() || spark.drawn() {
			t.Errorf("%d scores are drawn as a trend", n)
		}
	}
}
