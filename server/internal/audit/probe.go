package audit

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// checkLoginWall is the check that tells a page to sign in from one that is not there.
const checkLoginWall = "paywall-or-login-wall"

// probeTime bounds the requests that are made for checks alone. A site that answers
// slowly, or wants long pauses, has those checks not apply.
const probeTime = time.Minute

// probe asks the site what no page of it asks for. What it has no time for stays unknown;
// the error is the cause of ctx's end.
func (r *run) probe(ctx context.Context, s *site, b *book) error {
	r.rec.enter(shared.StageLinks, work.Say("trying-site", s.home.Host))
	limited, done := context.WithTimeout(ctx, probeTime)
	defer done()
	p := prober{
		fetch: r.fetcher.Fetch, allowed: r.robots.Allowed, home: s.home, scope: s.scope, pages: b.facts,
		read: func(ctx context.Context, a asked, res *crawl.Result) (*visit, error) {
			return r.readAnswer(ctx, a, res, s.scope)
		},
	}
	if !r.skipAgents && !r.job.SkipAIAgents {
		p.agents = agentsLetIn(s)
	}
	err := p.run(limited)
	s.probes = p.found
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case limited.Err() != nil:
		return nil
	}
	return err
}

// agentsLetIn are the agents to try that robots.txt lets see the start page: that it keeps
// the others out is a finding of its own.
func agentsLetIn(s *site) []check.Agent {
	return slices.DeleteFunc(check.TriedAgents(), func(a check.Agent) bool {
		return !s.robots.Query(a.Token, s.home).Allowed
	})
}

// prober makes the requests that checks need. Like those for pages they ask robots.txt
// first and wait for the host's turn.
type prober struct {
	fetch   func(context.Context, crawl.Request) (*crawl.Result, error)
	allowed func(context.Context, *url.URL) (crawl.Decision, error)
	read    func(context.Context, asked, *crawl.Result) (*visit, error)
	home    *url.URL
	scope   crawl.Scope
	pages   []check.Facts // those of the site
	agents  []check.Agent // those in whose name the start page is asked for
	found   check.Probes
}

// run makes them one after the other. An error ends it; what was found by then holds.
func (p *prober) run(ctx context.Context) error {
	for _, probe := range [...]func(context.Context) error{
		p.tryInsecure, p.tryMissing, p.tryLLMs, p.tryIcon, p.tryMarkdown, p.tryAgents, p.tryCanonicals,
		p.tryGuide,
	} {
		if err := probe(ctx); err != nil {
			return err
		}
	}
	return nil
}

// ask makes one request, unless robots.txt forbids it: then the result is nil.
func (p *prober) ask(ctx context.Context, req crawl.Request) (*crawl.Result, error) {
	d, err := p.allowed(ctx, req.URL)
	if err != nil || !d.Allowed {
		return nil, err
	}
	return p.fetch(ctx, req)
}

// tryInsecure asks for the start page of a site of https by http. Where the site has a
// port of its own, nobody knows which one http would have.
func (p *prober) tryInsecure(ctx context.Context) error {
	if p.home.Scheme != "https" || p.home.Port() != "" {
		return nil
	}
	insecure := *p.home
	insecure.Scheme = "http"
	res, err := p.ask(ctx, crawl.Request{
		URL: &insecure, WantBody: noBody,
		Follow: func(next *url.URL) bool { return next.Scheme == "http" && p.mayFollow(ctx, next) },
	})
	if res != nil {
		p.found.Insecure = probeOf(res)
	}
	return err
}

// tryMissing asks for addresses that no page has.
func (p *prober) tryMissing(ctx context.Context) error {
	for _, raw := range check.MissingAddresses(p.home.String(), p.pages) {
		u, err := crawl.Canonical(nil, raw)
		if err != nil {
			continue // it was made of canonical addresses: this cannot be
		}
		res, err := p.ask(ctx, crawl.Request{
			URL: u, MaxBody: maxMissingBody, WantBody: crawl.HTMLBody, Follow: p.follow(ctx),
		})
		if err != nil {
			return err
		}
		if res == nil {
			continue
		}
		m, err := p.readMissing(ctx, res)
		if err != nil {
			return err
		}
		p.found.Missing = append(p.found.Missing, m)
	}
	return nil
}

// maxMissingBody is how much is read of what is shown where there is no page, in bytes.
const maxMissingBody = 1 << 20

// readMissing reads what is shown as if it were a page, whatever its status: what a site
// says of an address without one may be what it shows elsewhere.
func (p *prober) readMissing(ctx context.Context, res *crawl.Result) (check.Missing, error) {
	m := check.Missing{Probe: *probeOf(res)}
	if res.Failure != nil || res.Next != nil {
		return m, nil //nolint:nilerr // a failure of the site is a result
	}
	shown := *res
	shown.Status = http.StatusOK
	v, err := p.read(ctx, asked{Item: crawl.Item{URL: res.FinalURL.String()}}, &shown)
	if err != nil {
		return m, err
	}
	m.Page, m.Door = v.facts, v.failed(checkLoginWall)
	return m, nil
}

// tryLLMs asks for the guide to the site that AI services may read.
func (p *prober) tryLLMs(ctx context.Context) error {
	u := &url.URL{Scheme: p.home.Scheme, Host: p.home.Host, Path: "/llms.txt"}
	res, err := p.ask(ctx, crawl.Request{URL: u, MaxBody: check.MaxLLMs, Follow: p.follow(ctx)})
	if res != nil {
		p.found.LLMs = check.ReadLLMs(*probeOf(res), res.Body, func(ref string) (*url.URL, error) {
			return crawl.Canonical(res.Base, ref)
		})
	}
	return err
}

