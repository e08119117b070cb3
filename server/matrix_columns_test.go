package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
	"atalaya/shared/text"
)

// way is how a page of a row gets its data, and what it says about that.
type way struct {
	cell string // in the table
	says string
}

// The ways that there are.
var (
	live    = way{yes, "Updates arrive as they happen"}
	polling = way{"polls", "so progress is fetched instead"}
	plain   = way{"plain page", renews}
	sent    = way{"plain page, sent there", renews} // by the app's, which its script finds it cannot run
	byHand  = way{"plain page, by its Reload link", renews}
)

const renews = "This page renews itself every 3 seconds until the audit has ended."

// isPlain reports whether a plain page is shown, not the app.
func (w way) isPlain() bool { return w.says == renews }

// matrixColumn is something that a browser is to do. look fails its test or gives the cell.
type matrixColumn struct {
	name string
	in   func(row *matrixRow) bool // whether there is such a thing in a row
	look func(r *matrixRig) string
}

var (
	everywhere = func(*matrixRow) bool { return true }
	inApp      = func(row *matrixRow) bool { return !row.way.isPlain() }
	ifLive     = func(row *matrixRow) bool { return row.way == live }
	withWorker = func(row *matrixRow) bool {
		return inApp(row) && !strings.Contains(row.lacks, "serviceWorker")
	}
)

// matrixColumns stand in the order in which they are looked at: what breaks something comes
// after what must find nothing broken.
var matrixColumns = []matrixColumn{
	{"live", everywhere, (*matrixRig).follows},
	{"renewal of streams", ifLive, (*matrixRig).renews},
	{"12 tabs", inApp, (*matrixRig).manyTabs},
	{"language", everywhere, (*matrixRig).speaks},
	{"report", everywhere, (*matrixRig).reports},
	{"install", withWorker, (*matrixRig).installs},
	{"no errors", inApp, (*matrixRig).isClean},
	{"restart", inApp, (*matrixRig).recovers},
	{"polling when blocked", ifLive, (*matrixRig).fallsBack},
	{"back to live", ifLive, (*matrixRig).returns},
	{"the end", everywhere, (*matrixRig).ends},
	{"offline", withWorker, (*matrixRig).opensOffline},
}

// matrixRig is what a row runs in: a server of its own, a relay that can take its stream
// away, an audit that goes on when the rig says so, and one that is done.
type matrixRig struct {
	t    *testing.T
	row  *matrixRow
	s    *process
	way  *relay
	page shown

	audit, done int64
	progress    int
}

