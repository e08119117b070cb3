package notify

import (
	"errors"
	"testing"
	"time"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

func TestOutcome(t *testing.T) {
	for _, c := range []struct {
		name          string
		tries, status int
		err           error
		jitter        float64
		want          work.Outcome
	}{
		{"taken", 1, 204, nil, 0, work.Outcome{State: shared.DeliveryDelivered, Status: 204}},
		{"taken in the end", 5, 200, nil, 0, work.Outcome{State: shared.DeliveryDelivered, Status: 200}},
		{"first", 1, 500, nil, 0, pending(5*time.Second, 500, "status 500")},
		{"jitter", 2, 429, nil, 1, pending(330*time.Second, 429, "status 429")},
		{"no answer", 3, 0, errors.New("refused"), 0, pending(30*time.Minute, 0, "refused")},
		{"a redirect is no success", 4, 302, nil, 0.5, pending(126*time.Minute, 302, "status 302")},
		{"last", 5, 503, nil, 0, work.Outcome{State: shared.DeliveryFailed, Status: 503, Error: "status 503"}},
		{"after a crash", 6, 0, errors.New("x"), 0, work.Outcome{State: shared.DeliveryFailed, Error: "x"}},
		{"gone", 1, 410, nil, 0, work.Outcome{State: shared.DeliveryFailed, Status: 410, Error: "status 410"}},
	} {
		if got := outcome(c.tries, c.status, c.err, c.jitter); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func pending(wait time.Duration, status int, why string) work.Outcome {
	return work.Outcome{State: shared.DeliveryPending, Wait: wait, Status: status, Error: why}
}
