package live

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A path is measured by what comes: an answer, and the first event of a stream.
func TestMeasurePath(t *testing.T) {
	for name, c := range map[string]struct {
		after  time.Duration // the stream's first event; 0 for none
		status int           // of the answer; 0 for none
		refuse error         // the stream is not opened
		want   PathTest
		took   time.Duration
	}{
		"free": {300 * time.Millisecond, StatusOK, nil, PathTest{time.Millisecond, 300 * time.Millisecond},
			300 * time.Millisecond},
		"held":       {0, StatusOK, nil, PathTest{Answer: time.Millisecond}, PathPatience},
		"too late":   {PathPatience + time.Second, StatusOK, nil, PathTest{Answer: time.Millisecond}, PathPatience},
		"no server":  {0, 0, nil, PathTest{}, PathPatience},
		"not ours":   {0, 502, nil, PathTest{}, PathPatience},
		"no streams": {0, StatusOK, errors.New("refused"), PathTest{Answer: time.Millisecond}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := &fakePlatform{t: t, openError: c.refuse}
			p.answer = func(Request) (Response, error) {
				if c.status == 0 {
					return Response{}, ErrNetwork
				}
				return Response{Status: c.status}, nil
			}
			p.greet = func(s *fakeStream) {
				s.open() // headers are no news
				if c.after > 0 {
					time.AfterFunc(c.after, s.beat)
				}
			}
			began := time.Now()
			if got := MeasurePath(t.Context(), p); got != c.want {
				t.Errorf("%s: got %+v, want %+v", name, got, c.want)
			}
			if took := time.Since(began); took != c.took {
				t.Errorf("%s: took %v, want %v", name, took, c.took)
			}
		})
	}
}
