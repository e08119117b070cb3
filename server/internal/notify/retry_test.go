package notify

import (
	"errors"
	"fmt"
	"net/http"
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
		{"gone", 1, 410, nil, 0, gone(410)},
		{"none there", 1, 404, nil, 0, pending(5*time.Second, 404, "status 404")},
	} {
		got := outcome(work.Delivery{Kind: shared.KindWebhook, Tries: c.tries}, Answer{Status: c.status}, c.err, c.jitter)
		if got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestPushOutcome has a push service answer.
func TestPushOutcome(t *testing.T) {
	for _, c := range []struct {
		tries  int
		answer Answer
		want   work.Outcome
	}{
		{1, Answer{Status: 201}, work.Outcome{State: shared.DeliveryDelivered, Status: 201}},
		{1, Answer{Status: 404}, gone(404)},
		{1, Answer{Status: 410}, gone(410)},
		{5, Answer{Status: 410}, gone(410)},
		{1, Answer{429, time.Hour}, pending(time.Hour, 429, "status 429")},
		{2, Answer{503, time.Second}, pending(5*time.Minute, 503, "status 503")},
		{5, Answer{503, time.Hour}, work.Outcome{State: shared.DeliveryFailed, Status: 503, Error: "status 503"}},
	} {
		if got := outcome(work.Delivery{Kind: shared.KindPush, Tries: c.tries}, c.answer, nil, 0); got != c.want {
			t.Errorf("%+v: got %+v, want %+v", c.answer, got, c.want)
		}
	}
}

// TestRetryAfter reads how long receivers want to be left alone.
func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	for said, want := range map[string]time.Duration{
		"":                              0,
		"120":                           2 * time.Minute,
		"-1":                            0,
		"1.5":                           0,
		"soon":                          0,
		"99999999":                      retryAfterMax,
		"99999999999999999999":          0,
		"Thu, 26 Nov 2026 10:05:00 GMT": 5 * time.Minute,
		"Thu, 26 Nov 2026 09:05:00 GMT": 0,
		"Thu, 26 Nov 2099 09:05:00 GMT": retryAfterMax,
	} {
		res := &http.Response{StatusCode: 503, Header: http.Header{"Retry-After": {said}}}
		if got := answerOf(res, now); got != (Answer{503, want}) {
			t.Errorf("%q: got %+v, want %s", said, got, want)
		}
	}
}

func gone(status int) work.Outcome {
	why := fmt.Sprintf("status %d", status)
	return work.Outcome{State: shared.DeliveryFailed, Status: status, Error: why, Gone: true}
}

func pending(wait time.Duration, status int, why string) work.Outcome {
	return work.Outcome{State: shared.DeliveryPending, Wait: wait, Status: status, Error: why}
}
