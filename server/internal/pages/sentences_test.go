package pages

import (
	"strings"
	"testing"

	"atalaya/server/internal/work"
	"atalaya/shared"
	"atalaya/shared/text"
)

// sentence is what the engine says with a key, with as many parameters as it takes.
func sentence(t *testing.T, key string) work.Sentence {
	t.Helper()
	for n := range shared.MaxArgs + 1 {
		args := make([]any, n)
		for i := range args {
			args[i] = 4321 + i
		}
		if s := work.Say(key, args...); !strings.HasPrefix(s.Text, key) {
			return s
		}
	}
	t.Fatalf("no words for %q", key)
	return work.Sentence{}
}

// in is a sentence in another language.
func in(t *testing.T, l text.Lang, s work.Sentence) string {
	t.Helper()
	said, ok := text.Sentence(l, s.Key, s.Args)
	if !ok {
		t.Fatalf("no words for %q in %s", s.Key, l.Tag())
	}
	return said
}

// english lists the parts of every sentence of the engine that stand between its
// parameters, and which no other language has.
func english(t *testing.T) []string {
	t.Helper()
	var parts, spanish []string
	for _, key := range text.SentenceKeys() {
		s := sentence(t, key)
		spanish = append(spanish, in(t, text.ES, s))
		for i := range s.Args {
			s.Text = strings.ReplaceAll(s.Text, text.EN.Number(4321+i), "¶")
			s.Text = strings.ReplaceAll(s.Text, s.Args[i], "¶")
		}
		for part := range strings.SplitSeq(s.Text, "¶") {
			if part = strings.Trim(part, " .:;()\""); strings.Contains(part, " ") {
				parts = append(parts, part)
			}
		}
	}
	for _, part := range parts {
		if strings.Contains(strings.Join(spanish, "\n"), part) {
			t.Fatalf("%q is Spanish as well", part)
		}
	}
	return parts
}

// TestSpanishPagesAreSpanishThroughout draws the app's pages and the plain ones of an
// audit in each stage and with each sentence of the engine, failed for each reason and
// ended with each summary: in Spanish nothing that the engine says is English.
func TestSpanishPagesAreSpanishThroughout(t *testing.T) {
	parts := english(t)
	if len(parts) < 30 {
		t.Fatalf("only %d parts of English sentences found: %q", len(parts), parts)
	}
	s := newSite(t)
	shows := func(when, target string, want ...string) {
		t.Helper()
		got := words(parse(t, s.get(target, "Accept-Language", "es")))
		for _, part := range parts {
			if strings.Contains(got, part) {
				t.Errorf("%s, %s: says %q in\n%s", when, target, part, got)
			}
		}
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s, %s: %q is missing in\n%s", when, target, w, got)
			}
		}
	}
	score := 76
	for i, key := range text.SentenceKeys() {
		said := sentence(t, key)
		spanish := in(t, text.ES, said)
		for name, end := range map[string]work.Result{
			"failed":    {Status: shared.StatusFailed, ErrorMessage: said},
			"completed": {Status: shared.StatusCompleted, GeoScore: &score, Message: said},
			"partial":   {Status: shared.StatusCompleted, GeoScore: &score, Message: said, Partial: true, StopReason: "limit"},
			"cancelled": {Status: shared.StatusCancelled, Message: said, Partial: true, StopReason: "cancelled"},
		} {
			if name != "failed" && !strings.HasPrefix(key, "analysed") {
				continue // no summary
			}
			id := s.audit("https://one.example/").AuditID
			app, plain := shared.PathPage(id), shared.PathBasicPage(id)
			running := halfway
			running.Message = said
			lease := s.run(running)
			if name == "failed" {
				running.Stage = shared.Stages[i%len(shared.Stages)]
				if err := s.rows.Advance(t.Context(), lease, running); err != nil {
					t.Fatal(err)
				}
				shows(key+" while in "+string(running.Stage), app, spanish)
				shows(key+" while in "+string(running.Stage), plain, spanish)
			}
			end.Last = running
			s.finish(lease, end, shared.Report{})
			var inApp []string
			if name == "failed" { // of other ends the app says more than the summary
				inApp = []string{spanish}
			}
			shows(key+", "+name, app, inApp...)
			shows(key+", "+name, plain, spanish)
			shows(key+", "+name, shared.PathReportPage(id))
		}
	}
	shows("every end in a list", "/")
	shows("every end in a list", "/basic")
}
