package ui

import (
	"context"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/app/internal/pause"
	"atalaya/app/internal/tabs"
	"atalaya/shared"
	"atalaya/shared/text"
)

// frameModel is what stands around every page.
type frameModel struct {
	Lang text.Lang
	// Boot is the encoded record for the client; empty in the browser.
	Boot string
	// Watch is the encoded record for the script; empty in the browser.
	Watch string
	// Pill says how the reader is connected; empty on pages without a session.
	Pill pillModel
	// Lamp is the class of the state that the tower's lamp shows, and Turn alternates
	// when its beam sweeps once more.
	Lamp string
	Turn bool
	// Here is the address of the navigation's entry that the page belongs to.
	Here string
	// Kiosk is true on a page that hangs on a wall: nobody touches it there.
	Kiosk bool
	// Plain is the address of the page's plain version; Still says that this one
	// stands still without JavaScript.
	Plain string
	Still string
	// Team is the address of the team's pages, and Shares that of the links to what the page
	// shows; empty for those who may not see them.
	Team, Shares string
	// Say is the newest announcement for screen readers.
	Say string
	// Broken is true after a fault in this page's own code.
	Broken bool
	// Outdated is true when the server has a newer version of the program.
	Outdated bool
	// Keys is true once the list of shortcuts was asked for.
	Keys bool
}

// frameView puts a page into its frame. The live region is mounted with the
// frame and stays, because one that appears with its text is not read.
func frameView(m frameModel, do frameActions, main ...app.UI) app.UI {
	pause.Take() // after the models
	l := m.Lang
	var fault app.UI
	if m.Broken {
		fault = elWith("div", "conn bad solo", at{"role", "alert"},
			iconTriangle.draw(""),
			elText("span", "msg", l.T(text.Broken)),
			el("span", "end", button("btn-sm", nil, do.reload, "", app.Text(l.T(text.Reload)))),
		)
	}
	var keys app.UI
	if m.Keys {
		keys = keysDialog(l, do.closeKeys)
	}
	class := "page"
	if m.Kiosk {
		class = "page kiosk"
	}
	return elWith("div", class, at{"data-boot", m.Boot, "data-watch", m.Watch},
		elWith("a", "skip", at{"href", "#" + mainID}, app.Text(l.T(text.SkipToContent))),
		headerView(m, do),
		elWith("main", "wrap", at{"id", mainID, "tabindex", "-1"}, append([]app.UI{fault, stillView(m)}, main...)...),
		el("footer", "bottom",
			footLink(m.Plain, l.T(text.PlainVersion), l.T(text.PlainHint)),
			footLink(m.Shares, l.T(text.ShareAudit), ""),
			footLink(m.Team, l.T(text.TeamTitle), ""),
			button("btn-ghost btn-sm hide-sm", nil, do.showKeys, "show-keys", app.Text(l.T(text.KeysHeading))),
		),
		keys,
		elWith("div", "vh", at{"id", "say", "role", "status", "aria-live", "polite"}, app.Text(m.Say)),
		updateView(m, do),
	)
}

// footLink leads to a page that is not the app's; nil without an address.
func footLink(address, words, hint string) app.UI {
	if address == "" {
		return nil
	}
	return elWith("a", "", at{"href", address, "target", "_blank", "rel", "noopener", "title", hint}, app.Text(words))
}

// updateView offers the newer version.
func updateView(m frameModel, do frameActions) app.UI {
	if !m.Outdated {
		return nil
	}
	return elWith("div", "app-note", at{"role", "status"},
		elText("span", "", m.Lang.T(text.UpdateReady)),
		button("btn-sm", nil, do.reload, "", app.Text(m.Lang.T(text.Reload))))
}

// stillView is seen only without JavaScript, where the page never changes again.
func stillView(m frameModel) app.UI {
	if app.IsClient {
		return nil
	}
	return el("noscript", "", el("div", "conn info solo",
		iconInfo.draw(""),
		elText("span", "msg", m.Still),
		el("span", "end", elWith("a", "btn btn-sm", at{"href", m.Plain}, app.Text(m.Lang.T(text.PlainVersion)))),
	))
}

// frameActions are the frame's buttons. The handlers are methods of a page.
type frameActions struct {
	// lang gives the button's handler that changes to a language.
	lang      func(text.Lang) app.EventHandler
	reload    app.EventHandler
	showKeys  app.EventHandler
	closeKeys app.EventHandler
}

func headerView(m frameModel, do frameActions) app.UI {
	l := m.Lang
	turn := ""
	if m.Turn {
		turn = "turn"
	}
	end := []app.UI{}
	if m.Pill.Text != "" {
		end = append(end, pillView(m.Pill))
	}
	for _, other := range text.Langs {
		if other != l {
			tag := other.Tag()
			end = append(end, button("btn-ghost btn-lang", at{"lang", tag, "aria-label", other.Short() + ": " + other.T(text.LanguageOther)},
				do.lang(other), tag, app.Text(other.Short())))
		}
	}
	return el("header", "top", el("div", "top-in",
		elWith("a", "brand", at{"href", "/"}, el("span", "dot "+m.Lamp), mark(turn), elText("span", "", "Atalaya")),
		navView(l, m.Here),
		el("div", "top-end", end...),
	))
}

