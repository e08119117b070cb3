package check

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

func (c *collector) meta(at attrs) {
	p, content := c.p, at.get("content")
	if cs := at.get("charset"); cs != "" && p.MetaCharset == "" {
		p.MetaCharset = strings.ToLower(sanitise(cs, maxText))
	}
	switch strings.ToLower(at.get("http-equiv")) {
	case "content-type":
		p.MetaCharset = cmp.Or(p.MetaCharset, charsetParam(content))
	case "refresh":
		c.refresh = cmp.Or(c.refresh, content)
	case "content-security-policy":
		p.Policy = p.Policy || content != ""
		c.policy(content)
	}
	switch name := strings.ToLower(strings.TrimSpace(at.get("name"))); name {
	case "description":
		if p.Description == "" {
			p.Description = legible(content, maxText)
		}
	case "robots":
		p.directives("", content, "meta")
	case "googlebot", "bingbot":
		p.directives(name, content, "meta")
	case "viewport":
		p.Viewport = sanitise(content, maxText)
	case "tdm-reservation":
		p.reserve(content, "meta")
	default:
		if _, known := agentNamed(name); known {
			p.directives(name, content, "meta")
		}
	}
	for _, key := range [...]string{"property", "name"} {
		name := strings.ToLower(strings.TrimSpace(at.get(key)))
		if strings.HasPrefix(name, "og:") && len(p.OG) < maxKept {
			p.OG = append(p.OG, Property{sanitise(name, maxText), sanitise(content, maxText)})
			break
		}
	}
}

// reserve notes a reservation of rights, which the value 1 means.
func (p *Page) reserve(value, source string) {
	if p.Reserved == "" && strings.TrimSpace(value) == "1" {
		p.Reserved = source
	}
}

// linkElement reads what the page is related to. Outside the head search engines
// ignore a canonical URL, so it does not count there.
func (c *collector) linkElement(at attrs) {
	rel, href := at.get("rel"), at.get("href")
	if href != "" && (hasWord(rel, "icon") || hasWord(rel, "apple-touch-icon")) {
		c.p.Icon = true
	}
	if c.cur&inHead != 0 && len(c.p.Canonicals) < maxKept && hasWord(rel, "canonical") {
		c.p.Canonicals = append(c.p.Canonicals, Canonical{Href: strings.TrimSpace(href), Source: "html"})
	}
	if at.has("hreflang") && c.cur&inHead != 0 && hasWord(rel, "alternate") {
		c.p.addAlternate(at.get("hreflang"), href)
	}
	switch {
	case hasWord(rel, "next"), hasWord(rel, "prev"), hasWord(rel, "previous"):
		c.addReference(href, LinkRelated)
	case hasWord(rel, "alternate") && !hasWord(rel, "canonical") && !hasWord(rel, "stylesheet") && isPageType(at.get("type")):
		c.addReference(href, LinkRelated)
	}
}

func (p *Page) addAlternate(code, href string) {
	if len(p.Alternates) < maxAlternates {
		p.Alternates = append(p.Alternates, Alternate{Code: strings.TrimSpace(code), Href: strings.TrimSpace(href)})
	}
}

// isPageType reports whether a link's type attribute may be that of a page; feeds
// are alternates too.
func isPageType(kind string) bool {
	kind, _, _ = strings.Cut(kind, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	return kind == "" || kind == "text/html" || kind == "application/xhtml+xml"
}

// concludeRefresh reads where the page sends its readers on to. A header comes before the
// elements.
func (c *collector) concludeRefresh(base *url.URL) {
	p := c.p
	source, value := "header", p.Header.Get("Refresh")
	if value == "" {
		source, value = "meta", c.refresh
	} else {
		base = c.final
	}
	seconds, ref, ok := parseRefresh(value)
	if !ok || ref == "" {
		return // it reloads itself
	}
	u, err := p.Resolve(base, ref, p.Encoding)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.String() == p.final() || u.String() == p.URL {
		return
	}
	p.Refresh = &Refresh{URL: u.String(), Seconds: seconds, Source: source}
	for i := range p.Links {
		if p.Links[i].URL == p.Refresh.URL {
			return
		}
	}
	if len(p.Links) == MaxLinks {
		p.Links = p.Links[:MaxLinks-1] // this one matters more than the last one
		c.refs.cut = true
	}
	p.Links = append(p.Links, Link{URL: p.Refresh.URL, Ref: ref, Kind: LinkRefresh})
}

// parseRefresh reads a refresh as the HTML standard does: a time, and where to go
// after it; ref is empty for the page itself.
func parseRefresh(s string) (seconds int, ref string, ok bool) {
	const blanks = " \t\n\r\f"
	s = strings.TrimLeft(s, blanks)
	digits := 0
	for digits < len(s) && '0' <= s[digits] && s[digits] <= '9' {
		seconds = min(seconds*10+int(s[digits]-'0'), 1<<30)
		digits++
	}
	if digits == 0 && !strings.HasPrefix(s, ".") {
		return 0, "", false
	}
	s = strings.TrimLeft(s[digits:], "0123456789.")
	if s == "" {
		return seconds, "", true
	}
	if !strings.ContainsRune(blanks+";,", rune(s[0])) {
		return 0, "", false
	}
	s = strings.TrimLeft(s, blanks)
	if s != "" && (s[0] == ';' || s[0] == ',') {
		s = strings.TrimLeft(s[1:], blanks)
	}
	if len(s) >= 3 && strings.EqualFold(s[:3], "url") {
		if rest, found := strings.CutPrefix(strings.TrimLeft(s[3:], blanks), "="); found {
			s = strings.TrimLeft(rest, blanks)
		}
	}
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		s, _, _ = strings.Cut(s[1:], s[:1])
	}
	return seconds, strings.TrimRight(s, blanks), true
}

