package notify

import (
	"fmt"
	"net/http"
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

// outcome decides what becomes of a message after a try. status is that of the answer, err
// why none came; jitter is 0 to 1.
func outcome(tries, status int, err error, jitter float64) work.Outcome {
	o := work.Outcome{State: shared.DeliveryFailed, Status: status}
	switch {
	case err != nil:
		o.Error = err.Error()
	case status/100 == 2:
		o.State = shared.DeliveryDelivered
		return o
	default:
		o.Error = fmt.Sprintf("status %d", status)
	}
	if tries >= triesMax || status == http.StatusGone {
		return o
	}
	o.State = shared.DeliveryPending
	o.Wait = waits[tries-1]
	o.Wait += time.Duration(float64(o.Wait) * jitterMax * jitter)
	return o
}
