package crawl

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

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
}

func (l SitemapLimits) withDefaults() SitemapLimits {
	l.Entries = cmp.Or(l.Entries, 50_000)
	l.Files = cmp.Or(l.Files, 50)
	l.Depth = cmp.Or(l.Depth, 2)
	l.Bytes = cmp.Or(l.Bytes, MaxSitemapBytes)
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
	SitemapLoop        SitemapProblemKind = "loop"          // an index that names itself
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

// ParseSitemap reads one sitemap: XML of either kind or plain text with one URL a
// line, optionally in gzip, in any charset it declares. It streams: yield gets
// each entry as it is read and ends the reading by returning false. index tells
// whether the entries are sitemaps. Reading ends at the first syntax error;
// entries before it were yielded. At most 100 problems are returned.
func ParseSitemap(r io.Reader, file *url.URL, lim SitemapLimits, yield func(SitemapEntry) bool) (
	index bool, problems []SitemapProblem) {
	p := &sitemapParser{file: file.String(), yield: yield}
	lim = lim.withDefaults()

	buffered := bufio.NewReader(r)
	if magic, _ := buffered.Peek(2); string(magic) == "\x1f\x8b" {
		gz, err := gzip.NewReader(buffered)
		if err != nil {
			p.addProblem(0, SitemapSyntax, err.Error())
			return false, p.problems
		}
		r = gz
	} else {
		r = buffered
	}
	body := &limitedBody{r: r, left: lim.Bytes}
	content := bufio.NewReader(body)
	err := p.read(content)
	var syntax *xml.SyntaxError
	switch {
	case body.truncated:
		p.addProblem(0, SitemapTooLarge, fmt.Sprintf("the file is larger than %d bytes", lim.Bytes))
	case errors.As(err, &syntax):
		p.addProblem(syntax.Line, SitemapSyntax, syntax.Msg)
	case err != nil && !errors.Is(err, errSitemapDone):
		p.addProblem(0, SitemapSyntax, err.Error())
	}
	return p.index, p.problems
}

var errSitemapDone = errors.New("nothing more to read")

type sitemapParser struct {
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
	dec := xml.NewDecoder(r)
	dec.CharsetReader = charset.NewReaderLabel
	var (
		path         []string // local names of the open elements
		text         strings.Builder
		loc, lastmod string
		line         int
	)
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
			case len(path) == 2:
				loc, lastmod = "", ""
				line, _ = dec.InputPos()
			case len(path) > maxSitemapNesting:
				n, _ := dec.InputPos()
				return &xml.SyntaxError{Line: n, Msg: "elements are nested too deeply"}
			}
		case xml.CharData:
			if len(path) == 3 && text.Len() < 2*MaxURLLength {
				text.Write(t)
			}
		case xml.EndElement:
			switch {
			// Only direct children: <image:loc> and its like stand one level deeper.
			case len(path) == 3 && path[2] == "loc":
				loc = strings.TrimSpace(text.String())
				line, _ = dec.InputPos()
			case len(path) == 3 && path[2] == "lastmod":
				lastmod = strings.TrimSpace(text.String())
			case len(path) == 2 && p.isEntry(path[1]):
				if !p.yieldEntry(line, loc, lastmod) {
					return errSitemapDone
				}
			}
			path = path[:len(path)-1]
		}
	}
}

func (p *sitemapParser) readRoot(name string) bool {
	switch name {
	case "sitemapindex":
		p.index = true
	case "urlset":
	default:
		p.addProblem(1, SitemapNotSitemap, "the document is <"+name+">")
		return false
	}
	return true
}

func (p *sitemapParser) isEntry(name string) bool {
	return p.index && name == "sitemap" || !p.index && name == "url"
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
	if loc == "" {
		p.addProblem(line, SitemapBadURL, "an entry without location")
		return true
	}
	u, err := resolve(nil, loc, "")
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
