package audit

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// visit is one fetched URL: what readers see of it, what its checks said, and
// where it leads. It is final once made.
type visit struct {
	page     shared.Page
	findings []shared.Finding
	facts    check.Facts
	// links are the URLs of the site it leads to, in order of appearance: the
	// target of its redirect, or those of its links.
	links []string
	// outward are its links to other sites.
	outward []outward

	tally  tally // of this page alone
	needJS bool
	dead   bool // 5xx or no answer
}

// outward is a link to another site.
type outward struct {
	URL  string `json:"u"`
	Text string `json:"t,omitempty"`
}

// asked is what was to be fetched, and the place it has in the site.
type asked struct {
	crawl.Item
	home bool
	// alias: what a redirect led to is analysed under its own URL.
	alias bool
}

// newVisit reads an answer: one parse, every page check.
func newVisit(a asked, res *crawl.Result, scope crawl.Scope, now time.Time) *visit {
	p := check.Parse(input(a, res))
	checked := check.RunPage(p)
	v := &visit{findings: checked.Findings, facts: checked.Facts, page: publicPage(a, res, p, now)}
	for _, f := range v.findings {
		v.page.Findings.Add(f.Severity, 1)
	}
	v.follow(p, res, scope)
	v.derive()
	return v
}

// input copies an answer for the checks.
func input(a asked, res *crawl.Result) check.Input {
	in := check.Input{
		URL: a.URL, Home: a.home, Depth: a.Depth, Referrer: a.Referrer, Alias: a.alias,
		Status: res.Status, Attempts: res.Attempts, TTFB: res.TTFB,
		Header: res.Header, ContentType: res.ContentType, Body: res.Body, Truncated: res.Truncated,
		Resolve: crawl.Canonical,
	}
	if final := res.FinalURL; final != nil && final.String() != a.URL {
		in.FinalURL = final.String()
	}
	if res.Failure != nil {
		in.Failure = string(res.Failure.Class)
	}
	for _, h := range res.Hops {
		in.Hops = append(in.Hops, check.Hop{URL: h.URL, Status: h.Status, Location: h.Location})
	}
	return in
}

// publicPage is what readers see. A redirect shows its own status, not that of the
// page it led to, which has its own line.
func publicPage(a asked, res *crawl.Result, p *check.Page, now time.Time) shared.Page {
	v := shared.Page{
		URL: a.URL, Depth: a.Depth, Referrer: a.Referrer,
		Status: res.Status, MS: int(res.TTFB.Milliseconds()), Bytes: len(res.Body),
		ContentType: plain(res.ContentType, shared.MaxMessage), FinalURL: p.FinalURL,
		Title: plain(p.Title, shared.MaxMessage), Words: p.MainWords,
		Analysed: p.Analysed(), FetchedAt: shared.At(now),
	}
	if res.Failure != nil {
		v.Failure = string(res.Failure.Class)
		v.Status = 0
		return v
	}
	if len(res.Hops) > 0 && a.alias {
		v.Status, v.Bytes = res.Hops[0].Status, 0
	}
	if res.Next != nil {
		v.FinalURL = res.Next.String()
	}
	return v
}

// follow sorts the page's links into those of the site and others.
func (v *visit) follow(p *check.Page, res *crawl.Result, scope crawl.Scope) {
	switch {
	case res.Next != nil:
		if scope.Contains(res.Next) {
			v.links = []string{res.Next.String()}
		}
		return
	case p.Alias && p.FinalURL != "":
		v.links = []string{p.FinalURL}
		return
	}
	for _, l := range p.Links {
		u, err := crawl.Canonical(nil, l.URL)
		switch {
		case err != nil:
		case scope.Contains(u):
			v.links = append(v.links, l.URL)
		default:
			v.outward = append(v.outward, outward{l.URL, plain(l.Text, maxLinkText)})
		}
	}
}

// maxLinkText is how much of an outward link's text is kept, in characters.
const maxLinkText = 100

// derive fills in what follows from the facts.
func (v *visit) derive() {
	v.tally = tally{}
	weight := pageWeight(v.facts.Depth)
	for i, c := range check.PageChecks() {
		switch v.facts.Outcomes[i].Result() {
		case shared.OutcomePass:
			v.tally.add(c.ID, weight, unit)
		case shared.OutcomeFail:
			v.tally.add(c.ID, weight, 0)
		}
	}
	v.needJS = v.failed(checkNeedsJS)
	v.dead = v.failed(checkHTTP5xx) || v.failed(checkTimeout)
}

// The checks whose outcomes the caps read.
const (
	checkNeedsJS       = "content-needs-js"
	checkHTTP5xx       = "http-5xx"
	checkTimeout       = "fetch-timeout"
	checkNoindex       = "page-noindex"
	checkSearchBlocked = "robots-blocks-search"
	checkAIBlocked     = "ai-search-bot-blocked"
)

// failed reports whether a page check failed.
func (v *visit) failed(id string) bool {
	l := v.tally[id]
	return l != nil && l.Failed > 0
}

// state is what a visit leaves in the store beside its page, so that another
// attempt can go on as if it had made the visit itself.
type state struct {
	Version  int              `json:"v"`
	Facts    json.RawMessage  `json:"f"`
	Findings []shared.Finding `json:"p,omitempty"`
	Links    []string         `json:"l,omitempty"`
	Outward  []outward        `json:"o,omitempty"`
}

const (
	stateVersion = 1
	// maxState bounds what is read back, in bytes: far above the 5,000 links a
	// page keeps.
	maxState = 64 << 20
)

// errState: the stored state is of no use; the page must be fetched again.
var errState = errors.New("unusable state of a page")

// record is what the store keeps of the visit.
func (v *visit) record() (work.PageRecord, error) {
	facts, err := v.facts.Encode()
	if err != nil {
		return work.PageRecord{}, err
	}
	plain, err := json.Marshal(state{stateVersion, facts, v.findings, v.links, v.outward})
	if err != nil {
		return work.PageRecord{}, fmt.Errorf("audit: encode state of %.200q: %w", v.page.URL, err)
	}
	// Links repeat their prefixes: packed they take a tenth.
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err == nil {
		_, err = w.Write(plain)
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		return work.PageRecord{}, fmt.Errorf("audit: pack state of %.200q: %w", v.page.URL, err)
	}
	return work.PageRecord{Page: v.page, Findings: v.findings, State: packed.Bytes()}, nil
}

// restored is the inverse of record; its errors wrap errState.
func restored(r work.PageRecord) (*visit, error) {
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(r.State)), maxState))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errState, err)
	}
	var s state
	if err := json.Unmarshal(plain, &s); err != nil {
		return nil, fmt.Errorf("%w: %v", errState, err)
	}
	if s.Version != stateVersion {
		return nil, fmt.Errorf("%w: version %d", errState, s.Version)
	}
	facts, err := check.DecodeFacts(s.Facts)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errState, err)
	}
	v := &visit{page: r.Page, findings: s.Findings, facts: facts, links: s.Links, outward: s.Outward}
	v.page.ID, v.page.Depth = 0, facts.Depth
	v.derive()
	return v, nil
}

// plain makes text of the site fit for any database and cuts it to n
// characters.
func plain(s string, n int) string {
	return clip(strings.ReplaceAll(s, "\x00", "\uFFFD"), n)
}
