package main

import (
	"fmt"
	"testing"
	"time"

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
	p.sees(60*time.Second, liveDot)
	p.controlled()
	p.click(".start summary")
	p.shot("options")

	refused := func(field, value string) {
		t.Helper()
		p.fills("start-url", site)
		p.fills("start-"+field, value)
		p.click(".start button")
		p.sees(20*time.Second, fmt.Sprintf(`((f) => document.activeElement === f && f.getAttribute('aria-invalid') === 'true' &&
			document.getElementById(%[1]q + '-error').innerText === %[2]s)(document.getElementById(%[1]q))`,
			"start-"+field, jsString(text.Option(text.EN, field))))
		p.sees(time.Second, `document.getElementById('start-error').innerText === ''`)
		p.shot("options-" + field)
	}
	refused(shared.FieldRate, "400")
	p.fills("start-rate", "40")
	refused(shared.FieldHeaders, "Host: other.example")

	headers := "Authorization: " + stagingPassword + "\nX-Stage: 2"
	p.fills("start-headers", headers)
	s.kill()
	p.click(".start button")
	p.says(30*time.Second, text.Problem(text.EN, "headers_unsent"))
	p.sees(time.Second, `document.getElementById('start-headers').value === `+jsString(headers))
	p.sees(5*time.Second, waitingRows+` === 0`)
	if err := s.launch(); err != nil {
		t.Fatal(err)
	}
	p.sees(60*time.Second, liveDot)
	p.click(".start button")
	p.sees(30*time.Second, `location.pathname === '/audits/1'`)
	p.sees(60*time.Second, stripSays("Done in"))
	if a := s.progress(1); a.TotalPages != 2 {
		t.Errorf("got %+v", a)
	}
	kept := p.eval(`Promise.all([...Array(localStorage.length).keys()].map((n) => localStorage.getItem(localStorage.key(n)))).then(String)`)
	if leaks([]byte(kept)) {
		t.Errorf("the device has the password: %s", kept)
	}

	p.do(chromedp.Navigate(s.url + shared.PathReportPage(1)))
	p.sees(60*time.Second, running)
	p.eval(`[...document.querySelectorAll('button')].find((b) => b.innerText.includes('Run again')).click()`)
	p.says(20*time.Second, text.Problem(text.EN, string(shared.CodeHeadersNotKept)))
}
