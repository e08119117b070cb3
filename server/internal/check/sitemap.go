package check

import (
	"slices"
	"time"

	"atalaya/shared"
)

// usable are the files that answered and were sitemaps, be they faulty.
func (s *SitemapFacts) usable() []SitemapFile {
	var files []SitemapFile
	for _, f := range s.Files {
		other := slices.ContainsFunc(s.Problems, func(p Problem) bool {
			return p.File == f.URL && p.Kind == ProblemNotSitemap
		})
		if f.Status/100 == 2 && f.Failure == "" && !other {
			files = append(files, f)
		}
	}
	return files
}

func sitemapsRead(s *site) Reason {
	if s.Sitemap.Unread {
		return Incomplete
	}
	return applies
}

func sitemapMissing(s *site) (int, []Fault) {
	if len(s.Sitemap.usable()) > 0 {
		return fullMarks, nil
	}
	tried := make([]string, len(s.Sitemap.Files))
	for i, f := range s.Sitemap.Files {
		tried[i] = f.URL + " (" + answerText(f.Status, f.Failure) + ")"
	}
	return 0, []Fault{{Evidence: listEvidence("tried", tried, len(tried))}}
}

func hasSitemap(s *site) Reason {
	if r := sitemapsRead(s); r != applies {
		return r
	}
	if len(s.Sitemap.usable()) == 0 {
		return SitemapAbsent
	}
	return applies
}

// sitemapInvalid gives one fault for each file with problems, be it a sitemap, an index
// that broke off, or the robots.txt that names what cannot be read: one good sitemap
// does not make up for the others.
func sitemapInvalid(s *site) (int, []Fault) {
	byFile := map[string][]Problem{}
	var files []string // in the order of their first problem
	bad := 0
	for _, p := range s.Sitemap.Problems {
		if p.Kind == ProblemCap || p.Kind == ProblemNotSitemap {
			continue
		}
		if byFile[p.File] == nil {
			files = append(files, p.File)
		}
		byFile[p.File] = append(byFile[p.File], p)
		bad++
	}
	if bad == 0 {
		return fullMarks, nil
	}
	faults := make([]Fault, len(files))
	for i, f := range files {
		faults[i].Evidence = append([]shared.Evidence{fact("file", f)}, problemEvidence(byFile[f])...)
	}
	return grade(bad, bad+len(s.Sitemap.URLs)), faults
}

// hasSitemapURLs applies when a sitemap has entries.
func hasSitemapURLs(s *site) Reason {
	if r := sitemapsRead(s); r != applies {
		return r
	}
	if len(s.Sitemap.URLs) == 0 {
		return SitemapAbsent
	}
	return applies
}

// orphansKnown applies when a missing link is certain: a crawl that stopped
// early may not have met it.
func orphansKnown(s *site) Reason {
	switch {
	case s.Sitemap.Unread:
		return Incomplete
	case len(s.Sitemap.URLs) == 0:
		return SitemapAbsent
	case !s.Complete:
		return Incomplete
	}
	return applies
}

func pageOrphan(s *site) (int, []Fault) {
	entries := make(map[string]bool, len(s.Sitemap.URLs))
	for _, u := range s.Sitemap.URLs {
		entries[u] = true
	}
	linked := s.linkedTargets()
	var faults []Fault
	total := 0
	for _, f := range s.listed {
		if !entries[f.URL] {
			continue
		}
		total++
		if !linked[f.final()] && !f.Home {
			faults = append(faults, Fault{Evidence: []shared.Evidence{fact("page", f.URL), fact("title", f.Title)}})
		}
	}
	return grade(len(faults), total), faults
}

// linkedTargets are the URLs of all pages a link leads to, by itself or
// through redirects.
func (s *site) linkedTargets() map[string]bool {
	linked := map[string]bool{}
	for i := range s.Pages {
		if s.Pages[i].Linked {
			linked[s.Pages[i].URL] = true
		}
	}
	for again := true; again && !s.stopped(); {
		again = false
		for i := range s.Pages {
			f := &s.Pages[i]
			to := f.final()
			if f.FinalURL != "" && (f.Home || linked[f.URL]) && !linked[to] {
				linked[to], again = true, true
			}
		}
	}
	return linked
}

// hasLastMod applies when entries of a sitemap say when their page was changed.
func hasLastMod(s *site) Reason {
	switch r := hasSitemapURLs(s); {
	case r != applies:
		return r
	case len(s.Sitemap.Dates) == 0:
		return NoLastMod
	}
	return applies
}

// What makes the dates of a sitemap doubtful: so many that are all the same, and one that
// is tomorrow everywhere on earth.
const (
	manyDates = 10
	tomorrow  = 24 * time.Hour
)

// sitemapLastMod finds dates that nobody can read or that have not come yet, and those that
// say nothing as every page has the same.
func sitemapLastMod(s *site) (int, []Fault) {
	var unreadable, future []string
	same := true
	dates := s.Sitemap.Dates
	for _, d := range dates {
		same = same && d.Text == dates[0].Text
		switch day, ok := lastMod(d.Text); {
		case !ok:
			unreadable = append(unreadable, d.Text+" ("+d.URL+")")
		case !s.Sitemap.ReadAt.IsZero() && day.After(s.Sitemap.ReadAt.Add(tomorrow)):
			future = append(future, d.Text+" ("+d.URL+")")
		}
	}
	bad := len(unreadable) + len(future)
	ev := append(listEvidence("bad-value", unreadable, len(unreadable)), listEvidence("future", future, len(future))...)
	switch {
	case bad > 0:
		return grade(bad, len(dates)), []Fault{{Evidence: ev}}
	case same && len(dates) >= manyDates:
		return 2, []Fault{{Evidence: []shared.Evidence{fact("date", dates[0].Text), number("count", len(dates))}}}
	}
	return fullMarks, nil
}

// lastMod reads a date by the profile of ISO 8601 that the protocol asks for.
func lastMod(text string) (time.Time, bool) {
	for _, layout := range [...]string{time.DateOnly, time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01", "2006"} {
		if day, err := time.Parse(layout, text); err == nil {
			return day, true
		}
	}
	return time.Time{}, false
}
