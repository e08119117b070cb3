package ui

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/browser"
	"atalaya/shared"
	"atalaya/shared/text"
)

// What the reader can do with a live page beside following it: take its link along, be
// notified of the end, hold the list of pages, hang it on a wall.

// paramKiosk, first in the query of the address of an audit's page, makes it one for a wall.
const paramKiosk = "kiosk"

func asKiosk(ctx app.Context) bool { return strings.HasPrefix(ctx.Page().URL().RawQuery, paramKiosk) }

// onShortcut does what the page's own shortcuts ask for.
func (p *auditPage) onShortcut(ctx app.Context, shortcut string) {
	switch shortcut {
	case "c":
		p.act(ctx, actCopyLink)
	case "p":
		p.act(ctx, actFollow)
	case "k":
		path := shared.PathPage(p.id)
		if !p.kiosk {
			path += "?" + paramKiosk
		}
		ctx.Navigate(path)
	}
}

// tools are the small buttons beside the title. Whether the browser has notifications at
// all shows when they are asked for: the server, which draws the page first, cannot know.
func (p *auditPage) tools() []tool {
	if p.view.Progress == nil {
		return nil
	}
	link := tool{Act: actCopyLink, Icon: iconLink, Text: p.lang.T(text.CopyLink), Done: p.linked}
	if p.linked {
		link.Text = p.lang.T(text.Copied)
	}
	bell := tool{Act: actNotify, Icon: iconBell, Text: p.lang.T(text.NotifyMe)}
	switch {
	case p.view.Terminal():
		bell = tool{}
	case p.reach == browser.Everywhere:
		bell.Text, bell.Help, bell.Done = p.lang.T(text.NotifyOn), p.lang.T(text.NotifyOnHelp), true
	case p.reach == browser.Here:
		bell.Text, bell.Help, bell.Done = p.lang.T(text.NotifyHere), p.lang.T(text.NotifyHereHelp), true
	}
	return []tool{bell, link}
}

// copyLink puts the address of the page into the clipboard.
func (p *auditPage) copyLink() {
	address := *app.Window().URL()
	address.RawQuery, address.Fragment = "", ""
	if p.linked = copyText(address.String()); !p.linked {
		p.fault = p.lang.T(text.CopyFailed)
	}
}

// askToNotify has the reader be notified, which a browser allows only to whoever asks in
// answer to a click; a second click takes the wish back.
func (p *auditPage) askToNotify(ctx app.Context) {
	if p.reach >= browser.Here {
		p.push(ctx, browser.Stop)
		return
	}
	p.fault = ""
	p.push(ctx, browser.Tell)
}

// push asks the browser about notifications of this audit; it knows of an earlier visit.
func (p *auditPage) push(ctx app.Context, w browser.Wish) {
	id, tag := p.id, p.lang.Tag()
	if id == 0 || p.view.Terminal() {
		return
	}
	ctx.Async(func() {
		reach := browser.Push(w, id, tag)
		ctx.Dispatch(func(app.Context) {
			if p.id != id {
				return
			}
			if p.reach = reach; w == browser.Tell {
				p.fault = noNotifications(p.lang, reach)
			}
		})
	})
}

// noNotifications says why a browser has none; nothing if it has.
func noNotifications(l text.Lang, reach browser.Reach) string {
	switch reach {
	case browser.Nowhere:
		return l.T(text.NotifyRefused)
	case browser.Insecure:
		return l.T(text.NotifyInsecure)
	}
	return ""
}

// notifyOfEnd tells the reader of the end, once and if that was asked for. The server's own
// message, which may come sooner or never, has the same tag, so that one of them is seen.
func (p *auditPage) notifyOfEnd(ctx app.Context) {
	if p.reach < browser.Here {
		return
	}
	p.reach = browser.Nowhere
	title, body := p.title(), p.locale().strip(p.connection()).Text
	if score := p.view.Progress.GeoScore; score != nil {
		title = p.lang.T(text.NotifyScore, p.site(), *score)
	}
	id := p.id
	path := shared.PathPage(id)
	if p.view.Progress.HasReport() {
		path = shared.PathReportPage(id)
	}
	ctx.Async(func() { browser.Notify(title, body, "audit-"+num(id), path) })
}

// follows holds the list of pages where it is, or lets it follow again.
func (p *auditPage) follows() {
	switch {
	case p.every.open:
		p.closeEvery()
	case p.stopped != nil:
		p.stopped = nil
	case !p.view.Terminal():
		p.stopped = p.view.Progress
	}
}

// pages is the list of the newest pages, or the one that the reader holds.
func (p *auditPage) pages(loc locale) (m pagesModel) {
	if p.stopped != nil {
		m = loc.held(loc.pages(p.stopped))
	} else {
		m = p.fresh.mark(loc.pages(p.view.Progress))
	}
	if m.All != "" {
		m.Why = p.device.onlyOnline(p.lang)
	}
	return m
}

// course is what the audit has done: its pages, or the turns that it took.
func (p *auditPage) course(loc locale) model {
	switch {
	case p.logged:
		return loc.log(p.view.Progress)
	case p.every.open && p.view.Progress != nil:
		return p.everyPage(loc)
	}
	return p.pages(loc)
}
