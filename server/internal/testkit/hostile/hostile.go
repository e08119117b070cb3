// Package hostile holds sites that want to take a crawler's memory: what they send
// costs them nothing and their reader much. Tests audit them on loopback.
//
//	site := httptest.NewServer(hostile.Sites["textbomb"]())
//
// Each site is made anew by its function and safe for concurrent use. Bodies without
// end stop when the client goes away.
package hostile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/maphash"
	"io"
	"net/http"
	"strings"
)

// Sites gives each site by its name.
var Sites = map[string]func() http.Handler{
	"brbomb":      func() http.Handler { return markupBomb("<br>") },
	"textbomb":    func() http.Handler { return markupBomb("<i>a</i>") },
	"attrbomb":    func() http.Handler { return markupBomb("<p a b c d e f g h i j k l m n o p>") },
	"nestbomb":    func() http.Handler { return markupBomb("<p><b><i><u><s><em>x") },
	"gzipbomb":    gzipBomb,
	"bigbody":     endlessBodies,
	"depth":       deepPages,
	"headers":     hugeHeaders,
	"million":     millionLinks,
	"longlinks":   longLinks,
	"distinct":    distinctLinks,
	"links6000":   sixThousandLinks,
	"robots50":    hugeRobots,
	"robotsrules": manyRules,
	"sitemapgzip": endlessSitemaps,
	"sitemapbomb": endlessIndexes,
	"sitemapmany": manySitemapURLs,
}

// page writes a plain page with links.
func page(w http.ResponseWriter, r *http.Request, links ...string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	b := bufio.NewWriter(w)
	defer b.Flush()
	fmt.Fprintf(b, "<!doctype html><html lang=en><title>The page %s of a site</title><h1>Page</h1><p>%s</p>",
		r.URL.Path, strings.Repeat("some words here ", 60))
	for i, l := range links {
		fmt.Fprintf(b, "<a href=\"%s\">link %d</a>\n", l, i)
	}
}

// numbered gives n links made by format.
func numbered(n int, format string) []string {
	links := make([]string, n)
	for i := range links {
		links[i] = fmt.Sprintf(format, i)
	}
	return links
}

// with is a site whose start page links to n pages, each answered by other.
func with(n int, other http.HandlerFunc) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) { page(w, r, numbered(n, "/page/%d")...) })
	mux.HandleFunc("/page/", other)
	return mux
}

// beside adds a path to a site.
func beside(site http.Handler, pattern string, answer http.HandlerFunc) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", site)
	mux.HandleFunc(pattern, answer)
	return mux
}

// markupBomb has 24 pages of 10 MiB of tags, some 10 to 30 KB each on the wire.
func markupBomb(unit string) http.Handler {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, "<!doctype html><html lang=en><title>A page of many elements</title><h1>x</h1>")
	_, _ = io.WriteString(z, strings.Repeat(unit, (10<<20-100)/len(unit)))
	_ = z.Close()
	return with(24, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	})
}

// repeat writes a piece until the reader goes away, or the bytes are through.
func repeat(w io.Writer, piece []byte, bytes int) {
	for ; bytes > 0; bytes -= len(piece) {
		if _, err := w.Write(piece); err != nil {
			return
		}
	}
}

const gib = 1 << 30

// gzipBomb has pages of 10 GiB in 10 MB.
func gzipBomb() http.Handler {
	return with(10, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "gzip")
		piece := make([]byte, 1<<20)
		if strings.HasSuffix(r.URL.Path, "5") {
			copy(piece, bytes.Repeat([]byte("<b>"), len(piece)/3))
		}
		z := gzip.NewWriter(w)
		repeat(z, piece, 10*gib)
		_ = z.Close()
	})
}

// endlessBodies has pages that do not end, as fast as they are read.
func endlessBodies() http.Handler {
	piece := bytes.Repeat([]byte("<p>hello big world "), 1<<15)
	return with(30, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		repeat(w, piece, 10*gib)
	})
}

// deepPages nests elements, or attributes, a million deep.
func deepPages() http.Handler {
	bodies := []string{
		strings.Repeat("<div>", 2_000_000), strings.Repeat("<b>", 3_000_000), strings.Repeat("<p a=", 1_000_000),
		strings.Repeat("<a href=x>", 900_000), strings.Repeat("<table>x", 1_000_000),
		strings.Repeat("<p><b><i><u><s><em>x", 400_000), strings.Repeat("<svg><math>", 600_000),
		strings.Repeat("<template>", 900_000),
	}
	return with(len(bodies), func(w http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscanf(r.URL.Path, "/page/%d", &n)
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>Deep nesting</title><h1>x</h1>"+bodies[n%len(bodies)])
	})
}

// hugeHeaders has answers with 64 MB of headers: in one, and in millions.
func hugeHeaders() http.Handler {
	return with(8, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nX-A: ")
		piece := []byte(strings.Repeat("a", 1<<20))
		if strings.HasSuffix(r.URL.Path, "1") {
			piece = []byte(strings.Repeat("a\r\nX: ", 1<<17))
		}
		repeat(conn, piece, 64<<20)
	})
}

