package ui

import (
	"strings"
	"time"

	"atalaya/app/internal/live"
	"atalaya/app/internal/tabs"
	"atalaya/shared/text"
)

// choice is one of several values of which the reader has one.
type choice struct {
	Value, Word string
	// Tag is the language of the word where it is not the page's.
	Tag    string
	Chosen bool
}

// choicesModel is a setting with its values.
type choicesModel struct {
	Name    string // of the setting, for the handler
	Heading string
	Help    string
	Choices []choice
}

// The names of the settings.
const (
	settingLang    = "lang"
	settingTheme   = "theme"
	settingDensity = "density"
	settingKeys    = "keys"
)

// valueOff is the value of a setting that is switched off; on is the empty one.
const valueOff = "off"

// settings lists what the reader can choose, with what is chosen.
func (loc locale) settings(look Look, keysOff bool) []choicesModel {
	l := loc.Lang
	langs := make([]choice, len(text.Langs))
	for i, other := range text.Langs {
		langs[i] = choice{Value: other.Tag(), Word: other.OwnName(), Tag: other.Tag(), Chosen: other == l}
	}
	theme := func(t Theme, word text.Key) choice {
		return choice{Value: string(t), Word: l.T(word), Chosen: look.Theme == t}
	}
	density := func(d Density, word text.Key) choice {
		return choice{Value: string(d), Word: l.T(word), Chosen: look.Density == d}
	}
	return []choicesModel{
		{Name: settingLang, Heading: l.T(text.SettingLanguage), Choices: langs},
		{Name: settingTheme, Heading: l.T(text.SettingTheme), Choices: []choice{
			theme(ThemeSystem, text.ThemeSystem), theme(ThemeLight, text.ThemeLight), theme(ThemeDark, text.ThemeDark),
		}},
		{Name: settingDensity, Heading: l.T(text.SettingDensity), Choices: []choice{
			density(DensityRoomy, text.DensityRoomy), density(DensityCompact, text.DensityCompact),
		}},
		{Name: settingKeys, Heading: l.T(text.SettingKeys), Help: l.T(text.SettingKeysHelp), Choices: []choice{
			{Value: "", Word: l.T(text.On), Chosen: !keysOff},
			{Value: valueOff, Word: l.T(text.Off), Chosen: keysOff},
		}},
	}
}

// installable says how a browser installs the app.
type installable uint8

const (
	installNever installable = iota // as far as the page knows
	installAsks                     // by a prompt that the page may open
	installApple                    // by its own menu, which the page can only name
	installDone
)

// installModel offers to install the app, or says how it is done.
type installModel struct {
	Heading, Help string
	Steps         []string
	Button        string // empty for none
}

func (loc locale) install(how installable) installModel {
	l := loc.Lang
	m := installModel{Heading: l.T(text.InstallHeading), Help: l.T(text.InstallHelp)}
	switch how {
	case installAsks:
		m.Button = l.T(text.InstallButton)
	case installApple:
		m.Steps = []string{l.T(text.InstallShare), l.T(text.InstallAdd)}
	case installDone:
		m.Help = l.T(text.InstallDone)
	default:
		m.Help += " " + l.T(text.InstallElsewhere)
	}
	return m
}

// fact is a named value.
type fact struct{ Name, Value string }

// keptModel says what this device keeps.
type keptModel struct {
	Heading, Help string
	Facts         []fact
	Button        string // empty when there is nothing to delete
	Done          string
}

func (loc locale) kept(u live.Usage, cleared bool) keptModel {
	l := loc.Lang
	m := keptModel{
		Heading: l.T(text.KeptHeading), Help: l.T(text.KeptHelp),
		Facts: []fact{
			{l.T(text.KeptAudits), l.Number(u.Audits)},
			{l.T(text.KeptReports), l.Number(u.Reports)},
			{l.T(text.KeptSize), l.T(text.Kilobytes, l.Number((u.Bytes+1023)/1024))},
		},
	}
	if u.Bytes > 0 {
		m.Button = l.T(text.KeptClear)
	}
	if cleared {
		m.Done = l.T(text.KeptCleared)
	}
	return m
}

// trouble is the last thing that went wrong between this tab and the server.
type trouble struct {
	At     time.Time
	Reason live.Reason
	Fault  live.Fault
	Status int
}

// String names the trouble as the program does, for those who can read it.
func (t trouble) String() string {
	parts := []string{string(t.Reason), string(t.Fault)}
	if t.Status != 0 {
		parts = append(parts, num(t.Status))
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), ", ")
}

