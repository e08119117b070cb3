package check

import (
	"bytes"
	"strings"

	"golang.org/x/net/html/atom"
)

// Bounds of what is kept of a page's forms while it is read.
const (
	maxControls = 1_000 // that no label was seen of so far
	maxLabels   = 10_000
)

// controls are the fields of a page's forms whose labels may still come: a label may
// stand anywhere in the page.
type controls struct {
	waiting []control
	labels  map[uint64]struct{} // hashes of the ids they are for
}

// control is a field that nothing beside it names.
type control struct {
	id     uint64 // hash of its id; 0 when it has none
	markup string
}

// control notes a field of a form. The label around it counts like one of its own.
func (c *collector) control(tag string, a atom.Atom, at attrs) {
	if c.cur&(inHidden|inUnshown|inSilent) != 0 || a == atom.Input && !isField(at.get("type")) {
		return
	}
	c.p.Controls++
	if c.cur&inLabel != 0 || at.isNamed() || len(c.controls.waiting) >= maxControls {
		return
	}
	field := control{markup: cutMarked(startTag(tag, at), maxAnchor)}
	if id := at.get("id"); id != "" {
		field.id = hashString(id)
	}
	c.controls.waiting = append(c.controls.waiting, field)
}

// isField reports whether an input of this type is one that people fill in: buttons have
// their names in themselves.
func isField(kind string) bool {
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "hidden", "submit", "reset", "button", "image":
		return false
	}
	return true
}

// label notes which field a label is for.
func (c *collector) label(at attrs) {
	id := at.get("for")
	if id == "" || len(c.controls.labels) >= maxLabels {
		return
	}
	if c.controls.labels == nil {
		c.controls.labels = map[uint64]struct{}{}
	}
	c.controls.labels[hashString(id)] = struct{}{}
}

// concludeControls counts the fields without a label. Of a page that was cut, the labels
// may stand in the part that was not read.
func (c *collector) concludeControls() {
	p := c.p
	for _, field := range c.controls.waiting {
		_, labelled := c.controls.labels[field.id]
		if field.id != 0 && (labelled || p.Cut != "") {
			continue
		}
		p.UnlabelledTotal++
		if len(p.Unlabelled) < maxKept {
			p.Unlabelled = append(p.Unlabelled, sanitise(field.markup, maxText))
		}
	}
}

// isNamed reports whether an attribute tells screen readers what an element is.
func (at attrs) isNamed() bool {
	for i := range at {
		switch string(at[i].key) {
		case "aria-label", "aria-labelledby", "title", "alt":
			if len(bytes.TrimSpace(at[i].val)) > 0 {
				return true
			}
		}
	}
	return false
}
