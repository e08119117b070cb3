package live

import (
	"slices"
	"testing"
	"time"

	"atalaya/shared"
)

func ids(audits []shared.AuditProgress) []int64 {
	var all []int64
	for _, p := range audits {
		all = append(all, p.AuditID)
	}
	return all
}

func TestListFollowsTheStream(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.begin(Options{Topic: List()})
		if got, want := f.stream().url, "/sse/audits"; got != want {
			t.Errorf("asked for %s, want %s", got, want)
		}
		f.stream().open()
		f.stream().beat()
		for _, id := range []int64{9, 7, 3} {
			f.stream().data(progressOf(id, 10*id, 10))
		}
		wait(time.Second)
		f.stream().data(progressOf(7, 71, 11))
		f.stream().data(progressOf(12, 1, 0))
		f.stream().data(completed(9, 91))
		wait(time.Second)
		v := f.view()
		if got, want := ids(v.Audits), []int64{12, 9, 7, 3}; !slices.Equal(got, want) || v.Audits[2].Revision != 71 {
			t.Errorf("list %v, want %v with the change", got, want)
		}
		if v.Phase != Live || v.Progress != nil || v.Terminal() {
			t.Errorf("shown: %+v", v)
		}

		f.stream().deleted(12)
		f.stream().deleted(99) // never shown
		f.stream().signal(Signal{Kind: SignalDeleted, Data: `{"audit_id":0}`})
		wait(time.Second)
		if got, want := ids(f.view().Audits), []int64{9, 7, 3}; !slices.Equal(got, want) {
			t.Errorf("after a deletion: %v, want %v", got, want)
		}
		f.stream().data(progressOf(12, 2, 0)) // as a restored database might
		wait(time.Second)

		// While the stream was away an audit was deleted.
		f.stream().end(shared.EndMaxAge, 0)
		f.stream().open()
		f.stream().beat()
		for _, id := range []int64{12, 9, 3} {
			f.stream().data(progressOf(id, 100, 10))
		}
		wait(900 * time.Millisecond)
		if got, want := ids(f.view().Audits), []int64{12, 9, 7, 3}; !slices.Equal(got, want) {
			t.Errorf("before the snapshot is complete: %v, want %v", got, want)
		}
		wait(time.Second)
		if got, want := ids(f.view().Audits), []int64{12, 9, 3}; !slices.Equal(got, want) {
			t.Errorf("after it: %v, want %v", got, want)
		}
	})
}

func TestListThatIsEmpty(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.begin(Options{Topic: List()})
		if f.view().Audits != nil {
			t.Error("an empty list before the server spoke")
		}
		f.stream().open()
		f.stream().beat()
		wait(snapshotEmpty - time.Millisecond)
		if f.view().Audits != nil {
			t.Error("an empty list while the snapshot may still come")
		}
		wait(paintEvery)
		if got := f.view().Audits; got == nil || len(got) != 0 {
			t.Errorf("list %v, want an empty one", got)
		}
	})
}

func TestListSnapshotCutShortDropsNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		initial := []shared.AuditProgress{progressOf(9, 9, 1), progressOf(7, 7, 1)}
		f.begin(Options{Topic: List(), Initial: Copy{Audits: initial, SavedAt: time.Now()}})
		f.stream().open()
		f.stream().beat()
		f.stream().data(progressOf(9, 10, 2))
		f.stream().lose()
		wait(10 * time.Second)
		v := f.view()
		if got, want := ids(v.Audits), []int64{9, 7}; !slices.Equal(got, want) || !v.Saved {
			t.Errorf("list %v, saved %v, want %v, still partly a copy", got, v.Saved, want)
		}
	})
}

func TestListPolls(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.missing = true
		audits := []shared.AuditProgress{progressOf(9, 9, 1), progressOf(7, 7, 1)}
		f.answer = func(Request) (Response, error) {
			return jsonAnswer(shared.AuditList{Audits: audits}), nil
		}
		initial := []shared.AuditProgress{progressOf(8, 99, 1), progressOf(7, 99, 1)}
		f.begin(Options{Topic: List(), Initial: Copy{Audits: initial, SavedAt: time.Now()}})
		wait(time.Second)
		v := f.view()
		if got, want := ids(v.Audits), []int64{9, 7}; !slices.Equal(got, want) || v.Saved || v.Audits[1].Revision != 7 {
			t.Errorf("list %+v, want %v as the server has them", v.Audits, want)
		}
		if got, want := f.requests[0].Path, "/api/v1/audits?limit=50&unfinished=true"; got != want || f.requests[0].Hold != 0 {
			t.Errorf("asked %+v, want %s without hold", f.requests[0], want)
		}
		f.change(func() { audits = audits[:1] })
		wait(pollEvery)
		if got, want := ids(f.view().Audits), []int64{9}; !slices.Equal(got, want) {
			t.Errorf("list %v, want %v", got, want)
		}
	})
}

