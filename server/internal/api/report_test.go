package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"atalaya/server/internal/api"
	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// endedAudit is a completed audit with a page and two findings.
func (s *server) endedAudit() int64 {
	s.t.Helper()
	p := s.progress(s.do("POST", shared.PathAudits, `{"url":"https://www.example.com/"}`), 201)
	job, ok, err := s.store.Claim(s.t.Context(), "worker", time.Minute)
	if err != nil || !ok {
		s.t.Fatalf("claim: %v %v", ok, err)
	}
	finding := shared.Finding{
		CheckID: "title-length", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
		Evidence: []shared.Evidence{{Name: "title", Value: "=1+1"}},
	}
	page := work.PageRecord{
		Page: shared.Page{
			URL: "https://www.example.com/", Status: 200, Title: "=1+1", Analysed: true, FetchedAt: p.CreatedAt,
			Findings: shared.Findings{Warning: 1},
		},
		Findings: []shared.Finding{finding},
	}
	site := shared.Finding{CheckID: "sitemap-missing", Category: shared.CategoryCrawlability, Severity: shared.SeverityNotice}
	report, err := json.Marshal(shared.Report{Checks: []shared.CheckResult{{
		ID: "title-length", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning, Outcome: shared.OutcomeFail,
		Applied: 1, Failed: 1, PointsLost: 120, Samples: []shared.Finding{finding},
	}}})
	score := 88
	for _, err := range []error{
		err,
		s.store.SavePages(s.t.Context(), job.Lease, []work.PageRecord{page}),
		s.store.SaveFindings(s.t.Context(), job.Lease, []shared.Finding{site}),
		s.store.Finish(s.t.Context(), job.Lease, work.Result{
			Status: shared.StatusCompleted, GeoScore: &score, Report: report, Message: work.Sentence{Text: "Done", Key: "done"},
			Last: work.Advance{TotalPages: 1, Discovered: 1},
		}),
	} {
		if err != nil {
			s.t.Fatal(err)
		}
	}
	return p.AuditID
}

func TestReportComesInEveryForm(t *testing.T) {
	s := newServer(t)
	id := s.endedAudit()
	tags := map[string]string{}
	for _, c := range []struct{ query, accept, kind, name, has string }{
		{"", "", "application/json", "", `"version":1`},
		{"?format=json", "text/csv", "application/json", "", `"points_lost":120`},
		{"?whole=true", "", "application/json", ".json", `"pages":[{"id":`},
		{"?format=csv", "", "text/csv", ".csv", "https://www.example.com/,200,'=1+1,"},
		{"?format=csv&bom=1", "", "text/csv", ".csv", "\ufeffpage,"},
		{"?format=csv&lang=es", "", "text/csv", ".csv", "demasiado"},
		{"?format=md", "", "text/markdown", ".md", "### Title is too short"},
		{"?format=sarif", "", "application/sarif+json", ".sarif", `"version":"2.1.0"`},
		{"?format=html&lang=es", "", "text/html", ".html", `<html lang="es">`},
		{"", "text/csv, */*;q=0.1", "text/csv", ".csv", "page,"},
	} {
		path := shared.PathReport(id) + c.query
		w := s.do("GET", path, nil, "Accept", c.accept)
		h := w.Header()
		if w.Code != 200 || !strings.HasPrefix(h.Get("Content-Type"), c.kind+";") || !strings.Contains(w.Body.String(), c.has) {
			t.Errorf("%s, %q: %d, %s, want %s in %.2000s", path, c.accept, w.Code, h.Get("Content-Type"), c.has, w.Body)
		}
		if !strings.HasSuffix(h.Get("Content-Disposition"), c.name+`"`) && c.name != "" || h.Get("Vary") != "Accept" {
			t.Errorf("%s: %v", path, h)
		}
		if tag := h.Get("ETag"); tag == "" || tags[tag] != "" && tags[tag] != w.Body.String() {
			t.Errorf("%s: the tag %s is that of another form", path, tag)
		}
		tags[h.Get("ETag")] = w.Body.String()
		if c.name == "" {
			continue // package answer looks at the tag of what may be compressed
		}
		if again := s.do("GET", path, nil, "Accept", c.accept, "If-None-Match", h.Get("ETag")); again.Code != 304 {
			t.Errorf("%s: asked again: %d", path, again.Code)
		}
	}
}

