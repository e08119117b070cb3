package notify

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"atalaya/server/internal/work"
)

// userAgent names the sender to receivers.
const userAgent = "Atalaya-Webhooks/1"

// newRequest is a message as a request, made at a time.
func newRequest(ctx context.Context, d work.Delivery, at time.Time) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return nil, err
	}
	signatures, err := signAll(d.Secrets, d.Message, at, d.Body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", userAgent)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Webhook-Id", d.Message)
	r.Header.Set("Webhook-Timestamp", unix(at))
	r.Header.Set("Webhook-Signature", signatures)
	return r, nil
}
