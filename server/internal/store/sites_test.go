package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// The database calls a site as the pages do.
func TestSitesAreCalledAsEverywhere(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for _, url := range []string{
			"https://example.org/", "http://www.example.org:8080/a/b?c=https://www.other.example/", "https://example.org",
			"https://www.example.org", "https://wwwexample.org/", "https://www.www.example.org/x", "https://[::1]:9/",
			"https://münchen.example/", "a job", "jobs/of/today", "://example.org/", "https:///x", "https://",
			"https://Example.org/A", "urn:a:b", "https://?", "https://#", "www.example.org/a",
		} {
			f.sql(t, "INSERT INTO audits (url) VALUES ('"+url+"')")
			id := f.text(t, "SELECT max(id) FROM audits")
			if got, want := f.text(t, "SELECT site FROM audits WHERE id = "+id), shared.SiteName(url); got != want {
				t.Errorf("%q: got %q, want %q", url, got, want)
			}
		}
	})
}

func TestSites(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		insert := func(url string, score int) {
			t.Helper()
			f.sql(t, fmt.Sprintf("INSERT INTO audits (url, status, geo_score) VALUES ('%s', 'completed', %d)", url, score))
		}
		insert("https://www.a.example/", 70)                                                                     // 1
		insert("https://b.example/", 50)                                                                         // 2
		insert("http://a.example/x", 75)                                                                         // 3
		f.sql(t, "INSERT INTO audits (url, status, error_message) VALUES ('https://c.example/', 'failed', 'x')") // 4
		f.sql(t, "INSERT INTO audits (url) VALUES ('https://a.example/')")                                       // 5
		insert("https://a.example/", 80)                                                                         // 6
		f.sql(t, "UPDATE audits SET deleted_at = created_at WHERE id = 6")

		list, err := f.Sites(t.Context(), shared.SiteQuery{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := sitesIn(list), "a.example 3 audits, latest 5, scores 1:70 3:75; c.example 1 audits, latest 4, scores; "+
			"b.example 1 audits, latest 2, scores 2:50"; got != want || list.NextCursor != nil {
			t.Errorf("got %s\nwant %s, more %v", got, want, list.NextCursor != nil)
		}
		next := time.Now().Add(time.Hour).Truncate(time.Minute)
		if _, err := f.PutSchedule(t.Context(), daily("a.example", next)); err != nil {
			t.Fatal(err)
		}
		for site, want := range map[string]*shared.Time{"a.example": shared.AtPtr(next), "b.example": nil} {
			got, err := f.Site(t.Context(), site)
			if err != nil || (got.NextAt == nil) != (want == nil) || want != nil && !got.NextAt.Equal(want.Time) {
				t.Errorf("%s is audited next at %v, %v, want %v", site, got.NextAt, err, want)
			}
		}
		for _, c := range []struct {
			query shared.SiteQuery
			want  string
		}{
			{shared.SiteQuery{Limit: 2}, "a.example c.example b.example"},
			{shared.SiteQuery{Limit: 1}, "a.example c.example b.example"},
			{shared.SiteQuery{Text: "B.EX", Limit: 1}, "b.example"},
			{shared.SiteQuery{Text: "_.example"}, ""},
			{shared.SiteQuery{Text: "www"}, ""},
		} {
			if got := strings.Join(f.walkSites(t, c.query), " "); got != c.want {
				t.Errorf("%+v: got %q, want %q", c.query, got, c.want)
			}
		}
		for _, cursor := range []string{"x", "YXVkaXRzOjE"} {
			if _, err := f.Sites(t.Context(), shared.SiteQuery{Cursor: cursor}); !errors.Is(err, store.ErrBadCursor) {
				t.Errorf("cursor %q: got %v, want %v", cursor, err, store.ErrBadCursor)
			}
		}

		site, err := f.Site(t.Context(), "a.example")
		if got, want := siteWords(site), "a.example 3 audits, latest 5, scores 1:70 3:75"; err != nil || got != want {
			t.Errorf("one site: got %s, %v, want %s", got, err, want)
		}
		for _, name := range []string{"", "www.a.example", "x\x00'", "d.example"} {
			if _, err := f.Site(t.Context(), name); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("site %q: got %v, want %v", name, err, store.ErrNotFound)
			}
		}
		if got := f.walk(t, shared.ListQuery{Site: "a.example", Limit: 1}); !equal(got, []int64{5, 3, 1}) {
			t.Errorf("audits of a site: got %v", got)
		}
	})
}

