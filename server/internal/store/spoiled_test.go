package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// spoil writes what the database would refuse: its guards are taken away first,
// as a careless owner could.
func (f *fixture) spoil(t *testing.T, statements ...string) {
	t.Helper()
	f.foreign.SetMaxOpenConns(1) // the settings below hold for one connection
	if f.Dialect() == "sqlite" {
		f.sql(t, "PRAGMA ignore_check_constraints = 1")
		f.sql(t, "DROP TRIGGER audits_guard_update")
		f.sql(t, "UPDATE audits_clock SET fixing = 1")
	} else {
		f.sql(t, "ALTER TABLE audits DISABLE TRIGGER ALL")
		f.sql(t, `DO $$ DECLARE name text; BEGIN
			FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'audits'::regclass AND contype = 'c' LOOP
				EXECUTE format('ALTER TABLE audits DROP CONSTRAINT %I', name);
			END LOOP; END $$`)
	}
	for _, s := range statements {
		f.sql(t, s)
	}
}

func TestSpoiledRows(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		for range 6 {
			f.create(t, external)
		}
		cursor := f.now(t)
		if f.Dialect() == "sqlite" {
			cursor = "0"
		}
		f.spoil(t,
			`UPDATE audits SET activity = '{"pages":"all of them"' WHERE id = 1`,
			`UPDATE audits SET activity = '{"pages":[{"url":"","status":-3}]}' WHERE id = 2`,
			`UPDATE audits SET progress = 700, total_pages = -4, findings_error = -1, page_limit = 0, geo_score = 900,
				kind = 'mystery', stage = 'lunch', attempt = -2, message = '`+strings.Repeat("é", 500)+`' WHERE id = 3`,
			`UPDATE audits SET status = 'confused' WHERE id = 4`,
			`UPDATE audits SET url = '' WHERE id = 5`,
		)
		if f.Dialect() == "sqlite" {
			f.sql(t, "UPDATE audits SET started_at = 'yesterday', finished_at = x'ff' || 'y' WHERE id = 6")
		} else {
			f.sql(t, "UPDATE audits SET change_xid = pg_current_xact_id()")
		}
		for range 2 {
			f.checkSpoiled(t, cursor)
		}
		list, err := f.List(ctx, shared.ListQuery{})
		if err != nil || len(list.Audits) != 4 {
			t.Errorf("list: got %d audits, %v, want 4", len(list.Audits), err)
		}
		if got := f.log.count("an audit cannot be shown: its row breaks the contract"); got != 2 {
			t.Errorf("complaints about rows beyond repair: got %d, want one for each of 2", got)
		}
		if got := f.log.count("an audit is shown mended: its row breaks the contract"); got != 3 {
			t.Errorf("complaints about mended rows: got %d, want one for each of 3", got)
		}
		if _, err := f.Progress(ctx, 4); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("beyond repair: got %v, want %v", err, store.ErrNotFound)
		}
	})
}

func (f *fixture) checkSpoiled(t *testing.T, cursor string) {
	t.Helper()
	c, err := f.Changes(t.Context(), cursor)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[int64]shared.AuditProgress{}
	for _, p := range c.Changed {
		byID[p.AuditID] = p
		if err := p.Validate(); err != nil {
			t.Errorf("audit %d: %v", p.AuditID, err)
		}
	}
	if _, four := byID[4]; four || len(byID) != 4 {
		t.Errorf("shown: got %d audits, want 1, 2, 3 and 6", len(byID))
	}
	if byID[1].Activity != nil || byID[2].Activity != nil {
		t.Errorf("broken activity: got %v, %v, want none", byID[1].Activity, byID[2].Activity)
	}
	p := byID[3]
	want := shared.AuditProgress{
		AuditID: 3, Revision: p.Revision, URL: external.URL, Kind: shared.KindExternal, Status: shared.StatusPending,
		Progress: 99, Message: ptr(strings.Repeat("é", shared.MaxMessage)), CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
	if !equal(p, want) {
		t.Errorf("mended:\ngot  %s\nwant %s", wire(p), wire(want))
	}
}

func TestSpoiledReport(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		id := f.create(t, external).AuditID
		f.sql(t, fmt.Sprintf("INSERT INTO reports (audit_id, body) VALUES (%d, '{\"checks\": 3')", id))
		r, err := f.Report(t.Context(), id)
		want := shared.Report{
			Version: shared.ReportVersion, Audit: f.progress(t, id), Checks: []shared.CheckResult{}, Unvisited: []shared.Unvisited{},
		}
		if err != nil || !equal(r, want) {
			t.Errorf("got %s, %v\nwant %s", wire(r), err, wire(want))
		}
	})
}

