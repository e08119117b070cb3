package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

const password = "Basic c2VjcmV0IHBhc3N3b3Jk"

// staging asks for an audit of a site that wants a password.
func staging() shared.NewAudit {
	a := site
	a.Rate, a.Headers = 0.5, shared.Headers{"Authorization: " + password, "X-Stage: 2"}
	return a
}

// sealed tells how many audits have headers that can still be read.
func (f *fixture) sealed(t *testing.T) string {
	t.Helper()
	return f.text(t, "SELECT CAST(count(*) AS text) FROM audit_headers WHERE sealed IS NOT NULL")
}

// Whoever takes an audit up has its headers, the next worker after a dead one too, and nobody
// has them once it has ended, whoever ended it.
func TestHeadersLiveAsLongAsTheirAudit(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for name, end := range map[string]func(id int64, job work.Job) error{
			"finished": func(_ int64, job work.Job) error {
				return f.Finish(t.Context(), job.Lease, work.Result{Status: shared.StatusCompleted})
			},
			"failed": func(_ int64, job work.Job) error {
				return f.Finish(t.Context(), job.Lease, work.Result{Status: shared.StatusFailed, ErrorMessage: work.Say("internal-fault")})
			},
			"ended by SQL": func(id int64, _ work.Job) error {
				return f.try(t, fmt.Sprintf("UPDATE audits SET status = 'failed', error_message = 'x' WHERE id = %d", id))
			},
			"deleted by SQL": func(id int64, _ work.Job) error {
				return f.try(t, fmt.Sprintf("DELETE FROM audits WHERE id = %d", id))
			},
			"cancelled": func(id int64, job work.Job) error {
				if err := f.Release(t.Context(), job.Lease); err != nil {
					return err
				}
				_, err := f.Cancel(t.Context(), id)
				return err
			},
		} {
			want := staging()
			id := f.create(t, want).AuditID
			job := f.claim(t, "one")
			f.loseLease(t)
			again := f.claim(t, "two")
			for _, j := range []work.Job{job, again} {
				if j.AuditID != id || !slices.Equal(j.Headers, want.Headers) || j.Rate != want.Rate {
					t.Fatalf("%s: claimed audit %d with %q at %v", name, j.AuditID, []string(j.Headers), j.Rate)
				}
			}
			if asked, _, err := f.Settings(t.Context(), id); err != nil || asked.Headers != nil || asked.Rate != want.Rate {
				t.Errorf("%s: the settings are %q at %v, %v", name, []string(asked.Headers), asked.Rate, err)
			}
			if err := end(id, again); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if n := f.sealed(t); n != "0" {
				t.Errorf("%s: the headers of %s audits are left", name, n)
			}
			if had, err := f.HadHeaders(t.Context(), id); err != nil || !had {
				t.Errorf("%s: had headers: %v, %v", name, had, err)
			}
		}
		plain := f.create(t, site)
		if had, err := f.HadHeaders(t.Context(), plain.AuditID); err != nil || had {
			t.Errorf("an audit without: had headers: %v, %v", had, err)
		}
		id := f.create(t, staging()).AuditID
		if err := f.Delete(t.Context(), id); err != nil || f.sealed(t) != "0" {
			t.Errorf("deleted while it waits: %v, %s left", err, f.sealed(t))
		}
	})
}

// One key with other headers is another request, as long as anybody can know. What is stored
// for that tells nothing.
func TestHeadersAndIdempotency(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		want, other, none := staging(), staging(), staging()
		other.Headers = shared.Headers{"Authorization: Basic b3RoZXI=", "X-Stage: 2"}
		none.Headers = nil
		first, created, err := f.Create(t.Context(), want, "k")
		if err != nil || !created {
			t.Fatal(created, err)
		}
		repeat := func(a shared.NewAudit) error {
			p, created, err := f.Create(t.Context(), a, "k")
			if err == nil && (created || p.AuditID != first.AuditID) {
				err = fmt.Errorf("audit %d, created %v", p.AuditID, created)
			}
			return err
		}
		if err := repeat(want); err != nil {
			t.Errorf("the same: %v", err)
		}
		for name, a := range map[string]shared.NewAudit{"other headers": other, "no headers": none} {
			if err := repeat(a); !errors.Is(err, store.ErrIdempotency) {
				t.Errorf("%s: %v", name, err)
			}
		}
		hash := f.text(t, "SELECT request_hash FROM audits")
		if _, err := f.Cancel(t.Context(), first.AuditID); err != nil {
			t.Fatal(err)
		}
		if err := repeat(want); err != nil {
			t.Errorf("the same, after its end: %v", err)
		}
		if err := repeat(none); !errors.Is(err, store.ErrIdempotency) {
			t.Errorf("no headers, after its end: %v", err)
		}
		f.create(t, other)
		if got := f.text(t, "SELECT request_hash FROM audits ORDER BY id DESC LIMIT 1"); got != hash {
			t.Error("the hash of a request depends on what its headers say")
		}
	})
}

// What another wrote as headers is none, and keeps no audit from running.
func TestSpoiledHeaders(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.create(t, staging())
		f.create(t, staging())
		f.sql(t, "UPDATE audit_headers SET sealed = (SELECT sealed FROM audit_headers WHERE audit_id = 1) WHERE audit_id = 2")
		if job := f.claim(t, "one"); len(job.Headers) != 2 {
			t.Errorf("its own: %d headers", len(job.Headers))
		}
		if job := f.claim(t, "two"); job.AuditID != 2 || len(job.Headers) != 0 {
			t.Errorf("another's: audit %d, %d headers", job.AuditID, len(job.Headers))
		}
	})
}

// Neither the headers nor what they were sealed as are in the files of the database: not
// these while the audit runs, not those after its end.
func TestHeadersLeaveTheFiles(t *testing.T) {
	t.Parallel()
	f := onSQLite(t, 0)
	a := staging()
	a.Headers = append(a.Headers, "X-Long: "+strings.Repeat("long ", 200))
	id := f.create(t, a).AuditID
	var sealed []byte
	if err := f.foreign.QueryRowContext(t.Context(), "SELECT sealed FROM audit_headers").Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	contains := func(what []byte) (found []string) {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(f.config.DataDir, "*"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			if data, err := os.ReadFile(file); err != nil || bytes.Contains(data, what) {
				found = append(found, filepath.Base(file))
			}
		}
		return found
	}
	if len(contains(sealed[:64])) == 0 {
		t.Fatal("what is looked for is in no file to begin with")
	}
	if in := contains([]byte(password)); in != nil {
		t.Errorf("the password is in %v", in)
	}
	if _, err := f.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.foreign.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, part := range [][]byte{sealed[:64], sealed[len(sealed)-64:], []byte(password)} {
		if in := contains(part); in != nil {
			t.Errorf("after the end it is in %v", in)
		}
	}
}
