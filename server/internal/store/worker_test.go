package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

var advanced = work.Advance{
	Stage: shared.StageCrawl, Progress: 42, Message: work.Sentence{Text: "Fetching", Key: "fetching",
		Args: []string{"it"}}, ProvisionalScore: ptr(71),
	TotalPages: 9, Discovered: 31,
	Findings:  shared.Findings{Error: 1, Warning: 2, Notice: 3},
	Responses: shared.Responses{OK: 4, Redirect: 5, ClientError: 6, ServerError: 7, Failed: 8},
	Activity: &shared.Activity{
		Stages: []shared.StageSpan{{Name: shared.StageDiscover, StartedAt: shared.At(time.UnixMilli(1_700_000_000_123))}},
		Pages:  []shared.PageLine{{URL: "https://example.org/a", Status: 200, MS: 12}},
		Top:    []shared.TopCheck{{ID: "title-missing", Severity: shared.SeverityError, Count: 2}},
	},
}

func TestRunOfASiteAudit(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		created := f.create(t, site)
		job := f.claim(t, "w1")
		want := work.Job{
			Lease: work.Lease{AuditID: created.AuditID, Attempt: 1, Owner: "w1"}, URL: site.URL,
			PageLimit: 50, MaxDepth: 7, StartedAt: job.StartedAt,
		}
		if !same(job, want) || job.StartedAt.IsZero() {
			t.Errorf("job:\ngot  %+v\nwant %+v", job, want)
		}
		if _, ok, err := f.Claim(ctx, "w2", time.Minute); ok || err != nil {
			t.Errorf("second claim: got %v, %v, want nothing", ok, err)
		}
		if err := f.Advance(ctx, job.Lease, advanced); err != nil {
			t.Fatal(err)
		}
		p := f.progress(t, job.AuditID)
		shown := shared.AuditProgress{
			AuditID: p.AuditID, Revision: p.Revision, URL: site.URL, Kind: shared.KindSite, Status: shared.StatusRunning,
			Stage: advanced.Stage, Progress: 42, Message: ptr("Fetching"), MessageKey: ptr("fetching"), MessageArgs: []string{"it"},
			ProvisionalScore: ptr(71), TotalPages: 9, Discovered: 31,
			PageLimit: ptr(50), Findings: advanced.Findings, Responses: advanced.Responses, Attempt: 1,
			CreatedAt: p.CreatedAt, StartedAt: p.StartedAt, UpdatedAt: p.UpdatedAt, WorkerSeenAt: p.WorkerSeenAt,
			Activity: advanced.Activity,
		}
		if !equal(p, shown) || p.StartedAt == nil || p.WorkerSeenAt == nil {
			t.Errorf("advanced:\ngot  %+v\nwant %+v", p, shown)
		}
		cancel, err := f.Renew(ctx, job.Lease, time.Minute)
		if renewed := f.progress(t, job.AuditID); err != nil || cancel || renewed.Revision != p.Revision {
			t.Errorf("renew: cancel %v, %v, revision %d, want false and revision %d", cancel, err, renewed.Revision, p.Revision)
		}
		back := advanced
		back.Progress = 41
		if err := f.Advance(ctx, job.Lease, back); !errors.Is(err, store.ErrOutOfRange) {
			t.Errorf("back in progress: got %v, want %v", err, store.ErrOutOfRange)
		}
		f.finishCompleted(t, job.Lease)
	})
}

