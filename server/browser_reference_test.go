package main

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// TestBrowserReferenceTriesTheAPI opens the page of the API, has it ask this server for an
// audit and start another one, and looks for whatever its policy refused.
func TestBrowserReferenceTriesTheAPI(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	id := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	p := openTab(t, chromium)
	p.before(`window.refused = []; document.addEventListener('securitypolicyviolation',
	  (e) => window.refused.push(e.violatedDirective + ' ' + e.blockedURI))`)
	p.do(chromedp.Navigate(s.url + shared.PathReference))
	p.says("Start an audit")
	p.shot("reference")

	const one, create = "#operations-Audits-get_api_v1_audits__id_", "#operations-Audits-post_api_v1_audits"
	p.unfold(one)
	p.do(chromedp.SendKeys(one+` input[placeholder="id"]`, strconv.FormatInt(id, 10)))
	p.tries(one, `"url": "nightly import"`)
	p.shot("reference-tried")

	p.unfold(create)
	p.eval("document.querySelector(" + jsString(create+" .body-param__text") + ").select()")
	p.eval("document.execCommand('insertText', false, " + jsString(`{"url":"tried","kind":"external"}`) + ")")
	p.tries(create, `"url": "tried"`)
	if got := s.progress(id + 1).URL; got != "tried" {
		t.Errorf("started was %q", got)
	}

	if refused := p.eval("window.refused.join(', ')"); refused != "" {
		t.Errorf("its policy refused %s", refused)
	}
	p.clean()
}

// unfold opens an operation and waits until it can be tried.
func (p *tab) unfold(operation string) {
	p.t.Helper()
	p.click(operation + " .opblock-summary-control")
	p.sees("document.querySelector(" + jsString(operation+" .execute") + ") !== null")
}

// tries sends what was typed, which counts once its field is left, and waits until the answer
// has a text.
func (p *tab) tries(operation, text string) {
	p.t.Helper()
	p.eval("document.activeElement.blur()")
	p.click(operation + " .execute")
	p.sees("document.querySelector(" + jsString(operation+" .live-responses-table") + ")?.innerText.includes(" +
		jsString(text) + ") === true")
}
