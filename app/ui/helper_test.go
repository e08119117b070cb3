//go:build !js

package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
	"golang.org/x/net/html"

	"atalaya/shared"
	"atalaya/shared/text"
)

// sample reads one of the contract's examples.
func sample(t *testing.T, name string) *shared.AuditProgress {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := shared.DecodeAuditProgress(data)
	if err != nil {
		t.Fatal(err)
	}
	return &p
}

// moment is 2026-11-23 at the given time of day, UTC.
func moment(t *testing.T, clock string) time.Time {
	t.Helper()
	m, err := time.Parse(time.DateTime, "2026-11-23 "+clock)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// madrid is one hour ahead of UTC in November.
var madrid = time.FixedZone("CET", 3600)

func localeAt(t *testing.T, l text.Lang, clock string) locale {
	t.Helper()
	return locale{Lang: l, Now: moment(t, clock), Zone: madrid}
}

// draw renders a tree as the server does and parses it as a browser without
// JavaScript does.
func draw(t *testing.T, ui app.UI) *html.Node {
	t.Helper()
	return parse(t, app.HTMLString(ui))
}

func parse(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.ParseWithOptions(strings.NewReader(page), html.ParseOptionEnableScripting(false))
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range class(doc, "mid") {
		join(cut)
	}
	return doc
}

// join makes one text of the parts of a line whose middle may be cut, as the eye does.
func join(line *html.Node) {
	var b strings.Builder
	for d := range line.Descendants() {
		if d.Type == html.TextNode && d.Parent != line {
			b.WriteString(d.Data)
		}
	}
	for line.FirstChild != nil {
		line.RemoveChild(line.FirstChild)
	}
	line.AppendChild(&html.Node{Type: html.TextNode, Data: b.String()})
}

// all lists the elements of a document for which keep is true.
func all(n *html.Node, keep func(*html.Node) bool) []*html.Node {
	var found []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && keep(d) {
			found = append(found, d)
		}
	}
	return found
}

// class finds the elements with a class.
func class(n *html.Node, name string) []*html.Node {
	return all(n, func(e *html.Node) bool {
		for _, c := range strings.Fields(value(e, "class")) {
			if c == name {
				return true
			}
		}
		return false
	})
}

func tag(n *html.Node, name string) []*html.Node {
	return all(n, func(e *html.Node) bool { return e.Data == name })
}

func value(n *html.Node, attribute string) string {
	for _, a := range n.Attr {
		if a.Key == attribute {
			return a.Val
		}
	}
	return ""
}

// words is the text of a node with single spaces.
func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func first(t *testing.T, nodes []*html.Node) *html.Node {
	t.Helper()
	if len(nodes) == 0 {
		t.Fatal("no such element")
	}
	return nodes[0]
}
