package store_test

import (
	"fmt"
	"strings"
	"testing"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// said is what readers get of an audit's two texts.
type said struct {
	message, messageKey string
	messageArgs         []string
	err, errKey         string
	errArgs             []string
}

func (f *fixture) said(t *testing.T, id int64) said {
	t.Helper()
	p := f.progress(t, id)
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	return said{
		text(p.Message), text(p.MessageKey), p.MessageArgs,
		text(p.ErrorMessage), text(p.ErrorKey), p.ErrorArgs,
	}
}

// TestKeyOfASentence writes texts with and without keys, as the engine and as a
// foreign worker: no text ever has the key of another.
func TestKeyOfASentence(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.create(t, site)
		job := f.claim(t, "w")
		say := func(s work.Sentence) {
			t.Helper()
			a := advanced
			a.Message = s
			if err := f.Advance(t.Context(), job.Lease, a); err != nil {
				t.Fatal(err)
			}
		}
		sees := func(what string, want said) {
			t.Helper()
			if got := f.said(t, job.AuditID); !same(got, want) {
				t.Errorf("%s:\ngot  %+v\nwant %+v", what, got, want)
			}
		}
		long := strings.Repeat("é", shared.MaxArg+1)
		say(work.Sentence{Text: "Fetched a", Key: "fetched", Args: []string{"a\x00", `"<é>"`, long}})
		sees("the engine", said{message: "Fetched a", messageKey: "fetched",
			messageArgs: []string{"a", `"<é>"`, long[:2*shared.MaxArg]}})
		say(work.Sentence{Text: "Fetched b", Key: "fetched", Args: []string{"b"}})
		sees("the same key with another parameter", said{message: "Fetched b", messageKey: "fetched", messageArgs: []string{"b"}})
		f.sql(t, "UPDATE audits SET message = 'by hand' WHERE id = 1")
		sees("a foreign worker's text", said{message: "by hand"})
		say(work.Sentence{Text: "Done", Key: "done"})
		sees("a key without parameters", said{message: "Done", messageKey: "done", messageArgs: []string{}})
		f.sql(t, "UPDATE audits SET error_message = 'careful' WHERE id = 1")
		sees("a foreign worker's error", said{message: "Done", messageKey: "done", messageArgs: []string{}, err: "careful"})
		f.sql(t, `UPDATE audits SET message = 'Two', message_key = 'two', message_args = '["2"]' WHERE id = 1`)
		sees("a foreign worker that knows of keys", said{message: "Two", messageKey: "two", messageArgs: []string{"2"}, err: "careful"})
		say(work.Sentence{Text: "plain"})
		sees("the engine without a key", said{message: "plain", err: "careful"})
		err := f.Finish(t.Context(), job.Lease, work.Result{
			Status: shared.StatusFailed, Last: advanced,
			ErrorMessage: work.Sentence{Text: "No answer.", Key: "no-answer", Args: []string{"c"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		sees("the end", said{err: "No answer.", errKey: "no-answer", errArgs: []string{"c"}})
	})
}

// TestNoKeyInExternalWork has an external audit with keys, which a foreign worker
// wrote, and its texts alone shown.
func TestNoKeyInExternalWork(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		id := f.create(t, external).AuditID
		keyed := `UPDATE audits SET message = 'a', message_key = 'k', message_args = '[]',
			error_message = 'b', error_key = 'k', error_args = '["c"]' WHERE id = 1`
		f.sql(t, keyed)
		if got, want := f.said(t, id), (said{message: "a", err: "b"}); !same(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if _, err := f.Patch(t.Context(), id, shared.ProgressPatch{Message: ptr("a"), ErrorMessage: ptr("b")}, 0); err != nil {
			t.Fatal(err)
		}
		f.sql(t, "UPDATE audits SET kind = 'site' WHERE id = 1")
		if got, want := f.said(t, id), (said{message: "a", err: "b"}); !same(got, want) {
			t.Errorf("patched: got %+v, want the keys gone: %+v", got, want)
		}
	})
}

// TestUnreadableKeys has keys in the row that break the contract: the database
// refuses some, and of the others the text alone is shown.
func TestUnreadableKeys(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		id := f.create(t, site).AuditID
		f.sql(t, "UPDATE audits SET message = 'm', message_key = 'k' WHERE id = 1")
		if got, want := f.said(t, id), (said{message: "m", messageKey: "k", messageArgs: []string{}}); !same(got, want) {
			t.Errorf("no parameters: got %+v, want %+v", got, want)
		}
		for _, args := range []string{"[", "7", "[7]", `["a","b","c","d","e"]`, `["` + strings.Repeat("x", shared.MaxArg+1) + `"]`} {
			f.sql(t, fmt.Sprintf("UPDATE audits SET message_args = '%s' WHERE id = 1", args))
			if got, want := f.said(t, id), (said{message: "m"}); !same(got, want) {
				t.Errorf("parameters %.20s: got %+v, want %+v", args, got, want)
			}
		}
		f.sql(t, "UPDATE audits SET message = NULL, message_key = 'k2', message_args = '[]' WHERE id = 1")
		if got := f.said(t, id); !same(got, said{}) {
			t.Errorf("a key without a text: got %+v", got)
		}
		for _, set := range []string{
			"message_key = ''", "message_key = 'A'", "error_key = 'a b'", "error_key = '" + strings.Repeat("k", shared.MaxKey+1) + "'",
			"error_args = '" + strings.Repeat("x", 8193) + "'",
		} {
			if err := f.try(t, "UPDATE audits SET "+set+" WHERE id = 1"); err == nil || !strings.Contains(err.Error(), "atalaya: ") {
				t.Errorf("%.30s: got %v, want a refusal", set, err)
			}
		}
	})
}
