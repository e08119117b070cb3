// Package ui holds the pages of the client: the dashboard, an audit's live page,
// its report, the settings. The same code draws them on the server, so that the first HTML
// already shows the state, and in the browser.
//
// # Use
//
// In the browser the program registers the routes and runs them:
//
//	ui.Register()
//	app.RunWhenOnBrowser()
//
// On the server, whoever serves a page gives it the request's scope and reads its
// status afterwards:
//
//	ui.Register()
//	request := &ui.Request{Ctx: ctx, Data: store, Missing: isNotFound, Lang: lang}
//	token, done := ui.Prerender(request)
//	query.Set(ui.ParamRequest, token)
//	handler.ServeHTTP(w, r) // go-app's
//	done()                  // request.Status and request.Err may be read now
//
// # Shape
//
// Pages (dashboardPage, auditPage, reportPage) own what happens: they open a
// session of package live, keep its newest view, tick once a second, talk to the
// API. They turn what they know into models, plain values made of finished
// texts and numbers, and hand each to a component ([part]). It draws its model
// by the model's draw method, which is pure. go-app skips a component whose model
// is deeply equal, so an event repaints only what it changed, and a test needs
// no browser. Ages and durations that go on are no part of a model in the browser
// ([growing]): a page on which nothing else happens is not drawn again at all.
//
//	live.View + time + language → model (…_model.go) → app.UI (…_view.go)
//
// # Prerendering
//
// [Prerender] registers a request's scope and returns a token for the URL query.
// go-app has no request context, so the token is how a page finds its data, its
// language and the place to put a status code. The root element carries the data
// it was drawn from as data-boot (JSON). The client reads it before its
// first drawing, so nothing flashes; a record for another audit is ignored.
// Without one (the /shell page that the service worker serves when there is no
// network) a page shows the copy kept on the device with its time, or says that
// it is connecting.
//
// # Without the program
//
// Until the program runs, and whenever it cannot, the script web/static/watch.js
// keeps the page true: it moves numbers as frames arrive and lets the server draw
// the page again for everything in words, and once a minute, because no frame says
// that a worker has fallen silent. data-watch carries its sentences, and
// data-since marks durations that go on. The program starts from what the script
// has heard and goes on with its stream; each second it tells the script that it
// lives. The names of classes that the script relies on are .pill, .hero, .conn,
// .dot, .msg, .pct, .age, a.lc, .p and .btn-danger; the browser tests hold them.
//
// # Drawn by the server alone
//
// The pages of sites and comparisons are lists and forms that nothing moves by itself. To
// draw them in the program would cost 57 KB on the wire, so it only frames what the server
// draws: a route has another page there than in the browser (drawn_native.go, drawn_js.go).
// Their forms are plain ones. The program asks for the page when the reader navigates within
// the app, copies what a button names in data-copy, asks again while the page says
// data-renew, and shows the audits that the device keeps when there is no answer.
//
// # Safety
//
// go-app quotes attribute values in Go's way when it prerenders, which a browser
// does not understand. So el.go is the only file that makes elements and sets
// attributes, and it escapes every value; links lead only to http, https and
// own paths. Tests read the source and refuse any other way, style attributes
// (the CSP forbids them) and raw HTML, and draw every page from hostile data.
// The one HTML taken as it comes is that of a page of our own server, known by its boot
// record (drawn_js.go; watch.js does the same).
//
// # Concurrency
//
// Everything in a page runs on go-app's UI goroutine. Sessions and requests call
// back from goroutines of their own, and only through Context.Dispatch. Their
// closures compare what they were started for with what is shown now, because the
// same page object is used again when one audit leads to another. What all pages
// of a browser share is a [device]. Nothing here starts a goroutine or a timer on
// the server. During the start the UI goroutine gives way to the browser before each
// component (package pause); what happens meanwhile waits in go-app's queue.
//
// # Files
//
// In reading order; uses run down this list.
//
//	register.go         the routes
//	listen.go           what go-app does not hear: clicks, keys, newer versions
//	dashboard_page.go   the dashboard: what happens on it
//	dashboard_actions.go what its reader does with the list
//	dashboard_waiting.go what its reader does with what waits for the connection
//	dashboard_keys.go   what it hears from the whole window
//	batch.go            a list of addresses of which audits are started, each once
//	dashboard_query.go  the part of the list that an address asks for
//	dashboard_history.go what is known of that part
//	audit_page.go       the live page of an audit
//	audit_tools.go      its link, its notification, its list held still
//	audit_found.go      its findings so far, which unfold
//	audit_every.go      all its pages, of which those near the window are drawn
//	report_page.go      the report of an audit
//	report_turn.go      the ways through a report, and what is asked for on them
//	report_unroll.go    what of a report is drawn first, and what after
//	report_sheet.go     one page of an audit: asked for, in words, drawn
//	sites_page.go       the list of sites, on the server
//	site_page.go        one site, on the server
//	compare_page.go     two audits compared, on the server
//	sites_data.go       what those pages ask for
//	drawn_native.go     which of them a route has, on the server
//	drawn_js.go         what stands for them in the browser
//	findings.go         where a check failed: groups, and all of their pages when asked
//	clipboard.go        what can be copied
//	settings_page.go    the settings, and how this tab fares
//	story.go            what the server is told of a visit
//	missing.go          addresses without a page, and the shell
//	start.go            the box that starts an audit
//	options.go          its settings, as a part of forms
//	again.go            an audit started anew
//	vigil.go            workers asked for when none was heard
//	page.go             the life cycle that pages share
//	frame.go            the frame around every page; base, what every page has
//	keys.go             the keyboard's shortcuts
//	boot.go             the record from which the client starts
//	prerender.go        the scope of a request on the server
//	watch.go            what the script needs that keeps a page true without the program
//	announce.go         what screen readers are told, and when
//	dashboard_view.go   the dashboard's parts drawn
//	history_view.go     its list of ended audits drawn
//	waiting_view.go     what waits for the connection drawn
//	audit_parts.go      the tint of new rows, the dialog
//	report_view.go      the report drawn
//	verdict_view.go     its score and the site's trend drawn
//	settings_view.go    the settings drawn
//	sites_view.go       the list of sites drawn
//	site_view.go        one site drawn
//	trend_view.go       scores over time drawn
//	schedule_view.go    the schedule of a site with its form
//	compare_view.go     what changed drawn
//	files.go            the files in which a report can be taken away
//	audit_view.go       the parts of a live page drawn
//	part.go             the component that draws a model
//	parts.go            what several parts draw: badge, ring, strip, card
//	tabicon.go          the tab's icon while an audit runs
//	dashboard_model.go  the dashboard in words and numbers
//	history_model.go    its list of ended audits in words and numbers
//	waiting_model.go    what waits for the connection in words
//	report_model.go     the report in words and numbers
//	report_lists.go     its pages, and the addresses not visited, in words and drawn
//	verdict_model.go    its score and the site's trend in words and numbers
//	listing.go          lists that come in parts
//	sites_model.go      the list of sites in words and numbers
//	site_model.go       one site in words and numbers
//	trend_model.go      scores over time as a line
//	schedule_model.go   the schedule of a site in words
//	compare_model.go    what changed in words and numbers
//	audit_model.go      head, progress and steps in words and numbers
//	settings_model.go   the settings and the diagnostics in words
//	scene_model.go      the end of an audit in words and numbers
//	activity_model.go   pages, score, findings and responses in words and numbers
//	log_model.go        the turns that an audit took, in words and drawn
//	strip_model.go      the connection and the end in words
//	pulse.go            whether the worker and the server are heard
//	pace.go             the speed of a crawl
//	growing.go          ages and durations that go on while a page stands
//	clock.go            moments and durations in words
//	icons.go            drawings
//	el.go               elements and attributes; nothing else makes them
//	safe.go             texts and addresses made fit for HTML
//	lang.go             the language that the user chose
//	look.go             the colours and the density that the user chose
//	device.go           what the pages of one browser share
//	scrolls.go          how far down the reader was
//	calls.go            failed requests
package ui