func TestReplicaIsWhatASnapshotShows(t *testing.T) {
	r := newReplica(List(), Copy{})
	r.expectSnapshot(1)
	for id := range int64(60) {
		r.takeFrame(progressOf(id+1, 1, 0), 2)
	}
	r.completeSnapshot(time.Hour)
	r.expectSnapshot(time.Hour)
	want := []int64{5}
	for id := int64(10); id <= 60; id++ { // the newest 50, for 30 is gone
		if id != 30 {
			r.takeFrame(progressOf(id, 1, 0), time.Hour+1)
			want = append(want, id)
		}
	}
	r.takeFrame(progressOf(5, 2, 0), time.Hour+2) // an old one that has not ended
	r.completeSnapshot(2 * time.Hour)
	slices.Reverse(want)
	if got := ids(r.audits()); !slices.Equal(got, want) {
		t.Errorf("list %v, want %v: whatever is old and not shown has ended or is deleted", got, want)
	}
}

func TestReplicaKeepsWhatCameAfterAListWasAskedFor(t *testing.T) {
	r := newReplica(List(), Copy{})
	r.expectSnapshot(1)
	r.takeFrame(progressOf(8, 1, 0), 5)
	r.takeAnswer([]shared.AuditProgress{progressOf(7, 1, 0)}, 4, 6)
	if got, want := ids(r.audits()), []int64{8, 7}; !slices.Equal(got, want) {
		t.Errorf("list %v, want %v", got, want)
	}
	r.takeAnswer([]shared.AuditProgress{progressOf(7, 1, 0)}, 7, 8)
	if got, want := ids(r.audits()), []int64{7}; !slices.Equal(got, want) {
		t.Errorf("list %v, want %v", got, want)
	}
}

func TestReplicaBoundsTheList(t *testing.T) {
	r := newReplica(List(), Copy{})
	r.expectSnapshot(1)
	r.takeFrame(progressOf(1, 1, 0), 2)
	for id := int64(2); id <= 1000; id++ {
		r.takeFrame(completed(id, 1), 2)
	}
	got := ids(r.audits())
	if len(got) != shared.ListLimitMax || got[0] != 1000 || len(r.held) != shared.ListLimitMax {
		t.Errorf("%d audits told, %d kept, first %d", len(got), len(r.held), got[0])
	}
	if last := got[len(got)-1]; last != 1 {
		t.Errorf("the last is %d, want 1: it has not ended", last)
	}
	for id := int64(2); id <= 1000; id++ {
		r.takeFrame(progressOf(id, 2, 0), 3)
	}
	const most = shared.ListSnapshot + shared.ListUnfinishedMax
	if got := ids(r.audits()); len(got) != most || len(r.held) != most || got[0] != 1000 {
		t.Errorf("unfinished: %d audits told, %d kept, first %d", len(got), len(r.held), got[0])
	}
}

func TestReplicaCrossings(t *testing.T) {
	second := func(n int) time.Duration { return time.Duration(n) * time.Second }
	for _, tt := range []struct {
		name string
		play func(r *replica)
		want int64
	}{
		{"a poll asked before the stream spoke is not believed when older", func(r *replica) {
			r.expectSnapshot(second(1))
			r.takeFrame(progressOf(7, 10, 10), second(3))
			r.takeAnswer([]shared.AuditProgress{progressOf(7, 9, 9)}, second(2), second(4))
		}, 10},
		{"a poll asked afterwards is", func(r *replica) {
			r.expectSnapshot(second(1))
			r.takeFrame(progressOf(7, 10, 10), second(3))
			r.takeAnswer([]shared.AuditProgress{progressOf(7, 9, 9)}, second(4), second(5))
		}, 9},
		{"a snapshot that crosses a newer poll is not", func(r *replica) {
			r.expectSnapshot(second(1))
			r.takeAnswer([]shared.AuditProgress{progressOf(7, 10, 10)}, second(2), second(3))
			r.takeFrame(progressOf(7, 9, 9), second(4))
		}, 10},
		{"a snapshot asked after the poll is", func(r *replica) {
			r.takeAnswer([]shared.AuditProgress{progressOf(7, 10, 10)}, second(2), second(3))
			r.expectSnapshot(second(4))
			r.takeFrame(progressOf(7, 9, 9), second(5))
		}, 9},
		{"newer is believed from whomever", func(r *replica) {
			r.expectSnapshot(second(1))
			r.takeAnswer([]shared.AuditProgress{progressOf(7, 10, 10)}, second(2), second(3))
			r.takeFrame(progressOf(7, 11, 11), second(4))
		}, 11},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newReplica(Audit(7), Copy{})
			tt.play(r)
			if got := r.progress().Revision; got != tt.want {
				t.Errorf("revision %d, want %d", got, tt.want)
			}
		})
	}
}

func TestReplicaAnotherDatabaseWithTheSameRevision(t *testing.T) {
	r := newReplica(Audit(7), Copy{Progress: new(progressOf(7, 3, 10))})
	other := progressOf(7, 3, 55)
	other.UpdatedAt = shared.At(other.UpdatedAt.Add(time.Hour))
	r.expectSnapshot(1)
	if !r.takeFrame(other, 2) || r.progress().Progress != 55 {
		t.Errorf("progress %d, want 55", r.progress().Progress)
	}
}
