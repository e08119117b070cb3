package check

import (
	"cmp"
	"math/bits"
	"slices"

	"atalaya/shared"
)

var content = []Check{
	{
		ID: "thin-content", Category: shared.CategoryContent, Severity: shared.SeverityWarning,
		Source: "Google Search Central: helpful content", Page: &PageRule{hasOwnText, thinContent},
	},
	{
		ID: "duplicate-content", Category: shared.CategoryContent, Severity: shared.SeverityWarning,
		Source: "Google Search Central: canonical URLs", Site: &SiteRule{enoughPages, duplicateContent},
	},
	{
		ID: "boilerplate-heavy", Category: shared.CategoryContent, Severity: shared.SeverityNotice,
		Source: "common practice", Page: &PageRule{hasMuchText, boilerplateHeavy},
	},
	{
		ID: "no-quantities", Category: shared.CategoryContent, Severity: shared.SeverityNotice,
		Source: "Aggarwal et al., GEO (KDD 2024): statistics", Page: &PageRule{knownArticle, noQuantities},
	},
	{
		ID: "no-sources", Category: shared.CategoryContent, Severity: shared.SeverityWarning,
		Source: "Aggarwal et al., GEO (KDD 2024): cite sources", Page: &PageRule{article, noSources},
	},
	{
		ID: "no-quotes", Category: shared.CategoryContent, Severity: shared.SeverityNotice,
		Source: "Aggarwal et al., GEO (KDD 2024): quotations", Page: &PageRule{quotable, noQuotes},
	},
	{
		ID: "no-author", Category: shared.CategoryContent, Severity: shared.SeverityWarning,
		Source: "Google Search Central: people-first content", Page: &PageRule{knownArticle, noAuthor},
	},
	{
		ID: "no-date", Category: shared.CategoryContent, Severity: shared.SeverityNotice,
		Source: "Google Search Central: publication dates", Page: &PageRule{knownArticle, noDate},
	},
	{
		ID: "stale-date", Category: shared.CategoryContent, Severity: shared.SeverityNotice,
		Source: "common practice", Page: &PageRule{dated, staleDate},
	},
	{
		ID: "answer-late", Category: shared.CategoryContent, Severity: shared.SeverityNotice,
		Source: "afdocs: where the content starts", Page: &PageRule{article, answerLate},
	},
	{
		ID: "hard-to-read", Category: shared.CategoryContent, Severity: shared.SeverityNotice,
		Source: "Aggarwal et al., GEO (KDD 2024): fluency", Page: &PageRule{readableArticle, hardToRead},
	},
	{
		ID: "keyword-stuffing", Category: shared.CategoryContent, Severity: shared.SeverityWarning,
		Source: "Google Search Central: spam policies; Aggarwal et al., GEO (KDD 2024): keyword stuffing",
		Page:   &PageRule{stuffable, keywordStuffing},
	},
	{
		ID: "headings-unhelpful", Category: shared.CategoryContent, Severity: shared.SeverityNotice,
		Source: "WCAG 2.4.6: headings and labels", Page: &PageRule{article, headingsUnhelpful},
	},
	languageRule,
	aboutRule,
}

// thinWords is how many main words a page should have to be worth listing.
const thinWords = 150

// hasOwnText applies to pages meant to be found for what they say.
func hasOwnText(p *Page) Reason {
	switch r := indexable(p); {
	case r != applies:
		return r
	case p.canonicalElsewhere():
		return Canonicalised
	case p.Refresh != nil:
		return SentOn
	case p.needsJS():
		return NeedsJS
	case !p.Home && p.MainLinkWords > 0 && 2*p.MainLinkWords >= p.MainWords:
		return Listing
	}
	return applies
}

func thinContent(p *Page) *Fault {
	if p.MainWords >= thinWords {
		return nil
	}
	return &Fault{Evidence: []shared.Evidence{number("words", p.MainWords)}}
}

// Below these lengths equal texts say nothing, and similar ones even less.
const (
	minEqualWords   = 20
	minSimilarWords = 50
	similarBits     = 3
)

// hasMuchText applies to such pages that show enough words for a share of them. What is
// wrong with a page of hardly any text is that.
var hasMuchText = unless(func(p *Page) bool {
	return p.VisibleWords < thinWords || p.MainWords < fewWords
}, TooLittleText, hasOwnText)

// mainPercent is how much of what a page shows should be its own text.
const mainPercent = 25

// boilerplateHeavy finds pages of which most is navigation and what surrounds the text.
func boilerplateHeavy(p *Page) *Fault {
	if 100*p.MainWords >= mainPercent*p.VisibleWords {
		return nil
	}
	return &Fault{Evidence: []shared.Evidence{number("words", p.MainWords), number("visible-words", p.VisibleWords)}}
}

func duplicateContent(s *site) (int, []Fault) {
	groups := equalTexts(s.listed)
	groups = mergeSimilar(groups, s.stopped)
	groups = slices.DeleteFunc(groups, func(c cluster) bool { return len(c) < 2 })
	bad := 0
	for _, c := range groups {
		slices.SortFunc(c, func(a, b *Facts) int { return cmp.Compare(a.URL, b.URL) })
		bad += len(c)
	}
	return grade(bad, len(s.listed)), clusterFaults(groups)
}

// equalTexts groups pages by their main text, in order of their first page.
func equalTexts(pages []*Facts) []cluster {
	index := map[uint64]int{}
	var groups []cluster
	for _, f := range pages {
		if f.MainWords < minEqualWords {
			continue
		}
		i, known := index[f.Content]
		if !known {
			i = len(groups)
			index[f.Content] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

// mergeSimilar joins groups whose texts are nearly the same. Comparing all
// pairs takes some 50 ms for 10,000 pages, less than an index would cost to
// explain.
func mergeSimilar(groups []cluster, stopped func() bool) []cluster {
	into := make([]int, len(groups)) // the group that took it in, or itself
	for i := range groups {
		into[i] = i
	}
	root := func(i int) int {
		for into[i] != i {
			i = into[i]
		}
		return i
	}
	for i := range groups {
		if stopped() {
			break
		}
		for j := i + 1; j < len(groups); j++ {
			if similar(groups[i][0], groups[j][0]) {
				a, b := root(i), root(j)
				into[max(a, b)] = min(a, b)
			}
		}
	}
	for i := range groups {
		if r := root(i); r != i {
			groups[r] = append(groups[r], groups[i]...)
			groups[i] = nil
		}
	}
	return groups
}

// similar asks for a like length too: a page that holds another is no copy.
func similar(a, b *Facts) bool {
	if bits.OnesCount64(a.Simhash^b.Simhash) > similarBits {
		return false
	}
	short, long := min(a.MainWords, b.MainWords), max(a.MainWords, b.MainWords)
	return short >= minSimilarWords && 10*short >= 9*long
}