func (f *fixture) finishCompleted(t *testing.T, l work.Lease) {
	t.Helper()
	ctx := t.Context()
	result := work.Result{
		Status: shared.StatusCompleted, GeoScore: ptr(77), Message: work.Sentence{Text: "Done"}, Partial: true,
		StopReason: "limit", Last: advanced,
		Report: []byte(`{"score":{"value":77,"categories":[],"caps":[],"pages":9},"unvisited":[{"reason":"limit","count":3}]}`),
	}
	if err := f.Finish(ctx, l, result); err != nil {
		t.Fatal(err)
	}
	r, err := f.Report(ctx, l.AuditID)
	if err != nil {
		t.Fatal(err)
	}
	want := shared.Report{
		Version: shared.ReportVersion, Audit: f.progress(t, l.AuditID), Checks: []shared.CheckResult{},
		Score: &shared.Score{Value: 77, Categories: []shared.CategoryScore{}, Caps: []shared.Cap{},
			Fixes: []shared.Fix{}, Pages: 9},
		Unvisited: []shared.Unvisited{{Reason: "limit", Count: 3}},
	}
	if !equal(r, want) {
		t.Errorf("report:\ngot  %s\nwant %s", wire(r), wire(want))
	}
	a := r.Audit
	if a.Status != shared.StatusCompleted || a.Progress != 100 || *a.GeoScore != 77 || a.Stage != shared.StageNone ||
		a.FinishedAt == nil || !a.Partial || *a.StopReason != "limit" {
		t.Errorf("finished: got %+v", a)
	}
	if err := f.Finish(ctx, l, result); !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("finish again: got %v, want %v", err, store.ErrLeaseLost)
	}
}

// TestFence takes an audit from a worker whose lease ran out and checks that
// none of its writes gets through.
func TestFence(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.create(t, site)
		old := f.claim(t, "w1")
		if err := f.Advance(ctx, old.Lease, advanced); err != nil {
			t.Fatal(err)
		}
		f.loseLease(t)
		taken := f.claim(t, "w1") // even under the same name
		if taken.Attempt != 2 || taken.Progress != 42 || !equal(taken.Activity, advanced.Activity) ||
			!taken.StartedAt.Equal(old.StartedAt) {
			t.Errorf("resumed job: got %+v", taken)
		}
		before := f.progress(t, old.AuditID)
		_, renew := f.Renew(ctx, old.Lease, time.Minute)
		for name, err := range map[string]error{
			"renew":         renew,
			"advance":       f.Advance(ctx, old.Lease, advanced),
			"save pages":    f.SavePages(ctx, old.Lease, []work.PageRecord{page("https://example.org/a")}),
			"save findings": f.SaveFindings(ctx, old.Lease, nil),
			"finish":        f.Finish(ctx, old.Lease, work.Result{Status: shared.StatusFailed}),
			"release":       f.Release(ctx, old.Lease),
		} {
			if !errors.Is(err, store.ErrLeaseLost) {
				t.Errorf("%s: got %v, want %v", name, err, store.ErrLeaseLost)
			}
		}
		if after := f.progress(t, old.AuditID); !equal(after, before) {
			t.Errorf("changed:\ngot  %+v\nwant %+v", after, before)
		}
		if got := f.text(t, "SELECT count(*) FROM pages"); got != "0" {
			t.Errorf("pages of the old worker: got %s, want 0", got)
		}
		if err := f.Advance(ctx, taken.Lease, advanced); err != nil {
			t.Errorf("the new worker: %v", err)
		}
	})
}

func TestReleaseDoesNotCountAsDeath(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		id := f.create(t, site).AuditID
		for n := 1; n <= store.LeasesLostMax+2; n++ {
			job := f.claim(t, fmt.Sprint("w", n))
			if job.Attempt != n {
				t.Errorf("attempt: got %d, want %d", job.Attempt, n)
			}
			if err := f.Release(t.Context(), job.Lease); err != nil {
				t.Fatal(err)
			}
		}
		if got := f.progress(t, id).Status; got != shared.StatusRunning {
			t.Errorf("status: got %s, want %s", got, shared.StatusRunning)
		}
	})
}

