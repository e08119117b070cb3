//go:build !js

package ui

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/app/internal/browser"
	"atalaya/app/internal/kept"
	"atalaya/app/internal/live"
	"atalaya/app/internal/tabs"
	"atalaya/shared"
	"atalaya/shared/text"
)

func TestChooseLook(t *testing.T) {
	for _, c := range []struct {
		theme, density, attributes, light, dark string
	}{
		{"", "", "", paperLight, paperDark},
		{"light", "", ` data-theme="light"`, paperLight, paperLight},
		{"dark", "compact", ` data-theme="dark" data-density="compact"`, paperDark, paperDark},
		{"darker", "tight", "", paperLight, paperDark},
		{`"><script>`, `" onx="1`, "", paperLight, paperDark},
	} {
		l := ChooseLook(c.theme, c.density)
		if got := l.Attributes(); got != c.attributes {
			t.Errorf("%q, %q: got %q, want %q", c.theme, c.density, got, c.attributes)
		}
		if light, dark := l.Papers(); light != c.light || dark != c.dark {
			t.Errorf("%q: papers %s, %s; want %s, %s", c.theme, light, dark, c.light, c.dark)
		}
	}
}

// Of every setting exactly one value is chosen, and it is the reader's.
func TestSettings(t *testing.T) {
	loc := localeAt(t, text.ES, "14:04:26")
	chosen := map[string]string{}
	state := settingsState{Look: Look{ThemeDark, DensityCompact}, KeysOff: true, Push: browser.Everywhere}
	for _, m := range loc.panels(state) {
		for _, c := range m.Controls {
			if name, _, _ := strings.Cut(c.Do, "."); c.Pressed == "true" {
				chosen[name] += c.Word + "."
			}
		}
	}
	want := map[string]string{
		settingLang: "Español.", settingTheme: "Oscuros.", settingDensity: "Compacta.", settingKeys: "Desactivados.",
		settingStory: "Activados.", settingPush: "Activados.",
	}
	if !reflect.DeepEqual(chosen, want) {
		t.Errorf("got %v, want %v", chosen, want)
	}
	doc := get(t, pathSettings, &Request{Data: shelf{}, Lang: text.EN, Look: Look{Theme: ThemeLight}})
	var pressed []string
	for _, b := range tag(first(t, tag(doc, "main")), "button") {
		if value(b, "aria-pressed") == "true" {
			pressed = append(pressed, words(b))
		}
	}
	if want := []string{"English", "Light", "Roomy", "On", "On", "Off"}; !reflect.DeepEqual(pressed, want) {
		t.Errorf("the server draws %q pressed, want %q", pressed, want)
	}
}

// The address of the bookmark leads to the start box of the server that the page is from.
func TestBookmark(t *testing.T) {
	const want = "javascript:location.href='https://atalaya.example/new?url='+encodeURIComponent(location.href)"
	if got := bookmarkAddress("https://atalaya.example"); got != want {
		t.Errorf("got %s", got)
	}
}

// Where the browser asks not to be tracked, nothing is told, and there is nothing to choose.
func TestStorySetting(t *testing.T) {
	loc := localeAt(t, text.EN, "14:04:26")
	for want, s := range map[string]settingsState{
		"On. As you leave":  {},
		"Off. As you leave": {StoryOff: true},
		"Off, waits. Your browser asks not to be tracked":     {Private: true},
		"Off, waits. Your browser asks not to be tracked, so": {Private: true, StoryOff: true},
	} {
		for _, m := range loc.panels(s) {
			for _, c := range m.Controls {
				if name, _, _ := strings.Cut(c.Do, "."); name != settingStory || c.Pressed == "false" {
					continue
				}
				got := c.Word + ". " + m.Help
				if c.Waits {
					got = c.Word + ", waits. " + m.Help
				}
				if !strings.HasPrefix(got, want) {
					t.Errorf("%+v: got %q, want %q", s, got, want)
				}
			}
		}
	}
}

// The way to the team is for those who look after it.
func TestSettingsLeadToTheTeam(t *testing.T) {
	loc := localeAt(t, text.ES, "14:04:26")
	for _, address := range []string{"", shared.PathTeam} {
		offered := false
		for _, m := range loc.panels(settingsState{Team: address}) {
			offered = offered || m.Heading == "Equipo" && slices.Equal(m.Ways, []way{{shared.PathTeam, "Equipo"}})
		}
		if offered != (address != "") {
			t.Errorf("%q: offered %t", address, offered)
		}
	}
}

// labels are the words of a panel's controls.
func labels(m panelModel) string {
	var all []string
	for _, c := range m.Controls {
		all = append(all, c.Word)
	}
	return strings.Join(all, "|")
}

