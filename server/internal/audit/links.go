package audit

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
)

const (
	// maxExternal is how many links to other sites are checked, those that most pages
	// carry first.
	maxExternal = 1000
	// externalHosts is how many hosts are asked at the same time. Each is asked for
	// one link after the other, so that no other site notices an audit of this one.
	externalHosts = 8
	// externalTime bounds the stage. Links not reached by then stay unchecked.
	externalTime = 3 * time.Minute
	// linkPatience is the longest pause that a host may ask for before it is asked again.
	linkPatience = 10 * time.Second
	// deafAfter is the number of links without a single answer after which the stage
	// ends early.
	deafAfter = 8
	// deafHosts is the number of silent hosts from which on our own network is taken
	// to be cut off, if no other host answered: hosts of different owners do not all
	// vanish at once. No link may be called broken then.
	deafHosts = 3
)

// checkLinks asks the targets of links to other sites whether they exist.
func (r *run) checkLinks(ctx context.Context, links []check.ExternalLink) (outside, error) {
	r.say(work.Say("checking-links", len(links)))
	limited, done := context.WithCancel(ctx)
	defer done()
	defer time.AfterFunc(externalTime, done).Stop()

	var o outside
	var fault error
	asked := 0
	for a := range r.askHosts(limited, groupByHost(links)) {
		asked++
		if a.err != nil {
			if limited.Err() == nil {
				fault = a.err
				done()
			}
			continue
		}
		o.heard.note(a)
		o.links = append(o.links, a.link)
		if asked >= deafAfter && o.heard.isNothing() {
			done()
		}
		r.reach(asked, len(links))
	}
	if ctx.Err() != nil {
		return o, context.Cause(ctx)
	}
	o.done = fault == nil && !o.heard.isNothing()
	return o, fault
}

// hearing is what other sites answered, links and what pages load taken together.
type hearing struct {
	answered bool
	silent   map[string]bool // hosts, until one answers
}

func (h *hearing) note(a linkAnswer) {
	switch {
	case a.link.Status != 0:
		h.answered = true
	case h.silent == nil:
		h.silent = map[string]bool{a.host: true}
	default:
		h.silent[a.host] = true
	}
}

// isNothing reports whether our own network seems to be cut off.
func (h *hearing) isNothing() bool { return !h.answered && len(h.silent) >= deafHosts }

// hostLinks are the links to check that lead to one host.
type hostLinks struct {
	host  string
	links []hostLink
}

type hostLink struct {
	url  *url.URL
	link check.ExternalLink
}

// groupByHost groups links by their host, in order.
func groupByHost(links []check.ExternalLink) []hostLinks {
	index := map[string]int{}
	var groups []hostLinks
	for _, l := range links {
		u, err := crawl.Resolve(nil, l.URL, "")
		if err != nil {
			continue
		}
		i, known := index[u.Host]
		if !known {
			i = len(groups)
			index[u.Host] = i
			groups = append(groups, hostLinks{host: u.Host})
		}
		groups[i].links = append(groups[i].links, hostLink{u, l})
	}
	return groups
}

// linkAnswer is what asking for one link gave.
type linkAnswer struct {
	host string
	link check.ExternalLink
	err  error
}

// askHosts asks for every link, some hosts at a time. The channel is closed after
// the last answer; the caller must drain it.
func (r *run) askHosts(ctx context.Context, hosts []hostLinks) <-chan linkAnswer {
	answers := make(chan linkAnswer)
	queue := make(chan hostLinks, len(hosts))
	for _, h := range hosts {
		queue <- h
	}
	close(queue)
	var workers sync.WaitGroup
	for range min(externalHosts, len(hosts)) {
		workers.Go(func() {
			for h := range queue {
				r.askHost(ctx, h, answers)
			}
		})
	}
	go func() {
		workers.Wait()
		close(answers)
	}()
	return answers
}

// askHost asks for the links of one host, one after the other. A host that wants to be
// left alone for long is: the rest of its links stay unasked.
func (r *run) askHost(ctx context.Context, h hostLinks, answers chan<- linkAnswer) {
	asker := linkAsker{fetch: r.fetcher.Fetch, pause: r.externalPause}
	for _, l := range h.links {
		if asker.refused {
			return
		}
		a := linkAnswer{host: h.host, link: l.link}
		a.err = guard(func() error { return asker.ask(ctx, l.url, &a.link) })
		answers <- a
	}
}

// linkAsker asks one host for links. robots.txt is for crawlers; asking now and then
// whether a link works is what a reader's browser would do.
type linkAsker struct {
	fetch   func(context.Context, crawl.Request) (*crawl.Result, error)
	pause   time.Duration // between two requests
	wait    time.Duration // before the next one; 0 before the first
	refused bool          // the host asked for a longer pause than we wait
}

// ask asks for the head of a page, where that is refused or says nothing for the page itself,
// without its body, and once more where that may have been a mishap.
func (k *linkAsker) ask(ctx context.Context, u *url.URL, link *check.ExternalLink) error {
	method := http.MethodHead
	for again, retried := true, false; again; {
		if err := pauseFor(ctx, k.wait); err != nil {
			return err
		}
		res, err := k.fetch(ctx, crawl.Request{
			URL: u, Method: method, NoRetry: true, WantBody: noBody,
		})
		if err != nil {
			return causeOr(ctx, err)
		}
		takeLinkAnswer(link, res)
		k.wait = k.pause
		if isBusy(res) {
			k.wait = max(k.pause, res.RetryAfter)
			k.refused = res.RetryAfter > linkPatience
		}
		again = !k.refused && (isBare(method, res) || isWorthAsking(link, method, retried))
		retried = method == http.MethodGet
		method = http.MethodGet
	}
	return nil
}

// isBare reports whether a good answer to HEAD says nothing of the page that a browser would
// get: servers that treat every HEAD alike, also for pages that are gone, name no type.
func isBare(method string, res *crawl.Result) bool {
	return method == http.MethodHead && crawl.AnswerOf(res.Status, "") == crawl.AnswerContent && res.ContentType == ""
}

// takeLinkAnswer writes down how a link answered.
func takeLinkAnswer(link *check.ExternalLink, res *crawl.Result) {
	link.Status, link.Failure, link.FailureDetail = res.Status, failureClass(res.Failure), failureDetail(res.Failure)
	if res.Failure == nil {
		return
	}
	link.Status = 0
	if dns, ok := errors.AsType[*net.DNSError](res.Failure); ok && !dns.IsNotFound {
		link.Failure = check.FailOther // the resolver failed, not the name
	}
}

// isWorthAsking reports whether a link is to be asked for (again) with GET after its
// answer to a method: many servers do not know HEAD, and some faults pass.
func isWorthAsking(link *check.ExternalLink, method string, retried bool) bool {
	broken, verified := check.Broken(*link)
	switch {
	case verified && !broken:
		return false
	case link.Failure == check.FailDNS || link.Failure == check.FailBlocked:
		return false
	case method == http.MethodHead:
		return true
	case retried:
		return false
	case link.Failure != "":
		return link.Failure == check.FailTimeout || link.Failure == check.FailReset
	}
	return link.Status >= http.StatusInternalServerError || link.Status == http.StatusTooManyRequests
}

// pauseFor waits, or returns the cause of ctx's end.
func pauseFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
