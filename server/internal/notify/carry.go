package notify

import (
	"context"
	"errors"
	"net"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// Carrier sends messages of every kind. It is safe for concurrent use.
type Carrier struct {
	poster *Poster
	mail   *Mail
}

// NewCarrier returns a carrier that connects to receivers by dial, with vapid for push
// services, see [NewPoster], and sends e-mail by mail, or none if that is nil.
func NewCarrier(
	dial func(ctx context.Context, network, address string) (net.Conn, error), vapid *Vapid, mail *Mail,
) *Carrier {
	return &Carrier{NewPoster(dial, vapid), mail}
}

// errNoMail is why an e-mail is not sent that was asked for when there was a server.
var errNoMail = errors.New("this server sends no e-mail")

// Send tries a message once, and returns the answer or why there is none.
func (c *Carrier) Send(ctx context.Context, d work.Delivery) (Answer, error) {
	switch {
	case d.Kind != shared.KindEmail:
		return c.poster.Send(ctx, d)
	case c.mail == nil:
		return Answer{}, errNoMail
	}
	return c.mail.Send(ctx, d)
}
