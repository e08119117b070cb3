package audit

import (
	"atalaya/server/internal/crawl"
	"atalaya/shared"
)

// sheetHeaders are the fields of an answer's head that a page's sheet shows, in this order:
// those that decide what the page is, who may find and keep it, and how it is protected.
// What else an answer carries says nothing of the page, or is not for others to read, such as
// cookies and what a server asks of who signs in.
var sheetHeaders = [...]string{
	"Content-Type", "Content-Language", // what it is, with the charset
	"Link", "X-Robots-Tag", "Refresh", // canonical and alternate addresses; whether it is found
	"Content-Signal", "Tdm-Reservation", "Tdm-Policy", // what AI services may do with it
	"Cache-Control", "Expires", "Etag", "Last-Modified", "Vary", // how long a copy is good
	"Content-Encoding",                                     // whether it is compressed
	"Strict-Transport-Security", "Content-Security-Policy", // how browsers protect it
	"X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy",
	"Server", // who answered: the site, or a wall before it
}

// shownHeaders are the fields of a page's own answer; nil when it is not known. At the end
// of redirects the answer is that of another address.
func shownHeaders(a asked, res *crawl.Result) []shared.Header {
	if res.Status == 0 || res.FinalURL == nil || res.FinalURL.String() != a.URL {
		return nil
	}
	shown, room := []shared.Header{}, shared.MaxHeaderBytes
	for _, name := range sheetHeaders {
		for _, v := range res.Header[name] {
			h := shared.Header{Name: name, Value: storableBytes(v, shared.MaxHeaderValue)}
			if room -= len(h.Name) + len(h.Value); room < 0 {
				return shown
			}
			shown = append(shown, h)
		}
	}
	return shown
}

// redirectsOf are the answers on the way to where redirects led; empty without one.
func redirectsOf(res *crawl.Result) []shared.Hop {
	hops := []shared.Hop{}
	if len(res.Hops) == 0 {
		return hops
	}
	for _, h := range res.Hops {
		hops = append(hops, shared.Hop{URL: storableBytes(h.URL, shared.MaxURL), Status: h.Status})
	}
	end := shared.Hop{URL: storableBytes(res.Hops[len(res.Hops)-1].Location, shared.MaxURL)}
	if res.Next == nil && !ledNowhere(res.Failure) {
		end.Status = res.Status
	}
	return append(hops, end)
}
