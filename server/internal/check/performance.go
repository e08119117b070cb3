package check

import (
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
