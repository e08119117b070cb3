package access

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// start asks for one more audit as the sender of a request.
func start(s *Starts, method, remote, forwarded string) error {
	_, err := startWith(s, 0, method, remote, forwarded)
	return err
}

// startWith is start with a token, or 0 for none. It returns the header of the answer.
func startWith(s *Starts, token int64, method, remote, forwarded string) (h http.Header, err error) {
	r := asked(remote, forwarded)
	r.Method = method
	r = r.WithContext(context.WithValue(r.Context(), whoKey{}, Caller{Token: token}))
	w := httptest.NewRecorder()
	s.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		err = s.Count(r.Context())
	})).ServeHTTP(w, r)
	return w.Header(), err
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
		if len(s.used) != 1 {
			t.Errorf("%d addresses of the hour before are kept", len(s.used)-1)
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

// TestStartsAreAnnounced counts for tokens as well as for addresses, and says how many starts
// are left of each.
func TestStartsAreAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStarts(2, trusted)
		const policy = `"address";q=2;w=3600`
		for _, step := range []struct {
			after         time.Duration
			token         int64
			remote        string
			refused       bool
			policy, limit string
		}{
			{0, 0, "192.0.2.1:1", false, policy, `"address";r=1;t=3600`},
			{20 * time.Minute, 7, "192.0.2.1:1", false,
				policy + `, "token";q=2;w=3600`, `"address";r=0;t=2400, "token";r=1;t=2400`},
			{1500 * time.Millisecond, 8, "192.0.2.1:1", true,
				policy + `, "token";q=2;w=3600`, `"address";r=0;t=2399, "token";r=2;t=2399`},
			{0, 7, "[2001:db8::1]:1", false, policy + `, "token";q=2;w=3600`, `"address";r=1;t=2399, "token";r=0;t=2399`},
			{0, 7, "[2001:db8:0:1::1]:1", true, policy + `, "token";q=2;w=3600`, `"address";r=2;t=2399, "token";r=0;t=2399`},
			{0, 0, "[2001:db8::ffff]:1", false, policy, `"address";r=0;t=2399`}, // of the same /64
			{0, 7, "127.0.0.1:1", true, `"token";q=2;w=3600`, `"token";r=0;t=2399`},
			{0, 8, "127.0.0.1:1", false, `"token";q=2;w=3600`, `"token";r=1;t=2399`},
			{0, 0, "127.0.0.1:1", false, "", ""},
			{time.Hour, 7, "192.0.2.1:1", false, policy + `, "token";q=2;w=3600`, `"address";r=1;t=3600, "token";r=1;t=3600`},
		} {
			<-time.After(step.after)
			h, err := startWith(s, step.token, "POST", step.remote, "")
			if _, refused := errors.AsType[*TooManyStartsError](err); refused != step.refused {
				t.Errorf("token %d from %s: %v", step.token, step.remote, err)
			}
			if h.Get("RateLimit-Policy") != step.policy || h.Get("RateLimit") != step.limit {
				t.Errorf("token %d from %s: %v, want %s and %s", step.token, step.remote, h, step.policy, step.limit)
			}
		}
		if h, _ := startWith(NewStarts(0, nil), 7, "POST", "192.0.2.1:1", ""); len(h) != 0 {
			t.Errorf("no bound: %v", h)
		}
	})
}

// TestAttemptsAreAnnounced says how many tokens may still be wrong.
func TestAttemptsAreAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := NewAttempts(trusted)
		token, _, _ := NewToken()
		try := func() (limit string, err error) {
			h, r := http.Header{}, asked("192.0.2.1:1", "")
			if err = a.Check(h, r, token); err == nil {
				a.Wrong(h, r, token)
			}
			wait, none := strconv.Atoi(h.Get("Retry-After"))
			if refused := err != nil; refused != (none == nil) || refused && (wait < 840 || wait > 870) {
				t.Errorf("%v, and Retry-After is %q", err, h.Get("Retry-After"))
			}
			return h.Get("RateLimit"), err
		}
		for range attemptsMax - 1 {
			_, _ = try()
		}
		<-time.After(time.Minute)
		if limit, err := try(); err != nil || limit != `"address";r=0;t=840, "token";r=0;t=840` {
			t.Errorf("the last: %s, %v", limit, err)
		}
		if limit, err := try(); err == nil || limit != `"address";r=0;t=840, "token";r=0;t=840` {
			t.Errorf("one too many: %s, %v", limit, err)
		}
	})
}