// A trend is the newest of many scores, and does not read those of other sites.
func TestTrendIsBounded(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for i := range shared.SiteTrend + 5 {
			f.sql(t, fmt.Sprintf("INSERT INTO audits (url, status, geo_score) VALUES ('https://a.example/', 'completed', %d)", i))
		}
		site, err := f.Site(t.Context(), "a.example")
		if err != nil || len(site.Trend) != shared.SiteTrend || site.Trend[0].GeoScore != 5 ||
			site.Trend[shared.SiteTrend-1].GeoScore != shared.SiteTrend+4 || site.Audits != shared.SiteTrend+5 {
			t.Errorf("got %d audits, trend %+v, %v", site.Audits, site.Trend, err)
		}
	})
}

func (f *fixture) walkSites(t *testing.T, q shared.SiteQuery) (names []string) {
	t.Helper()
	for range 20 {
		list, err := f.Sites(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list.Sites {
			names = append(names, s.Name)
		}
		if list.NextCursor == nil {
			return names
		}
		q.Cursor = *list.NextCursor
	}
	t.Fatal("the list does not end")
	return nil
}

func sitesIn(list shared.SiteList) string {
	var said []string
	for s := range slices.Values(list.Sites) {
		said = append(said, siteWords(s))
	}
	return strings.Join(said, "; ")
}

func siteWords(s shared.Site) string {
	said := fmt.Sprintf("%s %d audits, latest %d, scores", s.Name, s.Audits, s.Latest.AuditID)
	for _, point := range s.Trend {
		said += fmt.Sprintf(" %d:%d", point.AuditID, point.GeoScore)
	}
	return said
}

// A completed audit knows the one before it, of its site and kind.
func TestPreviousVerdict(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		insert := func(url, kind string, score int) {
			t.Helper()
			f.sql(t, fmt.Sprintf("INSERT INTO audits (url, kind, status, geo_score, findings_error, partial)"+
				" VALUES ('%s', '%s', 'completed', %d, 3, %s)", url, kind, score, f.bool(true)))
		}
		finish := func(status shared.Status, score *int) shared.AuditProgress {
			t.Helper()
			p := f.create(t, shared.NewAudit{URL: "https://a.example/"})
			job, ok, err := f.Claim(t.Context(), "w", time.Minute)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			if err := f.Finish(t.Context(), job.Lease, work.Result{Status: status, GeoScore: score}); err != nil {
				t.Fatal(err)
			}
			return f.progress(t, p.AuditID)
		}
		score := 60
		if p := finish(shared.StatusCompleted, &score); p.Previous != nil { // 1
			t.Errorf("the first: got %+v", p.Previous)
		}
		insert("http://www.a.example/docs/", "site", 70)                                     // 2
		insert("https://a.example/", "external", 71)                                         // 3
		insert("https://b.example/", "site", 72)                                             // 4
		f.sql(t, "INSERT INTO audits (url, status) VALUES ('https://a.example/', 'failed')") // 5
		if p := finish(shared.StatusCancelled, nil); p.Previous != nil {                     // 6
			t.Errorf("a cancelled one: got %+v", p.Previous)
		}
		p := finish(shared.StatusCompleted, &score) // 7
		if got := p.Previous; got == nil || got.AuditID != 2 || got.GeoScore != 70 || got.Errors != 3 || !got.Partial ||
			got.FinishedAt.IsZero() {
			t.Errorf("got %+v, want audit 2", got)
		}
		e := f.create(t, shared.NewAudit{URL: "https://a.example/", Kind: shared.KindExternal})
		done, full := shared.StatusCompleted, 100
		e, err := f.Patch(t.Context(), e.AuditID, shared.ProgressPatch{Status: &done, Progress: &full, GeoScore: &score}, 0)
		if err != nil || e.Previous == nil || e.Previous.AuditID != 3 {
			t.Errorf("external: got %+v, %v, want audit 3", e.Previous, err)
		}
	})
}

func (f *fixture) bool(b bool) string {
	if f.Dialect() == "sqlite" {
		return map[bool]string{false: "0", true: "1"}[b]
	}
	return fmt.Sprint(b)
}
