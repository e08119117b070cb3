package crawl

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html/charset"
)

const (
	// MaxSitemapURLs is how many entries one sitemap file may have (sitemaps.org).
	MaxSitemapURLs = 50_000
	// MaxSitemapBytes is how large one file may be, uncompressed (sitemaps.org).
	MaxSitemapBytes = 50 << 20

	maxSitemapProblems = 100
	maxSitemapNesting  = 32
)

// SitemapLimits bounds the reading of sitemaps; the zero value is the default.
type SitemapLimits struct {
	Entries int   // of all files together. Defaults to 50,000
	Files   int   // fetched. Defaults to 50
	Depth   int   // of indexes inside indexes. Defaults to 2
	Bytes   int64 // of one file, uncompressed. Defaults to MaxSitemapBytes
	All     int64 // bytes of all files together, uncompressed. Defaults to 200 MB
	// Time is how long the requests may take together, with the pauses that the site asks
	// for. Waiting for a turn at the host does not count: how many others take turns there
	// must not decide what is read. Defaults to 1 min.
	Time time.Duration
}

func (l SitemapLimits) withDefaults() SitemapLimits {
	l.Entries = cmp.Or(l.Entries, 50_000)
	l.Files = cmp.Or(l.Files, 50)
	l.Depth = cmp.Or(l.Depth, 2)
	l.Bytes = cmp.Or(l.Bytes, MaxSitemapBytes)
	l.All = cmp.Or(l.All, 200<<20)
	l.Time = cmp.Or(l.Time, time.Minute)
	return l
}

// SitemapEntry is one location a sitemap names: a page, or in an index a sitemap.
type SitemapEntry struct {
	URL     *url.URL // canonical
	Wire    string   // as the file spells it (see Resolve), where that differs; else ""
	LastMod string   // as written, without blanks; at most 64 bytes. For the check sitemap-lastmod-bad
	Line    int
	File    string // URL of the sitemap
}

// SitemapProblemKind names what is wrong with a sitemap.
type SitemapProblemKind string

const (
	SitemapSyntax      SitemapProblemKind = "syntax"        // not well-formed XML, or broken gzip; reading ended there
	SitemapNotSitemap  SitemapProblemKind = "not-sitemap"   // well-formed, but something else
	SitemapTooManyURLs SitemapProblemKind = "too-many-urls" // over MaxSitemapURLs; the rest was ignored
	SitemapTooLarge    SitemapProblemKind = "too-large"     // over SitemapLimits.Bytes; the rest was ignored
	SitemapForeignHost SitemapProblemKind = "foreign-host"  // an entry outside the site
	SitemapBadURL      SitemapProblemKind = "bad-url"       // an entry that is empty, relative or no http URL
	SitemapDepth       SitemapProblemKind = "depth"         // an index inside too many indexes
	SitemapLoop        SitemapProblemKind = "loop"          // an index that names itself, or one that leads back to it
	SitemapUnreadable  SitemapProblemKind = "unreadable"    // a sitemap that is named here gives no answer to read
	SitemapCap         SitemapProblemKind = "cap"           // SitemapLimits ended the reading of a correct set
)

// Cuts reports whether entries of the sitemap were left out because of a bound.
func (p SitemapProblem) Cuts() bool {
	switch p.Kind {
	case SitemapTooManyURLs, SitemapTooLarge, SitemapDepth, SitemapCap:
		return true
	}
	return false
}

// SitemapProblem is one fault of one sitemap, with its line, 0 when it concerns
// the whole file. Text is at most 200 bytes.
type SitemapProblem struct {
	File string
	Line int
	Kind SitemapProblemKind
	Text string
}

