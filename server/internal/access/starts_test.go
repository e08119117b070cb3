package access

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// start asks for one more audit as the sender of a request.
func start(s *Starts, method, remote, forwarded string) (err error) {
	r := asked(remote, forwarded)
	r.Method = method
	s.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		err = s.Count(r.Context())
	})).ServeHTTP(httptest.NewRecorder(), r)
	return err
}

func TestStartsOfOneAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStarts(2, trusted)
		admitted := func(remote, forwarded string) {
			t.Helper()
			if err := start(s, "POST", remote, forwarded); err != nil {
				t.Errorf("%s for %q: %v", remote, forwarded, err)
			}
		}
		refused := func(remote, forwarded string, left time.Duration) {
			t.Helper()
			over, ok := errors.AsType[*TooManyStartsError](start(s, "POST", remote, forwarded))
			if !ok || over.Left != left || over.Max != 2 {
				t.Errorf("%s for %q: got %+v, want refused for another %v", remote, forwarded, over, left)
			}
		}
		admitted("192.0.2.1:1", "")
		<-time.After(20 * time.Minute)
		admitted("10.0.0.1:1", "192.0.2.1")
		refused("192.0.2.1:2", "", 40*time.Minute)
		refused("192.0.2.1:2", "198.51.100.1", 40*time.Minute) // forged
		admitted("[2001:db8::1]:1", "")
		admitted("[2001:db8::2]:1", "")
		refused("[2001:db8::3]:1", "", 40*time.Minute)
		<-time.After(40*time.Minute - time.Nanosecond)
		refused("192.0.2.1:1", "", time.Nanosecond)
		<-time.After(time.Nanosecond)
		admitted("192.0.2.1:1", "")
		if len(s.started) != 1 {
			t.Errorf("%d addresses of the hour before are kept", len(s.started)-1)
		}
	})
}

func TestStartsWithoutBound(t *testing.T) {
	one, none := NewStarts(1, trusted), NewStarts(0, nil)
	for range 3 {
		for _, remote := range []string{"127.0.0.1:1", "[::1]:1", "@"} {
			if err := start(one, "POST", remote, ""); err != nil {
				t.Errorf("%s is exempt: %v", remote, err)
			}
		}
		if err := start(none, "POST", "192.0.2.1:1", ""); err != nil {
			t.Errorf("no bound: %v", err)
		}
		if err := one.Count(context.Background()); err != nil {
			t.Errorf("nobody's request: %v", err)
		}
	}
}