func newRig(t *testing.T, row *matrixRow) *matrixRig {
	t.Helper()
	page := row.open(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100", "--heartbeat", "2s", "--stream-lifetime", "10s")
	r := &matrixRig{t: t, row: row, s: s, way: newRelay(t, s.url, noteErrors), page: page}
	r.audit = s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	r.advance()
	r.done = s.create(fmt.Sprintf(`{"url":%q}`, smallSite(t))).AuditID
	testkit.Eventually(t, 30*time.Second, "an audit done", func() bool { return s.progress(r.done).Status.Terminal() })
	page.visit(r.way.URL + shared.PathBasic + "?lang=en") // whatever the browser's own language is
	return r
}

// use has what fails from now on fail t.
func (r *matrixRig) use(t *testing.T) {
	r.t, r.s.t = t, t
	r.page.use(t)
}

// visitAudit opens the page of the audit that goes on, and waits for what it says. One
// that has said nothing for a minute would have the page speak of that.
func (r *matrixRig) visitAudit() {
	r.t.Helper()
	r.advance()
	path := shared.PathPage(r.audit)
	if r.row.way.isPlain() && r.row.way != sent {
		path = shared.PathBasicPage(r.audit)
	}
	r.visit(path)
	r.page.says(r.row.way.says)
	if r.row.way == sent {
		r.page.says(text.EN.T(text.BasicOld))
	}
}

// visit opens a page and waits for its program. Firefox and WebKit call it an error to leave
// a page that still loads.
func (r *matrixRig) visit(path string) {
	r.t.Helper()
	r.page.visit(r.way.URL + path)
	if !r.row.way.isPlain() {
		r.app().sees(running)
	}
}

// app is the page of a row that runs the app.
func (r *matrixRig) app() driven { return r.page.(driven) }

func pageSays(s string) string { return "document.body.innerText.includes(" + jsString(s) + ")" }

// advance moves the audit on by one per cent.
func (r *matrixRig) advance() {
	r.t.Helper()
	r.progress++
	r.s.advance(r.audit, r.progress)
}

// arrives moves the audit on and waits until the page shows it.
func (r *matrixRig) arrives() {
	r.t.Helper()
	r.advance()
	if r.row.way.isPlain() {
		r.page.says(fmt.Sprintf("%d%%", r.progress))
		return
	}
	r.app().sees(r.shown())
}

// shown is true in a page of the app that shows where the audit is.
func (r *matrixRig) shown() string { return fmt.Sprintf("%s === %d", percent, r.progress) }

func (r *matrixRig) follows() string {
	r.visitAudit()
	r.arrives()
	r.arrives()
	r.page.shot(r.picture(""))
	return r.row.way.cell
}

// picture names a picture of the row.
func (r *matrixRig) picture(of string) string {
	return strings.ReplaceAll(strings.ToLower("matrix "+r.row.name+of), " ", "-")
}

// renews stays, for the table and where nothing is missing, for longer than the 30 s after
// which Firefox ends an idle service worker. The page itself notes whenever it says anything
// but that it is live.
func (r *matrixRig) renews() string {
	r.visitAudit()
	page := r.app()
	renewed := func() float64 { return r.s.metric("atalaya_stream_duration_seconds_count", `reason="max_age"`) }
	before := renewed()
	page.eval(noteHiccups)
	stay, least := 12*time.Second, 1.0
	if wholeMatrix() && r.row.lacks == "" {
		stay, least = 35*time.Second, 2
	}
	begun, tick := time.Now(), time.NewTicker(time.Second)
	defer tick.Stop()
	for ; time.Since(begun) < stay; <-tick.C {
		r.arrives()
	}
	if hiccups := page.eval(`hiccups`); hiccups != "" {
		r.t.Errorf("while streams were renewed the page said\n%s", hiccups)
	}
	if n := renewed() - before; n < least {
		r.t.Errorf("only %v streams were renewed", n)
	}
	return yes
}

// manyTabs opens twelve, or, with every change, four: more than one browser's share of
// streams, and a third of the work.
func (r *matrixRig) manyTabs() string {
	tabs := 4
	if wholeMatrix() {
		tabs = 12
	}
	for n := range tabs {
		page := r.app().numbered(n)
		page.visit(r.way.URL + shared.PathPage(r.audit))
		page.sees(running + " && " + r.shown())
	}
	r.advance()
	for n := range tabs {
		r.app().numbered(n).sees(r.shown())
	}
	r.app().numbered(0)
	return yes
}

func (r *matrixRig) speaks() string {
	if r.row.way.isPlain() {
		r.visit(shared.PathBasicPage(r.audit) + "?lang=es")
		r.page.says("Esta página se renueva")
		r.visit(shared.PathBasicPage(r.audit) + "?lang=en")
		r.page.says(r.row.way.says)
		return yes
	}
	r.visitAudit()
	for _, lang := range []string{"es", "en"} {
		other := `document.querySelector('header [lang=` + lang + `]')`
		r.app().sees(other + ` !== null`)
		r.app().eval(`void ` + other + `.click()`)
		r.app().sees(running + ` && document.documentElement.lang === ` + jsString(lang))
	}
	r.page.says(r.row.way.says)
	return yes
}

func (r *matrixRig) reports() string {
	path := shared.PathReportPage(r.done)
	if r.row.way.isPlain() {
		path = shared.PathBasicPage(r.done)
	}
	r.visit(path)
	r.page.says("Page has no description")
	return yes
}

// installs reads what a browser reads before it offers to install the app.
func (r *matrixRig) installs() string {
	r.visit("/")
	r.app().sees(`(async () => {
		const link = document.querySelector('link[rel=manifest]');
		const manifest = await (await fetch(link.href)).json();
		const sizes = await Promise.all(manifest.icons.map(async (icon) => (await fetch(icon.src)).status));
		const worker = await navigator.serviceWorker.ready;
		return manifest.display === 'standalone' && manifest.start_url !== undefined && manifest.name === 'Atalaya' &&
			sizes.length > 2 && sizes.every((status) => status === 200) && worker.active !== null;
	})()`)
	return yes
}

func (r *matrixRig) isClean() string {
	if found := r.app().errors(); len(found) > 0 {
		r.t.Errorf("errors: %q", found)
	}
	return yes
}

func (r *matrixRig) recovers() string {
	r.visitAudit()
	r.arrives()
	r.s.kill()
	r.app().sees("!" + pageSays(r.row.way.says))
	if err := r.s.launch(); err != nil {
		r.t.Fatal(err)
	}
	r.page.says(r.row.way.says)
	r.arrives()
	return yes
}

func (r *matrixRig) fallsBack() string {
	r.visitAudit()
	r.way.block(true)
	r.page.says(polling.says)
	r.arrives()
	r.page.shot(r.picture(" polling"))
	return yes
}

// returns presses again where another tab's try, refused just before, has ended this one
// too. The audit goes on meanwhile, or the page would speak of its silence.
func (r *matrixRig) returns() string {
	r.way.block(false)
	press := `(` + saysLive + ` || (document.querySelector('.conn button')?.click(), false))`
	begun, tick := time.Now(), time.NewTicker(3*time.Second)
	defer tick.Stop()
	for ; r.app().eval(press) != "true" && time.Since(begun) < time.Minute; <-tick.C {
		r.advance()
	}
	r.page.says(live.says)
	r.arrives()
	return yes
}

func (r *matrixRig) ends() string {
	r.way.block(false)
	r.visitAudit()
	r.s.request("PATCH", shared.PathProgress(r.audit), `{"status":"completed"}`)
	if r.row.way.isPlain() {
		r.page.says("100%")
		return yes
	}
	r.app().sees(stripSays("Done in") + " && " + percent + " === 100")
	return yes
}

// opensOffline opens the audit's own address where there is no server any more. What keeps
// nothing is to say that nothing is known.
func (r *matrixRig) opensOffline() string {
	page := r.app()
	r.visit(shared.PathPage(r.audit))
	page.sees(`navigator.serviceWorker.ready.then(() => caches.match('/shell')).then(Boolean)`)
	page.sees(running + " && " + stripSays("Done in"))
	keeps := !strings.Contains(r.row.lacks, "indexedDB")
	if keeps {
		page.sees(kept(fmt.Sprint("audit.", r.audit), "true"))
	}
	r.way.CloseClientConnections()
	r.way.Close()
	r.s.kill()
	page.eval(`void setTimeout(() => location.assign(` + jsString(shared.PathPage(r.audit)+"?again") + `))`)
	again, cell := `location.search === '?again' && `+running, yes
	if keeps {
		page.sees(again + " && " + stripSays("Done in"))
		page.sees(percent + " === 100")
	} else {
		page.sees(again + " && " + stripSays("The server does not answer Nothing is known yet"))
		cell = "nothing kept"
	}
	page.shot(r.picture(" offline"))
	return cell
}
