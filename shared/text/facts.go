package text

import (
	"strconv"

	"atalaya/shared"
)

// PageFact is one thing that an audit noted of a page: Key names it. The value is in words;
// that of [SheetRedirect] and [SheetReferrer] is an address.
type PageFact struct {
	Key   Key
	Value string
}

// PageFacts are what an audit noted of a page that was fetched at a time given in words. What
// it does not know, it does not say.
func PageFacts(l Lang, p *shared.Page, fetched string) (facts []PageFact) {
	add := func(name Key, value string) {
		if value != "" {
			facts = append(facts, PageFact{name, value})
		}
	}
	add(SheetAnswer, Code(l, p.Status))
	if p.Status != 0 {
		add(SheetTime, l.Milliseconds(p.MS))
	}
	if p.Failure != "" {
		add(SheetFailure, EvidenceValue(l, "failure", p.Failure))
	}
	if p.FinalURL != p.URL {
		add(SheetRedirect, p.FinalURL)
	}
	add(SheetTitle, p.Title)
	if p.Analysed {
		add(SheetWords, l.Number(p.Words))
	}
	add(SheetType, p.ContentType)
	if p.Bytes > 0 {
		add(SheetSize, l.T(SheetKilobytes, l.Tenths((p.Bytes+99)/100)))
	}
	if p.Depth == shared.DepthUnlinked {
		add(SheetDepth, Reason(l, "not-linked"))
	} else {
		add(SheetDepth, l.Number(p.Depth))
	}
	add(SheetReferrer, p.Referrer)
	add(SheetFetched, fetched)
	return facts
}

// Code is an HTTP status in words; 0 is none.
func Code(l Lang, status int) string {
	if status == 0 {
		return l.T(CodeNone)
	}
	return strconv.Itoa(status)
}