// TestReportIsThatOfItsProgram: a report known from one version of the program is sent anew by
// the next, whose words may be others, and never again by the same.
func TestReportIsThatOfItsProgram(t *testing.T) {
	s := newServer(t)
	path := shared.PathReport(s.endedAudit())
	ask := func(version, query, known string) *httptest.ResponseRecorder {
		mux := http.NewServeMux()
		api.New(api.Config{
			Service: s.store, Problems: api.NewProblems(slog.New(slog.DiscardHandler)), Poll: http.NotFoundHandler(),
			Version: version,
		}).Register(mux)
		r := httptest.NewRequest(http.MethodGet, path+query, nil)
		r.Header.Set("If-None-Match", known)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	for _, query := range []string{"?whole=true", "?format=csv", "?format=csv&bom=1", "?format=md&lang=es", "?format=sarif", "?format=html"} {
		tag := ask("v1", query, "").Header().Get("ETag")
		if same, next := ask("v1", query, tag), ask("v2", query, tag); same.Code != 304 || same.Body.Len() > 0 || next.Code != 200 {
			t.Errorf("%s: %d from the same, %d from the next", query, same.Code, next.Code)
		}
	}
	if one, two := ask("v1", "", "").Header().Get("ETag"), ask("v2", "", "").Header().Get("ETag"); one == two {
		t.Errorf("the report in brief has the tag %s from both", one)
	}
}

func TestReportRefusesOtherForms(t *testing.T) {
	s := newServer(t)
	id := s.endedAudit()
	for _, c := range []struct {
		query, accept string
		status        int
		code          shared.Code
	}{
		{"?format=xls", "", 406, shared.CodeNotAcceptable},
		{"", "image/png", 406, shared.CodeNotAcceptable},
		{"?lang=xx", "", 400, shared.CodeBadQuery},
		{"?bom=maybe", "", 400, shared.CodeBadQuery},
		{"?whole=2", "", 400, shared.CodeBadQuery},
	} {
		w := s.do("GET", shared.PathReport(id)+c.query, nil, "Accept", c.accept)
		if w.Code != c.status || !strings.Contains(w.Body.String(), string(c.code)) {
			t.Errorf("%s, %q: %d %s", c.query, c.accept, w.Code, w.Body)
		}
	}
}

// TestReportFitsItsSchema holds both forms of the JSON against the schema that is served.
func TestReportFitsItsSchema(t *testing.T) {
	s := newServer(t)
	w := s.do("GET", shared.PathSchema, nil)
	if kind := w.Header().Get("Content-Type"); kind != "application/schema+json" {
		t.Errorf("served as %s", kind)
	}
	document, err := jsonschema.UnmarshalJSON(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("report.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	id := s.endedAudit()
	for _, query := range []string{"", "?format=json&whole=1"} {
		body := s.do("GET", shared.PathReport(id)+query, nil).Body.String()
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", query, err)
		}
		v.(map[string]any)["checks"].([]any)[0].(map[string]any)["outcome"] = "maybe"
		if schema.Validate(v) == nil {
			t.Errorf("%s: an unknown outcome passes", query)
		}
	}
}

// brokenRows fails where pages are read; before, it has as many bytes of findings as are
// asked for.
type brokenRows struct {
	*store.Store
	bytes int
}

func (b brokenRows) Pages(context.Context, int64, shared.PageQuery) (shared.PageList, error) {
	return shared.PageList{}, errors.New("gone")
}

func (b brokenRows) Findings(context.Context, int64, shared.FindingQuery) (list shared.FindingList, err error) {
	if b.bytes > 0 {
		evidence := []shared.Evidence{{Name: "title", Value: strings.Repeat("x", b.bytes)}}
		list.Findings = []shared.Finding{{CheckID: "title-length", Evidence: evidence}}
	}
	return list, nil
}

// TestReportThatBreaksIsNoFile: an error ahead of the first bytes is a problem, one behind
// them cuts the connection.
func TestReportThatBreaksIsNoFile(t *testing.T) {
	s := newServer(t)
	path := shared.PathReport(s.endedAudit()) + "?format=html"
	ask := func(method string, bytes int) (w *httptest.ResponseRecorder, cut any) {
		mux := http.NewServeMux()
		api.New(api.Config{
			Service: brokenRows{s.store, bytes}, Problems: api.NewProblems(slog.New(slog.DiscardHandler)), Poll: http.NotFoundHandler(),
		}).Register(mux)
		defer func() { cut = recover() }()
		w = httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w, nil
	}
	w, cut := ask("GET", 0)
	if w.Code != 500 || cut != nil || w.Header().Get("Content-Disposition") != "" || w.Header().Get("ETag") != "" {
		t.Errorf("at once: %d, %v, cut with %v", w.Code, w.Header(), cut)
	}
	if _, cut = ask("GET", 1<<20); cut != any(http.ErrAbortHandler) {
		t.Errorf("later: cut with %v", cut)
	}
	if w, _ = ask("HEAD", 0); w.Code != 200 || w.Body.Len() > 0 || w.Header().Get("ETag") == "" {
		t.Errorf("HEAD, which reads no rows: %d, %v", w.Code, w.Header())
	}
}
