package check

import (
	"cmp"
	"encoding/binary"
	"net/url"
	"slices"
	"sort"
	"strings"

	"golang.org/x/net/html/atom"

	"atalaya/shared"
)

// fragmentRule is about links to a place within a page. The page they lead to may be any
// of the site: so it is asked when all pages are known.
var fragmentRule = Check{
	ID: "broken-fragment", Category: shared.CategoryLinks, Severity: shared.SeverityNotice,
	Source: "HTML standard: navigating to a fragment; muffet", Site: &SiteRule{hasFragments, brokenFragment},
}

// Fragment is a link to a place within a page.
type Fragment struct {
	// URL is that of the page, empty where the link names none but means its own.
	URL string
	// ID is the fragment as written.
	ID string
	// Text is that of the link.
	Text string
}

// Bounds of what is kept of one page.
const (
	maxFragments     = 5_000
	maxFragmentBytes = 256 << 10
	maxIDs           = 4_000
)

// fragments are the links of a page to places, distinct as written.
type fragments struct {
	list  []writtenFragment
	known map[string]int
	bytes int
}

// writtenFragment is a Fragment whose page is known by its reference.
type writtenFragment struct {
	ref      int // in references, or -1 for the document itself
	id, text string
}

// index gives the index of a fragment, adding it when it is new; -1 when there is no room.
// written is the whole address.
func (fs *fragments) index(written, id string, ref int) int {
	if i, known := fs.known[written]; known {
		return i
	}
	fs.bytes += len(written)
	if len(fs.list) >= maxFragments || fs.bytes > maxFragmentBytes {
		return -1
	}
	if fs.known == nil {
		fs.known = map[string]int{}
	}
	fs.known[strings.Clone(written)] = len(fs.list)
	fs.list = append(fs.list, writtenFragment{ref: ref, id: strings.Clone(id)})
	return len(fs.list) - 1
}

// openFragment notes the place that the open link leads to, if it leads to one. What acts
// by script when it is clicked may lead anywhere.
func (c *collector) openFragment(written string, at attrs) {
	href, id, _ := strings.Cut(written, "#")
	id = placeOfFragment(id)
	if id == "" || clickable(at) || isSwitch(at) || href != "" && c.anchor.index < 0 {
		return
	}
	c.anchor.fragment = c.fragments.index(written, id, c.anchor.index)
}

// isSwitch reports whether a link is a part of a control, such as a tab.
func isSwitch(at attrs) bool {
	switch at.get("role") {
	case "button", "tab", "menuitem":
		return true
	}
	return at.has("data-toggle") || at.has("data-bs-toggle")
}

// placeOfFragment is what a fragment names in its page, as browsers read it: a directive
// such as a text to look for is none of it. It is empty for the page itself, and for the
// routes of applications.
func placeOfFragment(fragment string) string {
	if strings.ContainsAny(fragment, "\t\n\r") {
		fragment = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(fragment)
	}
	fragment, _, _ = strings.Cut(fragment, ":~:")
	if strings.HasPrefix(fragment, "!") || strings.HasPrefix(fragment, "/") ||
		strings.EqualFold(percentDecoded(fragment), "top") {
		return ""
	}
	return fragment
}

// noteID notes the places that an element names.
func (c *collector) noteID(a atom.Atom, at attrs) {
	for i := range at {
		switch key := string(at[i].key); {
		case len(at[i].val) == 0:
		case key == "id", key == "name" && a == atom.A:
			if len(c.ids) > maxIDs {
				return
			}
			hash := hashString(string(at[i].val))
			c.ids = append(c.ids, fold32(hash))
			if key == "id" && c.cur&inSVG == 0 {
				c.noteTwice(hash, at[i].val)
			}
		}
	}
}

// noteTwice notes an id that another element has. Those of drawings come with the drawing.
func (c *collector) noteTwice(hash uint64, id []byte) {
	switch told, seen := c.idsSeen[hash]; {
	case c.idsSeen == nil:
		c.idsSeen = map[uint64]bool{hash: false}
	case !seen:
		c.idsSeen[hash] = false
	case !told:
		c.idsSeen[hash] = true
		c.p.Twice.add(string(id))
	}
}

