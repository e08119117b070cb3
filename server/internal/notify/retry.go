package notify

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// waits are the times between the tries of a message, each from the end of the try before:
// the first four of the schedule that Svix documents (https://docs.svix.com/retries), and
// that most who follow Standard Webhooks have.
var waits = [...]time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}

// triesMax is how often a message is tried.
const triesMax = len(waits) + 1

// jitterMax is by which part a wait grows at most, so that what failed together is not
// tried together.
const jitterMax = 0.1

// retryAfterMax bounds what a receiver may ask for.
const retryAfterMax = 24 * time.Hour

// Answer is what a receiver answers to a try.
type Answer struct {
	Status int
	// After is how long the receiver asks to be left alone; 0 if it does not say.
	After time.Duration
}

// answerOf reads the answer of a receiver over HTTP, as of now.
func answerOf(res *http.Response, now time.Time) Answer {
	a := Answer{Status: res.StatusCode}
	said := res.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(said, 10, 31); err == nil {
		a.After = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(said); err == nil {
		a.After = at.Sub(now)
	}
	a.After = min(max(a.After, 0), retryAfterMax)
	return a
}

// outcome decides what becomes of a message after a try. err is why no answer came; jitter
// is 0 to 1.
func outcome(d work.Delivery, a Answer, err error, jitter float64) work.Outcome {
	o := work.Outcome{State: shared.DeliveryFailed, Status: a.Status}
	switch {
	case err != nil:
		o.Error = err.Error()
	case a.Status/100 == 2:
		o.State = shared.DeliveryDelivered
		return o
	default:
		o.Error = fmt.Sprintf("status %d", a.Status)
	}
	// Push services answer 404 too of a browser that has unsubscribed.
	o.Gone = a.Status == http.StatusGone || d.Kind == shared.KindPush && a.Status == http.StatusNotFound
	if d.Tries >= triesMax || o.Gone {
		return o
	}
	o.State = shared.DeliveryPending
	o.Wait = max(waits[d.Tries-1], a.After)
	o.Wait += time.Duration(float64(o.Wait) * jitterMax * jitter)
	return o
}
