package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// comparable is an ended audit of a site with pages, each named with the check that it fails.
func (s *server) comparable(site string, pages ...string) int64 {
	s.t.Helper()
	p := s.progress(s.do("POST", shared.PathAudits, map[string]string{"url": site}), 201)
	job, ok, err := s.store.Claim(s.t.Context(), "worker", time.Minute)
	if err != nil || !ok {
		s.t.Fatalf("claim: %v %v", ok, err)
	}
	records := make([]work.PageRecord, len(pages))
	for i, page := range pages {
		path, check, _ := strings.Cut(page, " ")
		records[i].Page = shared.Page{URL: site + path, Status: 200, Analysed: true, FetchedAt: p.CreatedAt}
		if check != "" {
			records[i].Findings = []shared.Finding{{
				CheckID: check, Category: shared.CategoryMetadata, Severity: shared.SeverityError,
			}}
		}
	}
	report, err := json.Marshal(shared.Report{Checks: []shared.CheckResult{
		{ID: "title-length", Severity: shared.SeverityError, Outcome: shared.OutcomeFail},
		{ID: "h1-missing", Severity: shared.SeverityError, Outcome: shared.OutcomePass},
	}})
	for _, err := range []error{
		err,
		s.store.SavePages(s.t.Context(), job.Lease, records),
		s.store.Finish(s.t.Context(), job.Lease, work.Result{Status: shared.StatusCompleted, Report: report}),
	} {
		if err != nil {
			s.t.Fatal(err)
		}
	}
	return p.AuditID
}

func pathCompare(base, head any, more string) string {
	return fmt.Sprintf("%s?base=%v&head=%v%s", shared.PathCompare, base, head, more)
}

func TestCompare(t *testing.T) {
	s := newServer(t)
	const site = "https://www.example.com/"
	base := s.comparable(site, "z title-length", "a title-length", "b", "gone h1-missing")
	head := s.comparable(site, "b h1-missing", "z title-length", "a", "more h1-missing")
	var got []string
	for path := pathCompare(base, head, "&limit=2"); path != ""; {
		w := s.do("GET", path, nil)
		var c shared.Comparison
		if err := json.Unmarshal(w.Body.Bytes(), &c); err != nil || w.Code != 200 || len(c.Changes) > 2 {
			t.Fatalf("%s: %d, %v in %s", path, w.Code, err, w.Body)
		}
		if c.Counts.New.Error != 2 || c.Counts.Fixed.Error != 2 || c.Counts.Persistent.Error != 1 || c.Pages.Both != 3 {
			t.Errorf("%s: counted %+v of %+v", path, c.Counts, c.Pages)
		}
		for _, change := range c.Changes {
			got = append(got, fmt.Sprint(change.State, " ", strings.TrimPrefix(change.PageURL, site)))
		}
		next, _, _ := strings.Cut(strings.TrimPrefix(w.Header().Get("Link"), "<"), ">")
		if path = next; (path == "") != (c.NextCursor == nil) {
			t.Errorf("the link is %q, the cursor %v", path, c.NextCursor)
		}
	}
	if want := "fixed a, new b, fixed gone, new more, persistent z"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
	if w := s.do("GET", pathCompare(base, head, "&state=new"), nil); strings.Count(w.Body.String(), `"state":`) != 2 {
		t.Errorf("what is new: %s", w.Body)
	}
	var digest shared.Comparison
	w := s.do("GET", pathCompare(base, head, "&places=20"), nil)
	if err := json.Unmarshal(w.Body.Bytes(), &digest); err != nil || len(digest.Changes) != 4 || digest.NextCursor != nil {
		t.Errorf("the first places: %v in %s, want all but what is persistent", err, w.Body)
	}
	if w := s.do("GET", pathCompare(base, base, "&places=20"), nil); !strings.Contains(w.Body.String(), `"changes":[]`) {
		t.Errorf("compared with itself: %s", w.Body)
	}
	w = s.do("GET", pathCompare(base, head, "&format=md&lang=es"), nil)
	if body := w.Body.String(); w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/markdown") ||
		!strings.Contains(body, "## Nuevos") || !strings.Contains(body, "<https://www.example.com/b>") {
		t.Errorf("as Markdown: %d, %v, %s", w.Code, w.Header(), body)
	}
}

func TestCompareRefusals(t *testing.T) {
	s := newServer(t)
	id, other := s.comparable("https://www.example.com/"), s.comparable("https://other.example/")
	waiting := s.progress(s.do("POST", shared.PathAudits, `{"url":"https://www.example.com/"}`), 201).AuditID
	for _, c := range []struct {
		path  string
		code  shared.Code
		field string
	}{
		{pathCompare(id, "x", ""), shared.CodeBadID, "head"},
		{pathCompare("", id, ""), shared.CodeBadID, "base"},
		{pathCompare(99, id, ""), shared.CodeNotFound, "base"},
		{pathCompare(id, 99, ""), shared.CodeNotFound, "head"},
		{pathCompare(id, waiting, ""), shared.CodeConflict, "head"},
		{pathCompare(id, other, ""), shared.CodeDifferentSites, "head"},
		{pathCompare(id, id, "&format=csv"), shared.CodeNotAcceptable, "format"},
		{pathCompare(id, id, "&state=old"), shared.CodeBadQuery, "state"},
		{pathCompare(id, id, "&cursor=x"), shared.CodeBadQuery, "cursor"},
		{pathCompare(id, id, "&limit=201"), shared.CodeBadQuery, "limit"},
		{pathCompare(id, id, "&lang=xx&format=md"), shared.CodeBadQuery, "lang"},
		{pathCompare(id, id, "&state=new&format=md"), shared.CodeBadQuery, ""},
		{pathCompare(id, id, "&places=0"), shared.CodeBadQuery, "places"},
		{pathCompare(id, id, "&places=3&limit=2"), shared.CodeBadQuery, "places"},
	} {
		w := s.do("GET", c.path, nil)
		var p shared.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code != c.code || p.Field != c.field || p.Detail == "" {
			t.Errorf("%s: %d %s, want %s of %q", c.path, w.Code, w.Body, c.code, c.field)
		}
	}
}
