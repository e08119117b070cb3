package store_test

import (
	"errors"
	"testing"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

// TestRepeatedWrites has every write come twice, as from a client whose first answer was
// lost: the second gets the outcome of the first, and changes nothing.
func TestRepeatedWrites(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a, _, err := f.Create(ctx, external, "key")
		if err != nil {
			t.Fatal(err)
		}
		patched := func(ifMatch int64) func() (shared.AuditProgress, error) {
			return func() (shared.AuditProgress, error) {
				return f.Patch(ctx, a.AuditID, shared.ProgressPatch{Progress: ptr(40)}, ifMatch)
			}
		}
		completed := shared.StatusCompleted
		var last int64
		for _, write := range []struct {
			name string
			do   func() (shared.AuditProgress, error)
		}{
			{"create", func() (shared.AuditProgress, error) {
				p, _, err := f.Create(ctx, external, "key")
				return p, err
			}},
			{"patch", patched(a.Revision)},
			{"the last patch", func() (shared.AuditProgress, error) {
				return f.Patch(ctx, a.AuditID, shared.ProgressPatch{Status: &completed}, last)
			}},
			{"cancel", func() (shared.AuditProgress, error) {
				return f.Cancel(ctx, f.createKeyed(t, "cancelled"))
			}},
		} {
			first, err := write.do()
			if err != nil {
				t.Fatalf("%s: %v", write.name, err)
			}
			second, err := write.do()
			if err != nil || second.Revision != first.Revision {
				t.Errorf("%s, repeated: got revision %d, %v, want %d", write.name, second.Revision, err, first.Revision)
			}
			last = first.Revision
		}
		if _, err := patched(a.Revision)(); !errors.Is(err, store.ErrPrecondition) {
			t.Errorf("a patch that another followed: got %v, want %v", err, store.ErrPrecondition)
		}
		for range 2 {
			if err := f.Delete(ctx, a.AuditID); err != nil {
				t.Errorf("delete: %v", err)
			}
		}
	})
}

// createKeyed makes an audit once.
func (f *fixture) createKeyed(t *testing.T, key string) int64 {
	t.Helper()
	p, _, err := f.Create(t.Context(), external, key)
	if err != nil {
		t.Fatal(err)
	}
	return p.AuditID
}

// TestPatchAfterAnother has another's write lie between a patch and its repetition: it
// was done, so it is not done again, and what is answered is the present.
func TestPatchAfterAnother(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		a := f.create(t, external)
		patch := shared.ProgressPatch{Progress: ptr(40)}
		if _, err := f.Patch(t.Context(), a.AuditID, patch, a.Revision); err != nil {
			t.Fatal(err)
		}
		f.sql(t, "UPDATE audits SET progress = 60")
		got, err := f.Patch(t.Context(), a.AuditID, patch, a.Revision)
		if err != nil || got.Progress != 60 {
			t.Errorf("repeated: got %d, %v, want 60", got.Progress, err)
		}
		patch.Progress = ptr(70)
		if _, err := f.Patch(t.Context(), a.AuditID, patch, a.Revision); !errors.Is(err, store.ErrPrecondition) {
			t.Errorf("another patch of the same revision: got %v, want %v", err, store.ErrPrecondition)
		}
	})
}

// TestRepeatedPatchIsASignOfLife has a worker send the same patch again: nothing changes but
// when it was seen.
func TestRepeatedPatchIsASignOfLife(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		a := f.create(t, external)
		patch := shared.ProgressPatch{Progress: ptr(40)}
		first, err := f.Patch(t.Context(), a.AuditID, patch, a.Revision)
		if err != nil {
			t.Fatal(err)
		}
		f.sql(t, "UPDATE audits SET worker_seen_at = NULL")
		again, err := f.Patch(t.Context(), a.AuditID, patch, a.Revision)
		if err != nil || again.Revision != first.Revision || again.WorkerSeenAt == nil {
			t.Errorf("got revision %d, seen at %v, %v; want revision %d", again.Revision, again.WorkerSeenAt, err, first.Revision)
		}
	})
}