// millionLinks has a start page of a million links, and pages of 20,000 links each that
// no other page has.
func millionLinks() http.Handler {
	seed := maphash.MakeSeed()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/":
			page(w, r, numbered(1_000_000, "/p%d")...)
		case r.URL.Path == "/robots.txt", r.URL.Path == "/sitemap.xml":
			http.NotFound(w, r)
		default:
			page(w, r, numbered(20_000, fmt.Sprintf("/%x/%%d", maphash.String(seed, r.URL.Path)))...)
		}
	})
}

// longLinks has pages of 4,000 links of nearly 2 KB each that no other page has.
func longLinks() http.Handler {
	return with(1000, func(w http.ResponseWriter, r *http.Request) {
		page(w, r, numbered(4000, r.URL.Path+"/"+strings.Repeat("a", 1900)+"%d")...)
	})
}

// distinctLinks is a large site: every page links to 120 others that no earlier one
// links to.
func distinctLinks() http.Handler {
	const format = "/section/of/the/site/page-number-%d.html"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := 0
		if _, err := fmt.Sscanf(r.URL.Path, format, &n); err != nil && r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		links := make([]string, 120)
		for i := range links {
			links[i] = fmt.Sprintf(format, n*len(links)+i+1)
		}
		page(w, r, links...)
	})
}

// sixThousandLinks has more links on its start page than are followed.
func sixThousandLinks() http.Handler {
	return with(6000, func(w http.ResponseWriter, r *http.Request) { page(w, r) })
}

// text writes lines as text until there are enough bytes.
func text(w http.ResponseWriter, first string, bytes int, line string) {
	w.Header().Set("Content-Type", "text/plain")
	b := bufio.NewWriter(w)
	defer b.Flush()
	fmt.Fprintln(b, first)
	for i := 0; bytes > 0; i++ {
		n, err := fmt.Fprintf(b, line+"\n", i)
		if err != nil {
			return
		}
		bytes -= n
	}
}

// hugeRobots has a robots.txt of 50 MB.
func hugeRobots() http.Handler {
	site := with(300, func(w http.ResponseWriter, r *http.Request) { page(w, r, numbered(300, r.URL.Path+"x/%d")...) })
	return beside(site, "/robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		text(w, "User-agent: *", 50<<20, "Disallow: /a%d/*/b*c$")
	})
}

// manyRules has as many rules with wildcards as are read, and links that nearly match
// each of them.
func manyRules() http.Handler {
	site := with(100, func(w http.ResponseWriter, r *http.Request) {
		page(w, r, numbered(1000, "/page/"+strings.Repeat("a", 1500)+"%d")...)
	})
	return beside(site, "/robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		text(w, "User-agent: *", 500<<10, "Disallow: /*a*a*a*a*a*a*a*b%d")
	})
}

const sitemapNamespace = ` xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`

// index writes a sitemap index.
func index(w http.ResponseWriter, r *http.Request, n int, format string) {
	w.Header().Set("Content-Type", "application/xml")
	b := bufio.NewWriter(w)
	defer b.Flush()
	fmt.Fprint(b, "<sitemapindex"+sitemapNamespace)
	for i := range n {
		fmt.Fprintf(b, "<sitemap><loc>http://%s"+format+"</loc></sitemap>", r.Host, i)
	}
	fmt.Fprint(b, "</sitemapindex>")
}

// endlessSitemaps has an index of 60 compressed sitemaps that do not end.
func endlessSitemaps() http.Handler {
	site := with(3, func(w http.ResponseWriter, r *http.Request) { page(w, r) })
	site = beside(site, "/sm/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, "<urlset"+sitemapNamespace)
		repeat(z, bytes.Repeat([]byte(" "), 1<<20), 10*gib)
	})
	return beside(site, "/sitemap.xml", func(w http.ResponseWriter, r *http.Request) { index(w, r, 60, "/sm/%d.xml.gz") })
}

// endlessIndexes has an index of 50,000 indexes, each of which is another such.
func endlessIndexes() http.Handler {
	site := with(3, func(w http.ResponseWriter, r *http.Request) { page(w, r) })
	bomb := func(w http.ResponseWriter, r *http.Request) {
		index(w, r, 50_000, strings.TrimSuffix(r.URL.Path, ".xml")+"/%d.xml")
	}
	return beside(beside(site, "/sitemap/", bomb), "/sitemap.xml", bomb)
}

// manySitemapURLs has an index of sitemaps that name 200,000 pages together, and as
// many more as anybody reads.
func manySitemapURLs() http.Handler {
	site := with(3, func(w http.ResponseWriter, r *http.Request) { page(w, r) })
	site = beside(site, "/sm/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		b := bufio.NewWriter(w)
		defer b.Flush()
		fmt.Fprint(b, "<urlset"+sitemapNamespace)
		for i := range 50_000 {
			fmt.Fprintf(b, "<url><loc>http://%s/page/%s/%d</loc></url>", r.Host, strings.Repeat("x", 100)+r.URL.Path, i)
		}
		fmt.Fprint(b, "</urlset>")
	})
	return beside(site, "/sitemap.xml", func(w http.ResponseWriter, r *http.Request) { index(w, r, 20, "/sm/%d.xml") })
}
