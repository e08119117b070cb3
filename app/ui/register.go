package ui

import (
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/kept"
	"atalaya/app/internal/outbox"
	"atalaya/app/internal/pause"
	"atalaya/shared"
)

var registered sync.Once

// Register tells go-app the routes, on the server and in the browser. The last
// one answers every other address, so that go-app never answers in plain text.
// Calling it again changes nothing.
func Register() {
	registered.Do(func() {
		common := base{device: &device{scrolls: scrolls{}}}
		if app.IsClient {
			pause.Take() // after the set-up of the packages
			keepClicks()
			tellUpdates()
			common.device.keys = keys{off: switchedOff(keysKey)}
			tellKeys(common.device)
			hear("paste", common.device.onPaste)
			followVisit(common.device)
			common.device.outbox, common.device.kept = outbox.Browser(), kept.Browser()
		}
		app.Route("/", func() app.Composer { return &dashboardPage{base: common} })
		app.Route(pathSettings, func() app.Composer { return &settingsPage{base: common} })
		app.Route("/new", func() app.Composer { return &dashboardPage{base: common} })
		app.Route("/shell", func() app.Composer { return &shellPage{base: common} })
		app.RouteWithRegexp(`^/audits/[1-9][0-9]{0,18}/?$`, func() app.Composer { return &auditPage{base: common} })
		app.RouteWithRegexp(`^/audits/[1-9][0-9]{0,18}/report/?$`, func() app.Composer { return &reportPage{base: common} })
		app.Route(shared.PathSitesPage, func() app.Composer { return drawn(pageSites, common) })
		app.RouteWithRegexp(`^/sites/.+`, func() app.Composer { return drawn(pageSite, common) })
		app.Route(shared.PathComparePage, func() app.Composer { return drawn(pageCompare, common) })
		app.RouteWithRegexp(`^/`, func() app.Composer { return &missingPage{base: common} })
	})
}
