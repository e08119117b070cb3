package ui

import (
	"net/url"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// optionsView is the part of a form that has the settings of an audit which can be other
// than the server's. The ids of its fields begin with place.
func optionsView(l text.Lang, place string, now *shared.NewAudit) app.UI {
	agents := at{"name", shared.FieldAgents, "id", place + shared.FieldAgents, "type", "checkbox", "value", "true"}
	if now.SkipAIAgents {
		agents = append(agents, "checked", "true")
	}
	return el("div", "options",
		numberField(l, place+shared.FieldPages, shared.FieldPages, text.StartPages, now.PageLimit, shared.PageLimitMax),
		numberField(l, place+shared.FieldDepth, shared.FieldDepth, text.StartDepth, now.MaxDepth, shared.MaxDepthMax),
		pathsField(l, place+shared.FieldInclude, shared.FieldInclude, text.StartInclude, now.Include),
		pathsField(l, place+shared.FieldExclude, shared.FieldExclude, text.StartExclude, now.Exclude),
		el("label", "yes", input(agents, ignore), elText("span", "", l.T(text.StartAgents))),
	)
}

func numberField(l text.Lang, id, name string, words text.Key, now, most int) app.UI {
	value := ""
	if now > 0 {
		value = num(now)
	}
	return optionField(l, words, input(at{
		"name", name, "id", id, "type", "number", "inputmode", "numeric",
		"min", "1", "max", num(most), "placeholder", l.T(text.StartUsual), "value", value,
	}, ignore))
}

func pathsField(l text.Lang, id, name string, words text.Key, now []string) app.UI {
	return optionField(l, words, elWith("textarea", "",
		at{"name", name, "id", id, "spellcheck", "false", "autocapitalize", "off"}, app.Text(strings.Join(now, "\n"))))
}

func optionField(l text.Lang, words text.Key, field app.UI) app.UI {
	return el("label", "", elText("span", "", l.T(words)), el("span", "field", field))
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
