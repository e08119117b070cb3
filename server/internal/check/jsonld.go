package check

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// Item is one thing that JSON-LD describes: what blocks say of the same @id is one.
type Item struct {
	ID string
	// Types are without the address of their vocabulary.
	Types []string
	// Nested is true for what is described only inside another item.
	Nested bool
	// Foreign is true when the context is not that of schema.org: types mean other things.
	Foreign bool

	headline string
	slips    []string // types that have another name, with that name
	has      []string // the properties that have a value, of those that checks ask for
	dates    []Property
}

// BrokenJSONLD is a block that is no JSON.
type BrokenJSONLD struct {
	// Offset is that of the first byte that cannot stand there.
	Offset          int
	Detail, Snippet string
}

// Bounds of what is read of JSON-LD, beside that of its bytes.
const (
	maxItemDepth  = 12
	maxItems      = 500
	maxItemValues = 5_000 // items and lists looked into
	maxItemTypes  = 10
	maxType       = 100 // bytes of a type or of an identifier
	snippetBefore = 40  // bytes shown before a fault
	snippetAfter  = 40
)

// readJSONLD reads the blocks of the page.
func (p *Page) readJSONLD() {
	r := itemReader{left: maxItemValues, byID: map[string]int{}}
	for _, block := range p.JSONLD {
		text := []byte(block)
		var raw json.RawMessage
		if err := json.Unmarshal(text, &raw); err != nil {
			p.BrokenJSONLD = append(p.BrokenJSONLD, brokenJSONLD(block, err))
			continue
		}
		r.foreign, r.plain = false, false
		r.read(bytes.TrimSpace(raw), level{})
	}
	p.Items = r.items
}

func brokenJSONLD(block string, err error) BrokenJSONLD {
	offset := len(block)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		offset = max(0, int(syntax.Offset)-1) // it counts the byte itself
	}
	detail := err.Error()
	if r, size := utf8.DecodeRuneInString(block[offset:]); size > 1 { // the message names its first byte
		detail = strings.Replace(detail, string(rune(block[offset])), string(r), 1)
	}
	from, to := max(0, offset-snippetBefore), min(len(block), offset+snippetAfter)
	return BrokenJSONLD{
		Offset: offset, Detail: sanitise(detail, maxText),
		Snippet: sanitise(strings.ToValidUTF8(block[from:to], ""), maxText),
	}
}

// itemReader gathers the items of a page's blocks. What it is given is valid JSON.
type itemReader struct {
	items []Item
	byID  map[string]int
	left  int // values that may still be looked into
	// foreign says that the block names another context than schema.org, plain that it names
	// that one alone.
	foreign, plain bool
}

// level is where a value stands: how deep, and whether within an item.
type level struct {
	depth  int
	nested bool
}

// inside is the level of what stands within.
func (l level) inside(nested bool) level { return level{l.depth + 1, nested} }

// read takes in an item or a list of items; other values say nothing.
func (r *itemReader) read(raw json.RawMessage, at level) {
	if len(raw) == 0 || at.depth > maxItemDepth || r.left == 0 || len(r.items) >= maxItems {
		return
	}
	switch raw[0] {
	case '[':
		r.left--
		eachElement(raw, func(e json.RawMessage) bool {
			r.read(e, at.inside(at.nested))
			return r.left > 0
		})
	case '{':
		r.left--
		r.readItem(raw, at)
	}
}

// readItem takes in an object. A graph is no part of the object that holds it, and the main
// entity of a page stands for itself.
func (r *itemReader) readItem(raw json.RawMessage, at level) {
	item := Item{Nested: at.nested}
	eachMember(raw, func(name string, value json.RawMessage) {
		switch name {
		case "@context":
			r.foreign = !bytes.Contains(value, []byte("schema.org"))
			r.plain = !r.foreign && value[0] == '"'
		case "@graph":
			r.read(value, at.inside(at.nested))
		case "@type":
			item.Types = typesOf(value)
			item.slips = slipsOf(value)
		case "@id":
			item.ID = cutMarked(stringOf(value), maxType)
		default:
			item.add(schemaName(name), value)
			r.read(value, at.inside(at.nested || schemaName(name) != "mainEntity"))
		}
	})
	item.Foreign = r.foreign
	if !r.plain {
		item.slips = nil
	}
	if item.ID != "" || len(item.Types) > 0 {
		r.keep(item)
	}
}

