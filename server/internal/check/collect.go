package check

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// region says what kind of place a node stands in; an element adds its own to
// its parent's.
type region uint8

const (
	inHead    region = 1 << iota
	inHidden         // not shown, or not text
	inChrome         // navigation, the page's header and footer, asides
	inArticle        // article or main: headers in here are text
	inControl        // form controls
	inLink
	inSVG
)

// collector fills a Page from the events open, text and close, in document
// order. A parse tree and a tokenizer both give them.
type collector struct {
	p     *Page
	host  string
	base  *url.URL // the document's, for links
	based bool     // by a base element; the first one counts, from where it stands
	stack []element
	cur   region
	words wordCount

	raw      rawKind
	title    *strings.Builder
	heading  *strings.Builder
	anchor   *anchor
	byHref   map[string]int // raw target without fragment → index in Links, or -1
	byURL    map[string]int
	jsonLeft int
}

type element struct {
	tag    string
	before region
}

// anchor is the link element that is open.
type anchor struct {
	text  strings.Builder
	index int    // in Links, or -1
	bad   string // its start tag, when it cannot be followed
}

type rawKind uint8

const (
	rawNone rawKind = iota
	rawScript
	rawJSONLD
	rawNoscript
)

// The stack is deeper than any parse tree; only the tokenizer can reach its
// bounds.
const (
	maxStack  = 4096
	maxSearch = 64
)

func newCollector(p *Page, final *url.URL) *collector {
	return &collector{
		p: p, host: final.Host, base: final, words: newWordCount(), jsonLeft: maxJSONLD,
		byHref: map[string]int{}, byURL: map[string]int{},
	}
}

// walk visits the tree in document order. The parser bounds its depth.
func (c *collector) walk(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		c.text(n.Data)
		return
	case html.ElementNode:
		c.open(n.Data, n.DataAtom, attrs(n.Attr))
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		c.walk(child)
	}
	if n.Type == html.ElementNode {
		c.close(n.Data)
	}
}

// tokens visits what a tokenizer gives.
func (c *collector) tokens(z *html.Tokenizer) {
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			c.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			c.open(t.Data, t.DataAtom, attrs(t.Attr))
			if t.Type == html.SelfClosingTagToken || isVoid(t.DataAtom) {
				c.close(t.Data)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			c.close(string(name))
		}
	}
}

func (c *collector) open(tag string, a atom.Atom, at attrs) {
	if a == atom.Body {
		c.stack, c.cur = c.stack[:0], 0 // a head left open ends here
	}
	if len(c.stack) < maxStack {
		c.stack = append(c.stack, element{tag, c.cur})
		c.cur |= regionOf(a, at, c.cur)
	}
	if c.cur&inSVG != 0 {
		return // its title and a elements are not the page's
	}
	switch a {
	case atom.Title:
		c.title = &strings.Builder{}
	case atom.Html:
		if c.p.Lang == "" {
			c.p.Lang = sanitise(at.get("lang"), maxText)
		}
	case atom.Meta:
		c.meta(at)
	case atom.Base:
		c.setBase(at.get("href"))
	case atom.Link:
		c.linkElement(at)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		c.openHeading(int(tag[1] - '0'))
	case atom.A, atom.Area:
		c.openLink(tag, at)
	case atom.Img:
		c.image(at)
	case atom.Script:
		c.script(at)
	case atom.Noscript:
		c.raw = rawNoscript
	}
	if c.p.AppRoot == "" {
		c.p.AppRoot = appRoot(tag, at)
	}
}

func (c *collector) close(tag string) {
	for i := len(c.stack) - 1; i >= 0 && i >= len(c.stack)-maxSearch; i-- {
		if c.stack[i].tag == tag {
			c.cur = c.stack[i].before
			c.stack = c.stack[:i]
			break
		}
	}
	switch tag {
	case "title":
		c.closeTitle()
	case "h1", "h2", "h3", "h4", "h5", "h6":
		c.closeHeading()
	case "a", "area":
		c.closeLink()
	case "script", "noscript":
		c.raw = rawNone
	}
}

func (c *collector) text(s string) {
	switch {
	case c.title != nil:
		appendBounded(c.title, s, maxText)
	case c.raw != rawNone:
		c.rawText(s)
	case c.cur&(inHead|inHidden|inSVG) == 0:
		main := c.cur&(inChrome|inControl) == 0
		c.words.add(s, main, c.cur&inLink != 0)
		c.caption(s)
	}
}

// caption adds text to the heading and the link that are open.
func (c *collector) caption(s string) {
	if c.heading != nil {
		appendBounded(c.heading, s, maxText)
	}
	if c.anchor != nil {
		appendBounded(&c.anchor.text, s, maxAnchor)
	}
}

func (c *collector) rawText(s string) {
	switch c.raw {
	case rawScript:
		c.p.ScriptBytes += len(s)
	case rawJSONLD:
		if len(c.p.JSONLD) < maxKept && len(s) <= c.jsonLeft {
			c.p.JSONLD = append(c.p.JSONLD, s)
			c.jsonLeft -= len(s)
		}
	case rawNoscript:
		c.p.NoscriptWords += wordsOfMarkup(s)
	}
}