// tryIcon asks for the icon that browsers look for where no page names one. A page in its
// place says nothing: many servers show one at any address.
func (p *prober) tryIcon(ctx context.Context) error {
	if slices.ContainsFunc(p.pages, func(f check.Facts) bool { return f.Icon }) {
		return nil
	}
	u := &url.URL{Scheme: p.home.Scheme, Host: p.home.Host, Path: "/favicon.ico"}
	res, err := p.ask(ctx, crawl.Request{URL: u, WantBody: noBody, Follow: p.follow(ctx)})
	if res != nil && (res.Status != http.StatusOK || !crawl.HTMLBody(res.Status, res.ContentType)) {
		p.found.Icon = probeOf(res)
	}
	return err
}

// tryMarkdown asks for the start page as agents do that would rather read Markdown.
func (p *prober) tryMarkdown(ctx context.Context) error {
	res, err := p.ask(ctx, crawl.Request{
		URL: p.home, Accept: check.Markdown + ", text/html;q=0.5", WantBody: noBody, Follow: p.follow(ctx),
	})
	if res != nil {
		p.found.Markdown = &check.Twin{Probe: *probeOf(res), MediaType: res.Declared}
	}
	return err
}

// tryAgents asks for the start page in the name of AI agents, and once more in our own
// when an answer may be a refusal: the site may be in trouble by then.
func (p *prober) tryAgents(ctx context.Context) error {
	suspicious := false
	for _, agent := range p.agents {
		answer, err := p.askAs(ctx, agent.Token, agent.UserAgent())
		if err != nil || answer == nil {
			return err
		}
		p.found.Agents = append(p.found.Agents, *answer)
		suspicious = suspicious || answer.IsSuspicious()
	}
	if !suspicious {
		return nil
	}
	control, err := p.askAs(ctx, "", "")
	p.found.Control = control
	return err
}

// askAs asks for the start page with a User-Agent, empty for our own; nil when that is
// forbidden.
func (p *prober) askAs(ctx context.Context, token, userAgent string) (*check.AgentProbe, error) {
	res, err := p.ask(ctx, crawl.Request{
		URL: p.home, UserAgent: userAgent, MaxBody: maxAgentBody, Follow: p.follow(ctx),
	})
	if res == nil {
		return nil, err
	}
	return &check.AgentProbe{
		Probe: *probeOf(res), Agent: token, Challenge: check.ChallengeOf(res.Header, res.Body),
	}, nil
}

// maxAgentBody is how much is read of what an agent is shown, in bytes.
const maxAgentBody = 64 << 10

// tryCanonicals asks for canonical URLs of the site that no page links to, and reads them: one
// that is there may be kept out of search, or name yet another.
func (p *prober) tryCanonicals(ctx context.Context) error {
	for _, raw := range check.UnseenCanonicals(p.pages) {
		u, err := crawl.Canonical(nil, raw)
		if err != nil || !p.scope.Contains(u) {
			continue
		}
		res, err := p.ask(ctx, crawl.Request{
			URL: u, MaxBody: maxCanonicalBody, WantBody: crawl.HTMLBody, Follow: p.follow(ctx),
		})
		if err != nil {
			return err
		}
		if res == nil || isBusy(res) {
			continue
		}
		v, err := p.read(ctx, asked{Item: crawl.Item{URL: raw}}, res)
		if err != nil {
			return err
		}
		p.found.Canonicals = append(p.found.Canonicals, v.facts)
	}
	return nil
}

// maxCanonicalBody is how much is read of a canonical URL, in bytes: all that counts of it
// stands in its head.
const maxCanonicalBody = 256 << 10

// maxGuide is how many links of llms.txt are asked for that no page of the site has.
const maxGuide = 100

// tryGuide asks whether what llms.txt names within the site is there, where no page links to it.
func (p *prober) tryGuide(ctx context.Context) error {
	guide := p.found.LLMs
	if guide == nil {
		return nil
	}
	seen := make(map[string]bool, len(p.pages))
	for i := range p.pages {
		seen[p.pages[i].URL] = true
	}
	for _, raw := range guide.Links {
		u, err := crawl.Canonical(nil, raw)
		if err != nil || seen[raw] || !p.scope.Contains(u) || len(guide.Answers) == maxGuide {
			continue
		}
		res, err := p.ask(ctx, crawl.Request{URL: u, WantBody: noBody, Follow: p.follow(ctx)})
		if err != nil {
			return err
		}
		if res == nil || isBusy(res) {
			continue
		}
		link := check.ExternalLink{URL: raw}
		takeLinkAnswer(&link, res)
		guide.Answers = append(guide.Answers, link)
	}
	return nil
}

// follow is a [crawl.Request.Follow] for redirects within the site.
func (p *prober) follow(ctx context.Context) func(*url.URL) bool {
	return func(next *url.URL) bool { return p.scope.Contains(next) && p.mayFollow(ctx, next) }
}

// mayFollow reports whether robots.txt lets us follow a redirect.
func (p *prober) mayFollow(ctx context.Context, next *url.URL) bool {
	d, err := p.allowed(ctx, next)
	return err == nil && d.Allowed
}

// noBody is for requests of which the status says all.
func noBody(int, string) bool { return false }

// probeOf copies an answer for the checks.
func probeOf(res *crawl.Result) *check.Probe {
	probe := &check.Probe{URL: res.URL.String(), Status: res.Status}
	if res.Failure != nil {
		probe.Status, probe.Failure, probe.Detail = 0, failureClass(res.Failure), failureDetail(res.Failure)
	}
	final := res.FinalURL
	if res.Next != nil {
		final = res.Next
	}
	if final != nil && final.String() != probe.URL {
		probe.FinalURL = final.String()
	}
	return probe
}
