package crawl

import (
	"bytes"
	"net/http"
	"strings"
)

// sniffType returns the media type of a body whose header declares one, or none: as
// the MIME Sniffing standard says, a type that is there holds. But bytes of another
// format that are declared to be HTML are called what they are.
func sniffType(declared string, body []byte) string {
	if len(body) == 0 {
		return declared
	}
	const sniffed = 512 // as much as net/http looks at
	found, _, _ := strings.Cut(http.DetectContentType(body), ";")
	if isUnknown(declared) {
		return found
	}
	head := body[:min(len(body), sniffed)]
	switch {
	case !isHTML(declared), strings.HasPrefix(found, "text/"):
		return declared
	case found == "application/pdf":
		return found
	case found == "application/octet-stream":
		// Any text may hold a stray byte; of a format without a signature there are several.
		if countControls(head) >= 2 && !hasTag(head) {
			return found
		}
	case countControls(head) > 0: // "BM" alone may be a word
		return found
	}
	return declared
}

// isUnknown reports whether a media type says nothing, by the MIME Sniffing standard: the
// body must tell.
func isUnknown(declared string) bool {
	return declared == "" || declared == "unknown/unknown" || declared == "application/unknown"
}

// countControls counts the different bytes that text in no encoding but UTF-16 has.
func countControls(head []byte) int {
	n := 0
	for c := range byte(0x20) {
		if (c < 8 || c >= 0x0e && c != 0x1b) && bytes.IndexByte(head, c) >= 0 {
			n++
		}
	}
	return n
}

// hasTag reports whether a tag, comment or doctype begins somewhere, its characters one
// or two bytes wide.
func hasTag(head []byte) bool {
	for i, c := range head {
		if c != '<' {
			continue
		}
		rest := bytes.TrimLeft(head[i+1:min(len(head), i+4)], "\x00")
		if len(rest) > 0 && (rest[0] == '!' || rest[0] == '/' || 'a' <= rest[0]|0x20 && rest[0]|0x20 <= 'z') {
			return true
		}
	}
	return false
}
