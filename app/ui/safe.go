package ui

import (
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
)

// attr makes any text fit for an attribute. In the browser attributes are set
// through the DOM and need nothing. On the server go-app writes them as Go
// strings, so whatever HTML or strconv.Quote would treat specially becomes a
// character reference: the browser reads back exactly v.
func attr(v string) string {
	if app.IsClient {
		return v
	}
	return escapeAttr(v)
}

func escapeAttr(v string) string {
	// go-app writes this one value as an attribute without value.
	if v == "true" {
		return "&#116;rue"
	}
	var b strings.Builder
	for _, r := range html.EscapeString(v) {
		if r == '\\' || r == unicode.ReplacementChar || !strconv.IsPrint(r) {
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// href makes an address fit for a link: http or https, a path of our own, or a
// fragment. Anything else, such as javascript:, gives "", a link that leads nowhere.
func href(v string) string {
	if strings.HasPrefix(v, "#") {
		return attr(v)
	}
	if strings.HasPrefix(v, "/") && !strings.HasPrefix(v, "//") && !strings.HasPrefix(v, `/\`) {
		return attr(v)
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return attr(v)
}

// num writes a number for an attribute.
func num[T int | int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// plain makes a text fit for a page's title, which go-app writes both as text and
// as an attribute: it replaces quotes, brackets and control characters by spaces
// and keeps 120 characters.
func plain(v string) string {
	var b strings.Builder
	n := 0
	for _, r := range v {
		if n == 120 {
			break
		}
		if !unicode.IsPrint(r) || strings.ContainsRune("\"'<>&\\`", r) {
			r = ' '
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimSpace(b.String())
}

// pagePath is what a list shows of a page of a site: the path with its query,
// or the whole URL when it lies elsewhere.
func pagePath(site, raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || shared.SiteName(raw) != site {
		return raw
	}
	p := u.EscapedPath()
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if decoded, err := url.PathUnescape(p); err == nil && strings.IndexFunc(decoded, unprintable) < 0 {
		p = decoded
	}
	if p == "" {
		p = "/"
	}
	if u.RawQuery != "" {
		p += "?" + u.RawQuery
	}
	return p
}

// endRunes is how much of a long address stays in sight at its end, however narrow its
// place.
const endRunes = 14

// ends cuts a long text with an address in two. The second part, which tells addresses
// apart, is equally long in all of them, so that it stays in its place when one takes
// the place of another. It is empty when the text may be cut at its end.
func ends(s string) (head, tail string) {
	runes := []rune(s)
	if len(runes) <= endRunes || !strings.Contains(s, "/") {
		return s, ""
	}
	at := len(runes) - endRunes
	return string(runes[:at]), string(runes[at:])
}

// initial is the letter on a site's tile.
func initial(site string) string {
	for _, r := range site {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "·"
}
