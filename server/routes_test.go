package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"atalaya/shared"
)

// TestFlowOfWrongRequests asks the whole server for what it does not have. A
// program gets a problem with a stable code, whatever net/http or the pages
// would have said by themselves; a person gets a page, or is sent to it.
func TestFlowOfWrongRequests(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	p.create(`{"url":"x","kind":"external"}`)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, tc := range []struct {
		method, path string
		status       int
		code         shared.Code // "" means no problem
		field        string
		location     string
	}{
		{"GET", "/api", 200, "", "", ""},
		{"GET", "/api/", 404, shared.CodeNotFound, "", ""},
		{"POST", "/api", 405, shared.CodeMethod, "", ""},
		{"GET", "/sse", 404, shared.CodeNotFound, "", ""},
		{"GET", "/sse/", 404, shared.CodeNotFound, "", ""},
		{"GET", "/sse/nothing", 404, shared.CodeNotFound, "", ""},
		{"GET", "/api/v1/audits/", 404, shared.CodeNotFound, "", ""},
		{"GET", "/api/v1/audits/1/", 404, shared.CodeNotFound, "", ""},
		{"GET", "/sse/audits/", 404, shared.CodeNotFound, "", ""},
		{"GET", "/sse/audits/1/progress/", 404, shared.CodeNotFound, "", ""},
		{"GET", "/api//v1/audits", 404, shared.CodeNotFound, "", ""},
		{"POST", "/api/v1/../v1/audits", 404, shared.CodeNotFound, "", ""},
		{"GET", "//api/v1/audits", 404, shared.CodeNotFound, "", ""},
		{"GET", "/x/../sse/audits", 404, shared.CodeNotFound, "", ""},
		{"GET", "/sse/../basic", 404, shared.CodeNotFound, "", ""},
		{"POST", "/sse/audits", 405, shared.CodeMethod, "", ""},
		{"PUT", "/api/v1/audits", 405, shared.CodeMethod, "", ""},
		{"POST", "/healthz", 405, shared.CodeMethod, "", ""},
		{"POST", "/sites", 405, shared.CodeMethod, "", ""},
		{"DELETE", "/sites/a.example", 405, shared.CodeMethod, "", ""},
		{"POST", "/basic/compare", 405, shared.CodeMethod, "", ""},
		{"PUT", "/basic/sites/a.example", 404, "", "", ""},
		{"GET", "/sites/a.example", 404, "", "", ""},
		{"GET", "/sites/a.example/?a=b", 308, "", "", "/sites/a.example?a=b"},
		{"GET", "/basic/sites/a.example", 404, "", "", ""},
		{"GET", "/compare?base=98&head=99", 404, "", "", ""},
		{"GET", "/basic/compare?base=98&head=99", 404, "", "", ""},
		{"GET", "/basic/compare?base=x", 400, "", "", ""},
		{"POST", "/", 405, shared.CodeMethod, "", ""},
		{"DELETE", "/audits/1", 405, shared.CodeMethod, "", ""},
		{"POST", "/web/static/old.js", 405, shared.CodeMethod, "", ""},
		{"PUT", "/basic", 405, "", "", ""},
		{"GET", "/api/v1/audits/x", 400, shared.CodeBadID, "id", ""},
		{"GET", "/api/v1/audits/x/progress", 400, shared.CodeBadID, "id", ""},
		{"GET", "/sse/audits/x/progress", 400, shared.CodeBadID, "id", ""},
		{"GET", "/sse/audits?id=x", 400, shared.CodeBadID, "id", ""},
		{"GET", "/audits/1/?a=b", 308, "", "", "/audits/1?a=b"},
		{"GET", "/audits?status=failed", 308, "", "", "/?status=failed"},
		{"GET", "/basic/", 308, "", "", "/basic"},
		{"GET", "//evil.example/", 307, "", "", "/evil.example/"},
		{"GET", "/evil.example/", 404, "", "", ""},
		{"GET", "//audits/1/", 307, "", "", "/audits/1/"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tc.method, p.url+tc.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		var got shared.Problem
		isProblem := res.Header.Get("Content-Type") == shared.ProblemType
		if isProblem {
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatal(err)
			}
		}
		if res.StatusCode != tc.status || isProblem != (tc.code != "") || got.Code != tc.code ||
			got.Field != tc.field || res.Header.Get("Location") != tc.location {
			t.Errorf("%s %s: got %d %s to %q, %s; want %+v", tc.method, tc.path, res.StatusCode,
				res.Header.Get("Content-Type"), res.Header.Get("Location"), strings.TrimSpace(string(body)), tc)
		}
	}
}