// troubleOf is the trouble that a view tells of; ok is false when it tells of none.
func troubleOf(v live.View) (t trouble, ok bool) {
	switch v.Phase {
	case live.Retrying, live.Polling, live.Offline:
		return trouble{At: v.Since, Reason: v.Reason, Fault: v.Fault, Status: v.Status}, true
	}
	return trouble{}, false
}

// diagnosis is what is known about the way from this tab to the server.
type diagnosis struct {
	View    live.View
	Role    tabs.Role
	Trouble trouble
	Version string
	// Path is what the test of the path found; nil before the first.
	Path    *live.PathTest
	Testing bool
	// Copied is what came of copying the text.
	Copied string
}

// diagnosticsModel is a diagnosis in words.
type diagnosticsModel struct {
	Heading, Help string
	Facts         []fact
	Test          string
	Waits         bool
	Copy          string
	Says          string // what came of the button pressed last
}

func (loc locale) diagnostics(d diagnosis) diagnosticsModel {
	l := loc.Lang
	m := diagnosticsModel{
		Heading: l.T(text.DiagHeading), Help: l.T(text.DiagHelp),
		Facts: []fact{
			{l.T(text.DiagTransport), loc.transport(d.View)},
			{l.T(text.DiagTab), l.T(roleWord(d.Role))},
			{l.T(text.DiagAttempts), l.Number(d.View.Attempt)},
			{l.T(text.DiagRevision), loc.newestRevision(d.View)},
			{l.T(text.DiagHeartbeat), loc.longAgo(d.View.ServerTimeAt)},
			{l.T(text.DiagError), l.T(text.DiagNone)},
			{l.T(text.DiagPath), l.T(text.DiagNotTested)},
			{l.T(text.AboutVersion), d.Version},
		},
		Test: l.T(text.DiagTest), Copy: l.T(text.DiagCopy), Says: d.Copied,
	}
	if !d.Trouble.At.IsZero() {
		m.Facts[5].Value = d.Trouble.String() + " · " + loc.longAgo(d.Trouble.At)
	}
	switch {
	case d.Testing:
		m.Test, m.Waits = l.T(text.DiagTesting), true
	case d.Path != nil:
		m.Facts[6].Value = loc.path(*d.Path)
	}
	return m
}

// transport says how news comes.
func (loc locale) transport(v live.View) string {
	word := text.DiagNone
	switch v.Phase {
	case live.Live:
		word = text.TransportStream
	case live.Polling:
		word = text.TransportPolling
	case live.Connecting, live.Retrying:
		word = text.ConnConnecting
	case live.Offline:
		word = text.ConnOffline
	}
	return loc.Lang.T(word)
}

func roleWord(r tabs.Role) text.Key {
	switch r {
	case tabs.Leader:
		return text.TabLeads
	case tabs.Follower:
		return text.TabFollows
	}
	return text.TabAlone
}

// newestRevision is the highest revision that this tab has heard of.
func (loc locale) newestRevision(v live.View) string {
	var newest int64
	for i := range v.Audits {
		newest = max(newest, v.Audits[i].Revision)
	}
	if newest == 0 {
		return loc.Lang.T(text.DiagNone)
	}
	return num(newest)
}

// longAgo is how long ago something happened on this device's clock.
func (loc locale) longAgo(at time.Time) string {
	if at.IsZero() {
		return loc.Lang.T(text.DiagNone)
	}
	return loc.ago(max(loc.Now.Sub(at), 0))
}

// path says what a test of the path to the server found.
func (loc locale) path(t live.PathTest) string {
	l := loc.Lang
	switch {
	case t.Answer == 0:
		return l.T(text.PathBroken)
	case t.Event == 0:
		return l.T(text.PathHeld, t.Answer.Milliseconds(), int(live.PathPatience/time.Second))
	}
	return l.T(text.PathFlows, t.Answer.Milliseconds(), t.Event.Milliseconds())
}

// plainText is the diagnosis for an e-mail or a ticket: a line for each fact.
func (m diagnosticsModel) plainText() string {
	var b strings.Builder
	b.WriteString("Atalaya · " + m.Heading + "\n")
	for _, f := range m.Facts {
		b.WriteString(f.Name + ": " + f.Value + "\n")
	}
	return b.String()
}

// aboutModel says what the app is and what is in it.
type aboutModel struct{ Heading, Text, VersionName, Version, Licences string }

func (loc locale) about(version string) aboutModel {
	l := loc.Lang
	return aboutModel{l.T(text.AboutHeading), l.T(text.AboutText), l.T(text.AboutVersion), version, l.T(text.AboutLicences)}
}
