package ui

import (
	"strings"
	"time"

	"atalaya/app/internal/browser"
	"atalaya/app/internal/kept"
	"atalaya/app/internal/live"
	"atalaya/app/internal/tabs"
	"atalaya/shared/text"
)

// panelModel is a card of the settings: what it is about, what is known, and what can be
// pressed.
type panelModel struct {
	Heading, Help string
	Steps         []instruction
	Facts         []fact
	Controls      []control
	Says          string // what came of the control pressed last
	Ways          []way  // that lead on
}

// way is a link with its words.
type way struct{ Href, Words string }

// instruction is something to do, with the sign of what is to be pressed.
type instruction struct {
	Sign  icon
	Words string
}

// fact is a named value.
type fact struct{ Name, Value string }

// control is a button of a panel.
type control struct {
	// Do is what it does: the name of a setting or of a command and, behind a dot, a value.
	Do, Word string
	Class    string
	// Tag is the language of the word where it is not the page's.
	Tag string
	// Pressed is "true" or "false" where the button is one of several values.
	Pressed string
	Waits   bool
}

// The names of settings and commands.
const (
	settingLang    = "lang"
	settingTheme   = "theme"
	settingDensity = "density"
	settingKeys    = "keys"
	settingStory   = "story"
	settingPush    = "push"
	doInstall      = "install"
	doForget       = "forget"
	doTest         = "test"
	doCopy         = "copy"
	doBookmark     = "bookmark"
)

// valueOff is the value of a setting that is switched off; on is the empty one.
const valueOff = "off"

// settingValue is one of those that a setting can have.
type settingValue struct {
	name string
	word text.Key
}

// choices are the settings whose values have words in every language.
var choices = []struct {
	name    string
	heading text.Key
	values  []settingValue
}{
	{settingTheme, text.SettingTheme, []settingValue{
		{string(ThemeSystem), text.ThemeSystem}, {string(ThemeLight), text.ThemeLight}, {string(ThemeDark), text.ThemeDark},
	}},
	{settingDensity, text.SettingDensity, []settingValue{
		{string(DensityRoomy), text.DensityRoomy}, {string(DensityCompact), text.DensityCompact},
	}},
	{settingKeys, text.SettingKeys, []settingValue{{"", text.On}, {valueOff, text.Off}}},
	{settingStory, text.SettingStory, []settingValue{{"", text.On}, {valueOff, text.Off}}},
}

// installable says how a browser installs the app.
type installable uint8

const (
	installNever installable = iota // as far as the page knows
	installAsks                     // by a prompt that the page may open
	installApple                    // by its own menu, which the page can only name
	installDone
)

// trouble is the last thing that went wrong between this tab and the server.
type trouble struct {
	At     time.Time
	Reason live.Reason
	Fault  live.Fault
	Status int
}

// troubleOf is the trouble that a view tells of; ok is false when it tells of none.
func troubleOf(v live.View) (t trouble, ok bool) {
	switch v.Phase {
	case live.Retrying, live.Polling, live.Offline:
		return trouble{At: v.Since, Reason: v.Reason, Fault: v.Fault, Status: v.Status}, true
	}
	return trouble{}, false
}

// settingsState is what the settings page shows: what the reader has chosen on this device, and
// what is known about the way from this tab to the server.
type settingsState struct {
	Look    Look
	KeysOff bool
	Install installable
	// Push is how far this device is told of all audits, and Pushed why no further.
	Push   browser.Reach
	Pushed string

	// StoryOff is true when the server is not to be told how a visit fared, and Private when the
	// browser says so, which the reader then need not.
	StoryOff, Private bool

	Usage   kept.Usage
	Cleared bool
	Forgets bool

	View    live.View
	Role    tabs.Role
	Trouble trouble
	Version string
	// Path is what the test of the path found; nil before the first.
	Path    *live.PathTest
	Testing bool
	Copied  string // what came of copying the diagnosis
	Marked  string // what came of copying the bookmark's address
	Team    string // the address of the team's pages; empty for those who may not see them
}