// directives adds the comma-separated directives of one agent.
func (p *Page) directives(agent, list, source string) {
	for part := range strings.SplitSeq(list, ",") {
		part = strings.ToLower(sanitise(part, maxText))
		if part != "" && len(p.Directives) < maxKept {
			p.Directives = append(p.Directives, Directive{agent, part, source})
		}
	}
}

// headerDirectives reads X-Robots-Tag: each field may name an agent before a
// colon, and it then speaks to that agent up to the next name.
func (p *Page) headerDirectives(fields []string) {
	for _, field := range fields {
		agent := ""
		for part := range strings.SplitSeq(field, ",") {
			if name, rest, ok := strings.Cut(part, ":"); ok && !hasArgument(name) {
				agent, part = strings.ToLower(sanitise(name, maxText)), rest
			}
			p.directives(agent, part, "header")
		}
	}
}

// hasArgument reports whether a directive of this name takes a value after a
// colon, so that the name is no agent.
func hasArgument(name string) bool {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "unavailable_after", "max-snippet", "max-image-preview", "max-video-preview":
		return true
	}
	// a time in unavailable_after has commas and colons of its own
	return strings.ContainsAny(strings.TrimSpace(name), " \t")
}

// headerLinks reads what Link fields (RFC 8288) say of a page's canonical URL (RFC 6596)
// and of its versions in other languages.
func (p *Page) headerLinks(fields []string) {
	for _, field := range fields {
		for field != "" {
			_, rest, ok := strings.Cut(field, "<")
			if !ok {
				break
			}
			target, rest, ok := strings.Cut(rest, ">")
			if !ok {
				break
			}
			params := rest
			if i := strings.Index(rest, "<"); i >= 0 {
				params, field = rest[:i], rest[i:]
			} else {
				field = ""
			}
			p.headerLink(strings.TrimSpace(target), params)
		}
	}
}

func (p *Page) headerLink(target, params string) {
	rel, code := linkParam(params, "rel"), linkParam(params, "hreflang")
	if hasWord(rel, "canonical") && len(p.Canonicals) < maxKept {
		p.Canonicals = append(p.Canonicals, Canonical{Href: target, Source: "header"})
	}
	if hasWord(rel, "alternate") && code != "" {
		p.addAlternate(code, target)
	}
}

// linkParam is the first parameter of a name in a Link field.
func linkParam(params, name string) string {
	for param := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.Trim(strings.TrimSpace(strings.TrimRight(strings.TrimSpace(value), ",")), `"`)
		}
	}
	return ""
}

// isForSearch reports whether a directive speaks to search engines.
func (d Directive) isForSearch() bool {
	return d.Agent == "" || d.Agent == "googlebot" || d.Agent == "bingbot"
}

// concludeHead draws the conclusions from what the head and the headers declare.
func (p *Page) concludeHead(base *url.URL) {
	if len(p.Titles) > 0 {
		p.Title = p.Titles[0]
	}
	for _, d := range p.Directives {
		if !d.isForSearch() {
			continue
		}
		p.Noindex = p.Noindex || d.Value == "noindex" || d.Value == "none"
	}
	for i := range p.Canonicals {
		c := &p.Canonicals[i]
		if u, err := p.Resolve(base, c.Href, p.Encoding); err == nil && c.Href != "" {
			c.URL = u.String()
		}
		c.Href = sanitise(c.Href, maxText)
	}
	for i := range p.Alternates {
		a := &p.Alternates[i]
		if u, err := p.Resolve(base, a.Href, p.Encoding); err == nil && a.Href != "" {
			a.URL = u.String()
		}
		a.Code, a.Href = sanitise(a.Code, maxText), sanitise(a.Href, maxText)
	}
	if len(p.Canonicals) > 0 && len(p.canonicalValues()) == 1 {
		p.Canonical = p.Canonicals[0].URL
	}
}

// canonicalValues are the distinct canonical URLs declared, in order.
func (p *Page) canonicalValues() []string {
	var urls []string
	for _, c := range p.Canonicals {
		if !slices.Contains(urls, c.URL) {
			urls = append(urls, c.URL)
		}
	}
	return urls
}

// canonicalElsewhere reports whether the page names another URL as the canonical one.
func (p *Page) canonicalElsewhere() bool { return p.Canonical != "" && p.Canonical != p.final() }
