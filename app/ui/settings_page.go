package ui

import (
	"context"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/app/internal/tabs"
	"atalaya/shared/text"
)

// settingsPage is where the reader says how the app shall look and behave on this device,
// and sees how it fares. It follows the list, so that it can tell how news comes.
type settingsPage struct {
	base

	view live.View
	look Look
	how  installable

	usage   live.Usage // of this device
	cleared bool

	path    *live.PathTest
	testing bool
	copied  string
}

func (s *settingsPage) OnInit() {
	s.begin(s.titles)
	s.view = live.View{Topic: live.List(), Phase: live.Connecting}
	if app.IsClient {
		s.takeBoot(pageSettings, 0)
		s.look = deviceLook()
		s.usage = live.DeviceStorage().Usage()
	}
}

func (s *settingsPage) OnPreRender(ctx app.Context) {
	s.prerender(ctx, pageSettings, 0, func(r *Request, _ *boot) { s.look = r.Look })
}

func (s *settingsPage) OnMount(ctx app.Context) {
	s.tick(ctx, s.everySecond)
	s.how = howToInstall(ctx)
}

// OnAppInstallChange follows what the browser says about installing.
func (s *settingsPage) OnAppInstallChange(ctx app.Context) { s.how = howToInstall(ctx) }

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
	s.view = v
	s.announce()
}

func (s *settingsPage) everySecond(app.Context) { s.announce() }

func (s *settingsPage) announce() {
	loc := s.locale()
	s.say = s.say.next(loc, s.view, loc.strip(connection{View: s.view}), 0)
}

// howToInstall asks the browser.
func howToInstall(ctx app.Context) installable {
	switch {
	case app.Window().Call("matchMedia", "(display-mode: standalone)").Get("matches").Bool():
		return installDone
	case ctx.IsAppleBrowser():
		return installApple
	case ctx.IsAppInstallable():
		return installAsks
	}
	return installNever
}

func (s *settingsPage) titles() (title, description string) {
	return s.lang.T(text.NavSettings), s.lang.T(text.DescriptionSettings)
}

// choose makes the handler that gives a setting a value.
func (s *settingsPage) choose(setting, value string) app.EventHandler {
	return func(ctx app.Context, e app.Event) {
		s.guard(func() {
			switch setting {
			case settingLang:
				if l, ok := text.Parse(value); ok {
					s.switchLang(l)(ctx, e)
				}
				return
			case settingTheme:
				s.look.Theme = Theme(value)
			case settingDensity:
				s.look.Density = Density(value)
			case settingKeys:
				s.device.keys = keys{off: value == valueOff}
				s.device.keys.save()
				return
			}
			s.look.save()
		})
	}
}

// act does what a button of a component asks for.
func (s *settingsPage) act(ctx app.Context, a action) {
	s.guard(func() {
		switch a {
		case actInstall:
			ctx.ShowAppInstallPrompt()
		case actForget:
			storage := live.DeviceStorage()
			storage.Clear()
			s.usage, s.cleared = storage.Usage(), true
		}
	})
}

// asks is the action that the part's button asks its page for.
func (m installModel) asks() action { return actInstall }
func (m keptModel) asks() action    { return actForget }

// onTest measures how news and answers come from the server.
func (s *settingsPage) onTest(ctx app.Context, _ app.Event) {
	if s.testing {
		return
	}
	s.testing = true
	ctx.Async(func() {
		found := live.MeasurePath(context.Background(), live.Browser())
		ctx.Dispatch(func(app.Context) { s.path, s.testing = &found, false })
	})
}

// onCopy puts the diagnosis into the clipboard.
func (s *settingsPage) onCopy(app.Context, app.Event) {
	s.copied = copied(s.lang, copyText(s.diagnostics().plainText()))
}

func (s *settingsPage) diagnostics() diagnosticsModel {
	return s.locale().diagnostics(diagnosis{
		View: s.view, Role: tabs.RoleOf(tabs.Browser()), Trouble: s.device.trouble, Version: version(),
		Path: s.path, Testing: s.testing, Copied: s.copied,
	})
}

// copied says what came of putting something into the clipboard.
func copied(l text.Lang, done bool) string {
	if done {
		return l.T(text.Copied)
	}
	return l.T(text.CopyFailed)
}

// version names the build of the program; the server tells it by go-app's environment.
func version() string { return app.Getenv("GOAPP_VERSION") }

func (s *settingsPage) Render() app.UI {
	loc, m := s.locale(), s.frame()
	m.Here, m.Pill, m.Lamp = pathSettings, loc.pill(s.view, pulse{}), loc.lamp(s.view)
	cards := []app.UI{elWith("h1", "", at{"id", titleID, "tabindex", "-1"}, app.Text(s.lang.T(text.NavSettings)))}
	for _, setting := range loc.settings(s.look, s.device.keys.off) {
		cards = append(cards, choicesView(setting, s.choose))
	}
	return frameView(m, s.actions(), el("div", "settings", append(cards,
		&part{M: loc.install(s.how), Page: s},
		&part{M: loc.kept(s.usage, s.cleared), Page: s},
		diagnosticsView(s.diagnostics(), s.onTest, s.onCopy),
		&part{M: loc.about(version())},
	)...))
}
