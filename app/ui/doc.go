// Package ui holds the pages of the client: the dashboard, an audit's live page,
// its report. The same code draws them on the server (so the first HTML already
// shows the state) and in the browser.
//
// # Shape
//
// Pages (dashboardPage, auditPage, reportPage) own what happens: they open a
// session of package live, keep its newest view, tick once a second, talk to the
// API. They turn what they know into models, plain values made of finished
// texts and numbers, and hand each to a component (part). It draws its model
// through a pure function and nothing else; go-app skips it when the model is
// deeply equal, so an event repaints only what it changed, and a test needs
// no browser.
//
//	live.View + clock + language → model (…_model.go) → app.UI (…_view.go)
//
// # Prerendering
//
// [Prerender] registers a request's scope and returns a token for the URL query;
// go-app has no request context, so the token is how a page finds its data, its
// language and the place to put a status code. The root element carries the data
// it was drawn from as data-boot (base64 JSON). The client reads it before its
// first drawing, so nothing flashes; a record for another audit is ignored.
// Without one (the /shell page that the service worker serves when there is no
// network) a page shows the copy kept on the device with its time, or says that
// it is connecting.
//
// # Safety
//
// go-app quotes attribute values in Go's way when it prerenders, which a browser
// does not understand. So el.go is the only file that makes elements and sets
// attributes, and it escapes every value; links lead only to http, https and
// own paths. Tests read the source and refuse any other way, style attributes
// (the CSP forbids them) and raw HTML, and draw every page from hostile data.
//
// # Concurrency
//
// Everything in a page runs on go-app's UI goroutine. Sessions and requests call
// back from their own and only through Context.Dispatch; their closures compare
// what they were started for with what is shown now, because the same page
// object is reused when one audit leads to another. Nothing here starts a
// goroutine or a timer on the server.
package ui
