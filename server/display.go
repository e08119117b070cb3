package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"atalaya/shared"
	"atalaya/shared/escape"
	"atalaya/shared/text"
)

// display shows the progress of an audit to whoever started it.
type display interface {
	// show takes each state that is new; the last has ended.
	show(p *shared.AuditProgress)
}

// newDisplay chooses by where out leads: a bar on a terminal, otherwise lines, fit for the
// log of a pipeline.
func newDisplay(out io.Writer, l text.Lang, getenv func(string) string) display {
	if f, ok := out.(*os.File); ok && getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd())) {
		return newBar(out, l, func() int {
			width, _, err := term.GetSize(int(f.Fd()))
			if err != nil || width == 0 { // some terminals do not know
				return defaultWidth
			}
			return width
		})
	}
	return &lines{out: out, lang: l}
}

// describe is an audit's state in one line without its percent.
func describe(l text.Lang, p *shared.AuditProgress) string {
	says := text.Status(l, string(p.Status))
	if p.Status == shared.StatusRunning && p.Stage != shared.StageNone {
		says = text.Stage(l, string(p.Stage))
	}
	if p.GeoScore != nil {
		says += ", " + l.T(text.BasicPoints, *p.GeoScore, text.Band(l, *p.GeoScore))
	}
	return says + ", " + l.N(text.Pages, p.TotalPages)
}

// lines writes a line for each stage, and one now and then between them.
type lines struct {
	out  io.Writer
	lang text.Lang
	last *shared.AuditProgress
}

// lineEvery is how often a stage that goes on is heard of.
const lineEvery = 5 * time.Second

func (d *lines) show(p *shared.AuditProgress) {
	if d.last != nil && d.last.Status == p.Status && d.last.Stage == p.Stage &&
		p.UpdatedAt.Sub(d.last.UpdatedAt.Time) < lineEvery {
		return
	}
	last := *p
	d.last = &last
	fmt.Fprintf(d.out, "%3d%%  %s, %s", p.Progress, describe(d.lang, p),
		text.Severities(d.lang, p.Findings))
	if said := text.Message(d.lang, p); said != "" {
		fmt.Fprintf(d.out, ": %s", escape.Visible(said))
	}
	fmt.Fprintln(d.out)
}

// bar draws a progress bar, without colours.
type bar struct {
	bar   *progressbar.ProgressBar
	out   io.Writer
	lang  text.Lang
	width func() int
}

const (
	defaultWidth = 80
	barWidth     = 24
	barMargin    = 12 // what the library draws around the bar
)

func newBar(out io.Writer, l text.Lang, width func() int) *bar {
	b := progressbar.NewOptions(100,
		progressbar.OptionSetWriter(out), progressbar.OptionSetWidth(barWidth), progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false), progressbar.OptionUseANSICodes(true),
		progressbar.OptionShowDescriptionAtLineEnd(), progressbar.OptionSetRenderBlankState(true),
	)
	return &bar{bar: b, out: out, lang: l, width: width}
}

func (d *bar) show(p *shared.AuditProgress) {
	says := describe(d.lang, p)
	if said := text.Message(d.lang, p); said != "" {
		says += ": " + escape.Visible(said)
	}
	room := max(d.width()-barWidth-barMargin, 0)
	if runes := []rune(says); len(runes) > room {
		says = string(runes[:room])
	}
	d.bar.Describe(says)
	_ = d.bar.Set(p.Progress) // a terminal that is gone cannot be told
	if p.Status.Terminal() {
		fmt.Fprintln(d.out)
	}
}

// records writes every state as a line of JSON, for programs.
type records struct{ out *json.Encoder }

func (d records) show(p *shared.AuditProgress) { _ = d.out.Encode(p) } // a reader that is gone cannot be told
