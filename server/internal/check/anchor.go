package check

import "strings"

// openLink notes the target of an a or area element.
func (c *collector) openLink(tag string, at attrs) {
	c.closeLink()
	c.anchor = &anchor{index: -1}
	href, ok := at.lookup("href")
	href = strings.TrimSpace(href)
	script := len(href) >= 11 && strings.EqualFold(href[:11], "javascript:")
	if !ok || script {
		// a button in a link's clothes leads nowhere on purpose
		if (script || clickable(at)) && at.get("role") != "button" {
			c.anchor.bad = startTag(tag, at)
		}
		return
	}
	href, _, _ = strings.Cut(href, "#")
	if href != "" {
		c.anchor.index = c.linkIndex(href, at.get("rel"))
	}
	if tag == "area" {
		c.caption(at.get("alt"))
	}
}

// linkIndex gives the index of a link target in Links, adding it when it is new;
// -1 when it is no http(s) URL or there is no room.
func (c *collector) linkIndex(href, rel string) int {
	p := c.p
	noFollow := hasWord(rel, "nofollow")
	i, known := c.byHref[href]
	if !known {
		i = c.addTarget(href)
		if len(c.byHref) < 4*MaxLinks {
			c.byHref[href] = i
		}
	}
	if i < 0 || i == len(p.Links) { // no http(s) URL, or no room
		return -1
	}
	p.Links[i].NoFollow = p.Links[i].NoFollow && noFollow
	return i
}

// addTarget gives -1 for anything but http(s), and len(Links) when a new
// target finds no room.
func (c *collector) addTarget(href string) int {
	p := c.p
	u, err := p.Resolve(c.base, href)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return -1
	}
	key := u.String()
	i, known := c.byURL[key]
	if known {
		return i
	}
	if len(p.Links) >= MaxLinks {
		return MaxLinks
	}
	i = len(p.Links)
	p.Links = append(p.Links, Link{URL: key, NoFollow: true})
	c.byURL[key] = i
	if u.Host != c.host {
		p.Outbound++
	}
	return i
}

func (c *collector) closeLink() {
	a := c.anchor
	if a == nil {
		return
	}
	c.anchor = nil
	text := sanitise(a.text.String(), maxAnchor)
	if a.index >= 0 && c.p.Links[a.index].Text == "" {
		c.p.Links[a.index].Text = text
	}
	if a.bad != "" {
		c.p.UncrawlableTotal++
		if len(c.p.Uncrawlable) < maxKept {
			c.p.Uncrawlable = append(c.p.Uncrawlable, sanitise(a.bad+text, maxText))
		}
	}
}

// clickable reports whether an element without href acts as a link by script.
func clickable(at attrs) bool {
	for _, name := range [...]string{
		"onclick", "data-href", "ng-click", "@click", "v-on:click", "(click)", "routerlink",
	} {
		if _, ok := at.lookup(name); ok {
			return true
		}
	}
	return false
}

// startTag writes an element's start tag as evidence.
func startTag(tag string, at attrs) string {
	var b strings.Builder
	b.WriteByte('<')
	b.WriteString(tag)
	for _, a := range at {
		if b.Len() > maxText {
			break
		}
		b.WriteString(" " + a.Key + `="` + cutMarked(a.Val, maxAnchor) + `"`)
	}
	b.WriteByte('>')
	return b.String()
}
