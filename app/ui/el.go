package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// This file is the only one that sets attributes, and it escapes every value. Its
// few functions also keep the program small: go-app's own constructors give every
// tag a type with some 150 methods, all of which the linker keeps, and a plain
// call takes a fraction of the WebAssembly that a chain of interface calls takes.

// at lists attributes as names and values in turn. Values may be any text. An
// empty value leaves the attribute out.
type at []string

// el is an element with classes and children.
func el(tag, class string, children ...app.UI) app.UI {
	return element(tag, "", class, nil, children)
}

// elText is an element that holds a text.
func elText(tag, class, text string) app.UI {
	return element(tag, "", class, nil, []app.UI{app.Text(text)})
}

// elWith is [el] with attributes.
func elWith(tag, class string, attributes at, children ...app.UI) app.UI {
	return element(tag, "", class, attributes, children)
}

const svgNS = "http://www.w3.org/2000/svg"

// svg is [elWith] for a part of a drawing.
func svg(tag, class string, attributes at, children ...app.UI) app.UI {
	return element(tag, svgNS, class, attributes, children)
}

// button is a button that calls do when it is pressed. go-app compares handlers by
// their code alone: buttons that may take each other's place need different scopes.
func button(class string, attributes at, do app.EventHandler, scope string, children ...app.UI) app.UI {
	e := element("button", "", "btn "+class, attributes, children).Attr("type", "button")
	if do == nil {
		return e
	}
	return e.OnClick(do, app.EventScope(scope))
}

// off are the attributes of a button or a field that is off for a reason, if there is one.
func off(why string) at {
	if why == "" {
		return nil
	}
	return at{"disabled", "true", "title", why}
}

// pressed is an element of its own role, such as a summary, that calls do when it is pressed.
func pressed(tag, class string, attributes at, do app.EventHandler, scope string, children ...app.UI) app.UI {
	return element(tag, "", class, attributes, children).OnClick(do, app.EventScope(scope))
}

// selectBox is a list to choose from that calls do when another option is chosen.
func selectBox(attributes at, do app.EventHandler, options ...app.UI) app.UI {
	return element("select", "", "", attributes, options).OnChange(do)
}

// submit is the button that sends a form.
func submit(class string, attributes at, children ...app.UI) app.UI {
	return element("button", "", "btn "+class, attributes, children).Attr("type", "submit")
}

// form is a form that calls do, if there is one, instead of being sent, as soon as the
// program runs.
func form(class string, attributes at, do app.EventHandler, children ...app.UI) app.UI {
	e := element("form", "", class, attributes, children)
	if do == nil {
		return e
	}
	return e.OnSubmit(do)
}

// input is a field that calls do, if there is one, at every change.
func input(attributes at, do app.EventHandler) app.UI {
	e := app.ElemSelfClosing("input")
	for i := 0; i+1 < len(attributes); i += 2 {
		e = e.Attr(attributes[i], safe(attributes[i], attributes[i+1]))
	}
	if do == nil {
		return e
	}
	return e.OnInput(do)
}

// hiddenField is a field of a form that nobody sees.
func hiddenField(name, value string) app.UI {
	return app.ElemSelfClosing("input").Attr("type", "hidden").
		Attr("name", attr(name)).Attr("value", attr(value))
}

// choice is a list to choose from that calls do at every change.
func choice(class string, attributes at, do app.EventHandler, options ...app.UI) app.UI {
	return element("select", "", class, attributes, options).OnChange(do)
}

func element(tag, namespace, class string, attributes at, children []app.UI) app.HTMLElem {
	e := app.Elem(tag)
	if namespace != "" {
		e = e.XMLNS(namespace)
	}
	if class != "" {
		e = e.Attr("class", attr(class))
	}
	for i := 0; i+1 < len(attributes); i += 2 {
		e = e.Attr(attributes[i], safe(attributes[i], attributes[i+1]))
	}
	return e.Body(children...)
}

// safe is the value fit for the named attribute.
func safe(name, value string) string {
	if name == "href" {
		return href(value)
	}
	return attr(value)
}
