//go:build !js

package ui

import (
	"crypto/rand"
	"net/url"

	"atalaya/shared"
	"atalaya/shared/text"
)

// scheduleForm is the schedule of a site in words, with the form that changes it.
type scheduleForm struct {
	Lang text.Lang
	Site string
	// Shown is whether there is a form: only what the engine audits can have a schedule.
	Shown bool
	// On says whether there is a schedule. Rhythm says how often, and Facts when next, when
	// last and what was missed.
	On     bool
	Rhythm string
	Facts  []string
	Typed  shared.Rhythm
	Zone   string
	Wish   shared.NewAudit
	// Options is whether the settings of its audits are unfolded.
	Options bool
	// Bad is the setting that was refused; empty for none.
	Bad string
	// Says is what came of the form, and Wrong whether it was refused.
	Says  string
	Wrong bool
	// Key makes a form that is sent twice start one audit.
	Key string
}

// scheduleForm puts the schedule of a site into words. The query of the page may hold what
// was typed and refused.
func (loc locale) scheduleForm(d *siteData, query url.Values) scheduleForm {
	l := loc.Lang
	m := scheduleForm{
		Lang: l, Site: d.Site.Name, Shown: d.Schedule != nil || d.Site.Latest.Kind == shared.KindSite, Key: rand.Text(),
		Facts: []string{l.T(text.ScheduleNone)}, Typed: shared.Rhythm{Count: "1", Unit: shared.UnitDays}, Wish: d.Wish,
	}
	if s := d.Schedule; s != nil {
		m.On, m.Rhythm, m.Typed, m.Zone = true, text.Rhythm(l, s.Cron), shared.RhythmOf(s.Cron), s.TimeZone
		m.Facts = loc.scheduleFacts(s)
	}
	if m.Says, m.Wrong = said(l, query); m.Wrong && query.Has(shared.FieldUnit) {
		m.Typed = shared.Rhythm{
			Count: query.Get(shared.FieldCount), Unit: query.Get(shared.FieldUnit), Cron: query.Get(shared.FieldCron),
		}
		m.Zone = query.Get(shared.FieldZone)
		m.Options, m.Bad = query.Has(shared.ParamField), query.Get(shared.ParamField)
		m.takeOptions(query)
	}
	return m
}

// takeOptions shows the settings that were typed.
func (m *scheduleForm) takeOptions(query url.Values) {
	if query.Has(shared.FieldURL) {
		m.Wish.URL = query.Get(shared.FieldURL)
		m.Wish.TakeOptions(query) // a number that is none has to be typed anew
	}
}

func (loc locale) scheduleFacts(s *shared.Schedule) []string {
	l := loc.Lang
	facts := []string{l.T(text.ScheduleNext, loc.clock(s.NextAt.Time))}
	if s.LastAt != nil {
		facts = append(facts, l.T(text.ScheduleLast, loc.clock(s.LastAt.Time)))
	}
	if s.Missed > 0 && s.MissedAt != nil {
		facts = append(facts, l.N(text.TimesMissed, s.Missed, loc.clock(s.MissedAt.Time)))
	}
	return facts
}
