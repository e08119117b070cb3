package stream

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// lines are the log's of one level, of the streams themselves.
func (r *rig) lines(level string) (lines []string) {
	for line := range strings.Lines(r.log.String()) {
		if strings.Contains(line, "level="+level+" ") && strings.Contains(line, `msg="stream`) ||
			strings.Contains(line, "level="+level+" msg=streams") {
			lines = append(lines, line)
		}
	}
	return lines
}

// A line a minute says what streams did, however many there were, and none is written
// when nothing happened.
func TestSummary(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		r.table.insert(8)
		for range 20 {
			r.open("/sse/audits/7/progress")
		}
		for range 3 {
			r.open("/sse/audits/8/progress")
		}
		synctest.Wait()
		r.table.complete(7)
		time.Sleep(summaryEvery + time.Second)
		synctest.Wait()
		time.Sleep(5 * summaryEvery) // nobody comes or leaves
		synctest.Wait()
		got := r.lines("INFO")
		if len(got) != 1 || !strings.Contains(got[0], "msg=streams open=3 opened=23 ended.finished=20\n") {
			t.Errorf("got %q", got)
		}
		if got := r.log.Count(`msg="stream opened"`); got != 23 {
			t.Errorf("%d lines at DEBUG for 23 streams", got)
		}
		r.table.complete(8)
		synctest.Wait()
		r.stop()
		got = r.lines("INFO")
		if len(got) != 2 || !strings.Contains(got[1], "msg=streams open=0 opened=0 ended.finished=3\n") {
			t.Errorf("at the end: got %q", got)
		}
	})
}

func TestTroubleHasItsOwnLineButNotWithoutEnd(t *testing.T) {
	s := newSummary(nil)
	told := func() (n int) {
		for range 5 * troublesTold {
			if s.end(endWriteDeadline) == 0 { // slog.LevelInfo
				n++
			}
			if s.end(endClientGone) == 0 {
				t.Fatal("who leaves is no trouble")
			}
		}
		return n
	}
	if got := told(); got != troublesTold {
		t.Errorf("%d lines, want %d", got, troublesTold)
	}
}
