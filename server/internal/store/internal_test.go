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
	pg, lite := names(migrations.Postgres), names(migrations.SQLite)
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

func TestSweepCursor(t *testing.T) {
	for _, w := range []sweep{{}, {xid: 7}, {xid: 1<<63 - 1}, {xid: 7, id: 9, until: 12, next: 11}} {
		got, err := parseSweep(w.String())
		if err != nil || got != w {
			t.Errorf("%v: got %v, %v", w, got, err)
		}
	}
	full := make([]sweptRow, ChangesMax)
	full[ChangesMax-1] = sweptRow{auditRow: auditRow{ID: 44}, Xid: "105", Until: "120", Next: "110"}
	rest := []sweptRow{{auditRow: auditRow{ID: 45}, Xid: "106", Until: "220", Next: "210"}}
	for _, c := range []struct {
		name string
		from string
		rows []sweptRow
		want string
	}{
		{"nothing new", "100", nil, "100"},
		{"a whole window", "100", rest, "210"},
		{"the start of a long one", "100", full, "105.44.120.110"},
		{"the end of a long one", "105.44.120.110", rest, "110"},
		{"a long one that ended on its limit", "105.44.120.110", nil, "110"},
	} {
		w, err := parseSweep(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := w.after(c.rows); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.want)
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
		if got := plain(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzClip(f *testing.F) {
	f.Add("aé\x00\xff日", 3)
	f.Fuzz(func(t *testing.T, s string, most int) {
		most &= 0xff
		bytes, runes := clip(s, most), clipRunes(s, most)
		if len(bytes) > most || utf8.RuneCountInString(runes) > most {
			t.Errorf("%q to %d: got %d bytes, %d characters", s, most, len(bytes), utf8.RuneCountInString(runes))
		}
		for _, v := range []string{bytes, runes} {
			if err := asText("text", v); err != nil {
				t.Errorf("%q: %v", v, err)
			}
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add("YXVkaXRzOjE", "1.2.3.4")
	f.Fuzz(func(t *testing.T, list, changes string) {
		if id, err := place("audits", list); err == nil && list != "" && *keyset("audits", id) != list {
			t.Errorf("%q: read as %d", list, id)
		}
		if w, err := parseSweep(changes); err == nil {
			if again, err := parseSweep(w.String()); err != nil || (w.until != 0 && !reflect.DeepEqual(again, w)) {
				t.Errorf("%q: read as %v, then as %v, %v", changes, w, again, err)
			}
		}
	})
}
