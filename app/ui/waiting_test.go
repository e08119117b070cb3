//go:build !js

package ui

import (
	"slices"
	"testing"

	"atalaya/app/internal/outbox"
	"atalaya/shared"
	"atalaya/shared/text"
)

// What waits is listed with all that was asked for; what was refused says why, and what was
// started already can only be removed.
func TestWaitingInWords(t *testing.T) {
	loc := localeAt(t, text.EN, "14:05:00")
	m := loc.waiting([]outbox.Entry{
		{Key: "1", Wish: shared.NewAudit{URL: "site.example/<b>", PageLimit: 7, MaxDepth: 2, SkipAIAgents: true}, At: moment(t, "13:04:00")},
		{Key: "2", Wish: shared.NewAudit{URL: "ftp://x"}, At: moment(t, "13:04:00"), Refused: string(shared.CodeBadURL)},
		{Key: "3", Wish: shared.NewAudit{URL: "y"}, At: moment(t, "13:04:00"), Refused: string(shared.CodeIdempotency)},
	})
	doc := draw(t, outboxView(text.EN, m, nil, nil))
	var rows []string
	for _, row := range tag(doc, "li") {
		rows = append(rows, words(row))
	}
	want := []string{
		"S site.example/<b> Pages at most: 7 · Clicks from the start page at most: 2 · " +
			"Ask for nothing in the name of AI agents Since 14:04 Change Remove",
		"X ftp://x The server does not start it. " + text.Problem(text.EN, string(shared.CodeBadURL)) + " Since 14:04 Change Remove",
		"Y y It was started as it was before you changed it: see the list. Since 14:04 Remove",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("got %q\nwant %q", rows, want)
	}
	if none := draw(t, outboxView(text.EN, loc.waiting(nil), nil, nil)); words(none) != "" {
		t.Errorf("nothing waits: %q", words(none))
	}
}
