package audit

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/store"
	"atalaya/shared"
	words "atalaya/shared/text"
)

// rawSite answers each path with bytes as they stand, and cuts the connection then.
func rawSite(t *testing.T, answers map[string]string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				r, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					return
				}
				answer, ok := answers[r.URL.Path]
				if !ok {
					answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
				}
				_, _ = io.WriteString(conn, answer)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// raw is an answer of a rawSite with a body; head is its status line and headers.
func raw(body string, head ...string) string {
	return "HTTP/1.1 " + strings.Join(head, "\r\n") + "\r\nConnection: close\r\n\r\n" + body
}

// seen lists a report's findings as "check path: evidence", without the evidence that
// says where the link stands and how long it took.
func seen(t *testing.T, st *store.Store, id int64, checks ...string) (list []string) {
	t.Helper()
	for q := (shared.FindingQuery{Limit: shared.ListLimitMax}); ; {
		page, err := st.Findings(t.Context(), id, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Findings {
			if !slices.Contains(checks, f.CheckID) {
				continue
			}
			says := f.CheckID + " /" + f.PageURL[strings.LastIndexByte(f.PageURL, '/')+1:] + ":"
			for _, e := range f.Evidence {
				if e.Name != "referrer" && e.Name != "ms" && e.Name != "attempts" {
					says += " " + e.Value
				}
			}
			list = append(list, says)
		}
		if page.NextCursor == nil {
			slices.Sort(list)
			return list
		}
		q.Cursor = *page.NextCursor
	}
}

// Whatever a link leads to that is no page has a finding that says what it is, and only
// what a visitor would meet makes the site a failing one.
func TestAnOddAnswerIsCalledWhatItIs(t *testing.T) {
	t.Parallel()
	const html = "Content-Type: text/html"
	var packed strings.Builder
	w := brotli.NewWriter(&packed)
	if _, err := io.WriteString(w, "<title>brotli</title>"); err != nil || w.Close() != nil {
		t.Fatal("brotli")
	}
	answers := map[string]string{
		"/204": raw("", "204 No Content"), "/300": raw("choose", "300 Multiple Choices", html),
		"/304": raw("", "304 Not Modified"), "/305": raw("", "305 Use Proxy", "Location: /"),
		"/302": raw("<p>nowhere", "302 Found", html), "/999": raw("no", "999 Denied"), "/101": raw("", "101 Switching"),
		"/000": raw("", "000 Nothing"), "/mail": raw("", "302 Found", "Location: mailto:a@b.example"),
		"/zstd": raw("\x28\xb5\x2f\xfd", "200 OK", html, "Content-Encoding: zstd"),
		"/none": raw("<title>none</title>", "200 OK", html, "Content-Encoding: none"),
		"/br":   raw(packed.String(), "200 OK", html, "Content-Encoding: br"),
		"/pdf":  raw("%PDF-1.4\n%\xe2\xe3\xcf\xd3\x00\x01\x02", "200 OK", html),
		"/cut":  raw("<p>", "200 OK", html, "Content-Length: 100"),
	}
	home := "<!doctype html><title>Home</title>"
	for path := range answers {
		home += "<a href=" + path + ">x</a> "
	}
	answers["/"] = raw(home, "200 OK", html)
	site, st := rawSite(t, answers), open(t)
	id := create(t, st, shared.NewAudit{URL: site})
	start(t, New(st, loopback("odd")))
	if p := await(t, st, id, "end", terminal); p.Status != shared.StatusCompleted {
		t.Fatalf("got %+v (%s)", p, deref(p.ErrorMessage))
	}

	got := seen(t, st, id, "fetch-failed", "fetch-timeout", "http-odd-status", "http-odd-encoding",
		"content-type-mismatch", "http-5xx")
	want := []string{
		"content-type-mismatch /pdf: text/html application/pdf",
		"fetch-failed /000: other",
		"fetch-failed /cut: 200 reset",
		"fetch-failed /mail: 302 bad-redirect mailto:a@b.example",
		"fetch-failed /zstd: 200 bad-encoding zstd",
		"http-odd-encoding /br: br",
		"http-odd-encoding /none: none",
		"http-odd-status /101: unknown-class 101",
		"http-odd-status /204: no-content 204",
		"http-odd-status /300: choices 300",
		"http-odd-status /302: nowhere 302",
		"http-odd-status /304: not-modified 304",
		"http-odd-status /305: other-3xx 305",
		"http-odd-status /999: unknown-class 999",
	}
	if !slices.Equal(got, want) {
		t.Errorf("findings\n got %q\nwant %q", got, want)
	}
	for _, p := range allPages(t, st, id) {
		path := strings.TrimPrefix(p.URL, site)
		if analysed := path == "/" || path == "/none" || path == "/br"; p.Analysed != analysed {
			t.Errorf("%s is analysed: %v", path, p.Analysed)
		}
		if path == "/zstd" && (p.Status != 200 || p.Failure != check.FailEncoding) {
			t.Errorf("%s: %+v", path, p)
		}
	}
	if caps := reportOf(t, st, id).Score.Caps; slices.ContainsFunc(caps, func(c shared.Cap) bool { return c.ID == capSiteFailing }) {
		t.Errorf("caps %+v", caps)
	}
}

func TestWhatStopsAVisitorMakesASiteFail(t *testing.T) {
	now := time.Time{}
	for class, want := range map[crawl.FailureClass]string{
		crawl.FailTimeout: checkTimeout, crawl.FailRefused: checkFetchFailed, crawl.FailReset: checkFetchFailed,
		crawl.FailDNS: checkFetchFailed, crawl.FailTLS: checkFetchFailed, crawl.FailTLSName: checkFetchFailed,
		crawl.FailTLSDate: checkFetchFailed, crawl.FailTLSChain: checkFetchFailed,
		crawl.FailEncoding: "", crawl.FailRedirect: "", crawl.FailOther: "", crawl.FailBlocked: "",
	} {
		res := answered(t, "https://example.com/a", "")
		res.Failure = &crawl.Failure{Class: class}
		v := newVisit(asked{Item: crawl.Item{URL: "https://example.com/a"}}, res, crawl.NewScope(res.URL), now)
		if v.broken != want {
			t.Errorf("%s: broken by %q, want %q", class, v.broken, want)
		}
	}
}

// A link is followed, checked, or reported as one that no browser opens; none vanishes.
func TestNoLinkVanishes(t *testing.T) {
	const home = "https://example.com/"
	for markup, want := range map[string]struct {
		link, outward string
		malformed     bool
		cut           bool
	}{
		`<a href="/a">x</a>`:                                 {link: home + "a"},
		`<a href="https:/a">x</a>`:                           {link: home + "a"},
		`<a href="https:///example.com/a">x</a>`:             {link: home + "a"},
		`<a href="https://https://other.test/">x</a>`:        {outward: "https://https//other.test/"},
		`<a href="http://0x7f.1/">x</a>`:                     {outward: "http://127.0.0.1/"},
		`<a href="http://exa mple.test/">x</a>`:              {malformed: true},
		`<a href="http://">x</a>`:                            {malformed: true},
		`<a href="//">x</a>`:                                 {malformed: true},
		`<a href="http://:80/">x</a>`:                        {malformed: true},
		`<a href="http://me@/">x</a>`:                        {malformed: true},
		`<a href="https://example.test:99999/">x</a>`:        {malformed: true},
		`<a href="https://example.test:8o/">x</a>`:           {malformed: true},
		`<a href="http://[::1/">x</a>`:                       {malformed: true},
		`<a href="http://[fe80::1%25eth0]/">x</a>`:           {malformed: true},
		`<a href="http://1.2.3.256/">x</a>`:                  {malformed: true},
		`<area href="http://<nil>/">`:                        {malformed: true},
		`<svg><a xlink:href="http://a b/">x</a></svg>`:       {malformed: true},
		`<iframe src="http://a b/"></iframe>`:                {malformed: true},
		`<link rel="next" href="http://a b/">`:               {malformed: true},
		`<a href="mailto:a b@c">x</a>`:                       {},
		`<a href="/` + strings.Repeat("a", 2100) + `">x</a>`: {cut: true},
	} {
		res := answered(t, home, "<title>t</title><body>"+markup)
		v := newVisit(asked{Item: crawl.Item{URL: home}}, res, crawl.NewScope(res.URL), time.Time{})
		if got := strings.Join(v.links, " "); got != want.link {
			t.Errorf("%s: leads to %q, want %q", markup, got, want.link)
		}
		if len(v.outward) > 1 || len(v.outward) == 1 && v.outward[0].URL != want.outward || len(v.outward) == 0 && want.outward != "" {
			t.Errorf("%s: leads out to %v, want %q", markup, v.outward, want.outward)
		}
		malformed := slices.ContainsFunc(v.findings, func(f shared.Finding) bool { return f.CheckID == "link-malformed" })
		if malformed != want.malformed || v.cut != want.cut {
			t.Errorf("%s: malformed %v, cut %v, want %+v", markup, malformed, v.cut, want)
		}
	}
}

// certificates are signed by one root that the engine of a test trusts.
type certificates struct {
	root *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newCertificates(t *testing.T) *certificates {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &certificates{key: key}
	c.root = c.sign(t, x509.Certificate{Subject: pkix.Name{CommonName: "Root"}, IsCA: true, BasicConstraintsValid: true})
	return c
}

func (c *certificates) sign(t *testing.T, leaf x509.Certificate) *x509.Certificate {
	t.Helper()
	leaf.SerialNumber = big.NewInt(time.Now().UnixNano())
	if leaf.NotAfter.IsZero() {
		leaf.NotBefore, leaf.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	parent := c.root
	if parent == nil {
		parent = &leaf
	}
	der, err := x509.CreateCertificate(rand.Reader, &leaf, parent, c.key.Public(), c.key)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// serve answers every path with a page, behind a certificate of the root.
func (c *certificates) serve(t *testing.T, leaf x509.Certificate, config *tls.Config) string {
	t.Helper()
	server := httptest.NewUnstartedServer(page("Behind a lock"))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of our hanging up
	config.Certificates = []tls.Certificate{{Certificate: [][]byte{c.sign(t, leaf).Raw}, PrivateKey: c.key}}
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// A secure connection that fails says what is at fault, of a start page and of a link.
func TestAFailureOfTLSSaysWhichPartIsAtFault(t *testing.T) {
	t.Parallel()
	ours, strangers := newCertificates(t), newCertificates(t)
	here := []net.IP{net.IPv4(127, 0, 0, 1)}
	day := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	sites := []struct{ url, failure, key, says string }{
		{ours.serve(t, x509.Certificate{IPAddresses: here}, &tls.Config{}), "", "", ""},
		{ours.serve(t, x509.Certificate{DNSNames: []string{"other.example"}}, &tls.Config{}),
			"tls-name other.example", "wrong-certificate", "is for another name (other.example)"},
		{ours.serve(t, x509.Certificate{IPAddresses: here, NotBefore: day, NotAfter: day.AddDate(1, 0, 0)}, &tls.Config{}),
			"tls-date 2020-01-02 – 2021-01-02", "outdated-certificate", "is not valid today (2020-01-02 – 2021-01-02)"},
		{strangers.serve(t, x509.Certificate{IPAddresses: here}, &tls.Config{}),
			"tls-chain CN=Root", "untrusted-certificate", "does not come from an authority that browsers trust (CN=Root)"},
		{ours.serve(t, x509.Certificate{IPAddresses: here}, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}),
			"tls tls: protocol version not supported", "not-secure", "tls: protocol version not supported"},
	}
	st := open(t)
	e := New(st, loopback("tls"))
	roots := x509.NewCertPool()
	roots.AddCert(ours.root)
	e.fetcher = crawl.NewFetcher(crawl.Config{AllowPrivate: true, Limits: e.limits, Roots: roots})
	start(t, e)

	var links, want []string
	for _, site := range sites {
		links = append(links, site.url+"/x")
		if site.failure != "" {
			want = append(want, site.url+"/x "+site.failure)
		}
	}
	id := create(t, st, shared.NewAudit{URL: newWebsite(t, map[string]http.HandlerFunc{"/": page("Home", links...)}).URL})
	await(t, st, id, "end", terminal)
	var got []string
	for _, f := range find(t, reportOf(t, st, id), "broken-external").Samples {
		got = append(got, f.Evidence[0].Value+" "+f.Evidence[1].Value+" "+f.Evidence[2].Value)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("broken links\n got %q\nwant %q", got, want)
	}

	for _, site := range sites {
		id := create(t, st, shared.NewAudit{URL: site.url})
		p := await(t, st, id, "end", terminal)
		if deref(p.ErrorKey) != site.key || !strings.Contains(deref(p.ErrorMessage), site.says) {
			t.Errorf("%s: %s %q, want %s %q", site.url, deref(p.ErrorKey), deref(p.ErrorMessage), site.key, site.says)
		}
	}
}

// What keeps a redirect from being followed is said as it is: robots.txt only where it
// was read.
func TestARefusedRedirectSaysWhatKeepsUsOut(t *testing.T) {
	from, to := address(t, "https://example.com/"), address(t, "http://10.0.0.1/")
	blocked := fmt.Errorf("dial: %w", crawl.ErrBlockedAddress)
	for _, c := range []struct {
		robots crawl.Robots
		want   string
	}{
		{crawl.Robots{State: crawl.RobotsFound}, "redirect-forbidden"},
		{crawl.Robots{State: crawl.RobotsUnreachable, Failure: &crawl.Failure{Class: crawl.FailBlocked, Err: blocked}},
			"redirect-private"},
		{crawl.Robots{State: crawl.RobotsUnreachable, Failure: &crawl.Failure{Class: crawl.FailTimeout}}, "robots-silent"},
		{crawl.Robots{State: crawl.RobotsUnreachable, Failure: &crawl.Failure{Class: crawl.FailDNS}}, "no-address"},
		{crawl.Robots{State: crawl.RobotsUnreachable, Failure: &crawl.Failure{Class: crawl.FailTLSDate}}, "outdated-certificate"},
		{crawl.Robots{State: crawl.RobotsUnreachable, Status: 503}, "robots-status"},
	} {
		if got := refuseRedirect(from, to, &c.robots).said; got.Key != c.want {
			t.Errorf("%s %+v: got %s, want %s", c.robots.State, c.robots.Failure, got.Key, c.want)
		}
	}
	for _, robots := range []crawl.Robots{
		{State: crawl.RobotsFound}, {State: crawl.RobotsUnreachable, Status: 503},
		{State: crawl.RobotsUnreachable, Failure: &crawl.Failure{Class: crawl.FailTimeout}},
	} {
		if got := refusedBy(&robots); got != crawl.ReasonRobots {
			t.Errorf("%s: skipped as %s", robots.State, got)
		}
	}
	if got := refusedBy(&crawl.Robots{Failure: &crawl.Failure{Class: crawl.FailBlocked}}); got != crawl.ReasonPrivate {
		t.Errorf("a private address is skipped as %s", got)
	}
}

// Every answer and every failure of package crawl has words in every language.
func TestEveryAnswerHasWords(t *testing.T) {
	odd := []string{check.AnswerNoContent, check.AnswerNowhere, check.AnswerChoices,
		check.AnswerNotModified, check.AnswerOther3xx, check.AnswerUnknownClass}
	for _, answer := range odd {
		if !slices.Contains(crawlValues(t, "Answer"), answer) {
			t.Errorf("package crawl has no answer %q", answer)
		}
	}
	want := append(crawlValues(t, "FailureClass"), odd...)
	got := words.AnswerCodes()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("words for\n %q, want\n %q", got, want)
	}
}
