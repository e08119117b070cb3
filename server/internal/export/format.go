package export

import (
	"strings"

	"atalaya/shared"
)

// Format is a form of a report, by the name that requests and commands use.
type Format string

// The formats.
const (
	JSON     Format = "json"
	CSV      Format = "csv"
	Markdown Format = "md"
	SARIF    Format = "sarif"
	HTML     Format = "html"
)

// Formats lists the formats. The first is what a request gets that does not choose.
var Formats = []Format{JSON, CSV, Markdown, SARIF, HTML}

var mediaTypes = map[Format]string{
	JSON: "application/json", CSV: "text/csv", Markdown: "text/markdown", SARIF: "application/sarif+json",
	HTML: "text/html",
}

// MediaType is the media type without parameters; it is empty for what is no format.
func (f Format) MediaType() string { return mediaTypes[f] }

// ContentType is the value of the header of that name.
func (f Format) ContentType() string { return f.MediaType() + "; charset=utf-8" }

// FileName is a name for the file: the site and the day, of characters that every
// system and every header takes.
func (f Format) FileName(a *shared.AuditProgress) string {
	day := a.CreatedAt
	if a.FinishedAt != nil {
		day = *a.FinishedAt
	}
	return "atalaya-" + fileWord(shared.SiteName(a.URL)) + "-" + day.UTC().Format("2006-01-02") + "." + string(f)
}

// fileWord keeps of a site's name what may stand in the name of a file.
func fileWord(s string) string {
	const most = 60
	s = strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, s)
	return s[:min(len(s), most)]
}

// Choose gives the format that an Accept header likes best, the earlier in [Formats] of
// equals; ok is false when it takes none of them. No header takes everything.
func Choose(accept string) (best Format, ok bool) {
	if strings.TrimSpace(accept) == "" {
		return Formats[0], true
	}
	wanted := shared.Weights(accept)
	weight := 0.0
	for _, f := range Formats {
		if w := weightOf(f.MediaType(), wanted); w > weight {
			best, weight = f, w
		}
	}
	return best, weight > 0
}

// weightOf is what a client gives to a media type: the most specific range that covers
// it counts.
func weightOf(mediaType string, wanted []shared.Weighted) (weight float64) {
	group, _, _ := strings.Cut(mediaType, "/")
	specific := 0
	for _, w := range wanted {
		rank := map[string]int{"*/*": 1, group + "/*": 2, mediaType: 3}[w.Name]
		if rank > specific {
			weight, specific = w.Weight, rank
		}
	}
	return weight
}
