package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// requestsOf allows max requests, and answers those that get through with 204.
func requestsOf(max int) http.Handler {
	rules := NewRules(map[string]Right{"/": Manage, "GET /api/": Read, "GET /healthz": Open})
	q := NewRequests(max, trusted, rules, func(w http.ResponseWriter, _ *http.Request, err error) {
		over, _ := errors.AsType[*TooManyRequestsError](err)
		w.Header().Set("Left", over.Left.String())
		w.WriteHeader(http.StatusTooManyRequests)
	})
	served := q.OfTokens(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	// In the gate's place: who names no token that is good is refused.
	return q.OfAddresses(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var token int64
		if _, err := fmt.Sscan(r.Header.Get("Authorization"), &token); err != nil && r.URL.Path != "/healthz" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		served.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), whoKey{}, Caller{Token: token})))
	}))
}

// TestRequests counts for the address and for the token, but not what is open to everybody, and
// says what is left of both.
func TestRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := requestsOf(2)
		const a, b, loopback = "192.0.2.1:1", "[2001:db8::1]:1", "127.0.0.1:1"
		for i, step := range []struct {
			after         time.Duration
			remote, token string
			path          string
			want          int
			limit         string
		}{
			{0, a, "7", "/api/x", 204, `"address";r=1;t=60, "token";r=1;t=60`},
			{0, a, "", "/healthz", 204, ""},
			{0, a, "wrong", "/api/x", 401, `"address";r=0;t=60`},
			{0, a, "", "/healthz", 204, ""},
			{0, a, "8", "/api/x", 429, `"address";r=0;t=60`},
			{20 * time.Second, b, "7", "/nowhere", 204, `"address";r=1;t=40, "token";r=0;t=40`},
			{0, "[2001:db8::ffff]:1", "7", "/api/x", 429, `"address";r=0;t=40, "token";r=0;t=40`},
			{0, loopback, "7", "/api/x", 429, `"token";r=0;t=40`},
			{0, loopback, "0", "/api/x", 204, ""},
			{40 * time.Second, a, "7", "/api/x", 204, `"address";r=1;t=60, "token";r=1;t=60`},
		} {
			<-time.After(step.after)
			w, r := httptest.NewRecorder(), asked(step.remote, "")
			r.Method, r.URL.Path = http.MethodGet, step.path
			r.Header.Set("Authorization", step.token)
			h.ServeHTTP(w, r)
			if w.Code != step.want || w.Header().Get("RateLimit") != step.limit {
				t.Errorf("step %d: %d, %v; want %d and %s", i, w.Code, w.Header(), step.want, step.limit)
			}
			if left, _ := time.ParseDuration(w.Header().Get("Left")); w.Code == 429 &&
				!strings.HasSuffix(step.limit, fmt.Sprintf("t=%.0f", left.Seconds())) {
				t.Errorf("step %d: %v are left", i, left)
			}
		}
	})
}

// TestRequestsOfManyAddresses remembers no more accounts than it may, and goes on to count those.
func TestRequestsOfManyAddresses(t *testing.T) {
	q := NewRequests(1, nil, Rules{}, nil)
	for i := range requestsAccounts + 2 {
		if err := q.count(http.Header{}, []account{{ofAddress, fmt.Sprint(i)}}, nil); err != nil {
			t.Fatalf("address %d: %v", i, err)
		}
	}
	if len(q.used) != requestsAccounts {
		t.Errorf("%d accounts are remembered", len(q.used))
	}
	if q.count(http.Header{}, []account{{ofAddress, "0"}}, nil) == nil {
		t.Error("one that is remembered sends a second")
	}
}
