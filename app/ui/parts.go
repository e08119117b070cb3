package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
)

// The functions below are pure: they make a tree from values.

func badgeView(b badgeModel) app.UI {
	class := ""
	if b.Spin {
		class = "spin"
	}
	return el("span", "badge "+b.Class, b.Icon.draw(class), app.Text(b.Text))
}

// midView is one line of text. Where it is too long for its place the middle is cut, so
// that the end stays, which tells addresses apart.
func midView(class, s string) app.UI {
	head, tail := ends(s)
	return elWith("span", "mid "+class, at{"dir", "auto"}, elText("span", "mid-a", head), elText("span", "mid-z", tail))
}

// faultView says why what a user asked for was not done; it is empty when it was.
func faultView(why string) app.UI {
	if why == "" {
		return el("div", "")
	}
	return elWith("div", "conn bad solo", at{"role", "alert"}, iconCross.draw(""), elText("span", "msg", why))
}

func tile(site string, small bool) app.UI {
	class := "tile hide-sm"
	if small {
		class = "tile tile-s"
	}
	return elWith("span", class, at{"aria-hidden", "true"}, app.Text(initial(site)))
}

// severityShape draws a severity as a shape, because colour alone would not tell
// severities apart for everybody.
func severityShape(s shared.Severity) app.UI {
	d := "M5 .8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4Z"
	switch s {
	case shared.SeverityError:
		d = "M5 .6 9.7 9.4H.3Z"
	case shared.SeverityWarning:
		d = "M1 1h8v8H1z"
	}
	return svg("svg", "", at{"viewBox", "0 0 10 10", "aria-hidden", "true"}, svg("path", "", at{"d", d}))
}

func severityClass(s shared.Severity) string {
	switch s {
	case shared.SeverityError:
		return "sev c"
	case shared.SeverityWarning:
		return "sev w"
	}
	return "sev n"
}

// severityMark is a shape with its word for users who do not see it.
func severityMark(s shared.Severity, word string) app.UI {
	return el("span", severityClass(s), severityShape(s), hidden(word))
}

// countsView is a row of shapes with numbers.
func countsView(counts []count, none string) app.UI {
	if len(counts) == 0 {
		return elText("span", "sev z", none)
	}
	marks := make([]app.UI, len(counts))
	for i, c := range counts {
		marks[i] = el("span", severityClass(c.Severity), severityShape(c.Severity), hidden(c.Word), app.Text(c.Number))
	}
	return el("span", "sevs", marks...)
}

// hidden is text for screen readers only.
func hidden(s string) app.UI { return elText("span", "vh", s) }

// fill is a filled rectangle, share hundredths of a percent wide. It is SVG, where
// a width is an attribute; in HTML it would be a style, which the CSP forbids.
func fill(share int, class string) app.UI {
	return svg("svg", "fill "+class, at{"width", hundredths(share), "height", "100%", "aria-hidden", "true"})
}

// hundredths writes a percentage given in 1/100.
func hundredths(share int) string {
	s := num(share / 100)
	if rest := share % 100; rest != 0 {
		s += "." + pad(rest)
	}
	return s + "%"
}

// ringLength is the circumference of the ring's circle in 1/10 units: r = 42.
const ringLength = 2639

func ringView(r *ringModel, class string) app.UI {
	left := ringLength * (100 - r.Value) / 100
	return elWith("div", "ring "+class+" "+r.Class, at{"role", "img", "aria-label", r.Label},
		svg("svg", "", at{"viewBox", "0 0 100 100", "aria-hidden", "true"},
			svg("circle", "bg", at{"cx", "50", "cy", "50", "r", "42"}),
			svg("circle", "fg", at{
				"cx", "50", "cy", "50", "r", "42", "stroke-dasharray", tenths(ringLength), "stroke-dashoffset", tenths(left),
			}),
		),
		elWith("b", "", at{"aria-hidden", "true"}, app.Text(num(r.Value)), elText("small", "", r.Under)),
	)
}

func tenths(n int) string { return num(n/10) + "." + num(n%10) }

func (m stripModel) draw(do app.EventHandler) app.UI {
	sign := el("span", "dot "+m.Dot)
	if m.Icon != iconNone {
		sign = m.Icon.draw("")
	}
	msg := "msg"
	if m.Button == "" {
		msg = "msg one"
	}
	var end []app.UI
	if m.End != "" || m.Growing != nil {
		end = append(end, elWith("span", "num age", m.Growing.attributes(), m.Growing.draw(m.End)))
	}
	switch {
	case m.Link != "":
		end = append(end, elWith("a", "btn btn-sm", at{"href", m.Link}, app.Text(m.Button)))
	case m.Action == actAskCancel: // the script asks, too, where the class says so
		end = append(end, button("btn-sm btn-danger", nil, do, num(int(m.Action)), app.Text(m.Button)))
	case m.Action != actNothing:
		end = append(end, button("btn-sm", nil, do, num(int(m.Action)), app.Text(m.Button)))
	}
	return el("div", "conn "+string(m.Tone),
		sign,
		el("span", msg, elText("strong", "", m.Lead), app.Text(" "), elWith("span", "", at{"dir", "auto"}, app.Text(m.Text))),
		el("span", "end", end...),
	)
}

func pillView(p pillModel) app.UI {
	return el("span", "pill", el("span", "dot "+p.Dot), app.Text(p.Text))
}

// column is the head of a table's column.
func column(class, title string) app.UI {
	return elWith("th", class, at{"scope", "col"}, app.Text(title))
}

// card is a titled box.
func card(title, note string, body ...app.UI) app.UI {
	head := []app.UI{elText("h2", "", title)}
	if note != "" {
		head = append(head, elText("span", "xs t3", note))
	}
	return elWith("section", "card", at{"aria-label", title}, append([]app.UI{el("div", "card-h", head...)}, body...)...)
}

// empty is a sentence in place of a list.
func empty(sentence string) app.UI {
	return elText("p", "empty", sentence)
}
