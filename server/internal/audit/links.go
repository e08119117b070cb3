package audit

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/shared"
)

const (
	// maxExternal is how many links to other sites are checked: those that most
	// pages carry.
	maxExternal = 100
	// externalHosts are asked at the same time, each for one link after the
	// other: a site of others must not notice an audit of this one.
	externalHosts = 8
	// externalTime bounds the stage. Links not reached by then stay unchecked.
	externalTime = time.Minute
	// deafAfter links without a single answer, the stage ends early.
	deafAfter = 8
	// deafHosts of different owners do not all vanish at once: when so many and
	// nobody else gave any answer, it is our network that is cut off, and no link
	// may be called broken for it.
	deafHosts = 3
)

// links asks the targets of links to other sites whether they exist.
func (r *run) links(ctx context.Context) error {
	urls := r.book.chosen(maxExternal)
	r.rec.enter(shared.StageLinks, fmt.Sprintf("Checking %d links to other sites", len(urls)))
	limited, done := context.WithCancel(ctx)
	defer done()
	defer time.AfterFunc(externalTime, done).Stop()

	var fault error
	answered, asked, silent := 0, 0, map[string]bool{}
	for a := range r.askAll(limited, byHost(urls)) {
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
		r.external = append(r.external, a.link)
		if answered == 0 && asked >= deafAfter && len(silent) >= deafHosts {
			done()
		}
		r.progress(asked, len(urls))
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.externalDone = fault == nil && (answered > 0 || len(silent) < deafHosts)
	return fault
}

// askAll asks for every link, some hosts at a time. The channel is closed after
// the last answer; the caller must drain it.
func (r *run) askAll(ctx context.Context, hosts [][]*url.URL) <-chan answer {
	answers := make(chan answer)
	queue := make(chan []*url.URL, len(hosts))
	for _, h := range hosts {
		queue <- h
	}
	close(queue)
	var workers sync.WaitGroup
	for range min(externalHosts, len(hosts)) {
		workers.Go(func() {
			for links := range queue {
				r.ask(ctx, links, answers)
			}
		})
	}
	go func() {
		workers.Wait()
		close(answers)
	}()
	return answers
}

// answer is what asking for one link gave.
type answer struct {
	host string
	link check.ExternalLink
	err  error
}

// byHost groups URLs by their host, in order.
func byHost(urls []string) [][]*url.URL {
	place := map[string]int{}
	var groups [][]*url.URL
	for _, raw := range urls {
		u, err := crawl.Canonical(nil, raw)
		if err != nil {
			continue
		}
		i, known := place[u.Host]
		if !known {
			i = len(groups)
			place[u.Host] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], u)
	}
	return groups
}

// ask asks for the links of one host, one after the other.
func (r *run) ask(ctx context.Context, links []*url.URL, answers chan<- answer) {
	for _, u := range links {
		a := answer{host: u.Host}
		a.err = guard(func() (err error) {
			a.link, err = r.askOne(ctx, u)
			return err
		})
		answers <- a
	}
}

// askOne asks for the head of a page, and where that is refused for the page
// itself, without its body. robots.txt is for crawlers; asking once whether a
// link works is what a reader's browser would do.
func (r *run) askOne(ctx context.Context, u *url.URL) (check.ExternalLink, error) {
	link := check.ExternalLink{URL: u.String()}
	if t := r.book.targets[link.URL]; t != nil {
		link.Count, link.Pages, link.Text = t.count, t.pages, t.text
	}
	for _, method := range [...]string{http.MethodHead, http.MethodGet} {
		res, err := r.engine.fetcher.Fetch(ctx, crawl.Request{
			URL: u, Method: method, NoRetry: true, WantBody: func(int, string) bool { return false },
		})
		if err != nil {
			return link, ended(ctx, err)
		}
		link.Status, link.Failure = res.Status, ""
		if res.Failure != nil {
			link.Status, link.Failure = 0, string(res.Failure.Class)
			if dns, ok := errors.AsType[*net.DNSError](res.Failure); ok && !dns.IsNotFound {
				link.Failure = string(crawl.FailOther) // the resolver failed, not the name
			}
		}
		if link.Failure == "" && link.Status < 400 || link.Failure == string(crawl.FailDNS) ||
			link.Failure == string(crawl.FailBlocked) {
			break
		}
	}
	return link, nil
}
