package audit

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/shared"
)

// answering is a prober of a site whose addresses answer as given; what is not named is
// forbidden. Redirects are told from pages by their Next.
type answering struct {
	prober
	asked []string
}

func newAnswering(t *testing.T, home string, answers map[string]crawl.Result) *answering {
	a := &answering{}
	a.prober = prober{
		home: address(t, home),
		allowed: func(_ context.Context, u *url.URL) (crawl.Decision, error) {
			_, allowed := answers[u.String()]
			return crawl.Decision{Allowed: allowed}, nil
		},
		fetch: func(_ context.Context, req crawl.Request) (*crawl.Result, error) {
			a.asked = append(a.asked, req.URL.String())
			res := answers[req.URL.String()]
			res.URL, res.FinalURL = req.URL, req.URL
			if next := res.Next; next != nil && req.Follow(next) {
				res = answers[next.String()]
				res.URL, res.FinalURL = req.URL, next
			}
			return &res, nil
		},
	}
	return a
}

func TestStartPageByHTTP(t *testing.T) {
	t.Parallel()
	const home, insecure = "https://site.net/es", "http://site.net/es"
	for name, test := range map[string]struct {
		home    string
		answers map[string]crawl.Result
		want    *check.Probe
	}{
		"shown":     {home, map[string]crawl.Result{insecure: status(200, 0)}, &check.Probe{URL: insecure, Status: 200}},
		"forbidden": {home, nil, nil},
		"refused": {
			home, map[string]crawl.Result{insecure: failed(crawl.FailRefused)},
			&check.Probe{URL: insecure, Failure: check.FailRefused},
		},
		"led to https": {
			home, map[string]crawl.Result{insecure: {Status: http.StatusMovedPermanently, Next: address(t, home)}},
			&check.Probe{URL: insecure, FinalURL: home, Status: http.StatusMovedPermanently},
		},
		"led elsewhere by http": {
			home, map[string]crawl.Result{
				insecure:            {Status: http.StatusFound, Next: address(t, "http://site.net/x")},
				"http://site.net/x": status(200, 0),
			},
			&check.Probe{URL: insecure, FinalURL: "http://site.net/x", Status: 200},
		},
		"no https":          {"http://site.net/", map[string]crawl.Result{"http://site.net/": status(200, 0)}, nil},
		"a port of its own": {"https://site.net:8443/", map[string]crawl.Result{"http://site.net/": status(200, 0)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newAnswering(t, test.home, test.answers)
			if err := p.tryInsecure(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := p.found.Insecure; !reflect.DeepEqual(got, test.want) {
				t.Errorf("found %+v, want %+v", got, test.want)
			}
			if want := test.want != nil; slices.Contains(p.asked, insecure) != want {
				t.Errorf("asked for %q", p.asked)
			}
		})
	}
}

// The icon that browsers look for is asked for where no page names one.
func TestIconOfTheSite(t *testing.T) {
	t.Parallel()
	const home, icon = "https://site.net/es", "https://site.net/favicon.ico"
	image := crawl.Result{Status: 200, ContentType: "image/x-icon"}
	for name, test := range map[string]struct {
		named  bool
		answer crawl.Result
		want   *check.Probe
	}{
		"there":                 {false, image, &check.Probe{URL: icon, Status: 200}},
		"not there":             {false, status(404, 0), &check.Probe{URL: icon, Status: 404}},
		"a page in its place":   {false, crawl.Result{Status: 200, ContentType: "text/html"}, nil},
		"named in a page":       {true, image, nil},
		"no answer in its time": {false, failed(crawl.FailTimeout), &check.Probe{URL: icon, Failure: check.FailTimeout}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newAnswering(t, home, map[string]crawl.Result{icon: test.answer})
			p.pages = []check.Facts{{URL: home, Home: true}, {URL: home + "/x", Icon: test.named}}
			if err := p.tryIcon(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := p.found.Icon; !reflect.DeepEqual(got, test.want) {
				t.Errorf("found %+v, want %+v", got, test.want)
			}
			if slices.Contains(p.asked, icon) == test.named {
				t.Errorf("asked for %q", p.asked)
			}
		})
	}
}

func TestStartPageAsMarkdown(t *testing.T) {
	t.Parallel()
	s := newWebsite(t, map[string]http.HandlerFunc{
		"/": func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Header.Get("Accept"), "text/markdown") {
				text("text/markdown; charset=utf-8", "# Home")(w, r)
				return
			}
			page("Home")(w, r)
		},
	})
	st := open(t)
	start(t, New(st, loopback("markdown")))
	id := create(t, st, shared.NewAudit{URL: s.URL})
	await(t, st, id, "end", terminal)
	c := find(t, reportOf(t, st, id), "markdown-twin")
	if c.Outcome != shared.OutcomePass || c.PointsLost != 0 || len(c.Samples) != 1 {
		t.Errorf("got %+v", c)
	}
}

