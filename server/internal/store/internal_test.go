package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"atalaya/server/internal/store/migrations"
)

func TestMigrationsOfBothDialects(t *testing.T) {
	names := func(files fs.FS) (names []string) {
		found, err := fs.Glob(files, "*.tx.up.sql")
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	pg, lite := names(migrations.Postgres.Numbered), names(migrations.SQLite.Numbered)
	if len(pg) == 0 || !slices.Equal(pg, lite) {
		t.Errorf("PostgreSQL has %q, SQLite has %q, want the same", pg, lite)
	}
}

func TestNormalise(t *testing.T) {
	for _, c := range []struct{ err, want error }{
		{nil, nil},
		{io.EOF, ErrUnavailable},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), ErrUnavailable},
		{driver.ErrBadConn, ErrUnavailable},
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, ErrUnavailable},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, ErrTimeout},
		{os.ErrDeadlineExceeded, ErrTimeout},
		{context.DeadlineExceeded, ErrTimeout},
		{fmt.Errorf("%w: twice", ErrTimeout), ErrTimeout},
		{context.Canceled, context.Canceled},
		{ErrTerminal, ErrTerminal},
	} {
		if got := normalise(c.err); !errors.Is(got, c.want) {
			t.Errorf("%v: got %v, want %v", c.err, got, c.want)
		}
	}
	if !errors.Is(ErrTimeout, context.DeadlineExceeded) {
		t.Error("ErrTimeout is not a context.DeadlineExceeded")
	}
}

func TestChangeCursor(t *testing.T) {
	for _, w := range []changeCursor{
		{}, {seen: snapshot{xmax: 7}}, {seen: snapshot{xmax: 1<<63 - 1}}, {seen: snapshot{12, []uint64{7, 9}}},
		{seen: snapshot{12, []uint64{7}}, xid: 7, id: 9, until: snapshot{15, []uint64{7, 13}}},
	} {
		got, err := decodeChangeCursor(w.String())
		if err != nil || !reflect.DeepEqual(got, w) {
			t.Errorf("%v: got %v, %v", w, got, err)
		}
	}
	for _, bad := range []string{"7:7", "7:9", "7:", "7:1,", "7:1,,2", ":7", "7.1.2", "7.1.2.", "7.1.2.0", "7.-1.2.9",
		"7.1.2.9:10"} {
		if got, err := decodeChangeCursor(bad); !errors.Is(err, ErrBadCursor) {
			t.Errorf("%q: got %v, %v", bad, got, err)
		}
	}
	const present, text, snap = "120", "110:120:110,115", "120:110,115"
	nothing := []changeRow{{Until: present, Next: text}}
	full := make([]changeRow, ChangesMax)
	for i := range full {
		full[i] = changeRow{auditRow: auditRow{ID: int64(i + 1)}, Xid: "105", Until: present, Next: text}
	}
	rest := []changeRow{{auditRow: auditRow{ID: 45}, Xid: "106", Until: present, Next: text}}
	for _, c := range []struct {
		name, from string
		rows       []changeRow
		changed    int
		want       string
		err        error
	}{
		{"nothing new", "100", nothing, 0, "100", nil},
		{"nothing new, nobody writing", "120", nothing, 0, "120", nil},
		{"nothing new, somebody writing", "120:110", nothing, 0, "120:110", nil},
		{"a whole window", "100", rest, 1, snap, nil},
		{"the start of a long one", "100:90", full, ChangesMax, "100:90.500.105.120:110,115", nil},
		{"the end of a long one", "100.44.105.115:109", rest, 1, "115:109", nil},
		{"a long one that ended on its limit", "100.44.105.115:109", nothing, 0, "115:109", nil},
		{"a younger cluster", "121", nothing, 0, "", ErrBadCursor},
		{"a younger cluster, within a long one", "100.44.105.121", rest, 0, "", ErrBadCursor},
		{"a younger cluster, from far behind", "1.44.121.115", nothing, 0, "", ErrBadCursor},
	} {
		w, err := decodeChangeCursor(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if changed, got, err := w.advance(c.rows); !errors.Is(err, c.err) || got != c.want ||
			len(changed) != c.changed {
			t.Errorf("%s: got %d rows, %q, %v, want %d, %q, %v", c.name, len(changed), got, err, c.changed,
				c.want, c.err)
		}
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"constraint failed: atalaya: this audit is failed and final (1811)": "this audit is failed and final",
		"atalaya: progress does not fall within an attempt (it is 40)":      "progress does not fall within an attempt (it is 40)",
		"something else":        "something else",
		"CHECK failed: x (275)": "CHECK failed: x",
	} {
		if got := trimDriverText(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzClip(f *testing.F) {
	f.Add("aé\x00\xff日", 3)
	f.Fuzz(func(t *testing.T, s string, most int) {
		most &= 0xff
		bytes, runes := cutBytes(s, most), cutRunes(s, most)
		if len(bytes) > most || utf8.RuneCountInString(runes) > most {
			t.Errorf("%q to %d: got %d bytes, %d characters", s, most, len(bytes), utf8.RuneCountInString(runes))
		}
		for _, v := range []string{bytes, runes} {
			if err := checkText("text", v); err != nil {
				t.Errorf("%q: %v", v, err)
			}
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add("YXVkaXRzOjE", "1.2.3.4")
	f.Fuzz(func(t *testing.T, list, changes string) {
		if id, err := decodeCursor("audits", list); err == nil && list != "" && *encodeCursor("audits", id) != list {
			t.Errorf("%q: read as %d", list, id)
		}
		if w, err := decodeChangeCursor(changes); err == nil {
			if again, err := decodeChangeCursor(w.String()); err != nil ||
				!reflect.DeepEqual(again, w) {
				t.Errorf("%q: read as %v, then as %v, %v", changes, w, again, err)
			}
		}
	})
}

// TestARefusalSpeaksForAWhile and a proof for less.
func TestARefusalSpeaksForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w writability
		expect := func(what string, known bool, refusal error) {
			t.Helper()
			if k, err := w.lately(); k != known || !errors.Is(err, refusal) {
				t.Errorf("%s: got %v, %v, want %v, %v", what, k, err, known, refusal)
			}
		}
		expect("at first", false, nil)
		w.proved()
		expect("proved", true, nil)
		w.note(fmt.Errorf("%w: as a test says", ErrFull))
		expect("refused since", true, ErrFull)
		time.Sleep(refusalLasts - time.Nanosecond)
		expect("still", true, ErrFull)
		time.Sleep(time.Nanosecond)
		expect("long ago", false, nil)
		for _, other := range []error{nil, ErrBusy, ErrTimeout, ErrOutOfRange, ErrUnavailable} {
			w.note(other)
			expect("another error", false, nil)
		}
		w.proved()
		time.Sleep(proofLasts)
		expect("proved long ago", false, nil)
	})
}
