package pages

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// shapeOf is the status of a page and every element of it with the names of its attributes, in the order of
// the page: what markup it has, whatever its texts say. go-app writes attributes in any
// order. A link to another site has no href where its address is none.
func shapeOf(t *testing.T, r *http.Response) []string {
	t.Helper()
	shape := []string{r.Status}
	for _, e := range elements(parse(t, r), "") {
		names := make([]string, len(e.Attr))
		for i, a := range e.Attr {
			names[i] = a.Key
		}
		if attribute(e, "target") != "" {
			names = slices.DeleteFunc(names, func(name string) bool { return name == "href" })
		}
		slices.Sort(names)
		shape = append(shape, "<"+strings.Join(append([]string{e.Data}, names...), " ")+">")
	}
	return shape
}

// sameShape checks that what somebody chose brought no markup of its own.
func sameShape(t *testing.T, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("%s: element %d is %s, want %s", what, i, got[i], want[i])
			return
		}
	}
	t.Errorf("%s: %d elements, want %d", what, len(got), len(want))
}

// markup are texts that would break out of an attribute, a text or Go's quoting.
var markup = append(slices.Clone(hostile),
	`\" data-pwn="q`, `\`, `\\" onx="1`, `" data-pwn="q`, `&quot; onx=&quot;1`, "a\u2028\" onx=1", "<!--", "]]>",
	"</script>", "`x`", "%", "%s", "{x}", "true",
)

// TestAddressesBringNoMarkup asks for addresses, hosts and queries that somebody else
// may have put into a link.
func TestAddressesBringNoMarkup(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	ask := func(path, query, host string, header ...string) []string {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.URL, r.Host = &url.URL{Path: path, RawQuery: query}, host
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return shapeOf(t, w.Result())
	}
	const host = "watch.example"
	want := map[string][]string{}
	for _, path := range []string{
		"/", "/shell", "/x", shared.PathPage(id), shared.PathReportPage(id), shared.PathBasic, shared.PathBasicPage(id),
		shared.PathSitesPage, shared.PathSitePage("one.example"), shared.PathComparePage, shared.PathBasicSites,
		shared.PathBasicSite("one.example"), shared.PathBasicDiff,
	} {
		want[path] = ask(path, "", host)
	}
	for _, path := range []string{"/x", "/audits/x", "/audits/x/basic"} {
		for _, v := range markup {
			if !strings.Contains(v, "/") { // that would be another path
				evil := strings.Replace(path, "x", "x"+v, 1)
				sameShape(t, "path "+evil, ask(evil, "", host), ask(path, "", host))
			}
		}
	}
	for path, want := range want {
		for _, v := range markup {
			for _, query := range []string{v, "__req=" + v, "lang=" + v} {
				sameShape(t, path+"?"+query, ask(path, query, host), want)
			}
			for _, name := range []string{"q=", "url="} { // of which a page says something
				query := name + url.QueryEscape(v)
				sameShape(t, path+"?"+query, ask(path, query, host), ask(path, name+"nothing", host))
			}
			sameShape(t, path+" at host "+v, ask(path, "", v), want)
			sameShape(t, path+" in language "+v, ask(path, "", host, "Accept-Language", v, "Cookie", "lang="+v), want)
		}
	}
}

// TestAuditsBringNoMarkup shows what an audited site or a foreign worker wrote, on
// every page, while the audit runs and after it failed.
func TestAuditsBringNoMarkup(t *testing.T) {
	want := drawStates(t, "x")
	for _, v := range markup {
		for what, got := range drawStates(t, v) {
			sameShape(t, what+" of "+v, got, want[what])
		}
	}
}

// drawStates draws every page of an audit that is called v wherever a text is not ours.
func drawStates(t *testing.T, v string) map[string][]string {
	s := newSite(t)
	id := s.audit("https://one.example/" + v).AuditID
	drawn := map[string][]string{}
	draw := func(state string, targets ...string) {
		for _, target := range targets {
			drawn[state+" on "+target] = shapeOf(t, s.get(target))
		}
	}
	running := halfway
	running.Message.Text = v
	running.Activity = &shared.Activity{
		Stages: []shared.StageSpan{}, Top: []shared.TopCheck{{ID: v, Severity: shared.SeverityError, Count: 2, Example: v}},
		Pages: []shared.PageLine{{URL: "https://one.example/" + v, Status: 200}, {URL: v}},
	}
	lease := s.run(running)
	draw("running", "/", shared.PathPage(id), shared.PathBasic, shared.PathBasicPage(id))
	s.finish(lease, work.Result{Status: shared.StatusFailed, ErrorMessage: work.Sentence{Text: v}, Last: running},
		shared.Report{Checks: []shared.CheckResult{{
			ID: v, Category: shared.CategoryContent, Severity: shared.SeverityError, Outcome: shared.OutcomeFail, Failed: 1,
			Samples: []shared.Finding{{
				CheckID: v, PageURL: "https://one.example/" + v, Evidence: []shared.Evidence{{Name: v, Value: v}},
				Group: v, Count: 2,
			}},
		}}})
	draw("failed", "/", shared.PathPage(id), shared.PathReportPage(id), shared.PathBasic, shared.PathBasicPage(id))
	return drawn
}