// What a device is told is offered where that can be, and explained where it cannot.
func TestNotifications(t *testing.T) {
	loc := localeAt(t, text.EN, "14:04:26")
	for reach, want := range map[browser.Reach]struct{ buttons, pressed, help string }{
		browser.Nowhere: {"On|Off", "Off", "app closed"}, browser.Here: {"On|Off", "Off", "app closed"},
		browser.Everywhere: {"On|Off", "On", "app closed"}, browser.Insecure: {"", "", "https://"},
	} {
		m, pressed := loc.notifications(settingsState{Push: reach, Pushed: "why"}), ""
		for _, c := range m.Controls {
			if c.Pressed == "true" {
				pressed += c.Word
			}
		}
		if labels(m) != want.buttons || pressed != want.pressed || !strings.Contains(m.Help, want.help) ||
			m.Says != "why" {
			t.Errorf("%d: got %+v", reach, m)
		}
	}
}

// The bell says what will happen, and how long it may be relied on.
func TestBell(t *testing.T) {
	for _, c := range []struct {
		reach      browser.Reach
		sample     string
		text, help string
	}{
		{browser.Nowhere, "running", "Notify me", ""},
		{browser.Insecure, "running", "Notify me", ""},
		{browser.Here, "running", "Notified while open", "while this page is open"},
		{browser.Everywhere, "running", "You will be notified", "Also with this page closed"},
		{browser.Everywhere, "completed", "", ""},
	} {
		p := auditPage{view: live.View{Phase: live.Live, Progress: sample(t, c.sample)}, reach: c.reach}
		p.lang = text.EN
		bell := p.tools()[0]
		if bell.Text != c.text || !strings.Contains(bell.Help, c.help) || bell.Done != (c.help != "") {
			t.Errorf("%d: got %+v", c.reach, bell)
		}
	}
	why := map[browser.Reach]string{
		browser.Nowhere: "settings", browser.Insecure: "https://", browser.Here: "", browser.Everywhere: "",
	}
	for reach, want := range why {
		if got := noNotifications(text.EN, reach); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%d: said %q, want %q", reach, got, want)
		}
	}
}

func TestInstall(t *testing.T) {
	loc := localeAt(t, text.EN, "14:04:26")
	for how, want := range map[installable]struct {
		button string
		steps  int
	}{installNever: {"", 0}, installAsks: {"Install", 0}, installApple: {"", 2}, installDone: {"", 0}} {
		if m := loc.install(how); labels(m) != want.button || len(m.Steps) != want.steps {
			t.Errorf("%d: got %+v", how, m)
		}
	}
}

// Copies are counted, and deleting is offered only while there are any.
func TestKept(t *testing.T) {
	loc := localeAt(t, text.EN, "14:04:26")
	m := loc.kept(settingsState{Usage: kept.Usage{Audits: 12, Reports: 3, Bytes: 140*1024 + 1}})
	if got, want := m.Facts[2].Value, "141 KB"; got != want || labels(m) != "Delete the copies" || m.Says != "" {
		t.Errorf("got %+v, want %s and a button", m, want)
	}
	if m := loc.kept(settingsState{Cleared: true}); labels(m) != "" || m.Says == "" {
		t.Errorf("after deleting: %+v", m)
	}
	if m := loc.kept(settingsState{Forgets: true}); m.Says != text.EN.T(text.AppForgets) {
		t.Errorf("where nothing is kept: %q", m.Says)
	}
}

