package ui

import (
	"context"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/browser"
	"atalaya/app/internal/live"
	"atalaya/app/internal/tabs"
	"atalaya/shared/text"
)

// settingsPage is where the reader says how the app shall look and behave on this device,
// and sees how it fares. It follows the list, so that it can tell how news comes.
type settingsPage struct {
	base
	state settingsState
}

func (s *settingsPage) OnInit() {
	s.begin(s.titles)
	s.state.View = live.View{Topic: live.List(), Phase: live.Connecting}
	if app.IsClient {
		s.takeBoot(pageSettings, 0)
		s.state.Look = deviceLook()
		s.state.StoryOff, s.state.Private = switchedOff(storyKey), browser.AsksForPrivacy()
	}
}

func (s *settingsPage) OnPreRender(ctx app.Context) {
	s.prerender(ctx, pageSettings, 0, func(r *Request, _ *boot) { s.state.Look = r.Look })
}

func (s *settingsPage) OnMount(ctx app.Context) {
	s.tick(ctx, func(app.Context) bool {
		s.announce()
		return true
	})
	s.OnAppInstallChange(ctx)
	s.count(ctx, false)
	s.push(ctx, browser.Ask)
}

// count shows what this device keeps, or what is left of it once it is cleared.
func (s *settingsPage) count(ctx app.Context, wipe bool) {
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		cleared := wipe && s.device.kept.Clear(c) == nil
		usage := s.device.kept.Usage(c)
		ctx.Dispatch(func(app.Context) { s.state.Usage, s.state.Cleared = usage, cleared })
	})
}

// OnAppInstallChange asks the browser how the app can be installed.
func (s *settingsPage) OnAppInstallChange(ctx app.Context) {
	s.guard(func() {
		switch {
		case app.Window().Call("matchMedia", "(display-mode: standalone)").Get("matches").Bool():
			s.state.Install = installDone
		case ctx.IsAppleBrowser():
			s.state.Install = installApple
		case ctx.IsAppInstallable():
			s.state.Install = installAsks
		default:
			s.state.Install = installNever
		}
	})
}

func (s *settingsPage) OnNav(ctx app.Context) {
	s.navigate(ctx, func() {
		if s.session == nil {
			s.follow(ctx, live.List(), live.Copy{}, s.receive)
		}
	})
}

func (s *settingsPage) OnDismount() { s.leave() }

func (s *settingsPage) receive(_ app.Context, v live.View) {
	s.device.hear(v)
	s.state.View = v
	s.announce()
}

func (s *settingsPage) announce() {
	loc := s.locale()
	s.say = s.say.next(loc, s.state.View, loc.strip(connection{View: s.state.View}), 0)
}

func (s *settingsPage) titles() (title, description string) {
	return s.lang.T(text.NavSettings), s.lang.T(text.DescriptionSettings)
}

// onPress does what a control says.
func (s *settingsPage) onPress(ctx app.Context, e app.Event) {
	s.guard(func() {
		name, value, _ := strings.Cut(ctx.JSSrc().Get("value").String(), ".")
		switch name {
		case settingLang:
			if l, ok := text.Parse(value); ok {
				s.switchLang(l)(ctx, e)
			}
		case settingTheme:
			s.state.Look.Theme = Theme(value)
			s.state.Look.save()
		case settingDensity:
			s.state.Look.Density = Density(value)
			s.state.Look.save()
		case settingKeys:
			s.device.keys = keys{off: value == valueOff}
			saveSwitch(keysKey, value == valueOff)
		case settingStory:
			s.state.StoryOff = value == valueOff
			saveSwitch(storyKey, s.state.StoryOff)
		case settingPush:
			if value == valueOff {
				s.push(ctx, browser.Stop)
			} else {
				s.push(ctx, browser.Tell)
			}
		case doInstall:
			ctx.ShowAppInstallPrompt()
		case doForget:
			s.count(ctx, true)
		case doTest:
			s.test(ctx)
		case doCopy:
			words := s.locale().diagnostics(s.known()).plainText()
			s.state.Copied = copied(s.lang, copyText(words))
		case doBookmark:
			origin := app.Window().Get("location").Get("origin").String()
			s.state.Marked = copied(s.lang, copyText(bookmarkAddress(origin)))
		}
	})
}

// test measures how news and answers come from the server.
func (s *settingsPage) test(ctx app.Context) {
	s.state.Testing = true
	ctx.Async(func() {
		found := live.MeasurePath(context.Background(), live.Browser())
		ctx.Dispatch(func(app.Context) { s.state.Path, s.state.Testing = &found, false })
	})
}

// push asks the browser about notifications of all audits, and shows what is so then.
func (s *settingsPage) push(ctx app.Context, w browser.Wish) {
	tag := s.lang.Tag()
	ctx.Async(func() {
		reach := browser.Push(w, 0, tag)
		ctx.Dispatch(func(app.Context) {
			s.state.Push, s.state.Pushed = reach, ""
			switch {
			case w != browser.Tell:
			case reach == browser.Here:
				s.state.Pushed = s.lang.T(text.PushFailed)
			default:
				s.state.Pushed = noNotifications(s.lang, reach)
			}
		})
	})
}

// copied says what came of it.
func copied(l text.Lang, done bool) string {
	if done {
		return l.T(text.Copied)
	}
	return l.T(text.CopyFailed)
}

// known is the state with what the page need not keep.
func (s *settingsPage) known() settingsState {
	now := s.state
	now.Team = s.team()
	now.KeysOff, now.Trouble = s.device.keys.off, s.device.trouble
	now.Forgets = s.device.kept.Forgets()
	now.Role, now.Version = tabs.RoleOf(tabs.Browser()), app.Getenv("GOAPP_VERSION")
	return now
}

func (s *settingsPage) Render() app.UI {
	loc, m := s.locale(), s.frame()
	m.Here, m.Pill, m.Lamp = pathSettings, loc.pill(s.state.View, pulse{}), loc.lamp(s.state.View)
	cards := []app.UI{elWith("h1", "", at{"id", titleID, "tabindex", "-1"}, app.Text(s.lang.T(text.NavSettings)))}
	for _, panel := range loc.panels(s.known()) {
		cards = append(cards, panelView(panel, s.onPress))
	}
	return frameView(m, s.actions(), el("div", "settings", cards...))
}
