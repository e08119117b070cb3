package stream

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/sse/ssetest"
	"atalaya/shared"
)

// lastTold is what a stream was told last of who watches.
func lastTold(s *ssetest.Reader) map[int64]int {
	heartbeats := s.Heartbeats()
	return heartbeats[len(heartbeats)-1].Watching
}

// A thousand that join wake none of those who are there, and add a handful of heartbeats
// to what everybody gets; in the end all know how many they are.
func TestACrowdThatJoinsCostsTheOthersNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const crowd = 1000
		r := newRig(t, Config{Writer: WriterConn})
		r.table.insert(7, 8)
		elsewhere := r.open("/sse/audits/8/progress")
		streams := []*ssetest.Reader{r.open("/sse/audits/7/progress")}
		synctest.Wait()
		before := len(streams[0].All())
		for range crowd / 2 {
			streams = append(streams, r.open("/sse/audits/7/progress"))
			time.Sleep(2 * time.Millisecond)
		}
		if got := len(streams[0].All()); got != before {
			t.Errorf("%d events for one who only waits", got-before)
		}
		for n := range crowd / 2 {
			streams = append(streams, r.open("/sse/audits/7/progress"))
			if n%25 == 0 {
				r.table.progress(7, 2+n/25)
			}
			time.Sleep(2 * time.Millisecond)
		}
		time.Sleep(watchingEvery)
		r.table.progress(7, 60)
		synctest.Wait()
		for _, s := range streams {
			if n := len(s.Heartbeats()); n > 4 {
				t.Fatalf("%d heartbeats within 7 s", n)
			}
			if got, want := lastTold(s), map[int64]int{7: crowd + 1}; !maps.Equal(got, want) {
				t.Fatalf("told %v, want %v", got, want)
			}
		}
		if got := lastTold(elsewhere); got != nil {
			t.Errorf("one who is alone is told %v", got)
		}
		for _, s := range streams[1:] {
			s.Stop()
		}
		time.Sleep(shared.HeartbeatDefault + watchingEvery)
		if got := lastTold(streams[0]); got != nil {
			t.Errorf("told %v after all others have left", got)
		}
	})
}

// A stream of several audits is told of each, and so are those of one of them.
func TestStreamsOfSeveralAuditsWatchEach(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7, 8, 9)
		both := r.open("/sse/audits?id=7&id=8")
		seven := r.open("/sse/audits/7/progress")
		list := r.open("/sse/audits")
		beside := r.open("/sse/audits?list=true&id=9")
		nine := r.open("/sse/audits/9/progress")
		time.Sleep(shared.HeartbeatDefault)
		for _, c := range []struct {
			who    string
			stream *ssetest.Reader
			want   map[int64]int
		}{
			{"both", both, map[int64]int{7: 2}}, {"seven", seven, map[int64]int{7: 2}}, {"the list", list, nil},
			{"the list and nine", beside, map[int64]int{9: 2}}, {"nine", nine, map[int64]int{9: 2}},
		} {
			if got := lastTold(c.stream); !maps.Equal(got, c.want) {
				t.Errorf("%s: told %v, want %v", c.who, got, c.want)
			}
		}
		eight := r.open("/sse/audits/8/progress")
		synctest.Wait()
		if got, want := lastTold(eight), map[int64]int{8: 2}; !maps.Equal(got, want) {
			t.Errorf("the opening tells %v, want %v", got, want)
		}
		time.Sleep(shared.HeartbeatDefault)
		if got, want := lastTold(both), map[int64]int{7: 2, 8: 2}; !maps.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}

// The answer to a poll has the number beside the state, also when the state is known, and
// polls are not in it but for the one that is answered.
func TestPollsTellHowManyWatch(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7, 8)
		r.open("/sse/audits/7/progress")
		held := r.openSoon("/api/v1/audits/7/progress", "If-None-Match", `"1"`, "Prefer", "wait=25")
		synctest.Wait()
		says := func(want, path string, header ...string) {
			t.Helper()
			answer, err := r.client.Do(r.request("GET", path, header...))
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if got := answer.Header.Get(shared.HeaderWatching); got != want {
				t.Errorf("%s: status %d says %q, want %q", path, answer.StatusCode, got, want)
			}
		}
		says("2", "/api/v1/audits/7/progress")
		says("2", "/api/v1/audits/7/progress", "If-None-Match", `"1"`)
		says("1", "/api/v1/audits/8/progress")
		r.table.complete(7)
		says("", "/api/v1/audits/7/progress")
		<-held
	})
}

// Streams that are told the same number share the bytes, too.
func TestHeartbeatsThatTellTheSameAreShared(t *testing.T) {
	s, session, now := newTestSession(one)
	other := one(s)
	first := session.subscriber.heartbeats(s.since(now)).encode(now, now)
	if again := other.heartbeats(s.since(now)).encode(now, now); &again[0] != &first[0] {
		t.Error("encoded for each")
	}
	if plain := s.heartbeats.encode(now, now); string(plain) == string(first) {
		t.Errorf("nobody is told: %q", first)
	}
}
