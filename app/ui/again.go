package ui

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// again starts an audit anew with the settings of an ended one, and opens its page.
// fail is told in words why that did not work.
func (b *base) again(ctx app.Context, id int64, fail func(why string)) { b.againUpTo(ctx, id, 0, fail) }

// againUpTo is [base.again] with another limit of pages; 0 keeps that of the ended audit.
func (b *base) againUpTo(ctx app.Context, id int64, limit int, fail func(why string)) {
	if b.starting {
		return
	}
	if b.againKey == "" {
		b.againKey = rand.Text()
	}
	b.starting = true
	key := b.againKey
	var body []byte
	if limit > 0 {
		body, _ = json.Marshal(shared.Retry{PageLimit: limit}) // a number is always JSON
	}
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		audit, err := created(live.PostJSON(c, shared.PathRetry(id), body, key))
		ctx.Dispatch(func(ctx app.Context) {
			b.starting = false
			b.device.note(err)
			switch {
			case b.againKey != key: // another page is shown meanwhile
			case err != nil:
				fail(b.lang.T(text.AgainFailed, text.Problem(b.lang, failureCode(err))))
			default:
				b.againKey = ""
				b.device.created = &audit
				ctx.Navigate(shared.PathPage(audit.AuditID))
			}
		})
	})
}

// created reads the answer to a request that started an audit.
func created(_ int, answer []byte, err error) (shared.AuditProgress, error) {
	if err != nil {
		return shared.AuditProgress{}, err
	}
	return shared.DecodeAuditProgress(answer)
}