// resolveFragments finds the pages of the places that the links lead to.
func (c *collector) resolveFragments(base *url.URL) {
	self := ""
	if c.based && len(c.fragments.list) > 0 { // then a link without a page may mean another one
		if u, err := c.p.Resolve(base, "", c.p.Encoding); err == nil && u.String() != c.p.final() {
			self = u.String()
		}
	}
	for _, w := range c.fragments.list {
		f := Fragment{URL: self, ID: w.id, Text: w.text}
		if w.ref >= 0 {
			f.URL = c.refs.list[w.ref].url
		}
		if w.ref < 0 || f.URL != "" { // what no browser can open is a finding of its own
			c.p.Fragments = append(c.p.Fragments, f)
		}
	}
}

// concludeFragments judges the links that name no page but mean their own: only those that
// lead nowhere are kept. It needs to know whether the page was read whole.
func (c *collector) concludeFragments() {
	p := c.p
	if len(c.ids) <= maxIDs && p.Cut == "" && p.Refresh == nil && !p.needsJS() {
		p.Places = newIDSet(c.ids)
	}
	p.Fragments = slices.DeleteFunc(p.Fragments, func(f Fragment) bool {
		if f.URL != "" {
			return false
		}
		there := p.Places.leadsTo(f.ID)
		if there {
			p.Jumps++
		}
		return there || p.Places == nil
	})
}

// idSet are the places of a page, as sorted hashes of four bytes each: documents have
// thousands of them. Nil means that they are not known.
type idSet []byte

func newIDSet(hashes []uint32) idSet {
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	s := make(idSet, 0, 4*len(hashes))
	for _, h := range hashes {
		s = binary.BigEndian.AppendUint32(s, h)
	}
	return s
}

// leadsTo reports whether a fragment names one of the places: as it is written, or
// percent-decoded.
func (s idSet) leadsTo(fragment string) bool {
	return s.has(fragment) || s.has(percentDecoded(fragment))
}

func (s idSet) has(id string) bool {
	want := hashID(id)
	_, found := sort.Find(len(s)/4, func(i int) int { return cmp.Compare(want, binary.BigEndian.Uint32(s[4*i:])) })
	return found
}

func hashID(id string) uint32 { return fold32(hashString(id)) }

func fold32(h uint64) uint32 { return uint32(h ^ h>>32) }

// percentDecoded decodes as the URL standard does: what is no escape stays as it is.
func percentDecoded(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
			continue
		}
		b = append(b, s[i])
	}
	return strings.ToValidUTF8(string(b), "\ufffd")
}

func isHex(b byte) bool { return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'f' }

func unhex(b byte) byte {
	if b <= '9' {
		return b - '0'
	}
	return b | 0x20 - 'a' + 10
}

// hasFragments applies to sites that link to places of pages that were read: when all such
// links are known, or one of those known leads nowhere.
func hasFragments(s *site) Reason {
	broken, total := s.brokenFragments()
	switch {
	case len(broken) > 0:
		return applies
	case !s.FragmentsDone:
		return Incomplete
	case total == 0:
		return NoFragments
	}
	return applies
}

func brokenFragment(s *site) (int, []Fault) {
	broken, total := s.brokenFragments()
	faults, bad := make([]Fault, 0, len(broken)), 0
	for _, l := range broken {
		bad += weightOfFragment(l)
		faults = append(faults, l.placeFault())
	}
	return grade(bad, total), faults
}

// brokenFragments are the links to places that are not there, those that most pages have
// first, and how many could be judged. Of pages that were not read, or not whole, nothing is
// known.
func (s *site) brokenFragments() (broken []ExternalLink, total int) {
	byURL := s.pagesByURL()
	for i := range s.Pages {
		total += s.Pages[i].Jumps
	}
	for _, l := range s.Fragments {
		page, id, _ := strings.Cut(l.URL, "#")
		if page != "" {
			f := byURL[page]
			if f == nil || f.Places == nil {
				continue
			}
			if f.Places.leadsTo(id) {
				total++
				continue
			}
		}
		total += weightOfFragment(l)
		broken = append(broken, l)
	}
	slices.SortFunc(broken, func(a, b ExternalLink) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.URL, b.URL))
	})
	return broken, total
}

// weightOfFragment is how many links it stands for: what pages lack of themselves alike is
// one entry, and another link for each of them.
func weightOfFragment(l ExternalLink) int {
	if strings.HasPrefix(l.URL, "#") {
		return l.Count
	}
	return 1
}

// placeFault shows the place and the pages that link to it.
func (l ExternalLink) placeFault() Fault {
	ev := []shared.Evidence{fact("url", l.URL)}
	if l.Text != "" {
		ev = append(ev, fact("text", l.Text))
	}
	return Fault{Evidence: append(ev, l.pagesEvidence()...)}
}
