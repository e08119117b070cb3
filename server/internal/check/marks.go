package check

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html/atom"
)

// mark notes what the attributes of an element say beside its meaning: who wrote the
// page, when, after what sources, and of what type it is.
func (c *collector) mark(a atom.Atom, at attrs) {
	for i := range at {
		switch val := at[i].val; string(at[i].key) {
		case "class":
			c.markClass(val)
		case "rel":
			c.markRel(a, string(val))
		case "itemprop", "property":
			c.markProperty(string(at[i].key), string(val), at)
		case "itemtype", "typeof":
			c.markTypes(string(val))
		case "role":
			c.markRole(string(val))
		case "cite":
			if len(val) > 0 && c.isMain() {
				c.p.Citation = "cite"
			}
		}
	}
	switch a {
	case atom.Cite:
		if c.isMain() {
			c.p.Citation, c.p.Quoted = "cite", true
		}
	case atom.Blockquote, atom.Q:
		c.p.Quoted = c.p.Quoted || c.isMain()
	case atom.Address: // of an article it names the author
		if c.cur&inArticle != 0 && c.isMain() {
			c.p.noteAuthor("address")
		}
	case atom.Time:
		c.p.noteDate(at.get("datetime"), "time", false)
	case atom.Meta:
		c.markMeta(at)
	}
}

// markClass reads the class names that templates give to bylines and footnotes.
func (c *collector) markClass(val []byte) {
	if c.p.Author != "" && c.p.Citation != "" {
		return
	}
	for name := range bytes.FieldsSeq(val) {
		switch {
		case isAuthorClass(name) && c.cur&inHidden == 0:
			c.p.noteAuthor("class=" + string(name))
		case hasFold(name, "footnote") && c.isMain():
			c.p.Citation = "class=footnote"
		}
	}
}

// isAuthorClass tells byline and author-name from authority and authorization.
func isAuthorClass(name []byte) bool {
	return !hasFold(name, "authori") && slices.ContainsFunc(authorClasses, func(c string) bool { return hasFold(name, c) })
}

// hasFold reports whether s has a part that is lower in lower case, which is ASCII.
func hasFold(s []byte, lower string) bool {
	for i := 0; i+len(lower) <= len(s); i++ {
		if s[i]|0x20 == lower[0] && strings.EqualFold(string(s[i:i+len(lower)]), lower) {
			return true
		}
	}
	return false
}

// markRel reads the relation of a link; footnotes are linked to by roles and classes.
func (c *collector) markRel(a atom.Atom, rel string) {
	if (a == atom.A || a == atom.Link) && hasWord(rel, "author") {
		c.p.noteAuthor("rel=author")
	}
}

// markRole reads the roles of digital publishing (DPUB-ARIA), and that of the main text.
func (c *collector) markRole(role string) {
	switch role {
	case "main":
		c.p.Main = true
	case "doc-footnote", "doc-endnotes", "doc-noteref", "doc-biblioref", "doc-bibliography":
		if c.isMain() {
			c.p.Citation = "role=" + role
		}
	}
}

// markProperty reads a property of microdata or RDFa.
func (c *collector) markProperty(attribute, names string, at attrs) {
	for name := range strings.FieldsSeq(names) {
		name = schemaName(name)
		switch {
		case isAuthorProperty(name):
			c.p.noteAuthor(attribute + "=" + name)
		case isDateProperty(name):
			for _, key := range [...]string{"content", "datetime"} {
				c.p.noteDate(at.get(key), attribute+"="+name, c.cur&inRemark == 0)
			}
		}
	}
}

// markTypes notes types of microdata or RDFa.
func (c *collector) markTypes(names string) {
	for name := range strings.FieldsSeq(names) {
		if len(c.p.MarkupTypes) < maxKept {
			c.p.MarkupTypes = append(c.p.MarkupTypes, sanitise(schemaName(name), maxType))
		}
	}
}

// markMeta reads the names that meta elements use for authors and dates.
func (c *collector) markMeta(at attrs) {
	for _, key := range [...]string{"name", "property", "http-equiv"} {
		name, content := strings.ToLower(strings.TrimSpace(at.get(key))), at.get("content")
		switch name {
		case "":
		case "author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author":
			if strings.TrimSpace(content) != "" {
				c.p.noteAuthor("meta " + name)
			}
		case "date", "dc.date", "dc.date.issued", "dc.date.created", "dc.date.modified", "dcterms.created",
			"dcterms.issued", "dcterms.modified", "dcterms.date", "article:published_time", "article:modified_time",
			"og:updated_time", "last-modified", "pubdate", "publish-date", "publish_date", "citation_publication_date",
			"citation_date", "parsely-pub-date", "revised":
			c.p.noteDate(content, "meta "+name, true)
		}
	}
}

// noteAuthor keeps the first place that names an author.
func (p *Page) noteAuthor(place string) {
	if p.Author == "" {
		p.Author = sanitise(place, maxAnchor)
	}
}

// noteDate keeps the date that value begins with or holds, if any.
func (p *Page) noteDate(value, place string, own bool) {
	value = value[:min(len(value), maxAnchor)]
	if day, ok := newestDate([]byte(value)); ok && len(p.Dates) < maxKept {
		p.Dates = append(p.Dates, Date{Day: day, Place: place, Own: own})
	}
}
