package ui

import (
	"net/url"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// optionsForm is the part of a form that has the settings of an audit which can be other
// than the server's.
type optionsForm struct {
	Lang text.Lang
	// Place begins the ids of its fields.
	Place string
	// Bad is the field whose value was refused; empty for none.
	Bad string
	// Headers is whether there is a field for headers, which not every form keeps.
	Headers bool
}

func optionsView(o optionsForm, now *shared.NewAudit) app.UI {
	l := o.Lang
	agents := at{"name", shared.FieldAgents, "id", o.Place + shared.FieldAgents, "type", "checkbox", "value", "true"}
	if now.SkipAIAgents {
		agents = append(agents, "checked", "true")
	}
	fields := []app.UI{
		o.number(shared.FieldPages, text.StartPages, orUsual(now.PageLimit),
			"inputmode", "numeric", "min", "1", "max", num(shared.PageLimitMax)),
		o.number(shared.FieldDepth, text.StartDepth, orUsual(now.MaxDepth),
			"inputmode", "numeric", "min", "1", "max", num(shared.MaxDepthMax)),
		o.number(shared.FieldRate, text.StartRate, shared.RateText(now.Rate),
			"inputmode", "decimal", "min", "0.01", "step", "any"),
		o.lines(shared.FieldInclude, text.StartInclude, now.Include),
		o.lines(shared.FieldExclude, text.StartExclude, now.Exclude),
		el("label", "yes", input(agents, ignore), elText("span", "", l.T(text.StartAgents))),
	}
	if o.Headers {
		fields = append(fields, o.lines(shared.FieldHeaders, text.StartHeaders, nil),
			elWith("p", "xs t2", at{"id", o.Place + headersHelp}, app.Text(l.T(text.StartHeadersHelp))))
	}
	return el("div", "options", fields...)
}

// headersHelp ends the id of what explains the field for headers.
const headersHelp = "headers-help"

// orUsual is a number of a field; empty for the server's own.
func orUsual(n int) string {
	if n <= 0 {
		return ""
	}
	return num(n)
}

func (o optionsForm) number(name string, words text.Key, now string, bounds ...string) app.UI {
	return o.field(name, words, input(append(append(o.attributes(name), "type", "number",
		"placeholder", o.Lang.T(text.StartUsual), "value", now), bounds...), ignore))
}

func (o optionsForm) lines(name string, words text.Key, now []string) app.UI {
	return o.field(name, words, elWith("textarea", "",
		append(o.attributes(name), "spellcheck", "false", "autocapitalize", "off", "autocomplete", "off"),
		app.Text(strings.Join(now, "\n"))))
}

func (o optionsForm) attributes(name string) at {
	id, invalid := o.Place+name, ""
	described := id + "-error"
	if name == shared.FieldHeaders {
		described = o.Place + headersHelp + " " + described
	}
	if name == o.Bad {
		invalid = "true"
	}
	return at{"name", name, "id", id, "aria-describedby", described, "aria-invalid", invalid}
}

// field has a place for what is wrong even while nothing is: another structure would take
// what was typed with it.
func (o optionsForm) field(name string, words text.Key, control app.UI) app.UI {
	box, wrong := "field", ""
	if name == o.Bad {
		box, wrong = "field bad", text.Option(o.Lang, name)
	}
	if name == shared.FieldHeaders {
		box += " long"
	}
	return el("div", "",
		el("label", "", elText("span", "", o.Lang.T(words)), el("span", box, control)),
		elWith("p", "field-error", at{"id", o.Place + name + "-error", "role", "alert"}, app.Text(wrong)))
}

// ignore is for fields that are read when the form is sent.
func ignore(app.Context, app.Event) {}

// formValues are what was typed into the form of an element.
func formValues(id string) url.Values {
	form := app.Window().GetElementByID(id).Get("form")
	sent := app.Window().Get("URLSearchParams").New(app.Window().Get("FormData").New(form))
	typed, _ := url.ParseQuery(sent.Call("toString").String()) // which a browser wrote
	return typed
}
