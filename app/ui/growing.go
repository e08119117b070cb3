package ui

import (
	"strconv"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared/text"
)

// growing is a text with an age or a duration in it that goes on while the page stands;
// nil is no such text.
type growing struct {
	since time.Time // on the server's clock
	// words are the sentence, with {ago} in place of an age or {for} in place of a
	// stopwatch.
	words string
	lang  text.Lang
	// device keeps the text true; nil where nobody does, or the script.
	device *device
}

// growing is a text that has gone on since a moment: in words, as of the moment drawn,
// and as a mark. There are no words where the program keeps the text true, so that the
// models of a page on which nothing happens stay equal.
func (loc locale) growing(since time.Time, words string) (now string, mark *growing) {
	mark = &growing{since: since, words: words, lang: loc.Lang, device: loc.Grows}
	if mark.device != nil {
		return "", mark
	}
	return mark.at(loc.server()), mark
}

// at is the text at a moment on the server's clock.
func (g *growing) at(now time.Time) string {
	loc, d := locale{Lang: g.lang}, max(now.Sub(g.since), 0)
	s := strings.Replace(g.words, "{ago}", loc.ago(d), 1)
	return strings.Replace(s, "{for}", loc.stopwatch(d), 1)
}

// attributes mark the element around the text for the script, which keeps it true before
// the program runs and after it has died.
func (g *growing) attributes() at {
	if g == nil {
		return nil
	}
	return at{"data-since", num(g.since.UnixMilli()), "data-says", g.words}
}

// draw makes the text, which is now where the program does not keep it true.
func (g *growing) draw(now string) app.UI {
	if g != nil && g.device != nil {
		now = g.at(g.device.skew.server(time.Now()))
	}
	return app.Text(now)
}

// grow brings all ages and durations that the page shows to this moment. It writes them
// into the document itself, by their marks: to go on by a second, go-app would draw the
// whole page. go-app only ever sees what it drew last, so that whoever has it draw an age
// anew calls this afterwards.
func (b *base) grow() {
	marked := app.Window().Get("document").Call("querySelectorAll", "[data-since]")
	now := b.device.skew.server(time.Now())
	for i := range marked.Get("length").Int() {
		e := marked.Index(i)
		mark := e.Get("dataset")
		since, err := strconv.ParseInt(mark.Get("since").String(), 10, 64)
		if err != nil {
			continue
		}
		g := growing{since: time.UnixMilli(since), words: mark.Get("says").String(), lang: b.lang}
		if s, drawn := g.at(now), e.Get("firstChild"); drawn.Truthy() && s != drawn.Get("nodeValue").String() {
			drawn.Set("nodeValue", s)
		}
	}
}
