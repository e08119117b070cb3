package pages

import (
	"strings"
	"testing"

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
	if r := s.get(shared.PathTrailPage + "?cursor=x"); r.StatusCode != 404 {
		t.Errorf("a cursor of somebody else: %s", r.Status)
	}
}

// TestEveryDeedHasWords finds deeds that would be shown by their codes.
func TestEveryDeedHasWords(t *testing.T) {
	for _, deed := range []shared.Deed{
		shared.DeedStarted, shared.DeedCancelled, shared.DeedDeleted, shared.DeedShared, shared.DeedUnshared,
		shared.DeedScheduled, shared.DeedUnscheduled, shared.DeedTokenMade, shared.DeedTokenEnded, shared.DeedSignedIn,
		shared.DeedSignedOut, shared.DeedTriedSignIn, shared.DeedWebhookMade, shared.DeedWebhookChanged,
		shared.DeedWebhookDeleted, shared.DeedSecretMade, shared.DeedRedelivered,
	} {
		for _, l := range text.Langs {
			if said := text.Deed(l, string(deed)); !strings.Contains(said, " ") {
				t.Errorf("%s in %s: %q", deed, l.Tag(), said)
			}
		}
	}
}