// keep adds an item to what is known of its @id.
func (r *itemReader) keep(item Item) {
	i, known := r.byID[item.ID]
	if item.ID == "" || !known {
		if item.ID != "" {
			r.byID[item.ID] = len(r.items)
		}
		r.items = append(r.items, item)
		return
	}
	to := &r.items[i]
	to.Types = appendNew(to.Types, item.Types)
	to.has = appendNew(to.has, item.has)
	to.slips = appendNew(to.slips, item.slips)
	to.headline = cmp.Or(to.headline, item.headline)
	to.dates = append(to.dates, item.dates...)
	to.Nested = to.Nested && item.Nested
}

func appendNew(to, from []string) []string {
	for _, s := range from {
		if !slices.Contains(to, s) {
			to = append(to, s)
		}
	}
	return to
}

// add notes a property that checks ask for, if it has a value.
func (it *Item) add(name string, value json.RawMessage) {
	if !isAskedFor(name) || !hasValue(value) {
		return
	}
	if !slices.Contains(it.has, name) {
		it.has = append(it.has, name)
	}
	switch s := stringOf(value); {
	case s != "" && isDateProperty(name):
		it.dates = append(it.dates, Property{name, s})
	case name == "headline":
		it.headline = sanitise(s, maxText)
	}
}

// hasAuthor reports whether the item is one of the page's own and names an author.
func (it Item) hasAuthor() bool { return !it.Nested && slices.ContainsFunc(it.has, isAuthorProperty) }

// hasValue reports whether a value is neither null nor empty.
func hasValue(raw json.RawMessage) bool {
	switch raw[0] {
	case 'n':
		return false
	case '"':
		return strings.TrimSpace(stringOf(raw)) != ""
	case '[', '{':
		inner := bytes.TrimSpace(raw[1 : len(raw)-1])
		return len(inner) > 0
	}
	return true
}

// stringOf is the value of a JSON string, or empty.
func stringOf(raw json.RawMessage) (s string) {
	if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// typesOf reads a @type: one name, or a list of them.
func typesOf(raw json.RawMessage) (types []string) {
	add := func(e json.RawMessage) bool {
		if name := sanitise(schemaName(stringOf(e)), maxType); name != "" {
			types = append(types, name)
		}
		return len(types) < maxItemTypes
	}
	if raw[0] == '[' {
		eachElement(raw, add)
	} else {
		add(raw)
	}
	return types
}

// slipsOf are the names of a @type that schema.org has in another spelling. Names with an
// address or a prefix may be those of another vocabulary.
func slipsOf(raw json.RawMessage) (slips []string) {
	add := func(e json.RawMessage) bool {
		name := stringOf(e)
		if right := rightType(name); right != "" {
			slips = append(slips, name+" → "+right)
		}
		return len(slips) < maxItemTypes
	}
	if raw[0] == '[' {
		eachElement(raw, add)
	} else {
		add(raw)
	}
	return slips
}

// eachElement gives the elements of an array until one is refused.
func eachElement(raw json.RawMessage, take func(json.RawMessage) bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return
	}
	var e json.RawMessage
	for d.More() && d.Decode(&e) == nil {
		if !take(e) {
			return
		}
	}
}

// eachMember gives the members of an object.
func eachMember(raw json.RawMessage, take func(name string, value json.RawMessage)) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return
	}
	var value json.RawMessage
	for d.More() {
		name, err := d.Token()
		if err != nil || d.Decode(&value) != nil {
			return
		}
		take(name.(string), value)
	}
}
