package check

import (
	"errors"
	"strings"
)

// reference is one distinct link target as the page wrote it. It is resolved when the
// whole document is read: a base element counts for what stands before it too.
type reference struct {
	href     string // without fragment
	text     string
	noFollow bool
	kind     LinkKind
	main     bool   // the main text has such a link
	url      string // what it resolves to; empty before, and when it does not
}

// references are the targets of a page, distinct as written.
type references struct {
	list   []reference
	byHref map[string]int
	bytes  int
	cut    bool // some were left out
}

// maxReferenceBytes bounds what the targets of one page take, as they are written.
const maxReferenceBytes = 2 << 20

func newReferences() references { return references{byHref: map[string]int{}} }

// index gives the index of a target, adding it when it is new; -1 when there is no
// room.
func (rs *references) index(ref reference) int {
	i, known := rs.byHref[ref.href]
	if !known {
		rs.bytes += len(ref.href)
		// Distinct as written may be the same: there is room for twice as many.
		if len(rs.list) >= 2*MaxLinks || rs.bytes > maxReferenceBytes {
			rs.cut = true
			return -1
		}
		ref.href = strings.Clone(ref.href)
		i = len(rs.list)
		rs.byHref[ref.href] = i
		rs.list = append(rs.list, ref)
	}
	r := &rs.list[i]
	r.noFollow = r.noFollow && ref.noFollow
	r.kind = min(r.kind, ref.kind)
	r.main = r.main || ref.main
	return i
}

// openLink notes the target of an a or area element.
func (c *collector) openLink(tag string, at attrs) {
	c.closeLink()
	c.anchorElement = anchor{index: -1, fragment: -1, text: c.anchorElement.text[:0], markup: c.anchorElement.markup[:0]}
	c.anchor = &c.anchorElement
	href, ok := strings.TrimSpace(at.get("href")), at.has("href")
	if !ok && c.cur&inSVG != 0 {
		href, ok = strings.TrimSpace(at.get("xlink:href")), at.has("xlink:href")
	}
	c.anchor.named = !ok || c.cur&(inHidden|inUnshown|inSilent) != 0
	c.anchor.silent = c.anchor.named
	if !c.anchor.named {
		c.p.LinkElements++
		c.anchor.named = at.isNamed()
		c.anchor.silent = c.anchor.named
		if !c.anchor.named {
			c.anchor.markup = appendStartTag(c.anchor.markup, tag, at)
		}
	}
	c.p.Direct = c.p.Direct || isDirect(href)
	script := isScript(href)
	if !ok || script {
		// a button in a link's clothes leads nowhere on purpose
		if (script || clickable(at)) && at.get("role") != "button" {
			c.anchor.bad = startTag(tag, at)
		}
		return
	}
	page, _, fragmented := strings.Cut(href, "#")
	if page != "" {
		c.anchor.index = c.refs.index(reference{
			href: page, noFollow: hasWord(at.get("rel"), "nofollow"), kind: LinkAnchor, main: c.isMain(),
		})
	}
	if fragmented {
		c.openFragment(href, at)
	}
	if tag == "area" {
		c.caption([]byte(at.get("alt")))
	}
}

// isScript reports whether a reference is one of a script: browsers pass over line ends and tabs
// in it.
func isScript(href string) bool {
	const scheme = "javascript:"
	if len(href) < len(scheme) || href[0]|0x20 != scheme[0] {
		return false
	}
	start := strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(href[:min(len(href), 2*len(scheme))])
	return len(start) >= len(scheme) && strings.EqualFold(start[:len(scheme)], scheme)
}

// isDirect reports whether a reference writes to or calls somebody.
func isDirect(href string) bool {
	scheme, to, found := strings.Cut(href[:min(len(href), 16)], ":")
	return found && to != "" && (strings.EqualFold(scheme, "mailto") || strings.EqualFold(scheme, "tel"))
}

func (c *collector) closeLink() {
	a := c.anchor
	if a == nil {
		return
	}
	c.anchor = nil
	label := ""
	if len(a.text) > 0 {
		label = sanitise(a.text.String(), maxAnchor)
	}
	if a.index >= 0 && c.refs.list[a.index].text == "" {
		c.refs.list[a.index].text = label
	}
	if a.fragment >= 0 && c.fragments.list[a.fragment].text == "" {
		c.fragments.list[a.fragment].text = label
	}
	if a.bad != "" {
		c.p.addUncrawlable(a.bad + label)
	}
	if !a.named {
		c.p.addNameless(a.markup)
	}
	if a.index >= 0 && !a.silent && isGeneric(label) {
		c.p.Generic.add(c.refs.list[a.index].href + " (" + label + ")")
	}
}

