package main

import (
	"bufio"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// Whoever watches an audit sees how many do, and when they are alone again.
func TestBrowserSaysHowManyWatch(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	a := s.create(`{"url":"https://www.example.com/","kind":"external"}`)
	other, err := http.Get(s.url + shared.PathStream(a.AuditID))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Body.Close()
	if _, err := bufio.NewReader(other.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	p := openTab(t, chromium)
	p.look("light", desktop)
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.sees(running)
	p.says("2 watching")
	p.shot("live-watching")
	other.Body.Close()
	p.sees(`!document.body.innerText.includes("watching")`)
	p.clean()
}