// The parts of the app that are pages of their own.
const (
	pathSites    = "/sites"
	pathNew      = "/new"
	pathSettings = "/settings"
)

// navEntries are the entries of the navigation.
var navEntries = []struct {
	address, class string
	sign           icon
	word           text.Key
}{
	{"/", "", iconList, text.NavAudits},
	{pathSites, "", iconSites, text.NavSites},
	{pathNew, "m-only", iconPlus, text.NavNew},
	{pathSettings, "", iconSliders, text.NavSettings},
}

// navView leads to the parts of the app: in the header, and on phones in a bar at the
// bottom, within reach of the thumb.
func navView(l text.Lang, here string) app.UI {
	links := make([]app.UI, 0, len(navEntries))
	for _, e := range navEntries {
		current := ""
		if e.address == here {
			current = "page"
		}
		links = append(links, elWith("a", e.class, at{"href", e.address, "aria-current", current},
			e.sign.draw("m-only"), app.Text(l.T(e.word))))
	}
	return elWith("nav", "nav", at{"aria-label", l.T(text.NavMain)}, links...)
}

// base is what every page has.
type base struct {
	app.Compo

	device *device // shared with the other pages; set by [Register]
	lang   text.Lang
	role   shared.Role // on the server; see [base.reader]
	now    time.Time
	boot   string
	watch  string     // what the script before the program is told
	handed live.Phase // how the script was connected when the program took the page over
	broken bool
	say    announcer
	stop   func() // ends the ticker; nil when there is none

	session  *live.Session // nil when nothing is followed
	soughtAt time.Time     // when a silent server was last asked whether it answers
	away     bool          // what is drawn shows that it does not
	vigil    vigil         // over the workers of what is shown

	keysAsked bool                                   // the list of shortcuts was
	keyed     func(ctx app.Context, shortcut string) // does the page's own shortcuts; nil for none

	starting bool   // an audit is being started anew
	againKey string // lets the server recognise the request when it is sent again
	// words are the page's title and description as they are now; named is what
	// was made of them last.
	words func() (title, description string)
	named [2]string
}

// begin is OnInit's share: on a device the language is known at once, on the
// server it comes with the request.
func (b *base) begin(words func() (title, description string)) {
	pause.Take()
	b.words = words
	b.now = time.Now()
	if app.IsClient {
		b.lang = deviceLang()
	}
}

// locale is what the next drawing depends on.
func (b *base) locale() locale {
	if app.IsServer {
		return locale{Lang: b.lang, Now: b.now, Zone: time.UTC}
	}
	return locale{Lang: b.lang, Now: b.now, Clock: b.device.skew, Zone: time.Local, Grows: b.device}
}

// reader is what the reader may do; empty when nobody knows.
func (b *base) reader() shared.Role {
	if app.IsServer {
		return b.role
	}
	return b.device.role
}

// sharesOf is the address of the links to an audit, for those who may make some.
func (b *base) sharesOf(id int64) string {
	if role := b.reader(); id > 0 && (role == shared.RoleAuditor || role == shared.RoleAdmin) {
		return shared.PathBasicShares(id)
	}
	return ""
}

// team is the address of the team's pages, for those who look after the team.
func (b *base) team() string {
	if b.reader() == shared.RoleAdmin {
		return shared.PathTeam
	}
	return ""
}

func (b *base) frame() frameModel {
	pause.Take() // after the record was read
	return frameModel{
		Lang: b.lang, Boot: b.boot, Watch: b.watch, Plain: shared.PathBasic, Still: b.lang.T(text.WithoutScript),
		Say: b.say.text, Broken: b.broken, Outdated: b.device.outdated,
		Team: b.team(), Keys: b.keysAsked,
		Turn: b.now.Unix()/sweepEvery%2 == 1,
	}
}

func (b *base) actions() frameActions {
	return frameActions{b.switchLang, b.reload, b.onShowKeys, b.onCloseKeys}
}

// switchLang makes the handler that changes to a language and keeps the choice.
func (b *base) switchLang(l text.Lang) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		b.lang = l
		saveLang(l)
		ctx.Page().SetLang(l.Tag())
		b.describe(ctx)
	}
}

// OnAppUpdate has the page say that there is a newer version. Nothing is loaded anew
// before the reader asks for it.
func (b *base) OnAppUpdate(app.Context) { b.device.outdated = true }

func (b *base) reload(ctx app.Context, _ app.Event) { ctx.Reload() }

// serve is OnPreRender's share: it finds the request and takes its language.
func (b *base) serve(ctx app.Context) *Request {
	r := requestOf(ctx)
	b.lang = r.Lang
	ctx.Page().SetLang(b.lang.Tag())
	return r
}

// describe keeps true what tabs and search engines show.
func (b *base) describe(ctx app.Context) {
	title, description := b.words()
	now := [2]string{b.lang.T(text.TitleSuffix, plain(title)), plain(description)}
	if now == b.named {
		return
	}
	b.named = now
	ctx.Page().SetTitle("%s", now[0])
	ctx.Page().SetDescription("%s", now[1])
}

