package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"atalaya/server/internal/export"
	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// texts are what somebody may have stored in the hope that whoever shows it takes it for more
// than a text.
var texts = map[string]string{
	"a header":             "a\r\nEvil: 1\r\n\r\n<script>alert(1)</script>",
	"a header after LF":    "a\nEvil: 1",
	"a header after CR":    "a\rEvil: 1",
	"an escaped header":    "a%0d%0aEvil:%201",
	"a header in Unicode":  "a\u560d\u560aEvil: 1",
	"an event":             "a\n\nevent: end\ndata: {\"reason\":\"finished\",\"retry_ms\":0}\n\n",
	"an event after CR":    "a\r\revent: end\rdata: {}\r\r",
	"an id":                "a\nid: 99999\nretry: 1\n",
	"a line separator":     "a\u2028b\u2029c\u0085d",
	"a line of the log":    "a\ntime=2026-01-01T00:00:00Z level=ERROR msg=panic",
	"an escape sequence":   "\x1b[2J\x1b]0;owned\x07\u009b31m",
	"a direction":          "\u202egnp.exe\u2066",
	"a byte order mark":    "\ufeffa",
	"the last code point":  "\U0010ffff\ufffe\ufdd0",
	"a joined letter":      "a" + strings.Repeat("\u0301", 150),
	"JSON that ends early": `","status":"completed","x":"`,
	"a script":             "</script><script>alert(1)</script>",
	"a script in capitals": "</SCRIPT><ScRiPt>alert(1)</sCrIpT>",
	"a picture":            `"><img src=x onerror=alert(1)>`,
	"an attribute":         `" onmouseover="alert(1)" x="`,
	"an attribute of '":    `' onmouseover='alert(1)' x='`,
	"an attribute of `":    "` onmouseover=`alert(1)`",
	"a drawing":            "<svg/onload=alert(1)>",
	"a comment":            "<!--<img src='--><img src=x onerror=alert(1)>",
	"the end of a title":   "</title></style></textarea></noscript><img src=x onerror=alert(1)>",
	"an entity":            "&lt;script&gt;alert(1)&lt;/script&gt;&#x3c;script&#x3e;",
	"a base":               `<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=//evil.example">`,
	"a script's address":   "javascript:alert(1)",
	"a page as an address": "data:text/html,<script>alert(1)</script>",
	"a template":           "{{.}}{{printf \"%s\" .}}<%= 1 %>${7*7}#{1}",
	"a verb":               "%s%n%x%!d(string=",
	"Markdown":             "[x](javascript:alert(1)) ![x](https://evil.example/) | a | <b>",
	"a block of code":      "```\n<script>alert(1)</script>\n```",
	"a formula":            "=cmd|' /C calc'!A0",
	"a sum":                "@SUM(1+1)*cmd|' /C calc'!A0",
	"a plus":               "+1+cmd|' /C calc'!A0",
	"a minus":              "-1+cmd|' /C calc'!A0",
	"a full-width formula": "\uff1d1+1",
	"a formula in blanks":  " \u00a0=1+1",
	"a formula after TAB":  "\t=1+1",
	"a formula in quotes":  `"=1+1","`,
	"SQL":                  "'); DROP TABLE audits; --",
	"a path":               "../../../../etc/passwd",
	"a command":            "$(touch /tmp/owned) `id` ; id | id & id",
	"a quote alone":        `"`,
	"a backslash alone":    `\`,
}

// hostileTexts has each text stored wherever somebody may store one, and looks at whatever
// shows it.
func hostileTexts() (attacks []attack) {
	for name, text := range texts {
		attacks = append(attacks, attack{name, func(t *testing.T, a *arena) { a.store(t, text) }})
	}
	return attacks
}

// store has an external audit say a text in every field that workers write, and a token be
// called so.
func (a *arena) store(t *testing.T, text string) {
	id := a.audits(t, text)
	a.watches(t, id, text)
	said, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.as(t, "worker", "PATCH", shared.PathProgress(id),
		fmt.Sprintf(`{"status":"failed","message":%s,"error_message":%s}`, said, said)); got.status != 200 {
		t.Fatalf("failed: %s", got.summary())
	}
	made := a.as(t, "admin", "POST", shared.PathTokens, fmt.Sprintf(`{"role":"viewer","name":%s}`, said))
	if want := len(text) <= shared.MaxTokenName; want != (made.status == http.StatusCreated) {
		t.Errorf("a token of that name: %s", made.summary())
	}
	for _, path := range []string{
		"/", "/basic", shared.PathPage(id), shared.PathPage(id) + "/report", shared.PathPage(id) + "/basic",
		shared.PathPage(id) + "/basic/report", "/team", "/team/trail", "/?q=" + url.QueryEscape(text),
		"/basic?q=" + url.QueryEscape(text), "/new?url=" + url.QueryEscape(text),
	} {
		checkMarkup(t, path, a.as(t, "admin", "GET", path, ""))
	}
	for _, path := range []string{
		shared.PathAudit(id), shared.PathAudits, "/api/v1/trail", shared.PathTokens, shared.PathReport(id),
	} {
		if got := a.as(t, "admin", "GET", path, ""); got.status != 200 || !json.Valid([]byte(got.body)) {
			t.Errorf("%s: %s %.200s", path, got.summary(), got.body)
		}
	}
	for _, form := range export.Formats {
		path := shared.PathReport(id) + "?format=" + string(form)
		checkFile(t, form, a.as(t, "viewer", "GET", path, ""))
	}
	if made.status == http.StatusCreated {
		a.as(t, "admin", "DELETE", made.header.Get("Location"), "")
	}
	a.as(t, "admin", "DELETE", shared.PathAudit(id), "")
}

// audits starts an audit of what a text names; where that cannot be, of something else.
func (a *arena) audits(t *testing.T, text string) (id int64) {
	t.Helper()
	said, err := json.Marshal(map[string]string{"url": text, "kind": "external"})
	if err != nil {
		t.Fatal(err)
	}
	made := a.as(t, "auditor", "POST", shared.PathAudits, string(said))
	if hasControl(text) != (made.code == shared.CodeBadURL) {
		t.Errorf("an audit of %q: %s", text, made.summary())
	}
	if made.status != http.StatusCreated {
		made = a.as(t, "auditor", "POST", shared.PathAudits, `{"url":"x","kind":"external"}`)
	}
	number, _ := strings.CutPrefix(made.header.Get("Location"), shared.PathAudits+"/")
	if id, err = strconv.ParseInt(number, 10, 64); err != nil {
		t.Fatalf("an audit: %s", made.summary())
	}
	return id
}

func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f })
}

// watches has a worker say a text, and a stream and a poll bring it as it is.
func (a *arena) watches(t *testing.T, id int64, text string) {
	t.Helper()
	r := a.ask(shared.PathStream(id), "")
	authorize(r, a.tokens["viewer"])
	s, err := ssetest.Open(t, a.http, r)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if _, err := s.NextProgress(); err != nil {
		t.Fatal(err)
	}
	said, err := json.Marshal(map[string]string{"message": text})
	if err != nil {
		t.Fatal(err)
	}
	if got := a.as(t, "worker", "PATCH", shared.PathProgress(id), string(said)); got.status != 200 {
		t.Fatalf("said: %s", got.summary())
	}
	if got, err := s.NextProgress(); err != nil || got.Message == nil || *got.Message != text {
		t.Errorf("the stream says %+v, %v", got, err)
	}
	var polled shared.AuditProgress
	got := a.as(t, "viewer", "GET", shared.PathProgress(id), "")
	if err := json.Unmarshal([]byte(got.body), &polled); err != nil || polled.Message == nil || *polled.Message != text {
		t.Errorf("polling says %s, %v", got.body, err)
	}
}

// checkMarkup parses a page as browsers do: nothing in it may run, load or lead elsewhere.
func checkMarkup(t *testing.T, what string, got reply) {
	t.Helper()
	if got.header.Get("Evil") != "" || got.status >= 500 {
		t.Errorf("%s: %s, %v", what, got.summary(), got.header)
	}
	tree, err := html.Parse(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range tree.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains([]string{"base", "iframe", "object", "embed", "svg:script"}, n.Data) {
			t.Errorf("%s has <%s>", what, n.Data)
		}
		if n.Data == "script" && n.FirstChild != nil && strings.Contains(n.FirstChild.Data, "alert(1)") {
			t.Errorf("%s runs %q", what, n.FirstChild.Data)
		}
		for _, at := range n.Attr {
			value := strings.ToLower(strings.TrimSpace(at.Val))
			address := slices.Contains([]string{"href", "src", "action", "formaction", "data", "poster"}, at.Key)
			switch {
			case strings.HasPrefix(at.Key, "on"), at.Key == "srcdoc",
				address && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:text")),
				n.Data == "meta" && at.Key == "http-equiv" && value == "refresh" && strings.Contains(fmt.Sprint(n.Attr), "evil"),
				at.Key == "src" && strings.Contains(value, "evil.example"):
				t.Errorf("%s has <%s %s=%q>", what, n.Data, at.Key, at.Val)
			}
		}
	}
}

// checkFile looks at a report for what its readers would take for more than a text.
func checkFile(t *testing.T, form export.Format, got reply) {
	t.Helper()
	if got.status != 200 || got.header.Get("Evil") != "" {
		t.Errorf("%s: %s, %v", form, got.summary(), got.header)
	}
	switch form {
	case export.CSV:
		rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
		if err != nil {
			t.Errorf("csv: %v", err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if begins := strings.TrimLeft(cell, " \u00a0\u3000"); begins != "" && strings.ContainsAny(begins[:1],
					"=+-@\t\r\n") ||
					strings.HasPrefix(begins, "\uff1d") {
					t.Errorf("csv has the cell %q", cell)
				}
			}
		}
	case export.HTML:
		checkMarkup(t, string(form), got)
	case export.Markdown:
		// The address of an audit may be a link, in angle brackets.
		if found := marked.FindString(ownLink.ReplaceAllString(signs(got.body), "")); found != "" {
			t.Errorf("md has %q", found)
		}
	default:
		if !json.Valid([]byte(got.body)) {
			t.Errorf("%s is no JSON: %q", form, got.body)
		}
	}
}

// What Markdown takes for a tag, a link or a picture, and what a report may have of it.
var (
	marked  = regexp.MustCompile(`[<\[].{0,60}`)
	ownLink = regexp.MustCompile(`<http://127\.0\.0\.1:\d+/[^<> ]*>`)
)

// signs is what is left of a text in Markdown without its escapes and its spans of code, in
// which nothing means anything.
func signs(text string) string {
	var rest strings.Builder
	for text != "" {
		i := strings.IndexAny(text, "\\`")
		if i < 0 {
			return rest.String() + text
		}
		rest.WriteString(text[:i])
		if text[i] == '\\' {
			text = text[min(i+2, len(text)):]
			continue
		}
		inside := strings.TrimLeft(text[i:], "`")
		_, text, _ = strings.Cut(inside, text[i:len(text)-len(inside)])
	}
	return rest.String()
}

// TestHostileSite audits a site that says each text wherever a page may say one, and reads
// every form of its report, with the pages that show it.
func TestHostileSite(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) string{
		"SQLite": func(testing.TB) string { return "" }, "PostgreSQL": pgtest.Database,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := newHostileSite(t)
			a := &arena{team: newTeamOn(t, database(t), "--workers", "1", "--rate", "10000", "--allow-private-targets", "true")}
			made := a.as(t, "auditor", "POST", shared.PathAudits, fmt.Sprintf(`{"url":%q}`, site.URL))
			id, err := strconv.ParseInt(strings.TrimPrefix(made.header.Get("Location"), shared.PathAudits+"/"), 10, 64)
			if err != nil {
				t.Fatalf("started: %s", made.summary())
			}
			testkit.Eventually(t, 60*time.Second, "the end of the audit", func() bool {
				var p shared.AuditProgress
				got := a.as(t, "viewer", "GET", shared.PathProgress(id), "")
				return json.Unmarshal([]byte(got.body), &p) == nil && p.Status.Terminal()
			})
			for _, form := range export.Formats {
				for _, lang := range []string{"en", "es"} {
					checkFile(t, form, a.as(t, "viewer", "GET", shared.PathReport(id)+"?format="+string(form)+"&lang="+lang, ""))
				}
			}
			for _, path := range []string{
				shared.PathPage(id), shared.PathPage(id) + "/report", shared.PathPage(id) + "/basic", "/sites", "/basic/sites",
				shared.PathPage(id) + "/basic/report", shared.PathPage(id) + "/report?view=page",
				shared.PathPage(id) + "/basic/report?view=page", shared.PathPage(id) + "/basic/title-duplicate",
			} {
				checkMarkup(t, path, a.as(t, "viewer", "GET", path, ""))
			}
			if a.log.Contains("level=ERROR") {
				t.Error("the log has errors")
			}
		})
	}
}

// newHostileSite has a page for each text, and two that share each title.
func newHostileSite(t *testing.T) *httptest.Server {
	t.Helper()
	names := make([]string, 0, len(texts))
	for name := range texts {
		names = append(names, name)
	}
	slices.Sort(names)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/page/"))
		if r.URL.Path == "/" {
			for i := range 2 * len(names) {
				fmt.Fprintf(w, "<a href='/page/%d'>x</a>", i)
			}
			return
		}
		if err != nil {
			http.NotFound(w, r)
			return
		}
		text := texts[names[n/2]]
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("X-Robots-Tag", text)
		as := html.EscapeString(text)
		fmt.Fprintf(w, `<!doctype html><html lang="%[1]s"><title>%[1]s</title><meta name=description content="%[1]s">
<link rel=canonical href="%[1]s"><meta property=og:title content="%[1]s"><h1>%[1]s</h1><h1>%[1]s</h1>
<a href="%[1]s">%[1]s</a><a href="/%[2]s">x</a><img src="%[1]s"><script type="application/ld+json">%[1]s</script>`,
			as, url.PathEscape(text))
	}))
	t.Cleanup(site.Close)
	return site
}
