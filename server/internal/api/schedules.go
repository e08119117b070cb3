package api

import (
	"net/http"
	"time"

	"atalaya/server/internal/schedule"
	"atalaya/shared"
)

// scheduleWish is the body of PUT /api/v1/sites/{site}/schedule: what every audit asks
// for, and when.
type scheduleWish struct {
	Wish

	Cron     string `json:"cron"`
	TimeZone string `json:"time_zone"`
}

// getSchedule handles GET /api/v1/sites/{site}/schedule.
func (a *API) getSchedule(w http.ResponseWriter, r *http.Request) error {
	if _, err := readQuery(r); err != nil {
		return err
	}
	s, err := a.Service.Schedule(r.Context(), r.PathValue("site"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s)
}

// putSchedule handles PUT /api/v1/sites/{site}/schedule, which replaces what was there.
func (a *API) putSchedule(w http.ResponseWriter, r *http.Request) error {
	if _, err := readQuery(r); err != nil {
		return err
	}
	var wish scheduleWish
	if err := decodeBody(w, r, &wish); err != nil {
		return err
	}
	want, err := a.schedule(wish, r.PathValue("site"))
	if err != nil {
		return err
	}
	s, err := a.Service.PutSchedule(r.Context(), want)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s)
}

// Plan checks the schedule of a site that was asked for, and finds its first time. Errors
// are [*Error] values.
func (a *API) Plan(site string, audit shared.NewAudit, cron, zone string) (shared.Schedule, error) {
	return a.schedule(scheduleWish{WishOf(audit), cron, zone}, site)
}

// schedule checks the wish for the schedule of a site, and finds its first time.
func (a *API) schedule(wish scheduleWish, site string) (s shared.Schedule, err error) {
	if len(wish.Headers) > 0 { // which would have to lie readable in the database for as long as it lasts
		return s, outOfRange(shared.FieldHeaders, "A schedule keeps no headers.")
	}
	n, err := a.Validate(wish.Wish)
	if err != nil {
		return s, err
	}
	if n.Kind != shared.KindSite {
		return s, outOfRange("kind", "Only a site audit can be scheduled.")
	}
	if shared.SiteName(n.URL) != site {
		return s, outOfRange("url", "url is an address of the site that the path names.")
	}
	plan, err := schedule.Parse(wish.Cron, wish.TimeZone)
	if err != nil {
		return s, &Error{Code: shared.CodeOutOfRange, Field: "cron", Detail: "No schedule: " + err.Error() + ".", Err: err}
	}
	return shared.Schedule{
		Site: site, NewAudit: n, Cron: wish.Cron, TimeZone: plan.Zone(), NextAt: shared.At(plan.Next(time.Now())),
	}, nil
}

// deleteSchedule handles DELETE /api/v1/sites/{site}/schedule. Audits that it started stay.
func (a *API) deleteSchedule(w http.ResponseWriter, r *http.Request) error {
	if _, err := readQuery(r); err != nil {
		return err
	}
	if err := a.Service.DeleteSchedule(r.Context(), r.PathValue("site")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
