package crawl

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jimsmart/grobotstxt"
)

func TestRobotsQuery(t *testing.T) {
	const home = "https://example.com"
	tests := []struct {
		name, file, agent, path string
		want                    Decision
	}{
		{"empty file", "", "Googlebot", "/", Decision{Allowed: true}},
		{"no group for us", "User-agent: other\nDisallow: /", "Googlebot", "/", Decision{Allowed: true}},
		{"everything", "User-agent: *\nDisallow: /", "Googlebot", "/x",
			Decision{Agent: "*", Line: 2, Rule: "Disallow: /"}},
		{"empty disallow", "User-agent: *\nDisallow:", "Googlebot", "/x", Decision{Allowed: true, Agent: "*"}},
		{"evidence without comment", "User-agent: *\n  Disallow: /x # why", "Googlebot", "/xy",
			Decision{Agent: "*", Line: 2, Rule: "Disallow: /x"}},
		{"own group beats star", "User-agent: *\nDisallow: /\n\nUser-agent: googlebot/2.1\nDisallow: /p",
			"Googlebot", "/x",
			Decision{Allowed: true, Agent: "googlebot"}},
		{"empty own group beats star", "User-agent: *\nDisallow: /\nUser-agent: Googlebot\n", "Googlebot", "/x",
			Decision{Allowed: true, Agent: "Googlebot"}},
		{"groups merged", "User-agent: a\nDisallow: /1\nUser-agent: b\nDisallow: /2\nUser-agent: A\nDisallow: /3",
			"a", "/3",
			Decision{Agent: "a", Line: 6, Rule: "Disallow: /3"}},
		{"shared group", "User-agent: a\nUser-agent: b\nDisallow: /1", "b", "/1",
			Decision{Agent: "b", Line: 3, Rule: "Disallow: /1"}},
		{"crawl-delay does not end a group", "User-agent: a\nCrawl-delay: 3\nUser-agent: b\nDisallow: /1", "a", "/1",
			Decision{Agent: "a", Line: 4, Rule: "Disallow: /1"}},
		{"sitemap does not end a group", "User-agent: a\nSitemap: /s.xml\nDisallow: /1", "a", "/1",
			Decision{Agent: "a", Line: 3, Rule: "Disallow: /1"}},
		{"token matched whole", "User-agent: Applebot\nDisallow: /", "Applebot-Extended", "/", Decision{Allowed: true}},
		{"longer token matched whole", "User-agent: Applebot-Extended\nDisallow: /", "Applebot", "/", Decision{Allowed: true}},
		{"token with digits", "User-agent: AI2Bot\nDisallow: /", "AI2Bot", "/",
			Decision{Agent: "AI2Bot", Line: 2, Rule: "Disallow: /"}},
		{"longest wins", "User-agent: *\nAllow: /a/b\nDisallow: /a\nDisallow: /a/b/c", "x", "/a/b/d",
			Decision{Allowed: true, Agent: "*", Line: 2, Rule: "Allow: /a/b"}},
		{"allow wins ties", "User-agent: *\nDisallow: /a\nAllow: /a", "x", "/a",
			Decision{Allowed: true, Agent: "*", Line: 3, Rule: "Allow: /a"}},
		{"wildcard", "User-agent: *\nDisallow: /*/private/*.pdf$", "x", "/a/private/b.pdf",
			Decision{Agent: "*", Line: 2, Rule: "Disallow: /*/private/*.pdf$"}},
		{"anchor", "User-agent: *\nDisallow: /*.pdf$", "x", "/a.pdf?x", Decision{Allowed: true, Agent: "*"}},
		{"dollar inside", "User-agent: *\nDisallow: /a$b", "x", "/a$b/c",
			Decision{Agent: "*", Line: 2, Rule: "Disallow: /a$b"}},
		{"escaped star is a star", "User-agent: *\nDisallow: /a-%2A.html", "x", "/a-*.html",
			Decision{Agent: "*", Line: 2, Rule: "Disallow: /a-%2A.html"}},
		{"escaped unreserved", "User-agent: *\nDisallow: /foo/%62%61%7a", "x", "/foo/baz",
			Decision{Agent: "*", Line: 2, Rule: "Disallow: /foo/%62%61%7a"}},
		{"non-ASCII", "User-agent: *\nDisallow: /ñ", "x", "/%c3%b1/x",
			Decision{Agent: "*", Line: 2, Rule: "Disallow: /ñ"}},
		{"query", "User-agent: *\nDisallow: /*?s=", "x", "/a?s=1",
			Decision{Agent: "*", Line: 2, Rule: "Disallow: /*?s="}},
		{"robots.txt itself", "User-agent: *\nDisallow: /", "x", "/robots.txt", Decision{Allowed: true, Agent: "*"}},
		{"typo Googlebot obeys", "User agent: *\nDissallow: /", "x", "/",
			Decision{Agent: "*", Line: 2, Rule: "Dissallow: /"}},
		{"no colon", "User-agent *\nDisallow /x", "x", "/x", Decision{Agent: "*", Line: 2, Rule: "Disallow /x"}},
		{"carriage returns and BOM", "\ufeffUser-agent: *\r\nDisallow: /x\rDisallow: /y", "x", "/y",
			Decision{Agent: "*", Line: 3, Rule: "Disallow: /y"}},
	}
	for _, tt := range tests {
		got := ParseRobots([]byte(tt.file)).Query(tt.agent, mustURL(t, home+tt.path))
		if got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestRobotsRecords(t *testing.T) {
	got := ParseRobots([]byte(`Disallow: /early
User-agent: *
User-agent: GPTBot
Crawl-delay: 2.5
Crawl-delay: soon
Content-Signal: search=yes, ai-train=NO
Disalow: /x
Nonsense: 1
three loose words
Allow: x
Host: example.com
User-agent:
Disallow: /nobody
Sitemap: https://example.com/s.xml # main
`))
	want := []RobotsProblem{
		{1, ProblemOrphanRule, "Disallow: /early"},
		{5, ProblemBadValue, "Crawl-delay: soon"},
		{7, ProblemMisspelt, "Disalow: /x"},
		{8, ProblemUnknown, "Nonsense: 1"},
		{9, ProblemUnknown, "three loose words"},
		{10, ProblemBadValue, "Allow: x"},
		{12, ProblemBadValue, "User-agent:"},
		{13, ProblemOrphanRule, "Disallow: /nobody"},
	}
	if !reflect.DeepEqual(got.Problems, want) {
		t.Errorf("problems %+v\nwant %+v", got.Problems, want)
	}
	if want := []string{"https://example.com/s.xml"}; !reflect.DeepEqual(got.Sitemaps, want) {
		t.Errorf("sitemaps %+v, want %+v", got.Sitemaps, want)
	}
	if want := []RobotsSignal{{Line: 6, Agents: []string{"*", "GPTBot"},
		Text:   "Content-Signal: search=yes, ai-train=NO",
		Values: map[string]string{"search": "yes", "ai-train": "no"}}}; !reflect.DeepEqual(got.Signals, want) {
		t.Errorf("signals %+v, want %+v", got.Signals, want)
	}
	for _, agent := range []string{"gptbot", "anyone"} {
		if d, line := got.CrawlDelay(agent); d != 2500*time.Millisecond || line != 4 {
			t.Errorf("crawl delay of %s: %v in line %d", agent, d, line)
		}
	}
	agents := slices.Sorted(maps.Keys(got.groups))
	if want := []string{"*", "gptbot"}; !reflect.DeepEqual(agents, want) {
		t.Errorf("agents %q, want %q", agents, want)
	}
	html := ParseRobots([]byte("\n<!doctype html>\n<title>x</title>"))
	if p := html.Problems[0]; p != (RobotsProblem{1, ProblemHTML, "<!doctype html>"}) {
		t.Errorf("a page instead of robots.txt: %+v", p)
	}
}

func TestRobotsTooLarge(t *testing.T) {
	head := "User-agent: *\n"
	filler := strings.Repeat("# padding\n", MaxRobots/10)
	// The limit falls inside this rule; its beginning alone would forbid everything.
	body := head + filler[:MaxRobots-len(head)-len("Disallow: /")] + "Disallow: /private\nDisallow: /late\n"
	body = strings.Replace(body, "#Disallow", "\nDisallow", 1)
	r := ParseRobots([]byte(body))
	if !r.Truncated || r.Problems[len(r.Problems)-1].Kind != ProblemTooLarge {
		t.Errorf("truncated %v, problems %+v", r.Truncated, r.Problems)
	}
	for _, path := range []string{"/x", "/late"} {
		if d := r.Query("x", mustURL(t, "https://example.com"+path)); !d.Allowed {
			t.Errorf("%s is forbidden by %+v", path, d)
		}
	}
}

// Every agent shares every rule, and nothing may grow with their product.
func TestRobotsHostile(t *testing.T) {
	var b strings.Builder
	for b.Len() < MaxRobots/2 {
		b.WriteString("user-agent: a")
		b.WriteString(strings.Repeat("b", b.Len()%50))
		b.WriteByte('\n')
	}
	for b.Len() < MaxRobots-40 {
		b.WriteString("allow: /*a*a*a*a*a*a*a*b\n")
	}
	start := time.Now()
	r := ParseRobots([]byte(b.String()))
	r.Query("ab", mustURL(t, "https://example.com/"+strings.Repeat("a", 2000)))
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestRobotsFrom(t *testing.T) {
	u := mustURL(t, "https://example.com/robots.txt")
	tests := []struct {
		res   Result
		state RobotsState
		allow bool
	}{
		{Result{Status: 200, Body: []byte("User-agent: *\nAllow: /")}, RobotsFound, true},
		{Result{Status: 200, Body: []byte("User-agent: *\nDisallow: /")}, RobotsFound, false},
		{Result{Status: 404}, RobotsAbsent, true},
		{Result{Status: 401}, RobotsAbsent, true},
		{Result{Status: 301}, RobotsAbsent, true},
		{Result{Status: 302, Failure: &Failure{Class: FailLoop}}, RobotsAbsent, true},
		{Result{Status: 503}, RobotsUnreachable, false},
		{Result{Failure: &Failure{Class: FailTimeout}}, RobotsUnreachable, false},
		{Result{Status: 200, Body: []byte("User-a"), Failure: &Failure{Class: FailReset}}, RobotsUnreachable, false},
	}
	for _, tt := range tests {
		tt.res.URL = u
		r := RobotsFrom(&tt.res)
		if d := r.Query("x", mustURL(t, "https://example.com/x")); r.State != tt.state || d.Allowed != tt.allow {
			t.Errorf("%d %v: %s, allowed %v; want %s, %v", tt.res.Status, tt.res.Failure, r.State, d.Allowed,
				tt.state, tt.allow)
		}
	}
}

// differsByIntent lists where this parser departs from Google's on purpose:
//   - "%61" in a pattern means "a", and "%2A" and "%24" mean "*" and "$" (RFC 9309
//     section 2.2.2); Google compares them as written;
//   - Google lets "Allow: /index.html" also allow "/" (its own optimisation);
//   - characters that a URL cannot carry bare ("{", a blank) are escaped in patterns too;
//   - /robots.txt is always allowed (RFC 9309 section 2.2.2).
func differsByIntent(file, path string) bool {
	return strings.ContainsAny(file, "%{}|^`\"<>\\") || strings.Contains(file, "index.htm") || path == "/robots.txt"
}

func compareWithGoogle(t *testing.T, file, agent, path string) {
	t.Helper()
	if differsByIntent(file, path) {
		return
	}
	u, err := Canonical(nil, "https://example.com"+path)
	if err != nil {
		return
	}
	got := ParseRobots([]byte(file)).Query(agent, u)
	if want := grobotstxt.AgentAllowed(file, agent, u.String()); got.Allowed != want {
		t.Errorf("%s for %s: allowed %v by %+v, Google says %v\n%s", u, agent, got.Allowed, got, want, file)
	}
}

// TestRobotsAgainstGoogle compares with the port of Google's parser on files made
// of the pieces that matter, from a fixed seed.
func TestRobotsAgainstGoogle(t *testing.T) {
	pieces := strings.Split("User-agent: *|User-agent: Applebot|User-agent: Applebot-Extended|user-agent: foo/1.0|"+
		"User-agent: * bar|User-agent:|useragent: foo|Disallow: /|Disallow:|Disallow: /a|Disallow: /a/b|Disallow: /a/b$|"+
		"Disallow: /*b|Disallow: /a*c$|Disallow: *|Disallow: $|Disallow: /$|Disallow: a|Disallow: /ñ|Disallow: /?q|"+
		"Disallow: /a**b|Disallow: /*?*=|Disallow /a|disalow: /a/|Allow: /|Allow:|Allow: /a|Allow: /a/b|Allow: /*b$|"+
		"Allow: /a/|Allow: *c|Allow: /ñ|allowed: /a|Crawl-delay: 1|Sitemap: x|Nonsense: y|no colon here|# comment||"+
		"Disallow: /a # why|\tDisallow : /a/c", "|")
	paths := strings.Split("/ /a /a/ /a/b /a/b/c /a/c /b /ab /abc /ñ /ñ/a /?q /?q=1 /a?x=b /a/b? /c /a$ /A", " ")
	agents := []string{"foo", "Applebot", "Applebot-Extended", "nobody"}
	breaks := []string{"\n", "\r\n", "\r"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var b strings.Builder
		for range 1 + random.IntN(9) {
			b.WriteString(pieces[random.IntN(len(pieces))])
			b.WriteString(breaks[random.IntN(len(breaks))])
		}
		compareWithGoogle(t, b.String(), agents[random.IntN(len(agents))], paths[random.IntN(len(paths))])
		if t.Failed() {
			return
		}
	}
}

func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /a*b$\nAllow: /a", "/a/b")
	f.Add("useragent foo\r\rdisallow: /\ufeff", "/?x=*")
	f.Add("User-agent: foo\nCrawl-delay: 1e999\nContent-Signal: a=b,c", "/")
	f.Fuzz(func(t *testing.T, file, path string) {
		if len(file) > 4<<10 || !strings.HasPrefix(path, "/") || strings.ContainsAny(file, "\xef\xbb\xbf") && !strings.HasPrefix(file, "\ufeff") {
			return // Google also drops parts of a byte order mark
		}
		compareWithGoogle(t, file, "foo", path)
	})
}

// What a URL costs grows with the size of the file and not with rules times path,
// however the rules are made.
func TestRobotsRulesCostNoMoreThanTheirLength(t *testing.T) {
	for name, tt := range map[string]struct {
		rule func(i int) string
		path string
	}{
		"wildcards that are not there": {func(i int) string { return fmt.Sprintf("/*param%d=", i) }, "/" + strings.Repeat("param=/", 280)},
		"all there, in another order":  {func(i int) string { return fmt.Sprintf("/*b%s*a", strings.Repeat("b", i%40)) }, "/" + strings.Repeat("a", 900) + strings.Repeat("b", 900)},
		"powers of one letter":         {func(i int) string { return "/*" + strings.Repeat("a", i%900) + "*b" }, "/" + strings.Repeat("a", 1900)},
		"many stars":                   {func(int) string { return "/" + strings.Repeat("*a", 20) + "*b" }, "/" + strings.Repeat("a", 1900)},
		"ends":                         {func(i int) string { return fmt.Sprintf("/*%d$", i) }, "/" + strings.Repeat("1234", 450)},
		"plain":                        {func(i int) string { return fmt.Sprintf("/a/%d", i) }, "/a/" + strings.Repeat("b", 1900)},
	} {
		var file strings.Builder
		file.WriteString("User-agent: *\n")
		for i := 0; i < 15_000 && file.Len() < MaxRobots-2000; i++ {
			file.WriteString("Disallow: " + tt.rule(i) + "\n")
		}
		r := ParseRobots([]byte(file.String()))
		m := robotsMatcher{path: tt.path}
		matched := false
		for _, rule := range r.groups["*"].blocks[0].rules {
			indexed := m.matches(&rule.pattern)
			fresh := robotsMatcher{path: tt.path}
			if plain := fresh.matches(&rule.pattern); plain != indexed {
				t.Fatalf("%s: %s matches %v without an index, %v with one", name, rule.text, plain, indexed)
			}
			matched = matched || indexed
		}
		most := 16*file.Len() + 1000*len(tt.path) // a path has a place for each of some 1,000 lengths at most
		if m.ops > most {
			t.Errorf("%s: %d steps for %d bytes of rules and %d of path", name, m.ops, file.Len(), len(tt.path))
		}
		if d := r.Query("x", &url.URL{Scheme: "http", Host: "h", Path: tt.path}); d.Allowed == matched {
			t.Errorf("%s: allowed %v, matched %v", name, d.Allowed, matched)
		}
	}
}

// With an index and without one the answers are the same.
func FuzzRobotsMatcher(f *testing.F) {
	f.Add("/*a*b", "/ab", "/xxaxxb")
	f.Add("/*aa*aa$", "/*aaa", "/aaaa")
	f.Add("*", "/**a*", "/a*")
	f.Fuzz(func(t *testing.T, x, y, path string) {
		indexed := robotsMatcher{path: path, scanned: maxScans * (len(path) + 1)}
		for _, value := range []string{x, y, x + "*" + y} {
			p := newPattern(value)
			plain := robotsMatcher{path: path}
			if got, want := indexed.matches(&p), plain.matches(&p); got != want {
				t.Errorf("%q at %q: %v with an index, %v without", value, path, got, want)
			}
		}
	})
}

func BenchmarkRobotsQuery(b *testing.B) {
	var file strings.Builder
	file.WriteString("User-agent: *\n")
	for i := range 15_000 {
		fmt.Fprintf(&file, "Disallow: /*p%d=*x\n", i)
	}
	r := ParseRobots([]byte(file.String()))
	u := &url.URL{Scheme: "http", Host: "h", Path: "/" + strings.Repeat("some/where/", 180)}
	for b.Loop() {
		r.Query("x", u)
	}
}
