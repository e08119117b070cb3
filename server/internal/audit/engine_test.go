package audit

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/crawl"
	"atalaya/server/internal/store"
	"atalaya/shared"
	words "atalaya/shared/text"
)

// shop is a site with what sites have: loops, redirects, dead ends, orphans.
// Links to other sites lead to other, which has another port.
func shop(t *testing.T, other string) *website {
	s := newWebsite(t, map[string]http.HandlerFunc{
		"/robots.txt": text("text/plain", "User-agent: *\nDisallow: /private/\n\nUser-agent: GPTBot\nDisallow: /\n"),
		"/":           page("Home", "/a", "/b", "/moved", "/gone", "/private/x", "/loop1", "/data.bin", "/#top"),
		"/a":          page("Page A", "/", "/b", "/deep", other+"/ok", other+"/missing"),
		"/b":          page("Page B", "/a", "/b", other+"/missing", other+"/shy"),
		"/deep":       pageWith("Deep", `<meta name="robots" content="noindex">`, "/a?x=1"),
		"/moved":      http.RedirectHandler("/moved2", http.StatusMovedPermanently).ServeHTTP,
		"/moved2":     http.RedirectHandler("/new", http.StatusFound).ServeHTTP,
		"/new":        page("New"),
		"/loop1":      http.RedirectHandler("/loop2", http.StatusFound).ServeHTTP,
		"/loop2":      http.RedirectHandler("/loop1", http.StatusFound).ServeHTTP,
		"/data.bin":   text("application/octet-stream", "\x00\x01"),
		"/orphan":     page("Orphan", "/orphan2"),
		"/orphan2":    page("Orphan 2"),
		"/private/x":  page("Private"),
	})
	s.pages["/sitemap.xml"] = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
			<url><loc>%[1]s/</loc></url><url><loc>%[1]s/orphan</loc></url></urlset>`, s.URL)
	}
	return s
}

// otherSite answers links from elsewhere.
func otherSite(t *testing.T) *website {
	return newWebsite(t, map[string]http.HandlerFunc{
		"/ok": page("There"),
		"/shy": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
		},
	})
}

func TestAuditOfAWholeSite(t *testing.T) {
	t.Parallel()
	other := otherSite(t)
	s, st := shop(t, other.URL), open(t)
	id := create(t, st, shared.NewAudit{URL: s.URL})
	start(t, New(st, loopback("whole")))
	got := await(t, st, id, "end", terminal)

	if got.Status != shared.StatusCompleted || got.Progress != 100 || got.Partial || got.GeoScore == nil || got.Attempt != 1 {
		t.Fatalf("got %+v (%s)", got, deref(got.ErrorMessage))
	}
	if got, want := got.TotalPages, 8; got != want {
		t.Errorf("%d pages, want %d", got, want)
	}
	if got, want := got.Responses, (shared.Responses{OK: 9, Redirect: 1, ClientError: 1, Failed: 1}); got != want {
		t.Errorf("responses %+v, want %+v", got, want)
	}
	if got, want := got.Discovered, 13; got != want {
		t.Errorf("discovered %d, want %d", got, want)
	}
	if got := s.asked("/private/x"); got != 0 {
		t.Errorf("a page robots.txt forbids was asked for %d times", got)
	}

	type line struct {
		Depth, Status   int
		Failure, Final  string
		Referrer, Title string
		Analysed        bool
	}
	pages := map[string]line{}
	for _, p := range allPages(t, st, id) {
		short := func(u string) string { return strings.TrimPrefix(u, s.URL) }
		pages[short(p.URL)] = line{p.Depth, p.Status, p.Failure, short(p.FinalURL), short(p.Referrer), p.Title, p.Analysed}
	}
	// /moved2 and /loop2 were only met on the way.
	want := map[string]line{
		"/":         {0, 200, "", "", "", "Home", true},
		"/a":        {1, 200, "", "", "/", "Page A", true},
		"/b":        {1, 200, "", "", "/", "Page B", true},
		"/moved":    {1, 301, "", "/new", "/", "", false},
		"/gone":     {1, 404, "", "", "/", "", false},
		"/loop1":    {1, 0, "redirect-loop", "/loop2", "/", "", false},
		"/data.bin": {1, 200, "", "", "/", "", false},
		"/deep":     {2, 200, "", "", "/a", "Deep", true},
		"/new":      {2, 200, "", "", "/moved", "New", true},
		"/a?x=1":    {3, 200, "", "", "/deep", "Page A", true},
		"/orphan":   {-1, 200, "", "", "", "Orphan", true},
		"/orphan2":  {-1, 200, "", "", "/orphan", "Orphan 2", true},
	}
	if !reflect.DeepEqual(pages, want) {
		t.Errorf("pages\n got %+v\nwant %+v", pages, want)
	}

	rep := reportOf(t, st, id)
	for id, want := range map[string]shared.Outcome{
		"http-4xx": shared.OutcomeFail, "redirect-chain": shared.OutcomeFail, "redirect-loop": shared.OutcomeFail,
		"page-noindex": shared.OutcomeFail, "page-orphan": shared.OutcomeFail, "broken-external": shared.OutcomeFail,
		"http-5xx": shared.OutcomePass, "robots-blocks-search": shared.OutcomePass, "sitemap-missing": shared.OutcomePass,
		"ai-search-bot-blocked": shared.OutcomePass, "title-missing": shared.OutcomePass,
	} {
		if got := find(t, rep, id); got.Outcome != want || (want == shared.OutcomeFail) != (len(got.Samples) > 0) {
			t.Errorf("%s: got %s with %d samples, want %s", id, got.Outcome, len(got.Samples), want)
		}
	}
	if got, want := other.asked("/missing"), 2; got != want {
		t.Errorf("a dead link was asked for %d times, want %d (HEAD and GET)", got, want)
	}
	if rep.Score == nil || rep.Score.Value != *got.GeoScore || rep.Score.Pages != got.TotalPages {
		t.Errorf("score %+v for %d", rep.Score, *got.GeoScore)
	}
	lost := 0
	for _, c := range rep.Checks {
		lost += c.PointsLost
	}
	if got, want := lost, unit-rep.Score.BeforeCaps; got != want {
		t.Errorf("%d points in hundredths lost, want %d", got, want)
	}
	if n := len(rep.Score.Fixes); n == 0 || rep.Score.Fixes[n-1].Score <= rep.Score.Value {
		t.Errorf("score %d, fixes %+v", rep.Score.Value, rep.Score.Fixes)
	}
	if got, want := rep.Unvisited, []shared.Unvisited{{Reason: "robots", Count: 1}}; !slices.Equal(got, want) {
		t.Errorf("unvisited %v, want %v", got, want)
	}
	if stages := rep.Audit.Activity; stages == nil || len(stages.Stages) != len(shared.Stages) ||
		stages.Stages[4].FinishedAt == nil {
		t.Errorf("stages %+v", stages)
	}
}

// A fault that a template repeats is one group, in the report, while the audit runs and in
// the API.
func TestAFaultOfATemplateIsOneGroup(t *testing.T) {
	t.Parallel()
	pages := map[string]http.HandlerFunc{}
	var links []string
	for i := range 30 {
		links = append(links, fmt.Sprintf("/%d", i))
		pages[links[i]] = text("text/html; charset=utf-8", fmt.Sprintf(
			`<title>Page %d</title><h1>Page %d</h1><a onclick="menu()">Menu</a><a href="/">up</a>%s`,
			i, i, strings.Repeat("<img src=/own.png>", i%3)))
	}
	pages["/"] = page("Home", links...)
	s, st := newWebsite(t, pages), open(t)
	id := create(t, st, shared.NewAudit{URL: s.URL})
	start(t, New(st, loopback("groups")))
	got := await(t, st, id, "end", terminal)

	const check = "link-not-crawlable"
	c := find(t, reportOf(t, st, id), check)
	if c.Failed != 30 || c.Groups != 1 || len(c.Samples) != 1 || c.Samples[0].Count != 30 || c.Samples[0].PageURL != s.URL+"/0" {
		t.Errorf("report: %d failed, %d groups, samples %+v", c.Failed, c.Groups, c.Samples)
	}
	top := got.Activity.Top
	i := slices.IndexFunc(top, func(c shared.TopCheck) bool { return c.ID == check })
	if i < 0 || top[i].Groups != 1 || !strings.HasPrefix(top[i].Example, s.URL+"/") {
		t.Errorf("live: %+v", top)
	}
	list, err := st.Findings(t.Context(), id, shared.FindingQuery{CheckID: check, Grouped: true})
	if err != nil || len(list.Findings) != 1 || list.Findings[0].Count != 30 || list.Findings[0].Group != c.Samples[0].Group {
		t.Errorf("API: %+v, %v", list, err)
	}
}

func TestSeedRedirects(t *testing.T) {
	t.Parallel()
	st := open(t)
	s := newWebsite(t, map[string]http.HandlerFunc{
		"/old":  http.RedirectHandler("/home", http.StatusMovedPermanently).ServeHTTP,
		"/home": page("Home", "/old", "/a"),
		"/a":    page("A"),
	})
	// The redirect takes nothing of the limit of two pages. The start page is asked for as a page
	// and, for a check, as Markdown.
	id := create(t, st, shared.NewAudit{URL: s.URL + "/old", PageLimit: 2})
	start(t, New(st, loopback("redirect")))
	p := await(t, st, id, "end", terminal)
	if p.Status != shared.StatusCompleted || p.TotalPages != 2 || p.Partial || s.asked("/home") != 2 {
		t.Errorf("got %+v (%s), home asked for %d times", p, deref(p.ErrorMessage), s.asked("/home"))
	}
	for _, page := range allPages(t, st, id) {
		if page.URL == s.URL+"/old" && (page.Status != 301 || page.FinalURL != s.URL+"/home" || page.Depth != 0) {
			t.Errorf("the seed: %+v", page)
		}
	}
}

func TestSeedsThatCannotBeAudited(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String() + "/"
	_ = listener.Close()
	robots := func(status int, body string) string {
		return newWebsite(t, map[string]http.HandlerFunc{
			"/": page("Home"),
			"/robots.txt": func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				fmt.Fprint(w, body)
			},
		}).URL
	}
	plain := newWebsite(t, map[string]http.HandlerFunc{
		"/text":   text("text/plain", "hello"),
		"/broken": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"/loop":   http.RedirectHandler("/loop", http.StatusFound).ServeHTTP,
		"/mail": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "mailto:somebody@example.com")
			w.WriteHeader(http.StatusFound)
		},
	})
	away := func(to string) string {
		return newWebsite(t, map[string]http.HandlerFunc{"/": http.RedirectHandler(to+"/", http.StatusFound).ServeHTTP}).URL
	}
	stores := map[bool]*store.Store{}
	for _, private := range []bool{true, false} {
		cfg := loopback("seeds")
		cfg.AllowPrivate, cfg.Workers = private, 4
		stores[private] = open(t)
		start(t, New(stores[private], cfg))
	}
	for _, test := range []struct {
		name, url string
		private   bool
		pages     int
		says      string
	}{
		{"unknown name", "http://no-such-host.invalid/", true, 0, "no-such-host.invalid could not be found"},
		{"refused", closed, true, 0, "refused the connection"},
		{"not found", plain.URL + "/nothing", true, 1, "answered 404 Not Found. The start page must answer 200 OK."},
		{"server error", plain.URL + "/broken", true, 1, "answered 502 Bad Gateway"},
		{"not HTML", plain.URL + "/text", true, 1, "is not an HTML page but text/plain."},
		{"loop", plain.URL + "/loop", true, 1, "redirects in a circle"},
		{"no URL", plain.URL + "/mail", true, 1, `could not be fetched: it redirects to "mailto:somebody@example.com"`},
		{"private address", plain.URL, false, 0, "leads to a private network address"},
		{"robots.txt forbids", robots(200, "User-agent: AtalayaBot\nDisallow: /\n"), true, 0, "does not let AtalayaBot fetch"},
		{"redirect to where robots.txt forbids", away(robots(200, "User-agent: *\nDisallow: /\n")), true, 1,
			"where robots.txt does not allow crawlers"},
		{"redirect to where robots.txt is broken", away(robots(503, "")), true, 1, "robots.txt answered 503 Service Unavailable"},
		{"redirect to nobody", away(strings.TrimSuffix(closed, "/")), true, 1, "refused the connection"},
		{"robots.txt broken", robots(503, ""), true, 0, "crawlers must not fetch any page of the site (RFC 9309)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			st := stores[test.private]
			id := create(t, st, shared.NewAudit{URL: test.url})
			p := await(t, st, id, "end", terminal)
			if p.Status != shared.StatusFailed || p.GeoScore != nil || !strings.Contains(deref(p.ErrorMessage), test.says) {
				t.Errorf("got %s, score %v, %q; want %q", p.Status, p.GeoScore, deref(p.ErrorMessage), test.says)
			}
			if p.ErrorKey == nil {
				t.Fatalf("no key of %q", deref(p.ErrorMessage))
			}
			if says, _ := words.Sentence(words.EN, *p.ErrorKey, p.ErrorArgs); says != deref(p.ErrorMessage) {
				t.Errorf("the key says %q, the row %q", says, deref(p.ErrorMessage))
			}
			if got := len(allPages(t, st, id)); got != test.pages {
				t.Errorf("%d pages stored, want %d", got, test.pages)
			}
		})
	}
}

// maze has width pages on each of three levels below home, each linking to all
// of the next level, but each in another order; answers take a random time.
func maze(t *testing.T, width int, delay time.Duration) *website {
	pages := map[string]http.HandlerFunc{}
	level := func(n int) (links []string) {
		for i := range width {
			links = append(links, fmt.Sprintf("/%d/%d", n, i))
		}
		return links
	}
	slow := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(rand.N(delay + 1)):
				h(w, r)
			case <-r.Context().Done():
			}
		}
	}
	pages["/"] = page("Home", level(1)...)
	for n := 1; n <= 3; n++ {
		for i, path := range level(n) {
			links := level(n + 1)
			links = append(links[i:], links[:i]...)
			if n == 3 {
				links = nil
			}
			pages[path] = slow(page(fmt.Sprintf("Level %d, page %d", n, i), links...))
		}
	}
	return newWebsite(t, pages)
}

func TestPageLimitChoosesTheSamePagesWhoeverAnswersFirst(t *testing.T) {
	t.Parallel()
	st := open(t)
	s := maze(t, 8, 8*time.Millisecond)
	cfg := loopback("limit")
	cfg.Workers = 2
	start(t, New(st, cfg))
	var first []string
	for range 3 {
		id := create(t, st, shared.NewAudit{URL: s.URL, PageLimit: 12})
		p := await(t, st, id, "end", terminal)
		if p.Status != shared.StatusCompleted || !p.Partial || deref(p.StopReason) != "limit" || p.TotalPages != 12 ||
			p.GeoScore == nil {
			t.Fatalf("got %+v", p)
		}
		if got, want := reportOf(t, st, id).Unvisited, []shared.Unvisited{{Reason: "limit", Count: 13}}; !slices.Equal(got, want) {
			t.Fatalf("unvisited %v, want %v", got, want)
		}
		var urls []string
		for _, p := range allPages(t, st, id) {
			urls = append(urls, p.URL)
		}
		slices.Sort(urls)
		if first == nil {
			first = urls
		}
		if !slices.Equal(urls, first) {
			t.Fatalf("another choice of pages: %v, before: %v", urls, first)
		}
	}
}

func TestCancelIsHonouredWithinASecond(t *testing.T) {
	t.Parallel()
	st := open(t)
	s := maze(t, 30, 2*time.Second)
	start(t, New(st, loopback("cancel")))
	id := create(t, st, shared.NewAudit{URL: s.URL})
	p, took := cancelled(t, st, id)
	// The promise is for a machine that is not busy with other tests: one of
	// three must keep it.
	for range 2 {
		if took > time.Second {
			_, again := cancelled(t, st, create(t, st, shared.NewAudit{URL: s.URL}))
			took = min(took, again)
		}
	}
	if took > time.Second {
		t.Errorf("took %v", took)
	}
	if p.Status != shared.StatusCancelled || !p.Partial || deref(p.StopReason) != "cancelled" || p.GeoScore != nil ||
		p.Progress >= 85 {
		t.Errorf("got %+v", p)
	}
	rep := reportOf(t, st, id)
	if rep.Score != nil || find(t, rep, "title-missing").Applied != p.TotalPages {
		t.Errorf("report: score %v, %+v", rep.Score, find(t, rep, "title-missing"))
	}
	if len(rep.Unvisited) != 1 || rep.Unvisited[0].Reason != "stopped" || rep.Unvisited[0].Count+p.TotalPages != p.Discovered {
		t.Errorf("unvisited %v of %d discovered, %d pages", rep.Unvisited, p.Discovered, p.TotalPages)
	}
}

// cancelled cancels an audit that has shown some pages, and waits for its end.
func cancelled(t *testing.T, st *store.Store, id int64) (shared.AuditProgress, time.Duration) {
	t.Helper()
	await(t, st, id, "some pages", func(p shared.AuditProgress) bool { return p.TotalPages >= 3 })
	asked := time.Now()
	if _, err := st.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	p := await(t, st, id, "end", terminal)
	return p, time.Since(asked)
}

func TestTimeLimitKeepsWhatWasFound(t *testing.T) {
	t.Parallel()
	st := open(t)
	s := maze(t, 30, time.Second)
	cfg := loopback("time")
	cfg.TimeLimit = 500 * time.Millisecond
	start(t, New(st, cfg))
	id := create(t, st, shared.NewAudit{URL: s.URL})
	p := await(t, st, id, "end", terminal)
	if p.Status != shared.StatusCompleted || !p.Partial || deref(p.StopReason) != "time" || p.GeoScore == nil {
		t.Errorf("got %+v (%s)", p, deref(p.ErrorMessage))
	}
}

func TestAPanicEndsOneAuditOnly(t *testing.T) {
	t.Parallel()
	st := open(t)
	s := maze(t, 5, 0)
	e := New(st, loopback("panic"))
	e.visit = func(a asked, res *crawl.Result, scope crawl.Scope, now time.Time) *visit {
		if strings.HasSuffix(a.URL, "/2/3") {
			panic("a page nobody expected")
		}
		return newVisit(a, res, scope, now)
	}
	start(t, e)
	broken := create(t, st, shared.NewAudit{URL: s.URL})
	fine := create(t, st, shared.NewAudit{URL: s.URL, PageLimit: 3})
	p := await(t, st, broken, "end", terminal)
	if p.Status != shared.StatusFailed || deref(p.ErrorMessage) != internalFault.said.Text || p.TotalPages == 0 {
		t.Errorf("got %+v, %q", p, deref(p.ErrorMessage))
	}
	if p := await(t, st, fine, "end", terminal); p.Status != shared.StatusCompleted {
		t.Errorf("the next audit: %+v, %q", p, deref(p.ErrorMessage))
	}
}

// The first page and the first finding show within 100 ms, also at the rate by default:
// robots.txt and the start page are asked for one after the other without a pause. A quiet
// machine takes 16 ms.
func TestFirstSigns(t *testing.T) {
	s := httptest.NewServer(page("Home", "/a"))
	t.Cleanup(s.Close)
	cfg := loopback("first")
	cfg.Rate = 0 // as by default
	var took time.Duration
	for range 30 { // the promise is for a machine that does nothing else: one has to keep it
		st := open(t)
		e := New(st, cfg) // one that has not asked the site before
		start(t, e)
		began := time.Now()
		id := create(t, st, shared.NewAudit{URL: s.URL, PageLimit: 2})
		e.Wake()
		p := await(t, st, id, "first page", func(p shared.AuditProgress) bool { return p.TotalPages > 0 })
		took = time.Since(began)
		if p.Findings.Total() == 0 || p.ProvisionalScore == nil || len(p.Activity.Pages) == 0 || len(p.Activity.Top) == 0 {
			t.Errorf("nothing found with the first page: %+v", p)
		}
		t.Log("took", took)
		if took < firstSignBound {
			return
		}
		await(t, st, id, "end", terminal)
	}
	t.Errorf("first page after %v", took)
}

// firstSignBound is what the first page may take on a machine that is busy with other
// tests: less than the pause of 200 ms at the rate by default.
const firstSignBound = 190 * time.Millisecond

// When nothing outside answers, it is our network that is away: no link is called broken for
// it, and nothing that pages load from other sites.
func TestLinksAreNotBlamedForOurNetwork(t *testing.T) {
	t.Parallel()
	var dead []string
	for range deafHosts {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		dead = append(dead, "http://"+l.Addr().String()+"/")
		_ = l.Close()
	}
	alive := otherSite(t)
	s := newWebsite(t, map[string]http.HandlerFunc{
		"/cut-off": page("Cut off", dead...),
		"/online":  page("Online", append(dead, alive.URL+"/ok")...),
		"/loads": text("text/html; charset=utf-8", fmt.Sprintf(
			"<title>Loads</title><a href=%q>link</a><img src=%q><img src=%q><img src=/gone.png>", dead[0], dead[1], dead[2])),
		"/loads-others": text("text/html; charset=utf-8", fmt.Sprintf(
			"<title>Loads</title><a href=%q>link</a><img src=%q><img src=%q>", dead[0], dead[1], dead[2])),
	})
	st := open(t)
	start(t, New(st, loopback("links")))
	const unknown = shared.OutcomeNotApplicable
	for path, want := range map[string]struct {
		links, loads shared.Outcome
		broken       int
	}{
		"/cut-off": {unknown, unknown, 0}, "/online": {shared.OutcomeFail, unknown, 0},
		"/loads": {unknown, shared.OutcomeFail, 1}, "/loads-others": {unknown, unknown, 0},
	} {
		id := create(t, st, shared.NewAudit{URL: s.URL + path})
		await(t, st, id, "end", terminal)
		report := reportOf(t, st, id)
		links, loads := find(t, report, "broken-external"), find(t, report, "broken-resource")
		if links.Outcome != want.links || loads.Outcome != want.loads || len(loads.Samples) != want.broken {
			t.Errorf("%s: links %+v\nloads %+v\nwant %+v", path, links, loads, want)
		}
	}
}