func TestDeadlyAudit(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		id := f.create(t, site).AuditID
		next := f.create(t, site).AuditID
		if got := f.claim(t, "w").AuditID; got != id {
			t.Fatalf("claimed %d, want %d", got, id)
		}
		f.loseLease(t)
		other := f.claim(t, "w") // the suspect waits
		if other.AuditID != next {
			t.Fatalf("claimed %d after a death, want %d", other.AuditID, next)
		}
		if err := f.Finish(t.Context(), other.Lease, work.Result{Status: shared.StatusCancelled}); err != nil {
			t.Fatal(err)
		}
		for range store.LeasesLostMax - 1 {
			if got := f.claim(t, "w").AuditID; got != id {
				t.Fatalf("claimed %d, want %d", got, id)
			}
			f.loseLease(t)
		}
		if job, ok, err := f.Claim(t.Context(), "w", time.Minute); err != nil || ok {
			t.Errorf("claimed %+v, %v, want nothing", job, err)
		}
		p := f.progress(t, id)
		if p.Status != shared.StatusFailed || p.ErrorMessage == nil || !strings.HasPrefix(*p.ErrorMessage, "The worker died 5 times") {
			t.Errorf("got %+v, want failed with the reason", p)
		}
	})
}

// However often workers die, an audit that goes on between the deaths is not given up.
func TestDeathsWithProgressBetweenThemDoNotCount(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		id := f.create(t, site).AuditID
		for n := 1; n <= 3*store.LeasesLostMax; n++ {
			job := f.claim(t, fmt.Sprint("w", n))
			if job.AuditID != id || job.Attempt != n {
				t.Fatalf("claim %d: %+v", n, job)
			}
			if err := f.Advance(t.Context(), job.Lease, work.Advance{TotalPages: n, Progress: 10}); err != nil {
				t.Fatal(err)
			}
			f.loseLease(t)
		}
		for range store.LeasesLostMax - 1 { // the last death counts too
			f.claim(t, "w")
			f.loseLease(t)
		}
		if _, ok, err := f.Claim(t.Context(), "w", time.Minute); err != nil || ok {
			t.Errorf("claimed after %d deaths without a page: %v", store.LeasesLostMax, err)
		}
		if p := f.progress(t, id); p.Status != shared.StatusFailed || !p.Partial {
			t.Errorf("got %+v", p)
		}
	})
}

func TestCancel(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		cancel := func(id int64) shared.AuditProgress {
			p, err := f.Cancel(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		waiting := f.create(t, site)
		if got := cancel(waiting.AuditID).Status; got != shared.StatusCancelled {
			t.Errorf("waiting: got %s", got)
		}
		if again := cancel(waiting.AuditID); again.Revision != f.progress(t, waiting.AuditID).Revision {
			t.Errorf("twice: got %+v", again)
		}
		work := f.create(t, external)
		f.sql(t, fmt.Sprintf("UPDATE audits SET progress = 9, total_pages = 3 WHERE id = %d", work.AuditID))
		if p := cancel(work.AuditID); p.Status != shared.StatusCancelled || !p.Partial || *p.StopReason != "cancelled" {
			t.Errorf("external: got %+v", p)
		}
		held := f.create(t, site)
		job := f.claim(t, "w")
		before := f.progress(t, held.AuditID)
		if p := cancel(held.AuditID); !equal(p, before) {
			t.Errorf("held: got %+v, want no visible change", p)
		}
		if asked, err := f.Renew(ctx, job.Lease, time.Minute); err != nil || !asked {
			t.Errorf("the worker is told: got %v, %v, want true", asked, err)
		}
		// Its worker dies before it could stop.
		f.loseLease(t)
		if _, ok, err := f.Claim(ctx, "w", time.Minute); ok || err != nil {
			t.Errorf("claim of a cancelled one: got %v, %v", ok, err)
		}
		if got := f.progress(t, held.AuditID).Status; got != shared.StatusCancelled {
			t.Errorf("held, its worker dead: got %s", got)
		}
		orphan := f.create(t, site)
		f.claim(t, "w")
		f.loseLease(t)
		if got := cancel(orphan.AuditID).Status; got != shared.StatusCancelled {
			t.Errorf("running without a worker: got %s", got)
		}
		f.sql(t, "INSERT INTO audits (url, status) VALUES ('x', 'completed')")
		if _, err := f.Cancel(ctx, orphan.AuditID+1); !errors.Is(err, store.ErrTerminal) {
			t.Errorf("completed: got %v, want %v", err, store.ErrTerminal)
		}
		if _, err := f.Cancel(ctx, 999); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("unknown: got %v, want %v", err, store.ErrNotFound)
		}
	})
}

