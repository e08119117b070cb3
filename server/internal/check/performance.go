package check

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"atalaya/shared"
)

var performance = []Check{
	{
		ID: "slow-ttfb", Category: shared.CategoryPerformance, Severity: shared.SeverityWarning,
		Source: "web.dev: time to first byte", Page: &PageRule{isHTML, slowTTFB},
	},
	{
		ID: "html-heavy", Category: shared.CategoryPerformance, Severity: shared.SeverityWarning,
		Source: "Google Search Central: file size limits of Googlebot", Page: &PageRule{isHTML, htmlHeavy},
	},
	{
		ID: "no-compression", Category: shared.CategoryPerformance, Severity: shared.SeverityNotice,
		Source: "Lighthouse: uses-text-compression", Page: &PageRule{isHTML, noCompression},
	},
	{
		ID: "dom-large", Category: shared.CategoryPerformance, Severity: shared.SeverityNotice,
		Source: "Lighthouse: dom-size", Page: &PageRule{isHTML, domLarge},
	},
	{
		ID: "images-unsized", Category: shared.CategoryPerformance, Severity: shared.SeverityNotice,
		Source: "Lighthouse: unsized-images; web.dev: optimize cumulative layout shift",
		Page:   &PageRule{hasImages, imagesUnsized},
	},
	{
		ID: "render-blocking", Category: shared.CategoryPerformance, Severity: shared.SeverityNotice,
		Source: "Lighthouse: render-blocking-resources", Page: &PageRule{isHTML, renderBlocking},
	},
	{
		ID: "no-cache-validators", Category: shared.CategoryPerformance, Severity: shared.SeverityNotice,
		Source: "RFC 9110 section 8.8; RFC 9111 section 4.2", Page: &PageRule{isHTML, noCacheValidators},
	},
}

// slowAnswer is the time that a server may take to begin its answer.
const slowAnswer = 800 * time.Millisecond

func slowTTFB(p *Page) *Fault {
	if p.TTFB <= slowAnswer {
		return nil
	}
	return &Fault{Evidence: []shared.Evidence{number("ms", int(p.TTFB.Milliseconds()))}}
}

// Sizes in bytes beyond which agents cut a page, and Googlebot does.
const (
	heavyHTML    = 500 << 10
	tooHeavyHTML = 2 << 20
)

func htmlHeavy(p *Page) *Fault {
	if p.Size <= heavyHTML {
		return nil
	}
	f := &Fault{Evidence: []shared.Evidence{number("bytes", p.Size)}}
	if p.Size > tooHeavyHTML {
		f.Severity = shared.SeverityError
	}
	return f
}

// smallBody is the size in bytes below which compression brings nothing.
const smallBody = 2 << 10

// noCompression finds pages that came as they are, although we asked for gzip. A server
// whose answers depend on what is asked for knows other codings.
func noCompression(p *Page) *Fault {
	isCoding := func(name string) bool { return name != "identity" }
	if p.Size <= smallBody || slices.ContainsFunc(p.codings(), isCoding) ||
		headerHas(p.Header, "Vary", "accept-encoding") {
		return nil
	}
	return &Fault{Evidence: []shared.Evidence{fact("missing", "Content-Encoding"), number("bytes", p.Size)}}
}

// noCacheValidators finds pages of which nobody can say whether a copy is still good. What
// must not be stored needs no such word.
func noCacheValidators(p *Page) *Fault {
	for _, name := range [...]string{"Etag", "Last-Modified", "Expires"} {
		if p.Header.Get(name) != "" {
			return nil
		}
	}
	for _, directive := range [...]string{"max-age=", "s-maxage=", "no-store"} {
		if headerHas(p.Header, "Cache-Control", directive) {
			return nil
		}
	}
	return &Fault{Evidence: headerEvidence(p.Header, "Cache-Control")}
}

// largeDOM is how many elements a page may have before browsers take long to lay it out.
const largeDOM = 1_500

func domLarge(p *Page) *Fault {
	if p.Elements <= largeDOM {
		return nil
	}
	return &Fault{Evidence: []shared.Evidence{number("elements", p.Elements)}}
}

// imagesUnsized finds images that move the text about when they come.
func imagesUnsized(p *Page) *Fault { return writtenFault("markup", p.Unsized) }

// manyBlocking is how many scripts of the head a page may wait for.
const manyBlocking = 5

func renderBlocking(p *Page) *Fault {
	if p.Blocking.Total <= manyBlocking {
		return nil
	}
	return &Fault{Evidence: writtenEvidence("address", p.Blocking)}
}

// headerHas reports whether a header has a part, which is in lower case.
func headerHas(h http.Header, name, part string) bool {
	return slices.ContainsFunc(h.Values(name), func(v string) bool { return strings.Contains(strings.ToLower(v), part) })
}

// headerEvidence is a header as it came, if it did.
func headerEvidence(h http.Header, name string) []shared.Evidence {
	values := slices.Clone(h.Values(name))
	for i := range values {
		values[i] = name + ": " + values[i]
	}
	return listEvidence("header", values, len(values))
}
