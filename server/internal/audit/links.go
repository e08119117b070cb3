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
	"atalaya/shared"
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
	r.rec.enter(shared.StageLinks, work.Say("checking-links", len(links)))
	limited, done := context.WithCancel(ctx)
	defer done()
	defer time.AfterFunc(externalTime, done).Stop()

	var o outside
	var fault error
	answered, asked, silent := 0, 0, map[string]bool{}
	for a := range r.askHosts(limited, groupByHost(links)) {
		asked++
		switch {
		case a.err != nil:
			if limited.Err() == nil {
				fault = a.err
				done()
			}
			continue
		case a.link.Status != 0:
			answered++
		default:
			silent[a.host] = true
		}
		o.links = append(o.links, a.link)
		if answered == 0 && asked >= deafAfter && len(silent) >= deafHosts {
			done()
		}
		r.reach(asked, len(links))
	}
	if ctx.Err() != nil {
		return o, context.Cause(ctx)
	}
	o.done = fault == nil && (answered > 0 || len(silent) < deafHosts)
	return o, fault
}

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

// askHost asks for the links of one host, one after the other.
func (r *run) askHost(ctx context.Context, h hostLinks, answers chan<- linkAnswer) {
	for _, l := range h.links {
		a := linkAnswer{host: h.host, link: l.link}
		a.err = guard(func() error { return r.askLink(ctx, l.url, &a.link) })
		answers <- a
	}
}

// askLink asks for the head of a page, and where that is refused for the page
// itself, without its body. robots.txt is for crawlers; asking once whether a
// link works is what a reader's browser would do.
func (r *run) askLink(ctx context.Context, u *url.URL, link *check.ExternalLink) error {
	for _, method := range [...]string{http.MethodHead, http.MethodGet} {
		res, err := r.fetcher.Fetch(ctx, crawl.Request{
			URL: u, Method: method, NoRetry: true, WantBody: func(int, string) bool { return false },
		})
		if err != nil {
			return causeOr(ctx, err)
		}
		link.Status, link.Failure, link.FailureDetail = res.Status, failureClass(res.Failure), failureDetail(res.Failure)
		if res.Failure != nil {
			link.Status = 0
			if dns, ok := errors.AsType[*net.DNSError](res.Failure); ok && !dns.IsNotFound {
				link.Failure = check.FailOther // the resolver failed, not the name
			}
		}
		broken, verified := check.Broken(*link)
		if verified && !broken || link.Failure == check.FailDNS || link.Failure == check.FailBlocked {
			break
		}
	}
	return nil
}