// TestClaimByMany has several workers empty the queue: each audit is claimed
// once, the oldest first for each worker.
func TestClaimByMany(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		const audits, workers = 60, 8
		for range audits {
			f.create(t, site)
		}
		var (
			wg sync.WaitGroup
			mu sync.Mutex
		)
		claims := map[int64]int{}
		for n := range workers {
			wg.Go(func() {
				for last := int64(0); ; {
					job, ok, err := f.Claim(t.Context(), fmt.Sprint("w", n), time.Minute)
					if err != nil {
						t.Error(err)
						return
					}
					if !ok {
						// Candidates may all have been locked by others; the
						// queue is empty when nothing waits.
						if list, err := f.List(t.Context(), shared.ListQuery{Status: shared.StatusPending}); err != nil || len(list.Audits) == 0 {
							return
						}
						continue
					}
					if job.AuditID <= last {
						t.Errorf("worker %d: claimed %d after %d", n, job.AuditID, last)
					}
					last = job.AuditID
					mu.Lock()
					claims[job.AuditID]++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for id, n := range claims {
			if n != 1 {
				t.Errorf("audit %d was claimed %d times", id, n)
			}
		}
		if len(claims) != audits {
			t.Errorf("claimed %d audits, want %d", len(claims), audits)
		}
	})
}

func TestFinishKeepsProgress(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for _, c := range []struct {
			shown, last, want int
		}{{42, 30, 42}, {42, 60, 60}, {99, 100, 99}} {
			id := f.create(t, site).AuditID
			job := f.claim(t, "w")
			a := advanced
			a.Progress = c.shown
			if err := f.Advance(t.Context(), job.Lease, a); err != nil {
				t.Fatal(err)
			}
			a.Progress = c.last
			err := f.Finish(t.Context(), job.Lease, work.Result{
				Status: shared.StatusFailed, ErrorMessage: work.Sentence{Text: strings.Repeat("ñ", 3000)}, Last: a,
			})
			p := f.progress(t, id)
			if err != nil || p.Progress != c.want || p.Status != shared.StatusFailed ||
				len([]rune(*p.ErrorMessage)) != shared.MaxErrorMessage {
				t.Errorf("%d, last %d: got %+v, %v, want progress %d", c.shown, c.last, p, err, c.want)
			}
		}
	})
}

func page(url string, findings ...shared.Finding) work.PageRecord {
	return work.PageRecord{
		Page: shared.Page{
			URL: url, Depth: 2, Referrer: "https://example.org/", Status: 200, MS: 31, Bytes: 4096,
			ContentType: "text/html", FinalURL: url + "/", Title: "Título 'x' \\ ?", Words: 120, Analysed: true,
			Findings: shared.Findings{Warning: len(findings)}, FetchedAt: shared.At(time.UnixMilli(1_700_000_000_456)),
			Redirects: []shared.Hop{{URL: url, Status: 301}, {URL: "'; DROP TABLE pages; --", Status: 0}},
			Headers:   []shared.Header{{Name: "Server", Value: `"'\ ñ </script>`}},
		},
		Findings: findings, State: []byte{0, 1, 0xff, '\''},
	}
}

func finding(check, value string) shared.Finding {
	return shared.Finding{
		CheckID: check, Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
		Evidence: []shared.Evidence{{Name: "length", Value: value}},
	}
}

