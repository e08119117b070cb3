package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// renewedSite is a site of some pages. When it changes, page b loses its title and page a
// gets one, and page c is gone.
type renewedSite struct {
	*httptest.Server
	changed atomic.Bool
}

func newRenewedSite(t testing.TB) *renewedSite {
	s := new(renewedSite)
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *renewedSite) change() { s.changed.Store(true) }

func (s *renewedSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, changed := strings.Trim(r.URL.Path, "/"), s.changed.Load()
	known := path == "" || path == "a" || path == "b" || path == "c" && !changed
	if !known {
		http.NotFound(w, r)
		return
	}
	title := "<title>A page about " + path + "</title>"
	if path == "a" && !changed || path == "b" && changed {
		title = ""
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html lang=en>%s<h1>Page %s</h1><p><a href=/a>one</a> <a href=/b>two</a> <a href=/c>three</a>`,
		title, path)
}

// twoVersions audits a site twice, of which the second time has a fault more and one less,
// and returns its name and the two audits.
func (p *process) twoVersions() (name string, base, head shared.AuditProgress) {
	p.t.Helper()
	site := newRenewedSite(p.t)
	wish := fmt.Sprintf(`{"url":%q,"page_limit":20}`, site.URL+"/")
	base = p.create(wish)
	p.ends(base.AuditID)
	site.change()
	head = p.create(wish)
	p.ends(head.AuditID)
	return shared.SiteName(site.URL), base, head
}

// A reader finds a site, sees its scores, gives it a schedule, takes it back, and starts an
// audit of it again.
func TestBrowserSites(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1000")
	name, _, head := s.twoVersions()
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathSitesPage))
	p.sees(running + ` && document.querySelector('.spark') !== null`)
	p.eval(`window.mark = 'still here'`)
	p.do(chromedp.Click(".list .site a"))
	p.sees(fmt.Sprintf(`decodeURIComponent(location.pathname) === '/sites/%s' && document.querySelector('.chart') !== null`, name))
	p.sees(`document.title.startsWith('Site: ') && document.activeElement.tagName === 'H1'`)
	if mark := p.eval(`window.mark`); mark != "still here" {
		t.Errorf("the page was loaded anew (mark %q)", mark)
	}

	p.eval(`document.querySelector('#schedule-count').value = '0'`)
	p.do(chromedp.Click(".plan button[value=save]"))
	p.sees(`document.querySelector('#schedule-says').innerText.includes('1 to 999')`)
	p.eval(`document.querySelector('#schedule-count').value = '2'`) // before the program runs, perhaps
	p.sees(running)
	p.do(chromedp.Click(".plan button[value=save]"))
	p.sees(running + ` && document.querySelector('#schedule-says').innerText.includes('is saved')`)
	p.says("Every 2 days")
	p.do(chromedp.Click(".plan button[value=stop]"))
	p.sees(running + ` && document.querySelector('#schedule-says').innerText.includes('is off')`)

	p.do(chromedp.Click(".head-a button"))
	p.sees(fmt.Sprintf(`location.pathname === '%s'`, shared.PathPage(head.AuditID+1)))

	// Without a network the site's page says what this device keeps.
	s.ends(head.AuditID + 1)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(running + ` && document.querySelectorAll('.list tbody tr').length === 3`)
	p.controlled()
	call(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	s.kill()
	p.eval(fmt.Sprintf(`goappNav('%s')`, shared.PathSitePage(name)))
	p.sees(`document.querySelectorAll('.pairs li').length === 3 && document.querySelector('.notice .conn') !== null`)
	p.shot("site-offline")
}

// A reader compares two audits, sees what is new, and takes it along: over plain HTTP, from a
// machine of another name, where browsers have no clipboard for scripts.
func TestBrowserCompare(t *testing.T) {
	t.Parallel()
	const host = "audits.example"
	chromium := browser(t, chromedp.Flag("host-resolver-rules", "MAP "+host+" 127.0.0.1"))
	addr := testkit.FreeAddr(t)
	public := "http://" + strings.Replace(addr, "127.0.0.1", host, 1)
	s := start(t, "--addr", addr, "--public-url", public, "--insecure-no-auth", "--allow-private-targets", "true",
		"--data-dir", t.TempDir(), "--rate", "1000")
	name, base, head := s.twoVersions()
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(public + shared.PathSitePage(name)))
	p.sees(running + ` && document.querySelector('.c-pair a') !== null`)
	p.do(chromedp.Click(".c-pair a"))
	p.sees(`location.pathname === '/compare' && document.querySelector('#changes-new') !== null`)
	p.says("What changed")
	p.sees(`document.querySelector('#changes-new .samples').innerText.includes('/b')`)
	if clipboard := p.eval("isSecureContext || navigator.clipboard"); clipboard != "undefined" {
		t.Fatalf("the page is to have no clipboard, and has %s", clipboard)
	}
	p.eval(`void document.addEventListener('copy', (e) => { window.copied = e.target.value })`)
	p.do(chromedp.Click("[data-copy]"))
	p.sees(`document.querySelector('[data-copy]').innerText === 'Copied'`)
	if copied := p.eval("window.copied"); !strings.Contains(copied, "# What changed: ") {
		t.Errorf("copied %q", copied)
	}
	p.clean()
	p.do(chromedp.Navigate(public + shared.PathDiffPage(base.AuditID, head.AuditID+9)))
	p.says("cannot be compared")
}