// nameLink notes that what stands within the open link says where it leads.
func (c *collector) nameLink() {
	c.anchor.named = c.anchor.named || c.cur&(inHidden|inUnshown|inSilent) == 0
}

func (p *Page) addNameless(markup []byte) {
	p.NamelessTotal++
	if len(p.Nameless) < maxKept {
		p.Nameless = append(p.Nameless, sanitise(string(markup), maxText))
	}
}

func (p *Page) addUncrawlable(markup string) {
	p.UncrawlableTotal++
	if len(p.Uncrawlable) < maxKept {
		p.Uncrawlable = append(p.Uncrawlable, sanitise(markup, maxText))
	}
}

// addReference notes what another element than a and area leads to.
func (c *collector) addReference(href string, kind LinkKind) {
	href, _, _ = strings.Cut(strings.TrimSpace(href), "#")
	if href != "" {
		c.refs.index(reference{href: href, noFollow: true, kind: kind})
	}
}

// resolve makes URLs of all that the page wrote, when its base is known.
func (c *collector) resolve() {
	p, base := c.p, c.final
	if c.based {
		if u, err := p.Resolve(base, c.base, p.Encoding); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
			base = u
		}
	}
	byURL := make(map[string]int, len(c.refs.list))
	for at, ref := range c.refs.list {
		u, err := p.Resolve(base, ref.href, p.Encoding)
		switch {
		case err == nil:
		case errors.Is(err, ErrTooLong):
			c.refs.cut = true
			continue
		case isWebAddress(ref.href):
			p.addUnopenable(ref, err)
			continue
		default:
			continue
		}
		if u.Scheme != "http" && u.Scheme != "https" {
			continue
		}
		key := u.String()
		c.refs.list[at].url = key
		i, known := byURL[key]
		if !known {
			if len(p.Links) >= MaxLinks {
				c.refs.cut = true
				continue
			}
			i = len(p.Links)
			byURL[key] = i
			p.Links = append(p.Links, Link{URL: key, Ref: ref.href, NoFollow: true, Kind: ref.kind})
		}
		l := &p.Links[i]
		l.NoFollow = l.NoFollow && ref.noFollow
		l.Kind = min(l.Kind, ref.kind)
		if ref.main && !l.Main {
			l.Main = true
			if bareName(u) != bareName(c.final) {
				p.Outbound++
			}
		}
		if l.Text == "" {
			l.Text = ref.text
		}
	}
	for i := range p.Links {
		p.Links[i].NoFollow = p.Links[i].NoFollow && p.Links[i].Kind == LinkAnchor
	}
	p.concludeHead(base)
	c.concludeRefresh(base)
	c.concludeResources(base)
	c.resolveFragments(base)
}

// addUnopenable notes a link that leads nowhere in any browser.
func (p *Page) addUnopenable(ref reference, err error) {
	p.UnopenableTotal++
	if len(p.Unopenable) < maxKept {
		p.Unopenable = append(p.Unopenable, Unopenable{
			Ref: sanitise(ref.href, maxText), Text: ref.text, Reason: sanitise(err.Error(), maxText),
		})
	}
}

// isWebAddress reports whether a reference that could not be resolved was meant for
// the web: it has no scheme, or that of the web.
func isWebAddress(href string) bool {
	for i := range len(href) {
		switch b := href[i]; {
		case isLetter(b), i > 0 && ('0' <= b && b <= '9' || b == '+' || b == '-' || b == '.'):
		case b == ':' && i > 0:
			return strings.EqualFold(href[:i], "http") || strings.EqualFold(href[:i], "https")
		default:
			return true
		}
	}
	return true
}

// clickable reports whether an element without href acts as a link by script.
func clickable(at attrs) bool {
	for _, name := range [...]string{
		"onclick", "data-href", "ng-click", "@click", "v-on:click", "(click)", "routerlink",
	} {
		if at.has(name) {
			return true
		}
	}
	return false
}

// startTag writes an element's start tag as evidence.
func startTag(tag string, at attrs) string { return string(appendStartTag(nil, tag, at)) }

// appendStartTag appends an element's start tag, without what is beyond any bound of it.
func appendStartTag(b []byte, tag string, at attrs) []byte {
	b = append(append(b, '<'), tag...)
	for _, a := range at {
		if len(b) > maxText {
			break
		}
		b = append(append(append(b, ' '), a.key...), `="`...)
		if len(a.val) <= maxAnchor {
			b = append(b, a.val...)
		} else {
			b = append(b, cutMarked(string(a.val), maxAnchor)...)
		}
		b = append(b, '"')
	}
	return append(b, '>')
}
