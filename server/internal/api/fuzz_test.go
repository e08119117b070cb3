package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"atalaya/server/internal/api/apitest"
	"atalaya/shared"
)

// However hostile a query, each list answers with itself or with what is wrong, and as
// openapi.json says.
func FuzzQuery(f *testing.F) {
	for _, query := range []string{
		"", "limit=1", "limit=0", "limit=1e3", "limit=%31", "limit=1&limit=2", "cursor=YXVkaXRzOjE", "cursor=%00",
		"status=running", "status=", "kind=site;kind=external", "check=title-missing", "reason=%ff", "a=b", "=", "&&",
		"to=http://site.example/", "from=%ff", "to=a&from=b",
		"%", "limit=9223372036854775808", "cursor=" + "cGFnZXM6MQ", "check=';DROP TABLE audits;--", "limit=+1", "\x00",
	} {
		f.Add(query)
	}
	s, doc := newServer(f), apitest.Read(f)
	s.do("POST", shared.PathAudits, `{"url":"http://site.example/"}`)
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{"", "/1/pages", "/1/findings", "/1/links", "/1/unvisited"} {
			r := httptest.NewRequest("GET", shared.PathAudits+path, nil)
			r.URL.RawQuery = query
			w := httptest.NewRecorder()
			s.bare.ServeHTTP(w, r)
			if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
				t.Errorf("%s?%s: got %d: %s", path, query, w.Code, w.Body)
			}
			if err := doc.Check(r, nil, w); err != nil {
				t.Errorf("openapi.json does not describe %s?%s, answered %d: %v", path, query, w.Code, err)
			}
		}
	})
}
