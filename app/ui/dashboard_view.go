package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

func (c cardModel) draw(app.EventHandler) app.UI {
	percent := "–"
	if c.Known {
		percent = num(c.Percent) + "%"
	}
	now, words := "", ""
	if c.Known {
		now, words = num(c.Percent), c.Value
	}
	what := []app.UI{app.Text(c.What)}
	if c.Count != "" {
		what = append(what, elText("span", "t3 sep", c.Count))
	}
	return elWith("a", "card lc "+string(c.Tone), at{"href", c.Link},
		el("div", "lc-h",
			tile(c.Site, true),
			elWith("b", "trunc", at{"dir", "auto"}, app.Text(c.Site)),
			elText("span", "p", percent),
		),
		elWith("div", "thin", progressbar(c.Name, now, words), fill(c.Percent*100, toneFill(c.Tone))),
		el("div", "lc-f",
			el("span", "trunc", what...),
			elWith("span", "nowrap", c.Growing.attributes(), c.Growing.draw(c.Elapsed)),
		),
	)
}

// toneFill is the class of a bar's filling.
func toneFill(t tone) string {
	switch t {
	case toneWarn:
		return "f-warn"
	case toneMute:
		return "f-mute"
	}
	return "f-accent"
}

// miniLength is the circumference of the small ring's circle in 1/10 units: r = 16.
const miniLength = 1005

func miniRing(r *ringModel) app.UI {
	left := miniLength * (100 - r.Value) / 100
	return elWith("span", "mini "+r.Class, at{"role", "img", "aria-label", r.Label},
		svg("svg", "", at{"viewBox", "0 0 38 38", "aria-hidden", "true"},
			svg("circle", "bg", at{"cx", "19", "cy", "19", "r", "16"}),
			svg("circle", "fg", at{
				"cx", "19", "cy", "19", "r", "16", "stroke-dasharray", tenths(miniLength), "stroke-dashoffset", tenths(left),
			}),
		),
		elWith("span", "", at{"aria-hidden", "true"}, app.Text(num(r.Value))),
	)
}

func runningView(m listModel, cards []app.UI) app.UI {
	if len(cards) == 0 {
		return el("div", "")
	}
	return elWith("section", "", at{"aria-label", m.Running},
		el("div", "sec", elText("h2", "", m.Running), elText("span", "sm t3", m.RunningCount)),
		el("div", "live-grid", cards...),
	)
}