// TestHostileTexts stores what an attacker, or an audited site, would send.
func TestHostileTexts(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		for _, text := range []string{
			`'; DROP TABLE audits; --`, `\'`, `"`, `a\`, `?0 ? ??`, "日本語 ✓ 🗼", "a\r\nb", "${x} $1 $$", "-1--1", "/* */",
		} {
			p, _, err := f.Create(ctx, shared.NewAudit{URL: text, Kind: shared.KindExternal}, text)
			if err != nil || p.URL != text {
				t.Errorf("url %q: got %q, %v", text, p.URL, err)
				continue
			}
			p, err = f.Patch(ctx, p.AuditID, shared.ProgressPatch{Message: &text}, 0)
			if err != nil || *p.Message != text {
				t.Errorf("message %q: got %q, %v", text, *p.Message, err)
			}
		}
		for _, text := range []string{"a\x00b", "\xff\xfe", strings.Repeat("x", shared.MaxURL+1)} {
			if _, _, err := f.Create(ctx, shared.NewAudit{URL: text}, ""); !errors.Is(err, store.ErrOutOfRange) {
				t.Errorf("url %.10q: got %v, want %v", text, err, store.ErrOutOfRange)
			}
		}
	})
}

// TestHostilePages checks that what an audited site sends cannot stop its audit.
func TestHostilePages(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.create(t, site)
		job := f.claim(t, "w")
		hostile := page("https://example.org/?a=1&b='2'", finding("one\x00", "\x00\xff'"))
		hostile.Page.Title = "a\x00b\xffc" + strings.Repeat("é", 10_000)
		if err := f.SavePages(ctx, job.Lease, []work.PageRecord{hostile}); err != nil {
			t.Fatal(err)
		}
		loaded, err := f.LoadPages(ctx, job.AuditID, 0, 10)
		if err != nil || len(loaded) != 1 {
			t.Fatalf("got %v, %v", loaded, err)
		}
		if got := loaded[0].Page.Title; !strings.HasPrefix(got, "ab\uFFFDcé") || len(got) > 5000 {
			t.Errorf("title: got %d bytes: %.20q", len(got), got)
		}
		list, err := f.Findings(ctx, job.AuditID, shared.FindingQuery{})
		if err != nil || len(list.Findings) != 1 || list.Findings[0].Evidence[0].Value != "\uFFFD'" {
			t.Errorf("findings: got %+v, %v", list, err)
		}
		a := advanced
		a.Message = work.Sentence{Text: "\x00now"}
		a.Activity = &shared.Activity{}
		for range shared.MaxActivityPages {
			a.Activity.Pages = append(a.Activity.Pages, shared.PageLine{URL: "https://e/" + strings.Repeat("&", shared.MaxURL-10)})
		}
		if err := f.Advance(ctx, job.Lease, a); err != nil {
			t.Fatal(err)
		}
		p := f.progress(t, job.AuditID)
		if n := len(wire(p)); n > shared.MaxProgressBytes || len(p.Activity.Pages) == 0 || *p.Message != "now" {
			t.Errorf("long activity: %d bytes, %d pages, message %q", n, len(p.Activity.Pages), *p.Message)
		}
	})
}
