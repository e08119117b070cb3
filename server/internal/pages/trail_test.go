package pages

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"atalaya/shared"
	"atalaya/shared/text"
)

// TestTrailShowsWhoDidWhat reads the whole trail by its pages, in a language of its reader.
func TestTrailShowsWhoDidWhat(t *testing.T) {
	s := newSite(t)
	if body := read(t, s.get(shared.PathTrailPage)); !strings.Contains(body, "Nothing has been noted yet") {
		t.Errorf("an empty trail: %s", body)
	}
	seven := int64(7)
	entries := []shared.TrailEntry{
		{Deed: shared.DeedStarted, Who: "<b>Ana", Address: "192.0.2.1", AuditID: &seven},
		{Deed: shared.DeedTokenMade, Who: "Luis", About: "atl_abc"},
	}
	for range shared.ListLimitDefault - 1 { // the first line is one too many for the first page
		entries = append(entries, shared.TrailEntry{Deed: shared.DeedSignedIn, Who: "Luis"})
	}
	for _, e := range entries {
		if err := s.rows.NoteDeed(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	first := read(t, s.get(shared.PathTrailPage+"?lang=es"))
	if !strings.Contains(first, "creó un token") || !strings.Contains(first, "atl_abc") ||
		strings.Contains(first, "Ana") {
		t.Errorf("the first page: %s", first)
	}
	const next = "/team/trail?cursor=2&amp;lang=es"
	if !strings.Contains(first, next) {
		t.Fatalf("no way to the second page: %s", first)
	}
	second := read(t, s.get(strings.ReplaceAll(next, "&amp;", "&")))
	for _, part := range []string{"&lt;b&gt;Ana", "192.0.2.1", "inició una auditoría",
		`href="/audits/7/basic?lang=es"`,
	} {
		if !strings.Contains(second, part) {
			t.Errorf("the second page lacks %q: %s", part, second)
		}
	}
	if err := s.rows.NoteDeed(t.Context(), shared.TrailEntry{Deed: shared.DeedTriedSignIn, Who: shared.TrailNobody}); err != nil {
		t.Fatal(err)
	}
	if found := read(t, s.get(shared.PathTrailPage+"?lang=es&who=nadie")); strings.Contains(found, "nobody") ||
		!strings.Contains(found, ">nadie<") {
		t.Errorf("nobody, in Spanish: %s", found)
	}
	if r := s.get(shared.PathTrailPage + "?cursor=x"); r.StatusCode != 404 {
		t.Errorf("a cursor of somebody else: %s", r.Status)
	}
}

// TestTrailSelects fills in the form: what was chosen stays in it, and holds for all pages.
func TestTrailSelects(t *testing.T) {
	s := newSite(t)
	if _, err := (keyring{s.rows}).CreateToken(t.Context(), shared.NewToken{Role: "viewer", Name: `"><b>`}); err != nil {
		t.Fatal(err)
	}
	for range shared.ListLimitDefault + 1 {
		if err := s.rows.NoteDeed(t.Context(), shared.TrailEntry{Deed: shared.DeedSignedIn, Who: `"><b>`}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.rows.NoteDeed(t.Context(), shared.TrailEntry{Deed: shared.DeedStarted, Who: "Luis"}); err != nil {
		t.Fatal(err)
	}
	today := time.Now().UTC().Format(time.DateOnly)
	for _, c := range []struct {
		query  string
		status int
		rows   int
		says   string
	}{
		{"who=Luis", 200, 1, `name="who" value="Luis"`},
		{"who=+Luis+&deed=started", 200, 1, `<option value="started" selected>`},
		{"who=Luis&deed=signed_in", 200, 0, "Nothing like this has been noted."},
		{"who=" + url.QueryEscape(`"><b>`) + "&from=" + today + "&until=" + today, 200, shared.ListLimitDefault,
			`href="/team/trail?cursor=2&amp;from=` + today + "&amp;until=" + today + "&amp;who=%22%3E%3Cb%3E"},
		{"until=2020-01-01", 200, 0, "Nothing like this has been noted."},
		{"from=26.11.2026", 422, 0, `role="alert">Give a day such as`},
		{"until=2026-02-30&lang=es", 422, 0, `role="alert">Indica un día`},
		{"deed=burned", 404, 0, ""},
		{"", 200, shared.ListLimitDefault, `<option value="&#34;&gt;&lt;b&gt;"></option>`},
	} {
		r := s.get(shared.PathTrailPage + "?" + c.query)
		body := read(t, r)
		rows := strings.Count(body, "<tr>") - strings.Count(body, "<thead>")
		if r.StatusCode != c.status || rows != c.rows || !strings.Contains(body, c.says) || strings.Contains(body, "><b>") {
			t.Errorf("%s: %s with %d rows, want %q: %s", c.query, r.Status, rows, c.says, body)
		}
	}
}

// TestEveryDeedHasWords finds deeds that would be shown by their codes.
func TestEveryDeedHasWords(t *testing.T) {
	for _, deed := range shared.Deeds {
		for _, l := range text.Langs {
			if said := text.Deed(l, string(deed)); !strings.Contains(said, " ") {
				t.Errorf("%s in %s: %q", deed, l.Tag(), said)
			}
		}
	}
}
