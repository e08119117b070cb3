package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// windingSite has a home page and 120 others that all lead to /new, one of them by two
// redirects. What it says of itself is hostile.
func windingSite(t *testing.T) string {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt", "/sitemap.xml", "/llms.txt":
			http.NotFound(w, r)
			return
		case "/old":
			http.Redirect(w, r, "/mid", http.StatusMovedPermanently)
			return
		case "/mid":
			http.Redirect(w, r, "/new", http.StatusFound)
			return
		}
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("Server", `<img src=x onerror="document.title='pwned'">`)
		w.Header().Set("Set-Cookie", "session=secret")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Page %s</title><h1>%s</h1><p><a href="/old">Old &lt;b&gt;news</a> <a href="/new">News</a>`,
			r.URL.Path, r.URL.Path)
		if r.URL.Path == "/" {
			for i := range 120 {
				fmt.Fprintf(w, ` <a href="/page/%d">Page %d</a>`, i, i)
			}
		}
	}))
	t.Cleanup(site.Close)
	return site.URL
}

// TestBrowserSheet follows a redirect from the sheet of one page to that of another: its hops,
// headers, and all pages that link there.
func TestBrowserSheet(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1000")
	site := windingSite(t)
	done := s.awaitEnd(s.create(fmt.Sprintf(`{"url":%q,"page_limit":200}`, site)).AuditID, time.Minute)
	sheet := func(path string) string {
		return s.url + shared.PathReportPage(done.AuditID) + "?page=" + url.QueryEscape(site+path)
	}
	a := album{tab: openTab(t, chromium), axeRules: axeScript(t)}
	a.do(chromedp.Navigate(sheet("/old")))
	a.sees(running + ` && document.querySelectorAll('.stack .samples').length === 2`)
	a.says("Redirects")
	a.sees(`[...document.querySelectorAll('.facts-l dt')].map((e) => e.textContent).join(' ').includes('301 302 200')`)
	a.says("Links to this page (122)")
	a.says("Old <b>news")
	a.eval(`[...document.querySelectorAll('.samples a')].find((e) => e.textContent.includes('/new')).click()`)
	a.says("Links to this page (122)") // all but itself, and the redirect
	a.says("max-age=60")
	a.says(`<img src=x onerror=`)
	a.sees(`document.querySelectorAll('.stack .samples')[0].children.length === 100`)
	a.eval(`document.querySelector('.stack .more button').click()`)
	a.sees(`document.querySelectorAll('.stack .samples')[0].children.length === 122`)
	a.sees(`!document.body.innerText.includes('secret') && !document.title.includes('pwned')`)
	a.clean()
	a.take(screen{name: "sheet-links", address: sheet("/new"), ready: running + ` && document.querySelectorAll('.stack .samples li').length > 100`})
}