// walkGroups reads the groups of findings two at a time, and gives their names by what was
// seen.
func (f *fixture) walkGroups(t *testing.T, id int64, check string, want []string) map[string]string {
	t.Helper()
	var got []string
	names, q := map[string]string{}, shared.FindingQuery{CheckID: check, Grouped: true, Limit: 2}
	for {
		list, err := f.Findings(t.Context(), id, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list.Findings {
			got = append(got, fmt.Sprintf("%s × %d", x.Evidence[0].Value, x.Count))
			names[x.Evidence[0].Value] = x.Group
		}
		if list.NextCursor == nil {
			break
		}
		q.Cursor = *list.NextCursor
	}
	if !equal(got, want) {
		t.Errorf("groups: got %q, want %q", got, want)
	}
	return names
}

func TestPagesAndFindings(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.create(t, site)
		job := f.claim(t, "w")
		id := job.AuditID
		a, b := page("https://example.org/a", finding("one", "1"), finding("two", "2")),
			page("https://example.org/b", finding("one", "3"))
		save := func(records ...work.PageRecord) {
			if err := f.SavePages(ctx, job.Lease, records); err != nil {
				t.Fatal(err)
			}
		}
		save(a, b, page("https://example.org/c"), a)
		if err := f.SaveFindings(ctx, job.Lease, []shared.Finding{finding("robots", "x")}); err != nil {
			t.Fatal(err)
		}
		if err := f.SaveFindings(ctx, job.Lease, []shared.Finding{finding("robots", "y")}); err != nil {
			t.Fatal(err)
		}
		a.Findings, a.Page.Title = []shared.Finding{finding("two", "4")}, "Another"
		save(a)

		loaded, err := f.LoadPages(ctx, id, 0, 100)
		if err != nil || len(loaded) != 3 {
			t.Fatalf("loaded %d pages, %v, want 3", len(loaded), err)
		}
		want := a
		want.Page.ID, want.Findings = loaded[0].Page.ID, nil
		if !same(loaded[0], want) {
			t.Errorf("first page:\ngot  %+v\nwant %+v", loaded[0], want)
		}
		if rest, err := f.LoadPages(ctx, id, loaded[0].Page.ID, 1); err != nil || len(rest) != 1 || !same(rest[0], loaded[1]) {
			t.Errorf("second page: got %+v, %v", rest, err)
		}
		f.walkPages(t, id, []shared.Page{loaded[0].Page, loaded[1].Page, loaded[2].Page})

		var got []string
		list, err := f.Findings(ctx, id, shared.FindingQuery{})
		for _, x := range list.Findings {
			got = append(got, fmt.Sprint(x.CheckID, " ", x.Evidence[0].Value, " ", x.PageURL))
		}
		wantFindings := []string{"one 3 https://example.org/b", "robots y ", "two 4 https://example.org/a"}
		if err != nil || !equal(got, wantFindings) {
			t.Errorf("findings: got %q, %v\nwant %q", got, err, wantFindings)
		}
		one, err := f.Findings(ctx, id, shared.FindingQuery{CheckID: "one", Limit: 1})
		if err != nil || len(one.Findings) != 1 || one.NextCursor != nil {
			t.Errorf("findings of one check: got %+v, %v", one, err)
		}
		of, err := f.Findings(ctx, id, shared.FindingQuery{OfSite: true})
		if err != nil || len(of.Findings) != 1 || of.Findings[0].CheckID != "robots" {
			t.Errorf("findings of the site: got %+v, %v", of, err)
		}
		f.walkByURL(t, id, "https://example.org/a", "https://example.org/b", "https://example.org/c")
		on, err := f.PageFindings(ctx, id, []int64{loaded[0].Page.ID, loaded[2].Page.ID})
		if onA := on[loaded[0].Page.ID]; err != nil || len(on) != 1 || len(onA) != 1 || onA[0].CheckID != "two" ||
			onA[0].PageURL != a.Page.URL {
			t.Errorf("findings of two pages: got %+v, %v", on, err)
		}
		if on, err := f.PageFindings(ctx, id+1, []int64{loaded[0].Page.ID}); err != nil || len(on) != 0 {
			t.Errorf("findings of another audit's page: got %+v, %v", on, err)
		}
		for i := range 3 { // of a template, and one of its own
			save(page(fmt.Sprint("https://example.org/", i), finding("one", "same"), finding("one", fmt.Sprint("own ", i))))
		}
		f.walkGroups(t, id, "", []string{"3 × 1", "y × 1", "4 × 1", "same × 3", "own 0 × 1", "own 1 × 1", "own 2 × 1"})
		key := f.walkGroups(t, id, "one", []string{"3 × 1", "same × 3", "own 0 × 1", "own 1 × 1", "own 2 × 1"})["same"]
		members, err := f.Findings(ctx, id, shared.FindingQuery{Group: key})
		if err != nil || len(members.Findings) != 3 || members.Findings[2].PageURL != "https://example.org/2" ||
			members.Findings[2].Count != 0 {
			t.Errorf("findings of a group: got %+v, %v", members, err)
		}
		for _, unknown := range []string{"0", "none", "1"} {
			if none, err := f.Findings(ctx, id, shared.FindingQuery{Group: unknown}); err != nil || len(none.Findings) != 0 {
				t.Errorf("findings of group %q: got %+v, %v", unknown, none, err)
			}
		}
		if err := f.Finish(ctx, job.Lease, work.Result{Status: shared.StatusCompleted}); err != nil {
			t.Fatal(err)
		}
		if err := f.Delete(ctx, id); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Pages(ctx, id, shared.PageQuery{}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("pages of a deleted audit: got %v, want %v", err, store.ErrNotFound)
		}
		if _, err := f.Findings(ctx, id, shared.FindingQuery{}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("findings of a deleted audit: got %v, want %v", err, store.ErrNotFound)
		}
	})
}

