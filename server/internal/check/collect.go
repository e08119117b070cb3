package check

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// collector fills a Page from the events enter, text and close, in document order.
// cur is the region of the next one; whoever gives the events sets it.
type collector struct {
	p     *Page
	final *url.URL // of the page
	base  string   // the href of the first base element that has one
	based bool     // there is one
	// refresh is the content of the first meta element that sends readers on.
	refresh string
	// secure says that the page came by https, upgraded that it has browsers load all by
	// https.
	secure, upgraded bool

	cur   region
	words wordCount
	// before are the words of paragraphs before the section that is open, in wordUnit.
	before int

	raw     rawKind
	title   *gathered
	heading *gathered
	anchor  *anchor
	// What these point to.
	titleText, headingText gathered
	jsonText               []byte // of the JSON-LD block that is open
	styleText              []byte // of the style element that is open
	anchorElement          anchor
	refs                   references
	loaded                 resources
	fragments              fragments
	ids                    []uint32 // hashes of the places that its elements name
	idsSeen                map[uint64]bool
	controls               controls
	unseen                 unseen
	tables                 []table // those that are open
	tablesBeyond           int     // and how many within the last of them
	// jsonLeft, styleLeft and noscriptLeft are how many bytes are still read of such elements.
	jsonLeft, styleLeft, noscriptLeft int
}

// anchor is the link element that is open.
type anchor struct {
	text gathered
	// index is where it leads, in refs, and fragment the place there, in fragments; or -1.
	index, fragment int
	bad             string // its start tag, when it cannot be followed
	// named says that screen readers can say where it leads, or that it is none of
	// their links; markup is its start tag until then.
	named  bool
	markup []byte
	// silent says that its text is not what screen readers read out.
	silent bool
}

type rawKind uint8

const (
	rawNone rawKind = iota
	rawScript
	rawJSONLD
	rawStyle
	rawNoscript
	rawRest // of no interest
)

func newCollector(p *Page, final *url.URL) *collector {
	return &collector{
		p: p, final: final, secure: final.Scheme == "https", words: newWordCount(), jsonLeft: maxJSONLD,
		styleLeft: maxStyle, noscriptLeft: maxNoscript, refs: newReferences(),
	}
}

// enter takes in the start of an element; cur is the region of its content.
func (c *collector) enter(tag string, a atom.Atom, at attrs) {
	c.words.end()
	if c.anchor != nil && at.isNamed() {
		c.nameLink()
	}
	if c.cur&inTemplate != 0 {
		return
	}
	c.noteID(a, at)
	if c.cur&inHead == 0 {
		c.p.Elements++
	}
	if c.cur&inSVG != 0 {
		if a == atom.A { // its title elements are not the page's
			c.openLink(tag, at)
		}
		return
	}
	c.load(a, at)
	if breaksLine(tag) {
		c.p.Prose.endLine()
	}
	c.mark(a, at)
	c.part(tag, a, at)
	switch a {
	case atom.Title:
		c.titleText = c.titleText[:0]
		c.title = &c.titleText
	case atom.Html:
		if c.p.Lang == "" {
			c.p.Lang = sanitise(at.get("lang"), maxText)
		}
	case atom.Meta:
		c.meta(at)
	case atom.Base:
		if !c.based && at.has("href") {
			c.base, c.based = strings.TrimSpace(at.get("href")), true
		}
	case atom.Link:
		c.linkElement(at)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		c.openHeading(int(tag[1] - '0'))
	case atom.Li, atom.Dt: // each entry of a list is a piece of its own
		c.endSection()
	case atom.A, atom.Area:
		c.openLink(tag, at)
	case atom.Img:
		c.image(at)
	case atom.Script:
		c.script(at)
	case atom.Style:
		c.raw, c.styleText = rawStyle, c.styleText[:0]
	case atom.Noscript:
		c.raw = rawNoscript
	case atom.Frame, atom.Iframe:
		c.addReference(at.get("src"), LinkFrame)
	case atom.Input, atom.Select, atom.Textarea:
		c.control(tag, a, at)
		if c.p.Password == "" && strings.EqualFold(at.get("type"), "password") && c.cur&(inHidden|inUnshown) == 0 {
			c.p.Password = sanitise(startTag(tag, at), maxAnchor)
		}
	case atom.Label:
		c.label(at)
	}
}

