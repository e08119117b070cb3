package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
	"atalaya/shared/text"
)

// A staging site is audited from the app's form: what is wrong is said at its field, headers
// do not wait on the device for the connection, and an audit with headers is not started again
// without them.
func TestBrowserAuditsAStagingSite(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := newStagingSite(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "50")
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(liveDot)
	p.controlled()
	p.click(".start summary")
	p.shot("options")

	refused := func(field, value string) {
		t.Helper()
		p.fills("start-url", site)
		p.fills("start-"+field, value)
		p.click(".start button")
		p.sees(fmt.Sprintf(`((f) => document.activeElement === f && f.getAttribute('aria-invalid') === 'true' &&
			document.getElementById(%[1]q + '-error').innerText === %[2]s)(document.getElementById(%[1]q))`,
			"start-"+field, jsString(text.Option(text.EN, field))))
		p.sees(`document.getElementById('start-error').innerText === ''`)
		p.shot("options-" + field)
	}
	refused(shared.FieldRate, "400")
	p.fills("start-rate", "40")
	refused(shared.FieldHeaders, "Host: other.example")

	headers := "Authorization: " + stagingPassword + "\nX-Stage: 2"
	p.fills("start-headers", headers)
	s.kill()
	p.click(".start button")
	p.says(text.Problem(text.EN, "headers_unsent"))
	p.sees(`document.getElementById('start-headers').value === ` + jsString(headers))
	p.sees(waitingRows + ` === 0`)
	if err := s.launch(); err != nil {
		t.Fatal(err)
	}
	p.sees(liveDot)
	p.click(".start button")
	p.sees(`location.pathname === '/audits/1'`)
	p.sees(stripSays("Done in"))
	if a := s.progress(1); a.TotalPages != 2 {
		t.Errorf("got %+v", a)
	}
	kept := p.eval(`Promise.all([...Array(localStorage.length).keys()].map((n) => localStorage.getItem(localStorage.key(n)))).then(String)`)
	if leaks([]byte(kept)) {
		t.Errorf("the device has the password: %s", kept)
	}

	p.do(chromedp.Navigate(s.url + shared.PathReportPage(1)))
	p.sees(running)
	p.eval(`[...document.querySelectorAll('button')].find((b) => b.innerText.includes('Run again')).click()`)
	p.says(text.Problem(text.EN, string(shared.CodeHeadersNotKept)))
}