func (f *fixture) walkPages(t *testing.T, id int64, want []shared.Page) {
	t.Helper()
	var got []shared.Page
	for cursor := ""; ; {
		list, err := f.Pages(t.Context(), id, shared.PageQuery{Cursor: cursor, Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, list.Pages...)
		if list.NextCursor == nil {
			break
		}
		cursor = *list.NextCursor
	}
	if !equal(got, want) {
		t.Errorf("pages:\ngot  %+v\nwant %+v", got, want)
	}
}

// TestManyPages crosses the size of one INSERT.
func TestManyPages(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.create(t, site)
		job := f.claim(t, "w")
		var records []work.PageRecord
		for i := range 450 {
			records = append(records, page(fmt.Sprintf("https://example.org/%d", i), finding("one", "1")))
		}
		if err := f.SavePages(t.Context(), job.Lease, records); err != nil {
			t.Fatal(err)
		}
		loaded, err := f.LoadPages(t.Context(), job.AuditID, 0, 1000)
		if err != nil || len(loaded) != 450 {
			t.Fatalf("loaded %d pages, %v, want 450", len(loaded), err)
		}
		if got := f.text(t, "SELECT count(*) FROM findings"); got != "450" {
			t.Errorf("findings: got %s, want 450", got)
		}
	})
}

// Beside others, a worker gets no audit over which one may have died, until a page more
// has cleared it. What ends is ended all the same.
func TestClaimSound(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		sound := func(want int64) {
			t.Helper()
			job, ok, err := f.ClaimSound(ctx, "w", time.Minute)
			if err != nil || ok != (want != 0) || job.AuditID != want || job.Suspect {
				t.Errorf("claimed %+v, %v, %v, want audit %d", job, ok, err, want)
			}
		}
		id := f.create(t, site).AuditID
		if job := f.claim(t, "w"); job.Suspect {
			t.Error("a new audit is a suspect")
		}
		f.loseLease(t)
		next := f.create(t, site).AuditID
		sound(next)
		sound(0)
		job := f.claim(t, "w")
		if job.AuditID != id || !job.Suspect {
			t.Fatalf("claimed %+v, want the suspect", job)
		}
		if err := f.Release(ctx, job.Lease); err != nil {
			t.Fatal(err)
		}
		sound(0) // giving it back clears nobody
		job = f.claim(t, "w")
		if err := f.Advance(ctx, job.Lease, work.Advance{TotalPages: 1, Progress: 10}); err != nil {
			t.Fatal(err)
		}
		if err := f.Release(ctx, job.Lease); err != nil {
			t.Fatal(err)
		}
		sound(id)
		if _, err := f.Cancel(ctx, id); err != nil {
			t.Fatal(err)
		}
		f.loseLease(t)
		f.sql(t, fmt.Sprintf("UPDATE audits SET leases_lost = %d WHERE id = %d", store.LeasesLostMax-1, next))
		sound(0)
		cancelled, failed := f.progress(t, id).Status, f.progress(t, next).Status
		if cancelled != shared.StatusCancelled || failed != shared.StatusFailed {
			t.Errorf("asked to cancel: %s; killed too often: %s", cancelled, failed)
		}
	})
}

