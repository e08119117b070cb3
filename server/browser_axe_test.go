package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// axeScript are the rules of axe-core as make tools has put them there, or a skip.
func axeScript(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile("../bin/axe-core-4.10.3.min.js")
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("ATALAYA_REQUIRE_ALL") == "" {
		t.Log("axe is not here, so nothing looks at the screens by its rules; make tools installs it")
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// axeFinding is a rule that a page breaks, and where.
type axeFinding struct {
	Rule   string   `json:"rule"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Where  []string `json:"where"`
}

// runAxe asks every rule of axe, also those that are only good practice and the one
// that targets are at least 24 px high and wide, and that of contrasts if told so. The line
// of the script about the program that is being loaded may come at any moment and belongs
// to no part of the page. Colours that are still on their way to another theme are waited
// for. Where the rules hold, and by which selectors axe would name what breaks them, nobody
// asks.
const runAxe = `(window.axeFound = '', Promise.all(
	document.getAnimations().filter((a) => a instanceof CSSTransition).map((a) => a.finished.catch(() => {}))
).then(() => axe.run({exclude: ['.app-note']}, {
	rules: {'target-size': {enabled: true}, 'color-contrast': {enabled: %t}},
	resultTypes: ['violations'], selectors: false,
})).then(
	(r) => { axeFound = JSON.stringify(r.violations.map((v) => ({rule: v.id, impact: v.impact, help: v.help,
		where: v.nodes.slice(0, 5).map((n) => n.html.slice(0, 160) + ' … ' + (n.failureSummary || '').slice(0, 240))}))); },
	(e) => { axeFound = JSON.stringify([{rule: 'axe', help: String(e)}]); }))`

// axe fails the test for every rule of script that the page breaks, that of contrasts
// being optional.
func (p *tab) axe(name, script string, contrasts bool) {
	p.t.Helper()
	if script == "" {
		return
	}
	if p.eval("typeof axe") == "undefined" {
		p.do(chromedp.Evaluate[chromedp.Void](script + "; undefined"))
	}
	p.eval(fmt.Sprintf(runAxe, contrasts))
	p.sees("axeFound !== ''")
	var found []axeFinding
	if err := json.Unmarshal([]byte(p.eval("axeFound")), &found); err != nil {
		p.t.Fatal(err)
	}
	for _, f := range found {
		p.t.Errorf("%s: %s (%s): %s\n%q", name, f.Rule, f.Impact, f.Help, f.Where)
	}
}