// A folder may be served by a program of its own, which shows a page for everything.
func TestFolderThatShowsAPageForEverything(t *testing.T) {
	t.Parallel()
	s := newWebsite(t, map[string]http.HandlerFunc{
		"/robots.txt": text("text/plain", "User-agent: *\nDisallow: /c/atalaya\n"),
		"/":           page("Home", "/b/x.php", "/b/y.php", "/c/z.php"),
		"/c/z.php":    page("Z"),
		"*": func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/b/") {
				http.NotFound(w, r)
				return
			}
			page("Always the same")(w, r)
		},
	})
	st := open(t)
	start(t, New(st, loopback("folder")))
	id := create(t, st, shared.NewAudit{URL: s.URL})
	await(t, st, id, "end", terminal)

	c := find(t, reportOf(t, st, id), "soft-404")
	if c.Outcome != shared.OutcomeFail || len(c.Samples) != 1 {
		t.Fatalf("got %+v", c)
	}
	if got := c.Samples[0].Evidence[0].Value; !strings.HasPrefix(got, s.URL+"/b/") || !strings.HasSuffix(got, ".php") {
		t.Errorf("tried %s", got)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for path := range s.counts {
		if strings.HasPrefix(path, "/c/atalaya") {
			t.Errorf("asked for %s, which is forbidden", path)
		}
	}
}

// guarded is a site whose firewall turns one AI agent away and tests another; robots.txt
// keeps a third one out.
func guarded(t *testing.T) *website {
	s := newWebsite(t, map[string]http.HandlerFunc{
		"/robots.txt": text("text/plain", "User-agent: PerplexityBot\nDisallow: /\n"),
	})
	s.pages["/"] = func(w http.ResponseWriter, r *http.Request) {
		switch agent := r.UserAgent(); {
		case strings.Contains(agent, "OAI-SearchBot"):
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		case strings.Contains(agent, "Claude-SearchBot"):
			text("text/html", "<title>Just a moment...</title>")(w, r)
		case strings.Contains(agent, "PerplexityBot"):
			t.Error("asked in the name of an agent that robots.txt keeps out")
		default:
			page("Home")(w, r)
		}
	}
	return s
}

func TestAgentsTurnedAway(t *testing.T) {
	t.Parallel()
	off := loopback("silent")
	off.SkipAIAgents = true
	for name, test := range map[string]struct {
		config Config
		ask    shared.NewAudit
		want   []string // agents turned away; nil when none is to be tried
	}{
		"tried":             {loopback("tried"), shared.NewAudit{}, []string{"OAI-SearchBot 429", "Claude-SearchBot 200"}},
		"off for the audit": {loopback("off"), shared.NewAudit{SkipAIAgents: true}, nil},
		"off":               {off, shared.NewAudit{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, st := guarded(t), open(t)
			start(t, New(st, test.config))
			test.ask.URL = s.URL
			id := create(t, st, test.ask)
			await(t, st, id, "end", terminal)
			c := find(t, reportOf(t, st, id), "ai-bot-http-blocked")
			var got []string
			for _, f := range c.Samples {
				got = append(got, f.Evidence[0].Value+" "+f.Evidence[2].Value)
			}
			if !slices.Equal(got, test.want) || test.want == nil && c.Reason != string(check.NotAsked) {
				t.Errorf("turned away %q, %+v", got, c)
			}
			ours, theirs := 2, 0 // as a page and as Markdown
			if test.want != nil {
				ours, theirs = 3, 2 // a control
			}
			if got := s.asked("/"); got != ours || s.others != theirs {
				t.Errorf("asked %d times in our name and %d in others, not %d and %d", got, s.others, ours, theirs)
			}
		})
	}
}