// ParseSitemap reads one sitemap: XML of either kind, a feed (RSS or Atom) or plain
// text with one URL a line, optionally in gzip, in any charset it declares. It streams: yield gets
// each entry as it is read and ends the reading by returning false. index tells
// whether the entries are sitemaps. Reading ends at the first syntax error;
// entries before it were yielded. At most 100 problems are returned.
func ParseSitemap(r io.Reader, file *url.URL, lim SitemapLimits, yield func(SitemapEntry) bool) (
	index bool, problems []SitemapProblem) {
	p := &sitemapParser{url: file, file: file.String(), yield: yield}
	lim = lim.withDefaults()

	buffered := bufio.NewReader(r)
	for range 2 { // some servers send a .gz file in gzip once more
		if magic, _ := buffered.Peek(2); string(magic) == "\x1f\x8b" {
			buffered = bufio.NewReader(&decoder{coding: "gzip", src: buffered})
		}
	}
	body := &limitedBody{r: buffered, left: lim.Bytes}
	text := decodeUTF16(bufio.NewReader(body))
	head, _ := text.Peek(512)
	isPage := sniffType("", head) == "text/html"
	err := p.read(text)
	if err == nil {
		err = body.err
	}
	var syntax *xml.SyntaxError
	switch {
	case body.truncated:
		p.addProblem(0, SitemapTooLarge, fmt.Sprintf("the file is larger than %d bytes", lim.Bytes))
	case errors.As(err, &syntax) && isPage && p.form.entry == "":
		p.addProblem(syntax.Line, SitemapNotSitemap, "the document is a web page")
	case errors.As(err, &syntax):
		p.addProblem(syntax.Line, SitemapSyntax, syntax.Msg)
	case err != nil && !errors.Is(err, errSitemapDone):
		p.addProblem(0, SitemapSyntax, err.Error())
	}
	return p.index, p.problems
}

var errSitemapDone = errors.New("nothing more to read")

type sitemapParser struct {
	url      *url.URL
	form     sitemapForm
	file     string
	yield    func(SitemapEntry) bool
	index    bool
	count    int
	problems []SitemapProblem
}

func (p *sitemapParser) addProblem(line int, kind SitemapProblemKind, text string) {
	if len(p.problems) < maxSitemapProblems {
		p.problems = append(p.problems, SitemapProblem{File: p.file, Line: line, Kind: kind, Text: cutBytes(text, 200)})
	}
}

func (p *sitemapParser) read(r *bufio.Reader) error {
	if head, _ := r.Peek(64); !strings.HasPrefix(strings.TrimLeft(string(head), "\ufeff \t\r\n"), "<") {
		return p.readText(r)
	}
	dec := newSitemapDecoder(r)
	var (
		path         []string // local names of the open elements
		text         strings.Builder
		loc, lastmod string
		line         int
	)
	f := &p.form
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			text.Reset()
			switch {
			case len(path) == 1 && !p.readRoot(t.Name.Local):
				return errSitemapDone
			case len(path) == f.depth:
				loc, lastmod = "", ""
				line, _ = dec.InputPos()
			case len(path) > maxSitemapNesting:
				n, _ := dec.InputPos()
				return &xml.SyntaxError{Line: n, Msg: "elements are nested too deeply"}
			case f.attr && len(path) == f.depth+1 && t.Name.Local == f.loc && loc == "":
				loc = linkOf(t)
				line, _ = dec.InputPos()
			}
		case xml.CharData:
			if len(path) == f.depth+1 && text.Len() < 2*MaxURLLength {
				text.Write(t)
			}
		case xml.EndElement:
			switch name := t.Name.Local; {
			// Only direct children: <image:loc> and its like stand one level deeper.
			case len(path) == f.depth+1 && name == f.loc && !f.attr:
				// A feed may have an empty <atom:link> beside its <link>.
				if value := strings.TrimSpace(text.String()); value != "" {
					loc = value
					line, _ = dec.InputPos()
				}
			case len(path) == f.depth+1 && name == f.lastmod:
				lastmod = strings.TrimSpace(text.String())
			case len(path) == f.depth && name == f.entry:
				if !p.yieldEntry(line, loc, lastmod) {
					return errSitemapDone
				}
			}
			path = path[:len(path)-1]
		}
	}
}

// sitemapForm says where a kind of document has its entries.
type sitemapForm struct {
	depth        int    // of an entry
	entry        string // its element
	loc, lastmod string // children of it
	attr         bool   // the location is an attribute of loc
	feed         bool   // entries may lack a location, and it may be relative
}

var sitemapForms = map[string]sitemapForm{
	"urlset":       {depth: 2, entry: "url", loc: "loc", lastmod: "lastmod"},
	"sitemapindex": {depth: 2, entry: "sitemap", loc: "loc", lastmod: "lastmod"},
	"rss":          {depth: 3, entry: "item", loc: "link", feed: true},
	"RDF":          {depth: 2, entry: "item", loc: "link", feed: true},
	"feed":         {depth: 2, entry: "entry", loc: "link", lastmod: "updated", attr: true, feed: true},
}