// panels are the settings in their order.
func (loc locale) panels(s settingsState) []panelModel {
	all := []panelModel{loc.languages()}
	chosen := map[string]string{
		settingTheme: string(s.Look.Theme), settingDensity: string(s.Look.Density), settingKeys: "", settingStory: "",
	}
	if s.KeysOff {
		chosen[settingKeys] = valueOff
	}
	if s.StoryOff || s.Private {
		chosen[settingStory] = valueOff
	}
	for _, c := range choices {
		m := panelModel{Heading: loc.Lang.T(c.heading)}
		switch {
		case c.name == settingKeys:
			m.Help = loc.Lang.T(text.SettingKeysHelp)
		case c.name == settingStory && s.Private:
			m.Help = loc.Lang.T(text.StoryPrivate)
		case c.name == settingStory:
			m.Help = loc.Lang.T(text.SettingStoryHelp)
		}
		for _, v := range c.values {
			offered := m.offer(c.name+"."+v.name, loc.Lang.T(v.word))
			offered.choose(v.name == chosen[c.name])
			offered.Waits = c.name == settingStory && s.Private
		}
		all = append(all, m)
	}
	if s.Team != "" {
		all = append(all, panelModel{
			Heading: loc.Lang.T(text.TeamTitle), Help: loc.Lang.T(text.TeamHelp),
			Ways: []way{{s.Team, loc.Lang.T(text.TeamTitle)}},
		})
	}
	return append(all, loc.notifications(s), loc.install(s.Install), loc.bookmark(s), loc.kept(s), loc.diagnostics(s), loc.about(s.Version))
}

// offer adds a button to a panel.
func (m *panelModel) offer(do, word string) *control {
	m.Controls = append(m.Controls, control{Do: do, Word: word})
	return &m.Controls[len(m.Controls)-1]
}

// tell adds a fact to a panel.
func (m *panelModel) tell(name, value string) { m.Facts = append(m.Facts, fact{name, value}) }

// choose makes a button one of several, of which one is chosen.
func (c *control) choose(chosen bool) {
	c.Pressed = "false"
	if chosen {
		c.Pressed = "true"
	}
}

func (loc locale) languages() panelModel {
	m := panelModel{Heading: loc.Lang.T(text.SettingLanguage)}
	for _, l := range text.Langs {
		c := m.offer(settingLang+"."+l.Tag(), l.OwnName())
		c.choose(l == loc.Lang)
		c.Tag = l.Tag()
	}
	return m
}

// notifications offers to tell this device of all audits, or says why that cannot be.
func (loc locale) notifications(s settingsState) panelModel {
	l := loc.Lang
	m := panelModel{Heading: l.T(text.PushHeading), Help: l.T(text.PushHelp), Says: s.Pushed}
	if s.Push == browser.Insecure {
		m.Help = l.T(text.NotifyInsecure)
		return m
	}
	on := s.Push == browser.Everywhere
	m.offer(settingPush+".", l.T(text.On)).choose(on)
	m.offer(settingPush+"."+valueOff, l.T(text.Off)).choose(!on)
	return m
}

// install offers to install the app, or says how that is done.
func (loc locale) install(how installable) panelModel {
	l := loc.Lang
	m := panelModel{Heading: l.T(text.InstallHeading), Help: l.T(text.InstallHelp)}
	switch how {
	case installAsks:
		m.offer(doInstall, l.T(text.InstallButton)).Class = "btn-primary"
	case installApple:
		m.Steps = []instruction{{iconShare, l.T(text.InstallShare)}, {iconAddTo, l.T(text.InstallAdd)}}
	case installDone:
		m.Help = l.T(text.InstallDone)
	default:
		m.Help += " " + l.T(text.InstallElsewhere)
	}
	return m
}

// bookmark offers an address that starts an audit of the page on which it is opened. It is
// there to be copied: a link to a script is nothing that a page of ours has.
func (loc locale) bookmark(s settingsState) panelModel {
	l := loc.Lang
	m := panelModel{Heading: l.T(text.BookmarkHeading), Help: l.T(text.BookmarkHelp), Says: s.Marked}
	m.offer(doBookmark, l.T(text.BookmarkCopy))
	return m
}

// bookmarkAddress is that address, for the server at an origin.
func bookmarkAddress(origin string) string {
	return "javascript:location.href='" + origin + pathNew + "?" + paramURL + "='+encodeURIComponent(location.href)"
}

