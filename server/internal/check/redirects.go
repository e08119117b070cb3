package check

import (
	"net/http"
	"strconv"

	"atalaya/shared"
)

func anyRedirect(p *Page) Reason {
	if len(p.Hops) == 0 && p.Failure != FailLoop && p.Failure != FailRedirects {
		return NoRedirect
	}
	return applies
}

func redirected(p *Page) Reason {
	if len(p.Hops) == 0 {
		return NoRedirect
	}
	return answered(p)
}

func redirectChain(p *Page) *Fault {
	if len(p.Hops) < 2 {
		return nil
	}
	return &Fault{Evidence: p.hopEvidence()}
}

func redirectLoop(p *Page) *Fault {
	if p.Failure != FailLoop && p.Failure != FailRedirects {
		return nil
	}
	return &Fault{Evidence: p.hopEvidence()}
}

func (p *Page) hopEvidence() []shared.Evidence {
	hops := make([]string, len(p.Hops))
	for i, h := range p.Hops {
		hops[i] = h.line()
	}
	return append(listEvidence("hop", hops, len(hops)), p.referrerEvidence()...)
}

// movedSomehow applies to URLs that lead on, by the server's word or by the page's own.
func movedSomehow(p *Page) Reason {
	if p.Refresh != nil {
		return applies
	}
	return redirected(p)
}

// redirectTemporary finds moves that search engines do not take for lasting.
func redirectTemporary(p *Page) *Fault {
	var ev []shared.Evidence
	for _, h := range p.Hops {
		if h.Status == http.StatusFound || h.Status == http.StatusTemporaryRedirect {
			ev = append(ev, fact("hop", h.line()))
		}
	}
	if p.Refresh != nil {
		ev = append(ev, fact("refresh", strconv.Itoa(p.Refresh.Seconds)+" s: "+p.Refresh.URL))
	}
	if ev == nil {
		return nil
	}
	return &Fault{Evidence: append(ev, p.referrerEvidence()...)}
}

// line is a redirect in one line.
func (h Hop) line() string { return strconv.Itoa(h.Status) + " " + h.Location }
