package pages

import (
	"context"
	"net/http"
	"strconv"

	"atalaya/shared"
	"atalaya/shared/text"
)

// Trail is where it is kept what people did.
type Trail interface {
	// Trail lists it, the newest first; lines older than before unless that is 0.
	Trail(ctx context.Context, before int64, limit int) (shared.TrailList, error)
}

// trailModel is the page of what people did.
type trailModel struct {
	Frame          frameModel
	Heading, Empty string
	Columns        []string
	Rows           []deedRow
	Next           link // without text at the end
}

// deedRow is what somebody did. About leads to an audit, or only names what it was about.
type deedRow struct {
	When, Who, Deed, From string
	About                 link
}

// trail lists what people did, a slice at a time.
func (p *plain) trail(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	var before int64
	if cursor := r.URL.Query().Get(paramCursor); cursor != "" {
		var ok bool
		if before, ok = shared.ParseID(cursor); !ok { // it is not one of ours
			p.nothing(w, r)
			return
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	list, err := p.Trail.Trail(ctx, before, shared.ListLimitDefault)
	if err != nil {
		p.unavailable(w, r, l, err)
		return
	}
	m := newTrailModel(r, l, list)
	m.Frame = p.frame(r, l, m.Heading, "/")
	p.write(w, r, http.StatusOK, "trail.html", m)
}

func newTrailModel(r *http.Request, l text.Lang, list shared.TrailList) trailModel {
	m := trailModel{
		Heading: l.T(text.TrailTitle), Empty: l.T(text.TrailEmpty),
		Columns: []string{
			l.T(text.TrailWhen), l.T(text.TrailWho), l.T(text.TrailDeed), l.T(text.TrailAbout), l.T(text.TrailFrom),
		},
	}
	for i := range list.Entries {
		e := &list.Entries[i]
		row := deedRow{
			When: stamp(l, e.At), Who: e.Who, Deed: text.Deed(l, string(e.Deed)), From: e.Address, About: link{Text: e.About},
		}
		if e.AuditID != nil {
			row.About = link{
				Href: withLang(r, shared.PathBasicPage(*e.AuditID)), Text: "#" + strconv.FormatInt(*e.AuditID, 10),
			}
		}
		m.Rows = append(m.Rows, row)
	}
	if list.NextBefore != nil {
		cursor := strconv.FormatInt(*list.NextBefore, 10)
		m.Next = nextPart(r, l, &cursor)
	}
	return m
}