// kept says what this device keeps, and offers to delete it.
func (loc locale) kept(s settingsState) panelModel {
	l := loc.Lang
	m := panelModel{Heading: l.T(text.KeptHeading), Help: l.T(text.KeptHelp)}
	m.tell(l.T(text.KeptAudits), l.Number(s.Usage.Audits))
	m.tell(l.T(text.KeptReports), l.Number(s.Usage.Reports))
	m.tell(l.T(text.KeptSize), l.T(text.Kilobytes, l.Number((s.Usage.Bytes+1023)/1024)))
	if s.Usage.Bytes > 0 {
		m.offer(doForget, l.T(text.KeptClear)).Class = "btn-danger"
	}
	switch {
	case s.Cleared:
		m.Says = l.T(text.KeptCleared)
	case s.Forgets:
		m.Says = l.T(text.AppForgets)
	}
	return m
}

// diagnostics says what is known about the way from this tab to the server.
func (loc locale) diagnostics(s settingsState) panelModel {
	l := loc.Lang
	m := panelModel{Heading: l.T(text.DiagHeading), Help: l.T(text.DiagHelp), Says: s.Copied}
	m.tell(l.T(text.DiagTransport), loc.transport(s.View.Phase))
	m.tell(l.T(text.DiagTab), l.T(roleWords[s.Role]))
	m.tell(l.T(text.DiagAttempts), l.Number(s.View.Attempt))
	m.tell(l.T(text.DiagRevision), loc.newestRevision(s.View))
	m.tell(l.T(text.DiagHeartbeat), loc.longAgo(s.View.ServerTimeAt))
	m.tell(l.T(text.DiagError), loc.trouble(s.Trouble))
	m.tell(l.T(text.DiagPath), loc.path(s.Path))
	m.tell(l.T(text.AboutVersion), s.Version)
	if s.Testing {
		m.offer(doTest, l.T(text.DiagTesting)).Waits = true
	} else {
		m.offer(doTest, l.T(text.DiagTest))
	}
	m.offer(doCopy, l.T(text.DiagCopy))
	return m
}

// transport says how news comes in a phase.
func (loc locale) transport(p live.Phase) string {
	word := text.ConnConnecting
	switch p {
	case live.Live:
		word = text.TransportStream
	case live.Polling:
		word = text.TransportPolling
	case live.Offline:
		word = text.ConnOffline
	case live.Closed:
		word = text.DiagNone
	}
	return loc.Lang.T(word)
}

var roleWords = [...]text.Key{
	tabs.Alone: text.TabAlone, tabs.Leader: text.TabLeads, tabs.Follower: text.TabFollows,
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

// trouble names the trouble as the program does, for those who can read it.
func (loc locale) trouble(t trouble) string {
	if t.At.IsZero() {
		return loc.Lang.T(text.DiagNone)
	}
	words := string(t.Reason)
	if t.Fault != "" {
		words += " " + string(t.Fault)
	}
	if t.Status != 0 {
		words += " " + num(t.Status)
	}
	return words + " · " + loc.longAgo(t.At)
}

// path says what a test of the path to the server found.
func (loc locale) path(t *live.PathTest) string {
	l := loc.Lang
	switch {
	case t == nil:
		return l.T(text.DiagNotTested)
	case t.Answer == 0:
		return l.T(text.PathBroken)
	case t.Event == 0:
		return l.T(text.PathHeld, t.Answer.Milliseconds(), int(live.PathPatience/time.Second))
	}
	return l.T(text.PathFlows, t.Answer.Milliseconds(), t.Event.Milliseconds())
}

// plainText is a panel for an e-mail or a ticket: a line for each fact.
func (m panelModel) plainText() string {
	var b strings.Builder
	b.WriteString("Atalaya · " + m.Heading + "\n")
	for _, f := range m.Facts {
		b.WriteString(f.Name + ": " + f.Value + "\n")
	}
	return b.String()
}

// LicencesFile is the address of the list of what is inside, with its licences. The
// command web/licences writes it.
const LicencesFile = "/web/static/licences.txt"

// SourceFile is the address of the archive of the sources. The command web/source writes it.
const SourceFile = "/web/source.tar.gz"

// about says what the app is and what is in it.
func (loc locale) about(version string) panelModel {
	l := loc.Lang
	m := panelModel{
		Heading: l.T(text.AboutHeading), Help: l.T(text.AboutText),
		Ways: []way{{LicencesFile, l.T(text.AboutLicences)}, {SourceFile, l.T(text.AboutSource)}},
	}
	m.tell(l.T(text.AboutVersion), version)
	return m
}
