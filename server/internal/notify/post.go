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

// Poster sends messages as HTTP requests. It is safe for concurrent use.
type Poster struct {
	client *http.Client
	vapid  *Vapid
}

// NewPoster returns a poster that connects by dial, which must refuse the addresses that
// messages may not go to, and shows push services who sends by vapid.
func NewPoster(
	dial func(ctx context.Context, network, address string) (net.Conn, error), vapid *Vapid,
) *Poster {
	return &Poster{vapid: vapid, client: &http.Client{
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
	}}
}

// Send tries a message once, and returns the answer or why there is none. The error does not
// name the address, which may hold a secret.
func (p *Poster) Send(ctx context.Context, d work.Delivery) (Answer, error) {
	r, err := p.newRequest(ctx, d, time.Now())
	if err != nil {
		return Answer{}, withoutAddress(err)
	}
	res, err := p.client.Do(r)
	if err != nil {
		return Answer{}, withoutAddress(err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, answerBody) // its status was all that matters
	return answerOf(res, time.Now()), nil
}

func withoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
