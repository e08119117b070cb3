package main

import (
	"context"
	"log/slog"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// completer is the store for those who complete audits: one that ended worse than the
// audit of its site before it is told, and so are those who wait to hear of its end.
type completer struct {
	*store.Store
	count func() // of regressions
	due   func() // there may be something to tell webhooks
	log   *slog.Logger
}

// Finish ends an audit of the engine.
func (c completer) Finish(ctx context.Context, l work.Lease, r work.Result) error {
	if err := c.Store.Finish(ctx, l, r); err != nil {
		return err
	}
	c.due()
	if r.Status != shared.StatusCompleted {
		return nil
	}
	p, err := c.Progress(ctx, l.AuditID)
	if err != nil { // the audit has ended all the same
		c.log.Warn("whether an audit ended worse than the last cannot be said", "audit_id", l.AuditID, "err", err)
		return nil
	}
	c.tell(p)
	return nil
}

// Patch takes the report of an external worker, which may complete an audit. A report that
// is repeated, because its answer was lost, was told when it first came.
func (c completer) Patch(
	ctx context.Context, id int64, patch shared.ProgressPatch, ifMatch int64,
) (shared.AuditProgress, error) {
	p, applied, err := c.PatchOnce(ctx, id, patch, ifMatch)
	if applied && patch.Status != nil {
		c.due()
		c.tell(p)
	}
	return p, err
}

// TestWebhook has a webhook sent a test at once.
func (c completer) TestWebhook(ctx context.Context, id int64) (shared.Delivery, error) {
	d, err := c.Store.TestWebhook(ctx, id)
	if err == nil {
		c.due()
	}
	return d, err
}

// Redeliver has a message sent once more, at once.
func (c completer) Redeliver(ctx context.Context, webhook, id int64) (shared.Delivery, error) {
	d, err := c.Store.Redeliver(ctx, webhook, id)
	if err == nil {
		c.due()
	}
	return d, err
}

func (c completer) tell(p shared.AuditProgress) {
	if !p.Regressed() {
		return
	}
	c.count()
	c.log.Warn("an audit ended worse than the last of its site", "audit_id", p.AuditID, "site", shared.SiteName(p.URL),
		"score", *p.GeoScore, "before", p.Previous.GeoScore, "errors", p.Findings.Error, "errors_before", p.Previous.Errors)
}
