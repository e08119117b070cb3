package check

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"atalaya/shared"
)

// softRule is about sites that do not say when a page does not exist: then none of their
// broken links can be seen.
var softRule = Check{
	ID: "soft-404", Category: shared.CategoryCrawlability, Severity: shared.SeverityWarning,
	Source: "Google Search Central: soft 404 errors", Site: &SiteRule{triedMissing, soft404},
}

// Missing is a probe of an address that no page has.
type Missing struct {
	Probe
	// Page is what was shown there, read as a page whatever its status.
	Page Facts
	// Door is true when it asks to sign in: what is behind it stays unknown.
	Door bool
}

// maxMissing bounds how many such addresses are tried.
const maxMissing = 6

// MissingAddresses are addresses that no page has: one beside the home page, and one in each
// of the folders with most pages, for each type of page there. A site may serve them by
// different programs. They follow from the site alone, so that audits do not fill the logs
// and caches of its owner with ever new ones.
func MissingAddresses(home string, pages []Facts) []string {
	origin, err := url.Parse(home)
	if err != nil {
		return nil
	}
	counts := map[[2]string]int{}
	for i := range pages {
		u, err := url.Parse(pages[i].URL)
		if err == nil && pages[i].Analysed && u.Scheme == origin.Scheme && u.Host == origin.Host {
			counts[placeOf(u.EscapedPath())]++
		}
	}
	first := [2]string{placeOf(origin.EscapedPath())[0], ""}
	delete(counts, first)
	places := make([][2]string, 0, len(counts))
	for place := range counts {
		places = append(places, place)
	}
	slices.SortFunc(places, func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	places = slices.Insert(places, 0, first)
	out := make([]string, 0, maxMissing)
	for _, place := range places[:min(len(places), maxMissing)] {
		name := "atalaya-no-such-page-" + strconv.FormatUint(hashString(home+place[0]+place[1]), 36)
		out = append(out, origin.Scheme+"://"+origin.Host+place[0]+name+place[1])
	}
	return out
}

// placeOf is the folder that a page stands in, and what the names of its type end with.
func placeOf(escaped string) [2]string {
	bare := strings.TrimSuffix(escaped, "/")
	folder, name := path.Split(bare)
	switch {
	case bare == "":
		return [2]string{"/", ""}
	case bare != escaped:
		return [2]string{folder, "/"}
	}
	return [2]string{folder, typeOf(name)}
}

// typeOf is the ending of a name, where it is one of a type of files: 3.11 has none.
func typeOf(name string) string {
	ending := path.Ext(name)
	isLetter := func(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }
	if len(ending) > len(".xhtml") || strings.TrimFunc(ending, isLetter) != "." {
		return ""
	}
	return ending
}

// isSoft reports whether a page was shown where there is none.
func (m *Missing) isSoft() bool { return m.reached() && !m.Door }

// isClear reports whether the answer says anything of how the site treats such addresses.
func (m *Missing) isClear() bool {
	return m.Failure == "" && !m.Door && m.Status < 500 && m.Status != 429
}

func triedMissing(s *site) Reason {
	switch {
	case len(s.Probes.Missing) == 0:
		return NotAsked
	case !slices.ContainsFunc(s.Probes.Missing, func(m Missing) bool { return m.isClear() }):
		return NoAnswer
	}
	return applies
}

// showsAnything reports whether the site shows a page for an address that no page has.
func (s *site) showsAnything() bool {
	return slices.ContainsFunc(s.Probes.Missing, func(m Missing) bool { return m.isSoft() })
}

// soft404 is one fault for all addresses that should not be there, with the pages of the
// site that look the same, and one for pages that look like what is rightly not found.
func soft404(s *site) (int, []Fault) {
	var soft, honest []Missing
	for _, m := range s.Probes.Missing {
		switch {
		case m.isSoft():
			soft = append(soft, m)
		case m.isClear():
			honest = append(honest, m)
		}
	}
	mark, faults := grade(len(soft), len(soft)+len(honest)), []Fault(nil)
	if len(soft) > 0 {
		faults = append(faults, missingFault(soft, s.pagesLike(soft)))
	}
	if same := s.pagesLike(honest); len(same) > 0 {
		mark = min(mark, grade(len(same), len(s.listed)))
		faults = append(faults, missingFault(honest, same))
	}
	return mark, faults
}

// missingFault shows the first answer whole, and of the others where they were tried.
func missingFault(tried []Missing, same []string) Fault {
	first := &tried[0]
	ev := first.evidence()
	if first.Page.Title != "" {
		ev = append(ev, fact("title", first.Page.Title))
	}
	for _, m := range tried[1:] {
		ev = append(ev, fact("tried", m.URL+" ("+answerText(m.Status, m.Failure)+")"))
	}
	return Fault{Evidence: append(ev, listEvidence("page", same, len(same))...)}
}

// pagesLike are the pages that have the title and the text of what some addresses show.
// Where that is what the home page shows nothing follows: the others have their own text,
// or are copies of it.
func (s *site) pagesLike(tried []Missing) (same []string) {
	for _, f := range s.listed {
		if slices.ContainsFunc(tried, func(m Missing) bool { return looksLike(f, &m.Page) }) {
			if f.Home {
				return nil
			}
			same = append(same, f.final())
		}
	}
	return same
}

// looksLike reports whether two pages have the same title and nearly the same text.
func looksLike(a, b *Facts) bool {
	equal := a.Content == b.Content && a.MainWords >= minEqualWords
	return a.Title == b.Title && (equal || similar(a, b))
}