// A suspect that waits says why, once, and nobody else's row does.
func TestShowSetAside(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx, why := t.Context(), work.Say("waiting-alone")
		suspect := f.create(t, site).AuditID
		f.claim(t, "w")
		f.loseLease(t)
		running := f.create(t, site).AuditID
		if job, _, err := f.ClaimSound(ctx, "w", time.Minute); err != nil || job.AuditID != running {
			t.Fatalf("claimed %+v, %v", job, err)
		}
		waiting := f.create(t, site).AuditID
		var revisions []int64
		for range 2 {
			if err := f.ShowSetAside(ctx, why); err != nil {
				t.Fatal(err)
			}
			p := f.progress(t, suspect)
			if p.Message == nil || *p.Message != why.Text || *p.MessageKey != why.Key {
				t.Fatalf("the suspect says %v", p.Message)
			}
			revisions = append(revisions, p.Revision)
		}
		if revisions[0] != revisions[1] {
			t.Errorf("it is said again, in revision %d after %d", revisions[1], revisions[0])
		}
		for _, id := range []int64{running, waiting} {
			if p := f.progress(t, id); p.Message != nil {
				t.Errorf("audit %d says %q", id, *p.Message)
			}
		}
		if job := f.claim(t, "w"); job.AuditID != waiting {
			t.Errorf("claimed %+v, want the one that waits", job)
		}
		if job := f.claim(t, "w"); job.AuditID != suspect {
			t.Fatalf("claimed %+v, want the suspect", job)
		}
		f.sql(t, "UPDATE audits SET message = NULL, message_key = NULL, message_args = NULL")
		if err := f.ShowSetAside(ctx, why); err != nil {
			t.Fatal(err)
		}
		if p := f.progress(t, suspect); p.Message != nil {
			t.Errorf("once it runs, it says %q", *p.Message)
		}
	})
}

// An audit that waits behind a suspect says why, once, until that is taken back; nobody
// else's row does.
func TestShowHeldUp(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx, why := t.Context(), work.Say("waiting-for-suspect")
		suspect := f.create(t, site).AuditID
		f.claim(t, "w")
		f.loseLease(t)
		aside := f.create(t, site).AuditID
		f.claim(t, "w")
		f.loseLease(t)
		if job := f.claim(t, "w"); job.AuditID != suspect || !job.Suspect {
			t.Fatalf("claimed %+v", job)
		}
		waiting := f.create(t, site).AuditID
		var revisions []int64
		for range 2 {
			if err := f.ShowHeldUp(ctx, why); err != nil {
				t.Fatal(err)
			}
			p := f.progress(t, waiting)
			if p.Message == nil || *p.Message != why.Text || *p.MessageKey != why.Key {
				t.Fatalf("the audit that waits says %v", p.Message)
			}
			revisions = append(revisions, p.Revision)
		}
		if revisions[0] != revisions[1] {
			t.Errorf("it is said again, in revision %d after %d", revisions[1], revisions[0])
		}
		for _, id := range []int64{suspect, aside} {
			if p := f.progress(t, id); p.Message != nil {
				t.Errorf("audit %d says %q", id, *p.Message)
			}
		}
		if err := f.ShowSetAside(ctx, work.Say("waiting-alone")); err != nil {
			t.Fatal(err)
		}
		if err := f.ClearHeldUp(ctx, why); err != nil {
			t.Fatal(err)
		}
		if p := f.progress(t, waiting); p.Message != nil || p.MessageKey != nil {
			t.Errorf("it still says %q", *p.Message)
		}
		if p := f.progress(t, aside); p.MessageKey == nil || *p.MessageKey != "waiting-alone" {
			t.Errorf("the other suspect says %v", p.MessageKey)
		}
	})
}

