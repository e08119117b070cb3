//go:build !js

package ui

import (
	"context"
	"net/url"
	"strings"

	"atalaya/shared"
)

// siteData is what the page of one site shows.
type siteData struct {
	Site shared.Site
	// Audits are one slice of its audits, and Next is the cursor of those before.
	Audits []shared.AuditProgress
	Next   *string
	// Schedule is nil where there is none.
	Schedule *shared.Schedule
	// Wish is what an audit of the schedule asks for, or would ask for: what the newest did.
	Wish shared.NewAudit
}

// readSite asks for all that the page of a site shows.
func readSite(r *Request, name, cursor string) (*siteData, error) {
	site, err := r.Data.Site(r.Ctx, name)
	if err != nil {
		return nil, err
	}
	list, err := r.Data.List(r.Ctx, shared.ListQuery{Site: name, Cursor: cursor, Limit: shared.SitesShown})
	if err != nil {
		return nil, err
	}
	d := &siteData{Site: site, Audits: list.Audits, Next: list.NextCursor}
	if d.Schedule, err = readSchedule(r.Ctx, r.Data, r.Missing, &site); err != nil {
		return d, err
	}
	if d.Schedule != nil {
		d.Wish = d.Schedule.NewAudit
		return d, nil
	}
	d.Wish, _, err = r.Data.Settings(r.Ctx, site.Latest.AuditID)
	return d, err
}

// readSchedule is the schedule of a site; nil for none, also when it was switched off
// meanwhile.
func readSchedule(
	ctx context.Context, data Data, missing func(error) bool, site *shared.Site,
) (*shared.Schedule, error) {
	if site.NextAt == nil {
		return nil, nil
	}
	s, err := data.Schedule(ctx, site.Name)
	switch {
	case err == nil:
		return &s, nil
	case missing != nil && missing(err):
		return nil, nil
	}
	return nil, err
}

// siteName reads the name of a site from the path of its page, as the server draws it: with
// its escapes.
func siteName(path string) string {
	name := strings.TrimSuffix(strings.TrimPrefix(path, shared.PathSitesPage+"/"), "/")
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

// behind is the address of a page with what follows behind a cursor; empty at the end.
func behind(path string, query url.Values, cursor *string) string {
	if cursor == nil {
		return ""
	}
	query.Set(shared.ParamCursor, *cursor)
	return path + "?" + query.Encode()
}
