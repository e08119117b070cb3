//go:build !js

package ui

import (
	"errors"
	"strings"
	"testing"

	"atalaya/shared"
	"atalaya/shared/text"
)

// A finding of an audit that goes on unfolds into the places where it was found, which lead to
// the site: there is no report yet.
func TestFindingsSoFarUnfold(t *testing.T) {
	p := &auditPage{base: base{device: new(device)}, id: 7}
	p.view.Progress = sample(t, "running")
	p.view.Progress.Activity.Top[0].Example = "https://www.example.com/example"
	p.found = map[string]unfolded{}
	check := p.view.Progress.Activity.Top[0].ID
	row := func() string {
		t.Helper()
		box := first(t, tag(draw(t, &part{M: p.findings(localeAt(t, text.EN, "14:04:26"))}), "details"))
		if open := value(box, "open"); (open != "") != (p.found[check] != nil) {
			t.Errorf("open: %q", open)
		}
		said := words(box)
		for _, a := range tag(box, "a") {
			said += " " + value(a, "href")
		}
		return said
	}
	if got := row(); !strings.Contains(got, "/example") {
		t.Errorf("folded: %q", got)
	}
	s := new(listing[shared.Finding])
	p.found[check] = s
	if got := row(); strings.Contains(got, "/example") {
		t.Errorf("on its way: %q", got)
	}
	s.receive(nil, nil, errors.New("no way"))
	if got := row(); !strings.Contains(got, text.Problem(text.EN, s.code)) {
		t.Errorf("after a failure: %q", got)
	}
	s.begin("/again", false)
	s.receive([]shared.Finding{{CheckID: check, PageURL: "https://www.example.com/a"}}, nil, nil)
	if got := row(); !strings.Contains(got, "https://www.example.com/a") || strings.Contains(got, "/report") {
		t.Errorf("unfolded: %q", got)
	}
}