func (c *collector) closeTitle() {
	if c.title == nil {
		return
	}
	if t := sanitise(c.title.String(), maxText); t != "" && len(c.p.Titles) < maxKept {
		c.p.Titles = append(c.p.Titles, t)
	}
	c.title = nil
}

func (c *collector) openHeading(level int) {
	c.closeHeading()
	if len(c.p.Headings) < maxHeadings && c.cur&inHidden == 0 {
		c.p.Headings = append(c.p.Headings, Heading{Level: level})
		c.heading = &strings.Builder{}
	}
}

func (c *collector) closeHeading() {
	if c.heading == nil {
		return
	}
	c.p.Headings[len(c.p.Headings)-1].Text = sanitise(c.heading.String(), maxText)
	c.heading = nil
}

func (c *collector) image(at attrs) {
	c.p.Images++
	alt, ok := at.lookup("alt")
	if !ok {
		c.p.ImagesWithoutAlt++
		if len(c.p.WithoutAlt) < maxKept {
			c.p.WithoutAlt = append(c.p.WithoutAlt, sanitise(at.get("src"), maxText))
		}
	}
	if alt != "" {
		c.caption(" " + alt + " ")
	}
}

func (c *collector) script(at attrs) {
	switch kind := strings.ToLower(strings.TrimSpace(at.get("type"))); {
	case kind == "application/ld+json":
		c.raw = rawJSONLD
		return
	case kind == "", kind == "module", strings.HasSuffix(kind, "/javascript"), strings.HasSuffix(kind, "/ecmascript"):
		c.p.Scripts++
	}
	c.raw = rawScript
}

func (c *collector) finish() {
	c.closeTitle()
	c.closeHeading()
	c.closeLink()
	p := c.p
	p.headerDirectives(p.Header.Values("X-Robots-Tag"))
	p.headerCanonicals(p.Header.Values("Link"))
	p.concludeHead(c.base)
	p.VisibleWords, p.MainWords = c.words.visible/wordUnit, c.words.main/wordUnit
	p.MainLinkWords = c.words.mainLink / wordUnit
	p.Content, p.Simhash = c.words.content, c.words.simhash()
}

// regionOf is what an element adds to the region it stands in.
func regionOf(a atom.Atom, at attrs, around region) region {
	r, open := regionByAttribute(at)
	switch a {
	case atom.Head:
		return r | inHead
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Iframe, atom.Noembed, atom.Noframes, atom.Object:
		return r | inHidden
	case atom.Dialog:
		if !open {
			return r | inHidden
		}
	case atom.Svg:
		return r | inSVG
	case atom.A:
		return r | inLink
	case atom.Button, atom.Select, atom.Textarea, atom.Option, atom.Datalist:
		return r | inControl
	case atom.Nav, atom.Aside:
		return r | inChrome
	case atom.Article, atom.Main:
		return r | inArticle
	case atom.Header, atom.Footer:
		if around&inArticle == 0 {
			return r | inChrome
		}
	}
	return r
}

// regionByAttribute is what the attributes alone say of an element's region, and
// whether it carries open.
func regionByAttribute(at attrs) (r region, open bool) {
	for i := range at {
		switch at[i].Key {
		case "hidden":
			r |= inHidden
		case "open":
			open = true
		case "role":
			switch at[i].Val {
			case "navigation", "banner", "contentinfo", "complementary", "search":
				r |= inChrome
			case "main", "article":
				r |= inArticle
			}
		}
	}
	return r, open
}

// appRoot names the marker of a client-side application, or is empty.
func appRoot(tag string, at attrs) string {
	if tag == "app-root" {
		return "<app-root>"
	}
	for i := range at {
		switch at[i].Key {
		case "data-reactroot", "ng-app", "ng-version", "data-server-rendered", "data-v-app":
			return at[i].Key
		case "id":
			switch at[i].Val {
			case "root", "app", "__next", "__nuxt", "___gatsby", "svelte", "q-app", "react-root", "app-root":
				return "#" + at[i].Val
			}
		}
	}
	return ""
}

// wordsOfMarkup counts the words of a piece of markup, tags left out.
func wordsOfMarkup(s string) int {
	w := newWordCount()
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return w.visible / wordUnit
		case html.TextToken:
			w.add(string(z.Text()), false, false)
		}
	}
}

// appendBounded adds s to b while b is below max bytes.
func appendBounded(b *strings.Builder, s string, max int) {
	// sanitise squeezes white space later: leave room for it
	if room := 4*max - b.Len(); room > 0 {
		b.WriteString(s[:min(len(s), room)])
	}
}

func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input,
		atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// attrs are the attributes of one element.
type attrs []html.Attribute

func (at attrs) get(name string) string {
	v, _ := at.lookup(name)
	return v
}

func (at attrs) lookup(name string) (string, bool) {
	for i := range at {
		if at[i].Key == name && at[i].Namespace == "" {
			return at[i].Val, true
		}
	}
	return "", false
}
