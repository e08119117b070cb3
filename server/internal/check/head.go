package check

import (
	"mime"
	"net/url"
	"slices"
	"strings"
)

func (c *collector) meta(at attrs) {
	p, content := c.p, at.get("content")
	if cs := at.get("charset"); cs != "" && p.MetaCharset == "" {
		p.MetaCharset = strings.ToLower(sanitise(cs, maxText))
	}
	if strings.EqualFold(at.get("http-equiv"), "content-type") && p.MetaCharset == "" {
		p.MetaCharset = charsetParam(content)
	}
	switch name := strings.ToLower(strings.TrimSpace(at.get("name"))); name {
	case "description":
		if p.Description == "" {
			p.Description = sanitise(content, maxText)
		}
	case "robots":
		p.directives("", content, "meta")
	case "googlebot", "bingbot":
		p.directives(name, content, "meta")
	case "viewport":
		p.Viewport = sanitise(content, maxText)
	}
	for _, key := range [...]string{"property", "name"} {
		name := strings.ToLower(strings.TrimSpace(at.get(key)))
		if strings.HasPrefix(name, "og:") && len(p.OG) < maxKept {
			p.OG = append(p.OG, Property{sanitise(name, maxText), sanitise(content, maxText)})
			break
		}
	}
}

func (c *collector) setBase(href string) {
	if c.based || href == "" {
		return
	}
	if u, err := c.base.Parse(strings.TrimSpace(href)); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		c.base, c.based = u, true
	}
}

// linkElement reads the canonical URL. Outside the head search engines ignore
// it, so it does not count there.
func (c *collector) linkElement(at attrs) {
	if c.cur&inHead == 0 || len(c.p.Canonicals) >= maxKept {
		return
	}
	if hasWord(at.get("rel"), "canonical") {
		c.p.Canonicals = append(c.p.Canonicals, Canonical{Href: strings.TrimSpace(at.get("href")), Source: "html"})
	}
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

// headerCanonicals reads Link fields (RFC 8288) with the relation canonical
// (RFC 6596).
func (p *Page) headerCanonicals(fields []string) {
	for _, field := range fields {
		for field != "" && len(p.Canonicals) < maxKept {
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
			if isCanonicalRel(params) {
				p.Canonicals = append(p.Canonicals, Canonical{Href: strings.TrimSpace(target), Source: "header"})
			}
		}
	}
}

func isCanonicalRel(params string) bool {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "rel") {
			continue
		}
		value = strings.Trim(strings.TrimSpace(strings.TrimRight(strings.TrimSpace(value), ",")), `"`)
		return hasWord(value, "canonical")
	}
	return false
}

// concludeHead draws the conclusions from what the head and the headers declare.
func (p *Page) concludeHead(base *url.URL) {
	if len(p.Titles) > 0 {
		p.Title = p.Titles[0]
	}
	for _, d := range p.Directives {
		if d.Agent != "" && d.Agent != "googlebot" && d.Agent != "bingbot" {
			continue
		}
		p.Noindex = p.Noindex || d.Value == "noindex" || d.Value == "none"
		p.NoFollow = p.NoFollow || d.Value == "nofollow" || d.Value == "none"
	}
	for i := range p.Canonicals {
		c := &p.Canonicals[i]
		if u, err := p.Resolve(base, c.Href); err == nil && c.Href != "" {
			c.URL = u.String()
		}
		c.Href = sanitise(c.Href, maxText)
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

// charsetParam is the charset parameter of a content type, in lower case.
func charsetParam(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return strings.ToLower(sanitise(params["charset"], maxText))
}
