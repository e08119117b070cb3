// Package pages answers whatever a person opens: the app's pages, drawn first on
// the server by go-app, and plain pages for browsers that cannot run it.
//
// # The app
//
// go-app's handler stands behind a front that mends what a live view cannot
// live with:
//
//   - It answers 304 to any request that names the version, also for a page
//     whose data has changed. Pages go out without an ETag and to be
//     revalidated; scripts get an ETag of their own content.
//   - It knows no request. The front registers a scope ([ui.Prerender]) with the
//     language, a deadline and a place for the status code, and hands its token
//     over in the query, from which it removes one that came from outside.
//   - It fetches /robots.txt and the like over HTTP from the host that the
//     request names. None of these paths ever reaches it.
//   - It answers every method with a page. Only GET and HEAD are let through;
//     the rest gets what Config.NotAllowed answers.
//   - Its loader covers the page, shows what went wrong in words of its own and
//     watches nothing. Its call is taken out of /app.js, its elements and its style
//     sheet out of the page; web/static/watch.js loads the program instead.
//   - It writes the path of an address into the page without escaping it. It is
//     handed the escaped one.
//   - It knows one domain. Answers are held back until they are complete, then get
//     the request's own origin and a length. Package answer compresses them.
//   - It indents, and writes attributes in any order, which compresses badly. Both are
//     put right (tidy.go).
//
// # The plain pages
//
// /basic lists the newest audits and starts one by a form; /audits/{id}/basic shows
// one and stops it, keeping or deleting what it has, /audits/{id}/basic/{check} all places where a check failed, and
// /audits/{id}/basic/report the parts of a report and the sheets of its pages. They are
// html/template, use no script, renew themselves by a meta refresh until the audit
// has ended, and say everything in words, so they work in a text browser and in one
// from 2005. They are never stored.
//
// POST /basic trusts that its caller has refused requests from other sites
// (package access does, by Origin and Sec-Fetch-Site, before any handler runs);
// it carries no token of its own.
//
// # Signing in
//
// /signin takes a token and gives the browser a session, without script and without the
// program, or signs out. Who may see a page was decided before it got here; the pages only
// know who is there ([Doorkeeper]). A token in a form goes nowhere but to the Doorkeeper.
// Where people sign in by a provider, /signin has a link to /signin/provider, which sends
// them there, and /signin/back takes them in when they return.
//
// # The team
//
// /team lists the tokens, makes and revokes them and signs their browsers out. It is for
// admins, which was decided before a request got here, and is drawn as the plain pages are,
// also for those who come from the app. A new token stands in the answer to its form and
// nowhere else. /team/webhooks lists who is told of audits and adds others; a page for each says
// what became of its messages, sends a test or a message once more, and removes it. A secret, too,
// stands in one answer alone. /team/shares lists the links by which single audits can be read, makes and
// revokes them; /audits/{id}/basic/shares does so for one audit, and is for all who may start
// audits. /team/trail lists what people did, the newest first, a slice at a time, and
// selects it by who, what and when.
//
// # The API
//
// /api draws its description with Swagger UI, whose files are served as npm's
// swagger-ui-dist has them (web/static/swagger-ui), and lets people try it on this very
// server. It needs no more than the policy of every page, and has nobody's data.
//
// # Addresses
//
// A page has one address, without a slash at its end; with one it answers 308,
// and so does /audits, to the list. The query is kept.
//
// # Errors
//
// What the data says is missing is 404; any other failure of the data is logged
// here, once, and answered with 503 and a page that says so. Whoever asked for a page and
// was refused before it came to one gets that of [Pages.Refuse]. Everything from an
// audited site is hostile: html/template escapes it here, package ui there, and
// the Content-Security-Policy allows no inline script in any case. Browsers that
// run the program but do not know 'wasm-unsafe-eval' (policy.go) get
// 'unsafe-eval' in its place; all others keep the strict policy.
//
// The handler keeps no state of its own and is safe for concurrent use.
package pages
