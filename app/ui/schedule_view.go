//go:build !js

package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

const scheduleSaysID = "schedule-says"

func scheduleView(m scheduleForm) app.UI {
	if !m.Shown {
		return el("div", "")
	}
	l := m.Lang
	facts := make([]app.UI, 0, len(m.Facts)+1)
	if m.Rhythm != "" {
		facts = append(facts, el("p", "", elText("strong", "", m.Rhythm)))
	}
	for _, f := range m.Facts {
		facts = append(facts, elText("p", "sm t2", f))
	}
	class := "sm t2"
	if m.Wrong {
		class = "field-error"
	}
	stop := el("span", "")
	if m.On {
		stop = submit("", at{"name", "do", "value", "stop"}, app.Text(l.T(text.ScheduleStop)))
	}
	return card(l.T(text.ScheduleHeading), "", el("div", "card-b", el("div", "lines", facts...),
		form("plan", at{"method", "post", "action", shared.PathSitePage(m.Site)}, nil,
			rhythmView(m), cronView(m), scheduleOptionsView(m),
			el("div", "row", submit("btn-primary", at{"name", "do", "value", "save"}, app.Text(l.T(text.ScheduleSave))), stop),
			elWith("p", class, at{"id", scheduleSaysID, "role", "status"}, app.Text(m.Says)),
		)))
}

// invalid marks the fields of a form that was refused.
func (m scheduleForm) invalid() string {
	if m.Wrong {
		return "true"
	}
	return ""
}

// rhythmView are a number and its unit.
func rhythmView(m scheduleForm) app.UI {
	l := m.Lang
	units := make([]app.UI, 0, 3)
	for _, u := range [...]struct {
		value string
		words text.Key
	}{{shared.UnitHours, text.UnitHours}, {shared.UnitDays, text.UnitDays}, {shared.UnitCron, text.UnitCron}} {
		units = append(units, optionView(u.value, l.T(u.words), u.value == m.Typed.Unit))
	}
	return el("div", "pair",
		labelled(l.T(text.ScheduleCount), "schedule-count", input(at{
			"id", "schedule-count", "name", shared.FieldCount, "type", "text", "inputmode", "numeric", "maxlength", "3",
			"value", m.Typed.Count, "aria-describedby", scheduleSaysID, "aria-invalid", m.invalid(), "autocomplete", "off",
		}, nil)),
		labelled(l.T(text.ScheduleUnit), "schedule-unit",
			elWith("select", "", at{"id", "schedule-unit", "name", shared.FieldUnit}, units...)))
}

// cronView are the fields of a cron expression.
func cronView(m scheduleForm) app.UI {
	l := m.Lang
	return el("div", "lines",
		labelled(l.T(text.ScheduleCron), "schedule-cron", input(at{
			"id", "schedule-cron", "name", shared.FieldCron, "type", "text", "value", m.Typed.Cron, "maxlength", "100",
			"placeholder", "0 6 * * mon", "aria-describedby", "schedule-cron-help " + scheduleSaysID,
			"aria-invalid", m.invalid(), "autocapitalize", "off", "autocomplete", "off", "spellcheck", "false",
		}, nil)),
		elWith("p", "xs t2", at{"id", "schedule-cron-help"}, app.Text(l.T(text.ScheduleCronHelp))),
		labelled(l.T(text.ScheduleZone), "schedule-zone", input(at{
			"id", "schedule-zone", "name", shared.FieldZone, "type", "text", "value", m.Zone, "maxlength", "100",
			"placeholder", "UTC", "aria-describedby", "schedule-zone-help",
			"autocapitalize", "off", "autocomplete", "off", "spellcheck", "false",
		}, nil)),
		elWith("p", "xs t2", at{"id", "schedule-zone-help"}, app.Text(l.T(text.ScheduleZoneHelp))),
	)
}

// schedulePlace begins the ids of the fields of the options.
const schedulePlace = "schedule-"

// scheduleOptionsView is what each audit of the schedule asks for.
func scheduleOptionsView(m scheduleForm) app.UI {
	l, open := m.Lang, ""
	if m.Options {
		open = "open"
	}
	return elWith("details", "more", at{"open", open},
		elText("summary", "", l.T(text.ScheduleOptions)),
		labelled(l.T(text.ScheduleAddress), schedulePlace+shared.FieldURL, input(at{
			"id", schedulePlace + shared.FieldURL, "name", shared.FieldURL, "type", "text", "inputmode", "url",
			"value", m.Wish.URL, "maxlength", num(shared.MaxURL), "autocapitalize", "off", "autocomplete", "off",
			"spellcheck", "false",
		}, nil)),
		optionsView(optionsForm{Lang: l, Place: schedulePlace, Bad: m.Bad}, &m.Wish),
		elText("p", "xs t2", l.T(text.ScheduleNotKept)),
	)
}

func optionView(value, words string, chosen bool) app.UI {
	selected := ""
	if chosen {
		selected = "selected"
	}
	return elWith("option", "", at{"value", value, "selected", selected}, app.Text(words))
}

func hiddenInput(name, value string) app.UI {
	return input(at{"type", "hidden", "name", name, "value", value}, nil)
}

// labelled is a field below its name.
func labelled(name, id string, control app.UI) app.UI {
	return el("div", "named", elWith("label", "", at{"for", id}, app.Text(name)), el("span", "field", control))
}