// close takes in the end of an element.
func (c *collector) close(tag string) {
	c.words.end()
	if breaksLine(tag) {
		c.p.Prose.endLine()
	}
	switch tag {
	case "title":
		c.closeTitle()
	case "h1", "h2", "h3", "h4", "h5", "h6":
		c.closeHeading()
	case "a", "area":
		c.closeLink()
	case "table":
		c.closeTable()
	case "script", "style", "noscript":
		c.closeJSONLD()
		c.closeStyle()
		c.raw = rawNone
	}
}

func (c *collector) text(s []byte) {
	if c.cur&(inUnshown|inConcealed) != 0 && c.raw == rawNone {
		c.hide(s)
	}
	switch {
	case c.title != nil:
		c.title.add(s, maxText)
	case c.raw != rawNone:
		c.rawText(s)
	case c.cur&(inHead|inHidden) == 0:
		if c.anchor != nil && bytes.ContainsFunc(s, isSign) {
			c.nameLink()
		}
		if c.cur&inSVG != 0 {
			return
		}
		main := c.isMain()
		c.words.add(s, place{
			main: main, link: c.cur&inLink != 0, root: c.cur&inAppRoot != 0, paragraph: c.cur&inParagraph != 0,
			unquoted: c.cur&inUnquoted != 0, entry: c.cur&inEntry != 0,
		})
		c.p.Prose.add(s, main, c.cur&inApart != 0)
		c.caption(s)
	}
}

// endLine ends the open word and the open line.
func (c *collector) endLine() {
	c.words.end()
	c.p.Prose.endLine()
}

// isMain reports whether what stands here is a part of the main text.
func (c *collector) isMain() bool { return c.cur&(inHead|inHidden|inSVG|inChrome|inControl) == 0 }

// caption adds text to the heading, the link and the table that are open.
func (c *collector) caption(s []byte) {
	c.tableText(s)
	if c.heading != nil {
		c.heading.add(s, maxText)
	}
	if c.anchor != nil {
		c.anchor.text.add(s, maxAnchor)
	}
}

func (c *collector) rawText(s []byte) {
	switch c.raw {
	case rawScript:
		c.p.ScriptBytes += len(s)
	case rawJSONLD:
		// A long block comes in parts, and one of XML where a CDATA section begins or ends.
		if len(s) > c.jsonLeft {
			c.p.JSONLDCut, c.raw = true, rawRest
			return
		}
		c.jsonLeft -= len(s)
		c.jsonText = append(c.jsonText, s...)
	case rawStyle:
		s = s[:min(len(s), c.styleLeft)]
		c.styleLeft -= len(s)
		c.styleText = append(c.styleText, s...)
	case rawNoscript:
		s = s[:min(len(s), c.noscriptLeft)]
		c.noscriptLeft -= len(s)
		c.p.NoscriptWords += wordsOfMarkup(s)
	}
}

// closeJSONLD keeps the block that ends, unless it was left out or says nothing.
func (c *collector) closeJSONLD() {
	if c.raw != rawJSONLD || isAllBlank(c.jsonText) {
		return
	}
	if len(c.p.JSONLD) >= maxKept {
		c.p.JSONLDCut = true
		return
	}
	c.p.JSONLD = append(c.p.JSONLD, string(c.jsonText))
}

func (c *collector) closeTitle() {
	if c.title == nil {
		return
	}
	if t := legible(c.title.String(), maxText); t != "" && len(c.p.Titles) < maxKept {
		c.p.Titles = append(c.p.Titles, t)
	}
	c.title = nil
}

func (c *collector) openHeading(level int) {
	c.closeHeading()
	c.endSection()
	if len(c.p.Headings) < maxHeadings && c.cur&inHidden == 0 {
		c.p.Headings = append(c.p.Headings, Heading{Level: level, Silent: c.cur&inSilent != 0, Main: c.isMain()})
		c.headingText = c.headingText[:0]
		c.heading = &c.headingText
	}
}

// endSection measures the text since the last heading.
func (c *collector) endSection() {
	words := (c.words.paragraph - c.before) / wordUnit
	if c.before = c.words.paragraph; words > c.p.Longest.Words {
		c.p.Longest = Section{Words: words, Headings: len(c.p.Headings)}
	}
}

func (c *collector) closeHeading() {
	if c.heading == nil {
		return
	}
	c.p.Headings[len(c.p.Headings)-1].Text = legible(c.heading.String(), maxText)
	c.heading = nil
}