// linkOf returns where a link of Atom leads, if it leads to the entry itself.
func linkOf(t xml.StartElement) string {
	href := ""
	for _, a := range t.Attr {
		switch a.Name.Local {
		case "href":
			href = strings.TrimSpace(a.Value)
		case "rel":
			if a.Value != "alternate" {
				return ""
			}
		}
	}
	return cutBytes(href, 2*MaxURLLength)
}

func (p *sitemapParser) readRoot(name string) bool {
	form, known := sitemapForms[name]
	if !known {
		p.addProblem(1, SitemapNotSitemap, "the document is <"+name+">")
		return false
	}
	p.form, p.index = form, name == "sitemapindex"
	return true
}

// newSitemapDecoder reads the XML declaration itself, if there is one: package xml
// takes no version but 1.0, and no encoding that is undone already.
func newSitemapDecoder(r *bufio.Reader) *xml.Decoder {
	head, _ := r.Peek(256)
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		r.Discard(len("\ufeff"))
		head = head[len("\ufeff"):]
	}
	end := bytes.Index(head, []byte("?>"))
	if end < 0 || !bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<?xml")) {
		dec := xml.NewDecoder(r)
		dec.CharsetReader = charset.NewReaderLabel
		return dec
	}
	declaration := string(head[:end])
	r.Discard(end + len("?>"))
	var content io.Reader = r
	if label := strings.ToLower(declaredEncoding(declaration)); label != "" && !strings.HasPrefix(label, "utf") {
		if decoded, err := charset.NewReaderLabel(label, r); err == nil {
			content = decoded
		}
	}
	lines := strings.Repeat("\n", strings.Count(declaration, "\n"))
	return xml.NewDecoder(io.MultiReader(strings.NewReader(lines), content))
}

// declaredEncoding returns what an XML declaration says of its encoding.
func declaredEncoding(declaration string) string {
	_, after, _ := strings.Cut(declaration, "encoding")
	after = strings.TrimLeft(after, " \t\r\n=")
	if after == "" {
		return ""
	}
	label, _, _ := strings.Cut(after[1:], after[:1])
	return label
}

// decodeUTF16 decodes text in UTF-16, with a mark or without.
func decodeUTF16(r *bufio.Reader) *bufio.Reader {
	head, _ := r.Peek(4)
	label := ""
	switch {
	case bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.HasPrefix(head, []byte("\x00<\x00")):
		label = "utf-16be"
	case bytes.HasPrefix(head, []byte("\xff\xfe")), len(head) == 4 && head[0] == '<' && head[1] == 0 && head[3] == 0:
		label = "utf-16le"
	default:
		return r
	}
	enc, _ := charset.Lookup(label)
	return bufio.NewReader(enc.NewDecoder().Reader(r))
}

// readText reads the plain text form: one URL a line.
func (p *sitemapParser) readText(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 4*MaxURLLength)
	for n := 1; lines.Scan(); n++ {
		text := strings.Trim(lines.Text(), "\ufeff \t\r")
		if text == "" {
			continue
		}
		if p.count == 0 && !strings.HasPrefix(text, "http") {
			p.addProblem(n, SitemapNotSitemap, text)
			return errSitemapDone
		}
		if !p.yieldEntry(n, text, "") {
			return errSitemapDone
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if p.count == 0 {
		p.addProblem(1, SitemapNotSitemap, "the file is empty")
	}
	return nil
}

// yieldEntry hands on one location and reports whether there is use in reading on.
func (p *sitemapParser) yieldEntry(line int, loc, lastmod string) bool {
	if p.count++; p.count > MaxSitemapURLs {
		p.addProblem(line, SitemapTooManyURLs, "more than 50,000 entries")
		return false
	}
	var base *url.URL
	if p.form.feed {
		base = p.url
		if loc == "" {
			return true
		}
	}
	if loc == "" {
		p.addProblem(line, SitemapBadURL, "an entry without location")
		return true
	}
	u, err := resolve(base, loc, "")
	if err != nil {
		text := err.Error()
		if errors.Is(err, ErrNoHost) {
			text = "the URL is not absolute"
		}
		p.addProblem(line, SitemapBadURL, text+": "+loc)
		return true
	}
	e := SitemapEntry{URL: Normal(u), LastMod: cutBytes(lastmod, 64), Line: line, File: p.file}
	if wire := u.String(); wire != e.URL.String() {
		e.Wire = wire
	}
	return p.yield(e)
}
