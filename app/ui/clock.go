package ui

import (
	"time"

	"atalaya/shared/text"
)

// locale is what a drawing depends on beside the data.
type locale struct {
	Lang text.Lang
	// Now is the moment drawn, on this device's clock, which Clock knows to be wrong
	// by how much. What is written is the server's time, so that all times and ages
	// of a page agree with each other and with those that others read.
	Now   time.Time
	Clock skew
	// Zone is the reader's time zone. The server does not know it, draws UTC and
	// says so.
	Zone *time.Location
	// Grows keeps ages and durations true that go on; nil where nobody does.
	Grows *device
}

// server is the moment drawn, on the server's clock.
func (loc locale) server() time.Time { return loc.Clock.server(loc.Now) }

// clockHere writes a moment that this device's clock told.
func (loc locale) clockHere(t time.Time) string { return loc.clock(loc.Clock.server(t)) }

// clock writes a moment of the server's clock: the time of day, with the date unless
// it is today.
func (loc locale) clock(t time.Time) string {
	t, now := t.In(loc.zone()), loc.server().In(loc.zone())
	s := t.Format("15:04")
	if t.YearDay() != now.YearDay() || t.Year() != now.Year() {
		s = loc.Lang.T(text.DayTime, loc.date(t), s)
	}
	if loc.zone() == time.UTC {
		s = loc.Lang.T(text.TimeUTC, s)
	}
	return s
}

func (loc locale) zone() *time.Location {
	if loc.Zone == nil {
		return time.UTC
	}
	return loc.Zone
}

func (loc locale) date(t time.Time) string {
	year, month, day := t.Date()
	if year == loc.server().In(loc.zone()).Year() {
		year = 0
	}
	return loc.Lang.Date(year, month, day)
}

// when writes a moment of the past, by the server's clock, for a list: its age
// within a day, else the date.
func (loc locale) when(t time.Time) string {
	age := loc.server().Sub(t)
	if age < 24*time.Hour {
		return loc.ago(max(age, 0).Truncate(time.Minute))
	}
	return loc.date(t.In(loc.zone()))
}

// ago writes an age in its largest unit.
func (loc locale) ago(age time.Duration) string {
	switch {
	case age < time.Second:
		return loc.Lang.T(text.AgoNow)
	case age < time.Minute:
		return loc.Lang.T(text.AgoSeconds, int(age/time.Second))
	case age < time.Hour:
		return loc.Lang.T(text.AgoMinutes, int(age/time.Minute))
	}
	return loc.Lang.T(text.AgoHours, int(age/time.Hour))
}

// span writes a duration in its largest unit.
func (loc locale) span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return loc.Lang.T(text.DurationSeconds, int(max(d, 0)/time.Second))
	case d < time.Hour:
		return loc.Lang.T(text.DurationMinutes, int(d/time.Minute))
	}
	return loc.Lang.T(text.DurationHours, int(d/time.Hour))
}

// stopwatch writes a duration to the second: 12 s, 2:14, 1:02:03.
func (loc locale) stopwatch(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	switch {
	case s < 60:
		return loc.Lang.T(text.DurationSeconds, s)
	case s < 3600:
		return itoa(s/60) + ":" + pad(s%60)
	}
	return itoa(s/3600) + ":" + pad(s/60%60) + ":" + pad(s%60)
}

func itoa(n int) string { return num(n) }

func pad(n int) string {
	if n < 10 {
		return "0" + num(n)
	}
	return num(n)
}