// image notes an image. Those that screen readers pass over need no text.
func (c *collector) image(at attrs) {
	if c.isUnsized(at) {
		c.p.Unsized.add(startTag("img", at))
	}
	if c.cur&(inHidden|inUnshown|inSilent) == 0 {
		c.p.Images++
		if !at.has("alt") && !at.isNamed() && !isDecoration(at.get("role")) {
			c.p.ImagesWithoutAlt++
			if len(c.p.WithoutAlt) < maxKept {
				c.p.WithoutAlt = append(c.p.WithoutAlt, sanitise(at.get("src"), maxAnchor))
			}
		}
	}
	if alt := at.get("alt"); alt != "" {
		c.caption([]byte(" " + alt + " "))
	}
}

// isDecoration reports whether an element of this role says nothing.
func isDecoration(role string) bool { return role == "presentation" || role == "none" }

func (c *collector) script(at attrs) {
	kind, _, _ := strings.Cut(strings.ToLower(at.get("type")), ";")
	switch kind = strings.TrimSpace(kind); {
	case kind == "application/ld+json":
		c.raw, c.jsonText = rawJSONLD, c.jsonText[:0]
		return
	case kind == "", kind == "module", strings.HasSuffix(kind, "/javascript"), strings.HasSuffix(kind, "/ecmascript"):
		c.p.Scripts++
		if kind != "module" && c.blocks(at) {
			c.p.Blocking.add(at.get("src"))
		}
	}
	c.raw = rawScript
}

func (c *collector) finish() {
	c.closeTitle()
	c.closeHeading()
	if c.anchor != nil && c.p.Cut != "" {
		c.anchor.named = true // its text may stand in the part that was not read
	}
	c.closeLink()
	c.concludeControls()
	c.concludeLoads()
	c.concludeHidden()
	p := c.p
	p.reserve(p.Header.Get("Tdm-Reservation"), "header")
	p.JSONLDCut = p.JSONLDCut || c.raw == rawJSONLD // the document ends within a block
	p.headerDirectives(p.Header.Values("X-Robots-Tag"))
	p.headerLinks(p.Header.Values("Link"))
	c.resolve()
	if c.refs.cut && p.Cut == "" {
		p.Cut = CutLinks
	}
	c.words.end()
	p.VisibleWords, p.MainWords = c.words.visible/wordUnit, c.words.main/wordUnit
	p.MainLinkWords, p.RootWords = c.words.mainLink/wordUnit, c.words.root/wordUnit
	p.UnquotedWords = c.words.unquoted / wordUnit
	p.ParagraphWords, p.EntryWords = c.words.paragraph/wordUnit, c.words.entry/wordUnit
	c.endSection()
	p.Prose.finish()
	p.Sounds = tallyOf(p.Prose.Main).language()
	c.concludeFragments()
	p.readJSONLD()
	p.readDates()
	p.Content, p.Simhash = c.words.content, c.words.simhash()
}

// wordsOfMarkup counts the words of a piece of markup, tags left out.
func wordsOfMarkup(s []byte) int {
	w := newWordCount()
	z := html.NewTokenizer(bytes.NewReader(s))
	for !isOverloaded(s) {
		kind := z.Next()
		s = s[len(z.Raw()):]
		switch kind {
		case html.ErrorToken:
			return w.visible / wordUnit
		case html.TextToken:
			w.add(z.Text(), place{})
			w.end()
		}
	}
	return w.visible / wordUnit
}

// gathered is a text that grows up to a bound.
type gathered []byte

// add adds s while the text is below max bytes.
func (g *gathered) add(s []byte, max int) {
	// sanitise squeezes white space later: leave room for it
	if room := 4*max - len(*g); room > 0 {
		*g = append(*g, s[:min(len(s), room)]...)
	}
}

func (g *gathered) String() string { return string(*g) }

// attrs are the attributes of one element. They are the tokenizer's own bytes, valid
// until its next token.
type attrs []attr

type attr struct{ key, val []byte }

func (at attrs) get(name string) string {
	for i := range at {
		if string(at[i].key) == name {
			return string(at[i].val)
		}
	}
	return ""
}

func (at attrs) has(name string) bool {
	for i := range at {
		if string(at[i].key) == name {
			return true
		}
	}
	return false
}
