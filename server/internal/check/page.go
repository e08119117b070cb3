package check

import (
	"bytes"
	"net/url"
)

// Bounds of what is kept of one page.
const (
	MaxLinks    = 10_000
	maxHeadings = 200
	maxKept     = 50        // of every other list
	maxJSONLD   = 512 << 10 // bytes in all
	maxNoscript = 64 << 10
	maxText     = 1_000 // bytes of a title, a description, a heading
	maxAnchor   = 200   // bytes of a link's text
	// maxAlternates is more than there are languages that sites are written in.
	maxAlternates = 200
)

// Page is one fetched URL, read. For anything but HTML answered with 200 only
// Input is filled.
type Page struct {
	// Input is what Parse was given; its Body is nil.
	Input

	// HTML is true when the body was read as HTML.
	HTML bool

	// Cut names the bound at which reading ended, empty when the page was read whole.
	Cut Cut
	// BrokenXML says why a page that is declared to be XML is none; it was read as HTML
	// then, which browsers do not do.
	BrokenXML string

	// Encoding is the charset the text was decoded with, by the order of the
	// HTML standard: byte order mark, header, meta element, XML
	// declaration, guess. The others
	// are what was declared, in lower case; empty when it was not.
	Encoding, HeaderCharset, MetaCharset, XMLCharset string
	BOM                                              bool
	// BadBytes counts the places in the body that are no text in Encoding.
	BadBytes int
	// Size is that of the body in bytes, without its content coding.
	Size int

	// Title and Description are the first ones that are not empty; Titles are all
	// of them.
	Title       string
	Titles      []string
	Description string
	Lang        string // as written; empty when absent
	Viewport    string
	OG          []Property // Open Graph, in order
	// JSONLD are the script blocks as written; JSONLDCut says that some were left out. What
	// they say is in Items, and the blocks that are no JSON are in BrokenJSONLD.
	JSONLD       []string
	JSONLDCut    bool
	Items        []Item
	BrokenJSONLD []BrokenJSONLD
	// MarkupTypes are the types that attributes name: those of microdata and of RDFa.
	MarkupTypes []string

	// Directives are the robots directives of meta elements and of the header.
	Directives []Directive
	// Noindex is true when a directive says so to search engines.
	Noindex bool
	// Reserved is where the page reserves the rights to mine it: "header", "meta" or
	// empty.
	Reserved string

	// Policy is true when the page has a content security policy in itself, Icon when it
	// names a picture of its own.
	Policy, Icon bool

	// Canonicals are all values found; Canonical is the one they agree on,
	// resolved, or empty.
	Canonicals []Canonical
	Canonical  string

	// Alternates are the versions of the page in other languages that it names.
	Alternates []Alternate

	Headings []Heading

	// Insecure are the first things that a page of https loads by http.
	Insecure      []string
	InsecureTotal int

	// Resources are distinct things that the page loads, the first ones.
	Resources []Resource

	// Links are distinct http(s) targets in order of appearance, at most
	// MaxLinks. Outbound counts those on other hosts that the main text links to.
	Links    []Link
	Outbound int
	// Fragments are distinct links to places within pages, the first ones. Of those that name
	// no page but mean their own it has what is not there, and Jumps counts the others. Places
	// are what the page has of them; nil when not all are known, or scripts make them.
	Fragments []Fragment
	Jumps     int
	Places    idSet
	// Unopenable are the first references that make no URL.
	Unopenable      []Unopenable
	UnopenableTotal int
	// Direct is true for a page with a link that writes to or calls somebody.
	Direct bool
	// Refresh is where the page sends its readers on to by itself, or nil. It is among
	// the Links.
	Refresh *Refresh
	// Uncrawlable is the markup of links without a target a crawler can follow.
	Uncrawlable      []string
	UncrawlableTotal int

	// Images counts those that screen readers do not pass over: WithoutAlt has the
	// sources of the first of them that nothing describes.
	Images, ImagesWithoutAlt int
	WithoutAlt               []string
	// LinkElements counts the links that screen readers read out: Nameless is the markup
	// of the first of them that say nothing.
	LinkElements, NamelessTotal int
	Nameless                    []string
	// Controls counts the fields to fill in: Unlabelled is the markup of the first of
	// them that nothing names.
	Controls, UnlabelledTotal int
	Unlabelled                []string

	// Elements counts those of the body. Twice are ids that several of them have.
	Elements int
	Twice    Written
	// Unsized are the images of the main text that nothing gives a size, Blocking the addresses of the scripts
	// that the page waits for before it shows anything.
	Unsized, Blocking Written
	// Generic are the links, with their texts, that do not say where they lead.
	Generic Written
	// Main is true when an element says that it holds the main text. Frameset is true for a
	// page that only divides the window among others.
	Main, Frameset bool
	// Frames counts those that screen readers announce: Untitled has those without a name.
	Frames   int
	Untitled Written
	// DataTables counts the tables that are there for data beyond doubt: Headless has those
	// without a cell that heads others, with the beginning of their text.
	DataTables int
	Headless   Written
	// Forms counts them; InsecureForms has those of a page of https, and their buttons, that
	// send by http.
	Forms         int
	InsecureForms Written

	// VisibleWords, MainWords and MainLinkWords are described in the package
	// documentation; the last are those of the main text inside links.
	VisibleWords, MainWords, MainLinkWords int
	// ParagraphWords are the words of the main text inside paragraphs, EntryWords those
	// inside the entries of lists.
	ParagraphWords, EntryWords int
	// Longest is the longest piece of it without a heading.
	Longest Section
	// Sounds is the language that the main text is certainly in; empty when it is not certain.
	Sounds string
	// Quoted is true when an element of the main text is a quotation or names a work.
	Quoted bool
	// Prose is the text itself, for the checks that look for words.
	Prose Prose
	// Author says which mark names an author, Citation which one names a source; empty for
	// none. Dates are those that marks name.
	Author, Citation string
	Dates            []Date
	// Content and Simhash identify the main text: equal texts have equal
	// Content, similar ones a Simhash that differs in few bits.
	Content, Simhash uint64

	// UnquotedWords counts the main words that search engines may not quote. Hidden is what
	// people do not see.
	UnquotedWords int
	Hidden        Hidden
	// Password is the first field for a password.
	Password string

	// Scripts counts script elements that run code, ScriptBytes their inline
	// code. AppRoot is the marker of a client-side application, RootWords counts the
	// visible words within the element that carries it. NoscriptWords counts the words
	// shown to readers without scripts.
	Scripts, ScriptBytes, NoscriptWords int
	AppRoot                             string
	RootWords                           int
}

