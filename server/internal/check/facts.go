package check

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"atalaya/shared"
)

// ErrFacts is returned by [DecodeFacts] for bytes it cannot use: damaged, or
// written for another table of checks. The page must be fetched again.
var ErrFacts = errors.New("unusable facts of a page")

// Facts are what outlives a page: all that the site checks and the score need.
type Facts struct {
	URL string `json:"u"`
	// FinalURL is where redirects led, followed or not; empty when nowhere else.
	FinalURL string `json:"f,omitempty"`
	Home     bool   `json:"h,omitempty"`
	Depth    int    `json:"d,omitempty"`
	// Status is 0 when no answer came.
	Status int `json:"s,omitempty"`
	// Analysed is true for an HTML page answered with 200 under the URL it is
	// known by.
	Analysed  bool   `json:"a,omitempty"`
	Noindex   bool   `json:"n,omitempty"`
	Canonical string `json:"c,omitempty"`
	Title     string `json:"t,omitempty"`

	// Description is a hash of the page's description; 0 for none.
	Description uint64 `json:"b,omitempty"`

	// Alternates are the versions in other languages that the page names.
	Alternates *Alternates `json:"g,omitempty"`

	// Places are those that links can lead to within the page; nil when they are not known.
	// Jumps counts the links of the page to places of its own that are there.
	Places idSet `json:"i,omitzero"`
	Jumps  int   `json:"j,omitempty"`

	// Refresh is where the page sends its readers on to by itself.
	Refresh string `json:"r,omitempty"`
	// MovedFrom is a page that links to this address, which has moved for good; empty for all
	// others.
	MovedFrom string `json:"w,omitempty"`
	// Lacks are the headers that would protect the page, CertificateEnds the day when its
	// certificate ends, if that is soon.
	Lacks           lack   `json:"l,omitempty"`
	CertificateEnds string `json:"q,omitempty"`
	// Icon is true for a page that names one.
	Icon bool `json:"v,omitempty"`
	// Cut names the bound at which the page was cut; empty when it was read whole.
	Cut Cut `json:"x,omitempty"`

	// Entity is true for a page that names an organisation or a person with an address. The
	// Types of what it describes are kept of the pages that should name one.
	Entity bool     `json:"e,omitempty"`
	Types  []string `json:"p,omitempty"`

	// Contact is that of the start page.
	Contact Contact `json:"z,omitempty"`

	MainWords int    `json:"m,omitempty"`
	Content   uint64 `json:"k,omitempty"`
	Simhash   uint64 `json:"y,omitempty"`

	// Linked is true when another page links here. No page knows it of itself: it is
	// set when all are known, and not stored.
	Linked bool `json:"-"`
	// Outcomes has one entry per check of [PageChecks].
	Outcomes Outcomes `json:"o"`
}

// Outcomes are the results of the page checks, in the order of [PageChecks].
type Outcomes []Outcome

// storedFacts adds the mark of the table that the outcomes refer to.
type storedFacts struct {
	Table uint64 `json:"table"`
	Facts
}

// Encode gives f in a compact form for storage.
func (f *Facts) Encode() ([]byte, error) {
	b, err := json.Marshal(storedFacts{tableMark(), *f})
	if err != nil {
		return nil, fmt.Errorf("check: encode facts of %.200q: %w", f.URL, err)
	}
	return b, nil
}

// DecodeFacts reads what [Facts.Encode] wrote; its errors wrap [ErrFacts].
func DecodeFacts(b []byte) (Facts, error) {
	var s storedFacts
	if err := json.Unmarshal(b, &s); err != nil {
		return Facts{}, fmt.Errorf("%w: %v", ErrFacts, err)
	}
	if s.Table != tableMark() || len(s.Outcomes) != len(pageChecks) {
		return Facts{}, fmt.Errorf("%w: another table of checks", ErrFacts)
	}
	return s.Facts, nil
}

// tableMark identifies the ids and reasons that an Outcome's number stands for.
func tableMark() uint64 {
	h := fnvOffset
	for _, c := range pageChecks {
		h = hashUint(h, hashString(c.ID))
	}
	for _, r := range Reasons {
		h = hashUint(h, hashString(string(r)))
	}
	return h
}

// facts are those of p, without outcomes.
func (p *Page) facts() Facts {
	f := Facts{
		URL: p.URL, Home: p.Home, Depth: p.Depth, Status: p.Status,
		Analysed: p.HTML, Noindex: p.Noindex, Canonical: p.Canonical, Title: p.Title,
		MainWords: p.MainWords, Content: p.Content, Simhash: p.Simhash,
	}
	f.Cut, f.Alternates = p.Cut, p.alternates()
	f.Places, f.Jumps, f.Contact = p.Places, p.Jumps, p.contactOf()
	f.MovedFrom, f.CertificateEnds = p.movedFrom(), p.certificateEnds()
	if p.HTML {
		f.Lacks, f.Icon = p.lacks(), p.Icon
	}
	if p.Description != "" {
		f.Description = hashString(strings.ToLower(p.Description))
	}
	if p.tellsWho() {
		f.Entity, f.Types = p.namesEntity(), p.types()
	}
	if p.Refresh != nil {
		f.Refresh = p.Refresh.URL
	}
	if to := p.redirectsTo(); to != p.URL {
		f.FinalURL = to
	}
	return f
}

// redirectsTo is where the redirects led, or would have led had the last one
// been followed; empty when there is none.
func (p *Page) redirectsTo() string {
	if p.FinalURL != "" && p.FinalURL != p.URL || len(p.Hops) == 0 {
		return p.FinalURL
	}
	last := p.Hops[len(p.Hops)-1]
	base, err := url.Parse(last.URL)
	if err != nil {
		return ""
	}
	to, err := p.Resolve(base, last.Location, "")
	if err != nil {
		return ""
	}
	return to.String()
}

// isElsewhere reports whether the URL answered with something other than a page: an error
// or a redirect. A request to slow down says nothing about the page.
func (f *Facts) isElsewhere() bool {
	return f.Status >= 400 && f.Status != 429 || f.FinalURL != ""
}

// elsewhere says what the URL answered with.
func (f *Facts) elsewhere() []shared.Evidence {
	if f.FinalURL != "" {
		return []shared.Evidence{fact("final-url", f.FinalURL)}
	}
	return []shared.Evidence{number("status", f.Status)}
}

// final is the URL the content belongs to.
func (f *Facts) final() string {
	if f.FinalURL != "" {
		return f.FinalURL
	}
	return f.URL
}

// ShownElsewhere reports whether the page names one of another host as the one to show in
// its place, or sends its readers there.
func (f *Facts) ShownElsewhere() bool {
	instead := cmp.Or(f.Refresh, f.Canonical)
	return f.Analysed && instead != "" && bareHost(instead) != bareHost(f.final())
}
