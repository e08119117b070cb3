package crawl

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

const (
	// maxCookies and maxCookie are what browsers keep of one host, roughly.
	maxCookies = 50
	maxCookie  = 4 << 10
)

// fetchCookies are the cookies of one fetch (RFC 6265): set by a redirect, sent to
// where they belong, and forgotten with the fetch. The zero value has none.
type fetchCookies struct{ jar *cookiejar.Jar }

// take keeps the cookies that a response to a request for u sets.
func (c *fetchCookies) take(u *url.URL, resp *http.Response) {
	if len(resp.Header["Set-Cookie"]) == 0 {
		return
	}
	if c.jar == nil {
		c.jar, _ = cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // it has no error to give
	}
	var kept []*http.Cookie
	for _, cookie := range resp.Cookies() {
		if len(cookie.Name)+len(cookie.Value) <= maxCookie && len(kept) < maxCookies {
			kept = append(kept, cookie)
		}
	}
	c.jar.SetCookies(u, kept)
}

// header returns the Cookie header of a request for u; "" is none.
func (c *fetchCookies) header(u *url.URL) string {
	if c.jar == nil {
		return ""
	}
	var pairs []string
	for i, cookie := range c.jar.Cookies(u) {
		if i < maxCookies {
			pairs = append(pairs, cookie.Name+"="+cookie.Value)
		}
	}
	return strings.Join(pairs, "; ")
}

// request returns what makes two requests the same to a server: the address as it is
// spelt, and the cookies.
func (c *fetchCookies) request(u *url.URL) string { return u.String() + "\n" + c.header(u) }