// TestALeaseTooFarAheadIsNone writes ends of leases that no lease can have, as a clock
// that was set back leaves them.
func TestALeaseTooFarAheadIsNone(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.create(t, site)
		job := f.claim(t, "w1")
		ends := []string{"'9998-01-01 00:00:00.000+00:00'"}
		if f.Dialect() == "postgresql" {
			ends = append(ends, "'infinity'", "clock_timestamp() + interval '125 seconds'")
		} else {
			ends = append(ends, "'infinity'", "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now', '125 seconds')")
		}
		for i, end := range ends {
			if _, ok, err := f.Claim(t.Context(), "thief", time.Hour); ok || err != nil {
				t.Fatalf("claim of what is leased: got %v, %v", ok, err)
			}
			f.sql(t, "UPDATE audits SET lease_until = "+end+" WHERE id = 1")
			if job = f.claim(t, fmt.Sprint("w", i+2)); job.Lease.AuditID != 1 {
				t.Fatalf("%s: claimed %+v", end, job)
			}
			// A page more, or it would be given up for its workers' deaths.
			if err := f.Advance(t.Context(), job.Lease, work.Advance{TotalPages: i + 1}); err != nil {
				t.Fatal(err)
			}
		}
		// A lease that was asked for longer than one may be still holds.
		if _, err := f.Renew(t.Context(), job.Lease, time.Hour); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := f.Claim(t.Context(), "thief", time.Minute); ok || err != nil {
			t.Errorf("claim of what is leased: got %v, %v", ok, err)
		}
		// Nobody holds it, so a cancellation is not left to its worker.
		f.sql(t, "UPDATE audits SET lease_until = "+ends[1]+" WHERE id = 1")
		if p, err := f.Cancel(t.Context(), 1); err != nil || p.Status != shared.StatusCancelled {
			t.Errorf("cancel: got %s, %v", p.Status, err)
		}
	})
}

// walkByURL reads an audit's pages one at a time by their addresses.
func (f *fixture) walkByURL(t *testing.T, id int64, want ...string) {
	t.Helper()
	var got []string
	for after, more := "", true; more; more = after != "" {
		pages, next, err := f.PagesByURL(t.Context(), id, after, 1)
		if err != nil || len(pages) > 1 {
			t.Fatalf("pages by URL after %q: %+v, %v", after, pages, err)
		}
		for _, p := range pages {
			got = append(got, p.URL)
		}
		after = next
	}
	if !equal(got, want) {
		t.Errorf("pages by URL: got %q, want %q", got, want)
	}
}

// Addresses are in the order of their bytes, whatever the database's language.
func TestPagesByURL(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.sql(t, "INSERT INTO audits (url) VALUES ('https://example.org/')")
		ordered := []string{"http://a/", "http://a/-b", "http://a/B", "http://a/_", "http://a/a", "http://a/é"}
		for _, i := range []int{3, 0, 5, 1, 4, 2} {
			f.sql(t, "INSERT INTO pages (audit_id, url, depth, referrer, status, failure, ms, bytes, content_type, final_url, title, "+
				"words, analysed, findings_error, findings_warning, findings_notice, fetched_at) VALUES "+
				"(1, '"+ordered[i]+"', 0, '', 200, '', 1, 1, '', '', '', 1, true, 0, 0, 0, '2026-01-02 03:04:05+00:00')")
		}
		f.walkByURL(t, 1, ordered...)
		if _, _, err := f.PagesByURL(t.Context(), 2, "", 1); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("pages of no audit: %v", err)
		}
	})
}
