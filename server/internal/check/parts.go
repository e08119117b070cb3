package check

import (
	"slices"
	"strings"

	"golang.org/x/net/html/atom"
)

// Written are the first elements of a kind as the page has them, and how many there are.
type Written struct {
	First []string
	Total int
}

func (w *Written) add(markup string) {
	w.Total++
	if len(w.First) < maxListed {
		w.First = append(w.First, sanitise(markup, maxText))
	}
}

// part notes an element for what it is: a landmark, a frame, a table or a form.
func (c *collector) part(tag string, a atom.Atom, at attrs) {
	switch a {
	case atom.Main:
		c.p.Main = true
	case atom.Frameset:
		c.p.Frameset = true
	case atom.Frame, atom.Iframe:
		c.frame(tag, at)
	case atom.Table, atom.Caption, atom.Thead, atom.Tr, atom.Td, atom.Th:
		c.tablePart(tag, a, at)
	case atom.Form:
		c.p.Forms++
		c.sendTo(tag, at, "action")
	case atom.Button, atom.Input:
		c.sendTo(tag, at, "formaction")
	}
}

// frame notes one that screen readers announce, and whether it has a name. Those of a pixel
// are there to count visitors.
func (c *collector) frame(tag string, at attrs) {
	if c.cur&(inUnshown|inSilent) != 0 || isDecoration(at.get("role")) ||
		isPixel(at.get("width")) || isPixel(at.get("height")) {
		return
	}
	c.p.Frames++
	if !at.isNamed() {
		c.p.Untitled.add(startTag(tag, at))
	}
}

func isPixel(size string) bool { return slices.Contains([]string{"0", "1", "0px", "1px"}, size) }

// sendTo notes that a form, or a button of one, sends what people fill in by http.
func (c *collector) sendTo(tag string, at attrs, name string) {
	if c.secure && isInsecure([]byte(at.get(name))) {
		c.p.InsecureForms.add(startTag(tag, at))
	}
}

// isUnsized reports whether nothing says how much room an image of the main text takes before
// it is there. A class may say so in a style that is not read, and styles give their size to
// pictures in bars and menus; what is a part of the page is there at once.
func (c *collector) isUnsized(at attrs) bool {
	if !c.isMain() || c.cur&inUnshown != 0 || at.has("width") && at.has("height") || at.has("class") ||
		strings.HasPrefix(at.get("src"), "data:") {
		return false
	}
	style := strings.ToLower(at.get("style"))
	return !slices.ContainsFunc([]string{"height", "aspect-ratio", "absolute", "fixed"}, func(word string) bool {
		return strings.Contains(style, word)
	})
}

// blocks reports whether browsers show nothing until a script of the head has come and run.
func (c *collector) blocks(at attrs) bool {
	return c.cur&inHead != 0 && at.get("src") != "" && !at.has("async") && !at.has("defer") && !at.has("nomodule")
}