// arrive is OnNav's share in the browser: after a navigation within the app the
// heading gets the focus, as after a page load the document would.
func (b *base) arrive(ctx app.Context) {
	pause.Take()
	ctx.Page().SetLang(b.lang.Tag())
	b.device.pressed = func(key string) {
		ctx.Dispatch(func(ctx app.Context) { b.guard(func() { b.press(ctx, key) }) })
	}
	b.device.visit = func(address string) { ctx.Dispatch(func(ctx app.Context) { ctx.Navigate(address) }) }
	if b.device.visits++; b.device.visits == 1 {
		ctx.Defer(func(app.Context) { // after the first frame
			pause.End()
			keepOffline()
			b.device.outbox.Send()
		})
		return
	}
	app.TryUpdate() // which the browser does when it loads a page
	ctx.Defer(func(app.Context) {
		app.Window().Call("scrollTo", 0, 0)
		focusTitle()
	})
}

// focusTitle puts the focus on the page's heading.
func focusTitle() {
	if h := app.Window().GetElementByID(titleID); h.Truthy() {
		h.Call("focus", map[string]any{"preventScroll": true})
	}
}

// tick calls f every second on the UI goroutine until the page is dismounted: see
// [base.second].
func (b *base) tick(ctx app.Context, f func(app.Context) (changed bool)) {
	if app.IsServer || b.stop != nil {
		return
	}
	beat()
	ticker, done := time.NewTicker(time.Second), make(chan struct{})
	b.stop = func() { ticker.Stop(); close(done) }
	go func() {
		for {
			select {
			case <-ticker.C:
				ctx.Dispatch(func(ctx app.Context) { b.second(ctx, f) })
			case <-done:
				return
			}
		}
	}()
}

// second tells the script that the program lives and brings what is shown to this moment.
// f says whether anything but ages has changed with the time. Only then is the page drawn
// again, which takes longer than all that an idle page does beside it.
func (b *base) second(ctx app.Context, f func(app.Context) (changed bool)) {
	beat()
	b.now = time.Now()
	changed := true // a fault is to be seen
	b.guard(func() {
		b.seek(ctx)
		b.grow()
		changed = f(ctx)
	})
	was := b.away
	if b.away = b.device.away(); !changed && b.away == was {
		ctx.PreventUpdate()
	}
}

// never is for the [base.tick] of a page that time does not change.
func never(app.Context) (changed bool) { return false }

// seek asks from time to time whether a silent server answers again, on a page that follows
// nothing and so would not hear of it.
func (b *base) seek(ctx app.Context) {
	if b.session != nil || !b.device.silent || b.now.Sub(b.soughtAt) < seekEvery {
		return
	}
	b.soughtAt = b.now
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), seekEvery)
		defer cancel()
		_, _, err := live.GetJSON(c, shared.PathHealth)
		ctx.Dispatch(func(app.Context) { b.device.note(err) })
	})
}

// findReport tells what this device has of the report of an audit: it, and the lists that
// belong to it.
func (b *base) findReport(ctx app.Context, id int64, tell func(has, lists bool)) {
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		has, lists := b.device.kept.HasReport(c, id)
		ctx.Dispatch(func(app.Context) { tell(has, lists) })
	})
}

// seekEvery is the time between two questions whether a server answers again.
const seekEvery = 10 * time.Second

func (b *base) leave() {
	if b.stop != nil {
		b.stop()
		b.stop = nil
	}
	b.unfollow()
}

// follow keeps a topic current until [base.unfollow]: receive gets every view,
// on the UI goroutine.
func (b *base) follow(ctx app.Context, topic live.Topic, initial live.Copy, receive func(app.Context, live.View)) {
	b.unfollow()
	pause.Take()
	var session *live.Session
	session = live.Open(live.Options{
		Topic:    topic,
		Platform: tabs.Browser(),
		Initial:  initial,
		Keep:     b.device.kept,
		Log:      live.Console,
		OnChange: func(v live.View) {
			ctx.Dispatch(func(ctx app.Context) {
				if b.session == session {
					b.now = time.Now()
					b.guard(func() {
						v := b.asHanded(v)
						b.device.noteStory(v)
						receive(ctx, v)
					})
					ctx.Defer(func(app.Context) { b.guard(b.grow) })
				}
			})
		},
	})
	b.session = session
}

// asHanded is the view of a session that goes on with the stream that the script
// opened: that stream is live before the session has heard it.
func (b *base) asHanded(v live.View) live.View {
	switch {
	case b.handed != live.Live:
	case v.Phase == live.Connecting:
		v.Phase = live.Live
	default:
		b.handed = live.Connecting
	}
	return v
}

func (b *base) unfollow() {
	if b.session != nil {
		b.session.Close()
		b.session = nil
	}
}

// guard keeps a fault in f from ending the program, which in a browser means
// a page that looks alive and is dead; the page then says so.
func (b *base) guard(f func()) {
	defer func() {
		if r := recover(); r != nil {
			b.broken = true
			app.Logf("atalaya: %v", r)
		}
	}()
	f()
}
