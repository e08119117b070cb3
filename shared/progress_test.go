package shared

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// goldens are the committed examples of the contract; clients test against
// the same files.
func goldens(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil || len(paths) < 3 {
		t.Fatalf("goldens: %v, %v", paths, err)
	}
	files := make(map[string][]byte)
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(p)] = bytes.TrimSpace(b)
	}
	return files
}

// joined are fields that the oldest examples do not have. They are read without
// them, as clients read what they kept on a device, and written with null.
var joined = []string{`"message_key":`, `"message_args":`, `"error_key":`, `"error_args":`, `"previous":`, `"seconds_left":`}

func TestGoldenRoundTrip(t *testing.T) {
	for name, want := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			p, err := DecodeAuditProgress(want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			for _, field := range joined {
				if !bytes.Contains(want, []byte(field)) {
					got = bytes.Replace(got, []byte(field+"null,"), nil, 1)
				}
			}
			if !bytes.Equal(got, want) {
				t.Errorf("encoded again:\n got %s\nwant %s", got, want)
			}
		})
	}
}

// edit changes one top-level field of the example that has them all; nil removes it.
func edit(t *testing.T, field string, v any) []byte {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(goldens(t)["keyed.json"], &m); err != nil {
		t.Fatal(err)
	}
	if v == nil {
		delete(m, field)
	} else {
		m[field] = v
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecodeRefuses(t *testing.T) {
	null := json.RawMessage("null")
	for _, tc := range []struct {
		name, field string
		v           any
	}{
		{"missing id", "audit_id", nil},
		{"missing nullable", "message", nil},
		{"null id", "audit_id", null},
		{"null status", "status", null},
		{"id as text", "audit_id", "7"},
		{"id zero", "audit_id", 0},
		{"id with fraction", "audit_id", 7.5},
		{"revision zero", "revision", 0},
		{"empty url", "url", ""},
		{"long url", "url", strings.Repeat("u", MaxURL+1)},
		{"unknown kind", "kind", "other"},
		{"unknown status", "status", "done"},
		{"unknown stage", "stage", "polish"},
		{"progress below", "progress", -1},
		{"progress above", "progress", 101},
		{"progress 100 while running", "progress", 100},
		{"progress as text", "progress", "48"},
		{"long message", "message", strings.Repeat("ñ", MaxMessage+1)},
		{"message as list", "message", []string{"a"}},
		{"key without arguments", "message_args", null},
		{"arguments without a key", "message_key", null},
		{"arguments and no key at all", "message_key", nil},
		{"key as number", "message_key", 7},
		{"empty key", "message_key", ""},
		{"long key", "message_key", strings.Repeat("k", MaxKey+1)},
		{"key in capitals", "message_key", "Fetched"},
		{"key with a space", "message_key", "fetched it"},
		{"arguments as text", "message_args", "a"},
		{"argument as number", "message_args", []int{7}},
		{"argument null", "message_args", []any{nil}},
		{"five arguments", "message_args", []string{"a", "b", "c", "d", "e"}},
		{"long argument", "message_args", []string{strings.Repeat("ñ", MaxArg+1)}},
		{"error key without arguments", "error_key", "k"},
		{"error arguments without a key", "error_args", []string{}},
		{"score before the end", "geo_score", 70},
		{"provisional above", "provisional_score", 101},
		{"negative pages", "total_pages", -1},
		{"page limit zero", "page_limit", 0},
		{"negative findings", "findings", map[string]int{"error": -1}},
		{"findings as list", "findings", []int{1}},
		{"no time", "created_at", "yesterday"},
		{"time as number", "updated_at", 1},
		{"activity as text", "activity", "x"},
		{"too many pages", "activity", map[string]any{"pages": make([]PageLine, MaxActivityPages+1)}},
		{"check with a long example", "activity", map[string]any{"top": []TopCheck{
			{ID: "c", Severity: SeverityError, Example: strings.Repeat("a", MaxURL+1)}}}},
		{"check without id", "activity", map[string]any{"top": []TopCheck{{}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := DecodeAuditProgress(edit(t, tc.field, tc.v))
			if !errors.Is(err, ErrInvalid) {
				t.Errorf("err = %v, want ErrInvalid", err)
			}
			if !reflect.DeepEqual(got, AuditProgress{}) {
				t.Errorf("half-read value %+v", got)
			}
		})
	}
	for _, text := range []string{"", "null", "[]", "7", "{", "<html>", `"x"`, strings.Repeat(" ", MaxProgressBytes+1)} {
		if _, err := DecodeAuditProgress([]byte(text)); !errors.Is(err, ErrInvalid) {
			t.Errorf("decode %.20q: err = %v, want ErrInvalid", text, err)
		}
	}
}

func TestDecodeIgnoresTheUnknown(t *testing.T) {
	for _, tc := range []struct {
		field string
		v     any
	}{
		{"colour", "blue"},
		{"Progress", 99}, // another case is another field
		{"AUDIT_ID", "not a number"},
	} {
		p, err := DecodeAuditProgress(edit(t, tc.field, tc.v))
		if err != nil || p.Progress != 48 || p.AuditID != 7 {
			t.Errorf("with %s: progress %d of %d, err %v", tc.field, p.Progress, p.AuditID, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, b := range goldens(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := DecodeAuditProgress(data)
		if err != nil {
			return
		}
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("accepted but not encodable: %v", err)
		}
		again, err := DecodeAuditProgress(b)
		if err != nil {
			t.Fatalf("accepted %q, then refused its own encoding: %v", data, err)
		}
		if !reflect.DeepEqual(p, again) {
			t.Fatalf("changed on the way:\n%+v\n%+v", p, again)
		}
	})
}

func TestEvents(t *testing.T) {
	for _, tc := range []struct {
		text string
		want End
		ok   bool
	}{
		{`{"reason":"max_age","error":"Stream timeout","retry_ms":0}`, End{Reason: EndMaxAge, Error: StreamTimeout}, true},
		{`{"reason":"new one","retry_ms":5}`, End{Reason: "new one", RetryMS: 5}, true},
		{`{"reason":"drain","retry_ms":-1}`, End{}, false},
		{`{}`, End{}, false},
		{`oops`, End{}, false},
	} {
		got, err := DecodeEnd([]byte(tc.text))
		if got != tc.want || (err == nil) != tc.ok {
			t.Errorf("DecodeEnd(%s) = %+v, %v", tc.text, got, err)
		}
	}
	h, err := DecodeHeartbeat([]byte(`{"server_time":"2026-11-23T14:02:10.000Z","fresh_at":null}`))
	if err != nil || h.FreshAt != nil || h.ServerTime.Hour() != 14 {
		t.Errorf("DecodeHeartbeat = %+v, %v", h, err)
	}
	if _, err := DecodeHeartbeat([]byte(`{}`)); !errors.Is(err, ErrInvalid) {
		t.Errorf("empty heartbeat: %v", err)
	}
}

func TestParseID(t *testing.T) {
	for s, want := range map[string]int64{"1": 1, "9223372036854775807": 1<<63 - 1, "0": 0, "-1": 0, "+1": 0, "01": 0,
		"1e3": 0, "": 0, " 1": 0, "9223372036854775808": 0} {
		got, ok := ParseID(s)
		if ok != (want > 0) || ok && got != want {
			t.Errorf("ParseID(%q) = %d, %v", s, got, ok)
		}
	}
}

func TestStagesShareTheWholePercentage(t *testing.T) {
	end := 0
	for _, s := range Stages {
		from, to := s.Span()
		if from != end || to <= from {
			t.Errorf("stage %s spans %d to %d after %d", s, from, to, end)
		}
		end = to
	}
	if end != 100 {
		t.Errorf("the stages end at %d %%", end)
	}
}
