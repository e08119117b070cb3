package audit

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
)

const (
	// maxSheets is how many style sheets of a site are read, those of most pages first.
	maxSheets = 50
	// maxSheetBody is how much is read of each, in bytes.
	maxSheetBody = 1 << 20
	// sheetTime bounds how long they are read.
	sheetTime = time.Minute
)

// readSheets reads the style sheets of the site and adds what they load to what its pages
// load. It gives how they answered, so that none is asked for again.
func (r *run) readSheets(ctx context.Context, s *site, loads *addresses) ([]check.ExternalLink, error) {
	limited, done := context.WithTimeout(ctx, sheetTime)
	defer done()
	reader := sheetReader{
		site:  prober{fetch: r.fetcher.Fetch, allowed: r.robots.Allowed, scope: s.scope},
		loads: loads, known: map[string]bool{},
	}
	err := reader.readAll(limited)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case limited.Err() != nil:
		loads.incomplete = true
		return reader.answers, nil
	}
	return reader.answers, err
}

// sheetReader reads style sheets, and those that they import.
type sheetReader struct {
	site    prober
	loads   *addresses
	queue   []string
	known   map[string]bool // what is or was in the queue
	answers []check.ExternalLink
}

func (k *sheetReader) readAll(ctx context.Context) error {
	for _, l := range sortedLinks(k.loads.targets) {
		if (check.Resource{URL: l.URL, Markup: l.Text}).IsSheet() {
			k.add(l.URL)
		}
	}
	for i := 0; i < len(k.queue); i++ {
		if i == maxSheets {
			k.loads.incomplete = true
			return nil
		}
		if err := k.read(ctx, k.queue[i]); err != nil {
			return err
		}
	}
	return nil
}

// add puts a style sheet of the site into the queue.
func (k *sheetReader) add(sheet string) {
	u, err := crawl.Canonical(nil, sheet)
	if err == nil && k.site.scope.Contains(u) && !k.known[sheet] {
		k.known[sheet] = true
		k.queue = append(k.queue, sheet)
	}
}

// read reads one style sheet. What answers otherwise than a page would that is there, or for
// good is not, is left to be asked for like the rest of what pages load.
func (k *sheetReader) read(ctx context.Context, sheet string) error {
	u, err := crawl.Resolve(nil, sheet, "")
	if err != nil {
		return nil //nolint:nilerr // it was resolved before: this cannot be
	}
	res, err := k.site.ask(ctx, crawl.Request{
		URL: u, MaxBody: maxSheetBody, WantBody: isSheet, NoRetry: true, Follow: k.site.follow(ctx),
	})
	if err != nil || res == nil || res.Next != nil {
		return err
	}
	link := check.ExternalLink{URL: sheet}
	takeLinkAnswer(&link, res)
	if isBusy(res) || isWorthAsking(&link, http.MethodGet, false) {
		return nil
	}
	k.answers = append(k.answers, link)
	k.loads.incomplete = k.loads.incomplete || res.Truncated
	for _, l := range check.SheetResources(res.Body, res.Truncated) {
		k.note(sheet, res.Base, l)
	}
	return nil
}

// note adds what a style sheet loads to what its pages load.
func (k *sheetReader) note(sheet string, base *url.URL, l check.Resource) {
	u, err := crawl.Resolve(base, l.URL, "")
	if err != nil {
		return
	}
	k.loads.inherit(sheet, outward{URL: u.String(), Text: storable(l.Markup+" ("+sheet+")", maxLinkText)})
	if l.IsSheet() {
		k.add(u.String())
	}
}

// isSheet is a [crawl.Request.WantBody] that reads style sheets alone.
func isSheet(status int, contentType string) bool {
	return status == http.StatusOK && contentType == "text/css"
}