// Property is one property of the page's head.
type Property struct{ Name, Content string }

// Directive is one robots directive, such as noindex, in lower case.
type Directive struct {
	// Agent is empty when it concerns every crawler, else the crawler's name in
	// lower case.
	Agent string
	Value string
	// Source is "meta" or "header".
	Source string
}

// Canonical is one declaration of the page's canonical URL.
type Canonical struct {
	// Href is as written, URL resolved; empty when it cannot be.
	Href, URL string
	// Source is "html" or "header".
	Source string
}

// Alternate is the version of a page for a language.
type Alternate struct {
	// Code is its language, Href as written, URL resolved; empty when it cannot be.
	Code, Href, URL string
}

// Heading is one heading element; Text includes the alternative text of images.
type Heading struct {
	Level int
	Text  string
	// Silent is true for one that is shown, but not to screen readers.
	Silent bool
	// Main is true for one of the main text.
	Main bool
}

// Link is one distinct link target.
type Link struct {
	URL, Text string
	// Ref is the target as the page wrote it first, without fragment.
	Ref string
	// NoFollow is true when every link to the target says so.
	NoFollow bool
	Kind     LinkKind
	// Main is true when a link of the main text leads there.
	Main bool
}

// LinkKind says what leads to a target; where several things do, the first of them.
type LinkKind uint8

// The kinds of links.
const (
	LinkAnchor  LinkKind = iota // an a or area element, in SVG too
	LinkFrame                   // a frame or an iframe
	LinkRelated                 // a link element: the next page, another language
	LinkRefresh                 // a meta element or a header that sends readers on
)

// Unopenable is a link that no browser can open.
type Unopenable struct {
	// Ref is as written.
	Ref, Text string
	Reason    string
}

// Refresh is a redirect that the page itself asks for.
type Refresh struct {
	URL     string
	Seconds int
	// Source is "header" or "meta".
	Source string
}

// Cut names a bound of what is read of a page.
type Cut string

// The bounds of a page.
const (
	CutBody   Cut = "body"   // bytes: the rest was not fetched or not decoded
	CutMarkup Cut = "markup" // attributes: reading ended at them
	CutDepth  Cut = "depth"  // elements of XML: reading ended there
	CutLinks  Cut = "links"  // link targets: those beyond the bound are not known
	CutStop   Cut = "stop"   // Input.Stopped said so: the page is not to be used
)

// Parse reads one fetched URL. It never fails: what cannot be read is absent
// from the result. The body is neither kept nor changed.
func Parse(in Input) *Page {
	body := in.Body
	in.Body = nil
	if in.Resolve == nil {
		in.Resolve = resolve
	}
	p := &Page{Input: in, Size: len(body)}
	if in.Status != 200 || in.Failure != "" || in.Alias || !isHTMLType(in.ContentType, body) {
		return p
	}
	p.HTML = true
	if in.Truncated {
		p.Cut = CutBody
	}
	final, err := url.Parse(in.final())
	if err != nil {
		final = &url.URL{}
	}
	text := p.decodeBody(body)
	if in.ContentType == "application/xhtml+xml" {
		if p.readXML(text, final) {
			return p
		}
	}
	p.Hidden.Invisible = invisibleText(text)
	p.Prose.Main = make([]byte, 0, min(len(text)/2, maxMainProse)) // more than most pages have
	c := newCollector(p, final)
	if cut := newReader(c).read(text); cut != "" {
		p.Cut = cut
	}
	c.finish()
	return p
}

// Analysed reports whether the page counts as analysed: HTML answered with 200,
// under the URL it is known by.
func (p *Page) Analysed() bool { return p.HTML }

// isHTMLType follows the declared type; only where none is declared does the
// content decide.
func isHTMLType(mediaType string, body []byte) bool {
	switch mediaType {
	case "text/html", "application/xhtml+xml":
		return true
	case "":
		head := bytes.ToLower(bytes.TrimLeft(body[:min(len(body), 1024)], " \t\r\n\f\xef\xbb\xbf"))
		return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
	}
	return false
}
