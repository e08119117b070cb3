package notify

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

const (
	// tryTimeout bounds a try, from connecting to the last byte that is read: the standard
	// asks for 15 to 30 seconds.
	tryTimeout = 15 * time.Second
	// answerHeader and answerBody bound what is read of an answer, in bytes. Reading a little
	// of the body lets the connection serve again.
	answerHeader = 16 << 10
	answerBody   = 4 << 10
)

// userAgent names the sender to receivers.
const userAgent = "Atalaya-Webhooks/1"

// client sends requests, and says who does. Package webpush sends by it too.
type client struct{ *http.Client }

// Do sends a request as [http.Client.Do] does.
func (c client) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", userAgent)
	return c.Client.Do(r) //nolint:gosec // where messages go others say: the dialer refuses what they may not reach
}

// Poster sends messages as HTTP requests. It is safe for concurrent use.
type Poster struct {
	client client
	vapid  *Vapid
}

// NewPoster returns a poster that connects by dial, which must refuse the addresses that
// messages may not go to, and shows push services who sends by vapid.
func NewPoster(
	dial func(ctx context.Context, network, address string) (net.Conn, error), vapid *Vapid,
) *Poster {
	return &Poster{vapid: vapid, client: client{&http.Client{
		Timeout: tryTimeout,
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would connect behind the dialer's back
			DialContext:            dial,
			ForceAttemptHTTP2:      true, // a custom DialContext turns it off otherwise
			DisableCompression:     true,
			MaxResponseHeaderBytes: answerHeader,
			MaxIdleConnsPerHost:    1,
			IdleConnTimeout:        30 * time.Second,
		},
		// Where a message goes was said by whoever made the webhook, not by its receiver.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}}
}

// Send tries a message once, and returns the answer or why there is none. The error does not
// name the address, which may hold a secret.
func (p *Poster) Send(ctx context.Context, d work.Delivery) (Answer, error) {
	res, err := p.post(ctx, d)
	if err != nil {
		return Answer{}, withoutAddress(err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, answerBody) // its status was all that matters
	return answerOf(res, time.Now()), nil
}

// post sends a message in the form that its receiver takes.
func (p *Poster) post(ctx context.Context, d work.Delivery) (*http.Response, error) {
	if d.Kind == shared.KindPush {
		return p.vapid.push(ctx, p.client, d)
	}
	r, err := newRequest(ctx, d, time.Now())
	if err != nil {
		return nil, err
	}
	return p.client.Do(r)
}

func withoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