func TestDiagnostics(t *testing.T) {
	loc := localeAt(t, text.EN, "14:04:26")
	v := live.View{
		Topic: live.List(), Phase: live.Live, ServerTimeAt: loc.Now.Add(-7 * time.Second),
		Audits: []shared.AuditProgress{{Revision: 3}, {Revision: 41}},
	}
	d := settingsState{View: v, Role: tabs.Follower, Version: "abc"}
	facts := func() map[string]string {
		m := map[string]string{}
		for _, f := range loc.diagnostics(d).Facts {
			m[f.Name] = f.Value
		}
		return m
	}
	want := map[string]string{
		"Transport": "Live channel (SSE)", "This tab": "Is fed by another tab", "Attempts": "0", "Last revision": "41",
		"Last heartbeat": "7 s ago", "Last error": "None", "Path to the server": "Not tested", "Version": "abc",
	}
	if got := facts(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	d.View = live.View{Phase: live.Polling, Reason: live.ReasonBlocked, Fault: live.FaultStatus, Status: 502, Attempt: 5,
		Since: loc.Now.Add(-2 * time.Minute)}
	d.Trouble, _ = troubleOf(d.View)
	d.Path = &live.PathTest{Answer: 20 * time.Millisecond}
	got := facts()
	for name, want := range map[string]string{
		"Transport": "Checked at intervals (polling)", "Attempts": "5", "Last heartbeat": "None",
		"Last error": "blocked status 502 · 2 min ago",
		"Path to the server": "An answer takes 20 ms, but no live news came within 8 s: something on the way holds it " +
			"back, such as a proxy.",
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
	said := loc.diagnostics(d).plainText()
	if n := strings.Count(said, "\n"); n != 9 || !strings.Contains(said, "\nAttempts: 5\n") {
		t.Errorf("%d lines: %s", n, said)
	}
}

func TestPathInWords(t *testing.T) {
	loc := localeAt(t, text.ES, "14:04:26")
	for want, found := range map[string]*live.PathTest{
		"El servidor no responde.": {},
		"Una respuesta tarda 5 ms y los datos en directo 9 ms: nada los retiene.": {
			Answer: 5 * time.Millisecond, Event: 9 * time.Millisecond},
	} {
		if got := loc.path(found); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A view that goes well tells of no trouble, so that the last one stays known.
func TestTroubleStaysKnown(t *testing.T) {
	now := time.Now()
	d := &device{}
	d.hear(live.View{Phase: live.Offline, Reason: live.ReasonNetwork, Since: now})
	d.hear(live.View{Phase: live.Connecting})
	if want := (trouble{At: now, Reason: live.ReasonNetwork}); d.trouble != want {
		t.Errorf("got %+v, want %+v", d.trouble, want)
	}
}

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		off     bool
		pressed string
		want    string
	}{
		{false, "?", "?"}, {false, "ga", "g a"}, {false, "gxa", "g x|a"}, {false, "ggs", "g g|s"}, {false, "cgp", "c|g p"},
		{true, "?ga", ""},
	} {
		k := keys{off: c.off}
		var got []string
		for _, r := range c.pressed {
			var done string
			if k, done = k.next(string(r)); done != "" {
				got = append(got, done)
			}
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%q: got %q, want %q", c.pressed, s, c.want)
		}
	}
	for pressed := range shortcutPages {
		listed := false
		for _, s := range shortcuts {
			listed = listed || s.Keys == pressed
		}
		if !listed {
			t.Errorf("%s leads somewhere and is in no list", pressed)
		}
	}
}

// An audit that goes on has a speed and a time left; one that has ended has neither, but
// nothing moves into their places.
func TestEndedAuditsHaveNoSpeed(t *testing.T) {
	loc := localeAt(t, text.EN, "14:04:26")
	if got := len(loc.stats(sample(t, "running"), pace{}, pulse{})); got != 3 {
		t.Errorf("running: %d numbers, want 3", got)
	}
	if got := loc.stats(sample(t, "completed"), pace{}, pulse{}); len(got) != 3 || got[0].Name+got[1].Name != "" || got[2].Name != "Elapsed" {
		t.Errorf("completed: %+v", got)
	}
}

// Nothing can be asked of the server without a network, so nothing is offered.
func TestOfflineOffersNothing(t *testing.T) {
	p := auditPage{base: base{device: &device{}}, view: live.View{Phase: live.Offline, Progress: sample(t, "running")}}
	p.device.hear(p.view)
	p.lang = text.EN
	if m := p.head(localeAt(t, text.EN, "14:04:26"), pulse{}); m.Act != actAskCancel || !m.Waits || m.Why == "" {
		t.Errorf("running: %+v", m)
	}
	if p.connection().Cancellable {
		t.Error("the line about the connection offers to cancel")
	}
	p.view.Progress = stopped(t, shared.StatusFailed)
	if m := p.head(localeAt(t, text.EN, "14:04:26"), pulse{}); m.Act != actAgain || !m.Waits {
		t.Errorf("failed: %+v", m)
	}
}

// The reader holds the list of pages; the end of the audit, or the reader, lets it go.
func TestHoldingThePages(t *testing.T) {
	loc := localeAt(t, text.EN, "14:04:26")
	p := auditPage{base: base{device: new(device)}, view: live.View{Phase: live.Live, Progress: sample(t, "running")}}
	p.lang = text.EN
	before := p.pages(loc)
	p.follows()
	later := *sample(t, "running")
	newest := shared.PageLine{URL: "https://www.example.com/new", Status: 200}
	later.Activity.Pages = append([]shared.PageLine{newest}, later.Activity.Pages...)
	p.view.Progress = &later
	if m := p.pages(loc); len(m.Rows) != len(before.Rows) || m.Button != "Follow" || m.Total != "The list stands still" {
		t.Errorf("held: %d rows, %q, %q", len(m.Rows), m.Button, m.Total)
	}
	p.follows()
	if m := p.pages(loc); len(m.Rows) != len(before.Rows)+1 || m.Button != "Pause" {
		t.Errorf("followed: %d rows, %q", len(m.Rows), m.Button)
	}
}

// Every button of the top of a page asks for its own action.
func TestHeadOffers(t *testing.T) {
	m := headModel{Act: actAgain, Button: "Run again", Known: true, Tools: []tool{{Act: actCopyLink}, {Act: actNotify}}}
	offered := map[string]bool{}
	for _, a := range m.offers() {
		offered[num(int(a))] = true
	}
	buttons := tag(draw(t, &part{M: m}), "button")
	if len(buttons) != 3 {
		t.Fatalf("%d buttons, want 3", len(buttons))
	}
	for _, b := range buttons {
		if !offered[value(b, "value")] {
			t.Errorf("nothing is done for the value %q", value(b, "value"))
		}
	}
}

func TestUnended(t *testing.T) {
	audits := []shared.AuditProgress{*sample(t, "running"), *sample(t, "completed"), *sample(t, "external")}
	if got := unended(audits); got != 2 {
		t.Errorf("got %d, want 2", got)
	}
}
