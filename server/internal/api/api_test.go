package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/api"
	"atalaya/server/internal/api/apitest"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// server is the API over a real SQLite store. Seeds are taken as they are but
// for one address, so that the store's and not crawl's rules are at work.
type server struct {
	t     testing.TB
	mux   http.Handler // held against openapi.json
	bare  http.Handler
	store *store.Store
	told  *stories
}

func checkHeaders(lines []string) error {
	_, err := crawl.ParseOwnHeaders(lines)
	return err
}

func newServer(t testing.TB) *server {
	t.Helper()
	return newBoundedServer(t, store.Bounds{})
}

func newBoundedServer(t testing.TB, bounds store.Bounds) *server {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(t.Context(), store.Config{DataDir: t.TempDir(), Log: log, Bounds: bounds})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	problems := api.NewProblems(log,
		api.Rule{Err: store.ErrNotFound, Code: shared.CodeNotFound, Detail: "There is no such audit."},
		api.Rule{Err: store.ErrTerminal, Code: shared.CodeTerminal, Detail: "It is final."},
		api.Rule{Err: store.ErrConflict, Code: shared.CodeConflict, Detail: "Not now."},
		api.Rule{Err: store.ErrPrecondition, Code: shared.CodePrecondition, Detail: "Read it again."},
		api.Rule{Err: store.ErrOutOfRange, Code: shared.CodeOutOfRange},
		api.Rule{Err: store.ErrIdempotency, Code: shared.CodeIdempotency, Detail: "Use another key."},
		api.Rule{Err: store.ErrBadCursor, Code: shared.CodeBadQuery, Detail: "The cursor is not ours."},
		api.Rule{Err: store.ErrQueueFull, Code: shared.CodeQueueFull, Detail: "Later.", RetryAfter: time.Minute},
		api.Rule{Err: store.ErrHostBusy, Code: shared.CodeHostBusy, Detail: "Later.", RetryAfter: time.Minute},
	)
	told, mux := &stories{}, http.NewServeMux()
	api.New(api.Config{
		Service: st, Tokens: keyring{st}, Shares: sharer{st}, Push: browsers{st}, Trail: st, Problems: problems, PageLimit: 500, MaxBytes: 1 << 31, MaxSeconds: 1800,
		Rate: 5, CheckHeaders: checkHeaders,
		Seed: func(raw string) (string, error) {
			if !strings.HasPrefix(raw, "http") {
				return "", &api.Error{Code: shared.CodeBadURL, Field: "url", Detail: "Not an address."}
			}
			return raw, nil
		},
		Target: func(_ shared.WebhookKind, raw string) (string, error) {
			if !strings.HasPrefix(raw, "https:") {
				return "", &api.Error{Code: shared.CodeBadURL, Field: "url", Detail: "Not an address."}
			}
			return raw, nil
		},
		Stats: func(ctx context.Context) (shared.Stats, error) {
			counts, err := st.Counts(ctx)
			return shared.Stats{
				Version: "v1", StartedAt: shared.At(time.Now()), Audits: counts,
				Streams: shared.StreamStats{
					Transports: map[string]int64{"sse": 1}, Writers: map[string]int64{"epoll": 1},
					Ended: map[string]int64{"finished": 1}, Rejected: map[string]int64{"overloaded": 1},
				},
			}, err
		},
		Story: told.take, Poll: http.NotFoundHandler(),
	}).Register(mux)
	bare := api.Log(log, problems, mux)
	return &server{t: t, mux: apitest.Held(t, bare), bare: bare, store: st, told: told}
}

// keyring makes tokens with secrets that are not secret.
type keyring struct{ *store.Store }

func (k keyring) CreateToken(ctx context.Context, want shared.NewToken) (shared.CreatedToken, error) {
	t, err := k.Store.CreateToken(ctx, want, store.Secret{Prefix: "atl_" + want.Name, Hash: "hash"})
	return shared.CreatedToken{Token: t, Secret: t.Prefix + "rest"}, err
}

// sharer makes links that are not signed.
type sharer struct{ *store.Store }

func (s sharer) CreateShare(ctx context.Context, audit int64, days int) (shared.Share, error) {
	made, err := s.Store.CreateShare(ctx, audit, 0, time.Duration(days)*24*time.Hour)
	made.Path = shared.PathShare + "x"
	return made, err
}

// browsers are those of nobody in particular.
type browsers struct{ *store.Store }

func (browsers) PublicKey() string { return "BKey" }

func (b browsers) Subscribe(ctx context.Context, want api.NewSubscription) (shared.Subscription, error) {
	return b.Store.Subscribe(ctx, store.NewSubscription(want), store.Subscriber{})
}

func (b browsers) Subscription(ctx context.Context, id int64) (shared.Subscription, error) {
	return b.Store.Subscription(ctx, id, 0)
}

func (b browsers) Unsubscribe(ctx context.Context, id int64) error {
	return b.Store.Unsubscribe(ctx, id, 0)
}

// do sends a request whose body is text or, for other values, JSON.
func (s *server) do(method, path string, body any, header ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		data, err := json.Marshal(b)
		if err != nil {
			s.t.Fatal(err)
		}
		r = bytes.NewReader(data)
	}
	req := httptest.NewRequest(method, path, r)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, req)
	return w
}

// progress decodes an answer that must be an AuditProgress.
func (s *server) progress(w *httptest.ResponseRecorder, status int) shared.AuditProgress {
	s.t.Helper()
	if w.Code != status {
		s.t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	p, err := shared.DecodeAuditProgress(bytes.TrimSpace(w.Body.Bytes()))
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *server) count() int {
	s.t.Helper()
	list, err := s.store.List(s.t.Context(), shared.ListQuery{})
	if err != nil {
		s.t.Fatal(err)
	}
	return len(list.Audits)
}

func TestMalformedRequestsChangeNothing(t *testing.T) {
	s := newServer(t)
	running := s.progress(s.do("POST", shared.PathAudits, `{"url":"worker","kind":"external"}`), 201)
	ended := s.progress(s.do("POST", shared.PathAudits, `{"url":"worker","kind":"external"}`), 201)
	s.progress(s.do("PATCH", shared.PathProgress(ended.AuditID), `{"status":"completed","geo_score":80}`), 200)
	before, err := s.store.Progress(t.Context(), running.AuditID)
	if err != nil {
		t.Fatal(err)
	}
	live, over := shared.PathProgress(running.AuditID), shared.PathProgress(ended.AuditID)
	audits := shared.PathAudits

	for _, tc := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		code                     shared.Code
	}{
		{"not JSON", "POST", audits, `{"url":`, nil, 400, shared.CodeBadJSON},
		{"empty body", "POST", audits, ``, nil, 400, shared.CodeBadJSON},
		{"null", "POST", audits, `null`, nil, 400, shared.CodeBadJSON},
		{"a list", "POST", audits, `[]`, nil, 400, shared.CodeBadJSON},
		{"two values", "POST", audits, `{"url":"http://a"}{}`, nil, 400, shared.CodeBadJSON},
		{"not UTF-8", "POST", audits, "{\"url\":\"http://\xff\"}", nil, 400, shared.CodeBadJSON},
		{"unknown field", "POST", audits, `{"url":"http://a","colour":"red"}`, nil, 400, shared.CodeUnknownField},
		{"another case", "POST", audits, `{"URL":"http://a"}`, nil, 400, shared.CodeUnknownField},
		{"a field twice", "POST", audits, `{"url":"http://a","url":"http://b"}`, nil, 400, shared.CodeBadJSON},
		{"url as number", "POST", audits, `{"url":7}`, nil, 400, shared.CodeBadJSON},
		{"limit as text", "POST", audits, `{"url":"http://a","page_limit":"9"}`, nil, 400, shared.CodeBadJSON},
		{"no url", "POST", audits, `{}`, nil, 422, shared.CodeBadURL},
		{"bad url", "POST", audits, `{"url":"ftp://a"}`, nil, 422, shared.CodeBadURL},
		{"limit 0", "POST", audits, `{"url":"http://a","page_limit":0}`, nil, 422, shared.CodeOutOfRange},
		{"include of nothing", "POST", audits, `{"url":"http://a","include":[""]}`, nil, 422, shared.CodeOutOfRange},
		{"include without a slash", "POST", audits, `{"url":"http://a","include":["docs/"]}`, nil, 422, shared.CodeOutOfRange},
		{"exclude on two lines", "POST", audits, `{"url":"http://a","exclude":["/a\n/b"]}`, nil, 422, shared.CodeOutOfRange},
		{"rate 0", "POST", audits, `{"url":"http://a","rate":0}`, nil, 422, shared.CodeOutOfRange},
		{"rate above the server's", "POST", audits, `{"url":"http://a","rate":7.5}`, nil, 422, shared.CodeOutOfRange},
		{"rate as text", "POST", audits, `{"url":"http://a","rate":"1"}`, nil, 400, shared.CodeBadJSON},
		{"a header without a name", "POST", audits, `{"url":"http://a","headers":["s3cret"]}`, nil, 422, shared.CodeOutOfRange},
		{"a long header", "POST", audits, `{"url":"http://a","headers":["A: ` + strings.Repeat("s3cret ", 600) + `"]}`, nil, 422,
			shared.CodeOutOfRange},
		{"eleven headers", "POST", audits, `{"url":"http://a","headers":["A: s3cret"` + strings.Repeat(`,"A: s3cret"`, 10) + `]}`,
			nil, 422, shared.CodeOutOfRange},
		{"headers as an object", "POST", audits, `{"url":"http://a","headers":{"A":"s3cret"}}`, nil, 400, shared.CodeBadJSON},
		{"headers of external work", "POST", audits, `{"url":"x","kind":"external","headers":["A: s3cret"]}`, nil, 422,
			shared.CodeOutOfRange},
		{"headers of a schedule", "PUT", "/api/v1/sites/a/schedule",
			`{"url":"http://a","cron":"@daily","headers":["A: s3cret"]}`, nil, 422, shared.CodeOutOfRange},
		{"limit above", "POST", audits, `{"url":"http://a","page_limit":10001}`, nil, 422, shared.CodeOutOfRange},
		{"depth below", "POST", audits, `{"url":"http://a","max_depth":-1}`, nil, 422, shared.CodeOutOfRange},
		{"bytes 0", "POST", audits, `{"url":"http://a","max_bytes":0}`, nil, 422, shared.CodeOutOfRange},
		{"bytes above the server's", "POST", audits, `{"url":"http://a","max_bytes":2147483649}`, nil, 422, shared.CodeOutOfRange},
		{"bytes beyond int64", "POST", audits, `{"url":"http://a","max_bytes":99999999999999999999}`, nil, 400, shared.CodeBadJSON},
		{"seconds below", "POST", audits, `{"url":"http://a","max_seconds":-1}`, nil, 422, shared.CodeOutOfRange},
		{"seconds above the server's", "POST", audits, `{"url":"http://a","max_seconds":1801}`, nil, 422, shared.CodeOutOfRange},
		{"unknown kind", "POST", audits, `{"url":"http://a","kind":"x"}`, nil, 422, shared.CodeOutOfRange},
		{"external without a name", "POST", audits, `{"kind":"external"}`, nil, 422, shared.CodeBadURL},
		{"external with NUL", "POST", audits, `{"url":"a\u0000","kind":"external"}`, nil, 422, shared.CodeBadURL},
		{"oversized", "POST", audits, `{"url":"` + strings.Repeat("a", shared.MaxBody) + `"}`, nil, 413, shared.CodeTooLarge},
		{"a form", "POST", audits, `url=x`, []string{"Content-Type", "multipart/form-data; boundary=x"}, 415, shared.CodeMediaType},
		{"plain text", "POST", audits, `{"url":"http://a"}`, []string{"Content-Type", "text/plain"}, 415, shared.CodeMediaType},
		{"key with control characters", "POST", audits, `{"url":"http://a"}`, []string{"Idempotency-Key", "a\tb"}, 400,
			shared.CodeBadHeader},
		{"query on a POST", "POST", audits + "?limit=1", `{"url":"http://a"}`, nil, 400, shared.CodeBadQuery},
		{"wrong method", "PUT", audits, `{}`, nil, 405, shared.CodeMethod},
		{"unknown path", "GET", "/api/v2", "", nil, 404, shared.CodeNotFound},
		{"id as text", "GET", audits + "/seven", "", nil, 400, shared.CodeBadID},
		{"id zero", "GET", audits + "/0", "", nil, 400, shared.CodeBadID},
		{"id too large", "GET", audits + "/9223372036854775808", "", nil, 400, shared.CodeBadID},
		{"unknown id", "GET", audits + "/999", "", nil, 404, shared.CodeNotFound},
		{"cancel unknown", "POST", shared.PathCancel(999), "", nil, 404, shared.CodeNotFound},
		{"delete unknown", "DELETE", audits + "/999", "", nil, 404, shared.CodeNotFound},
		{"pages of unknown", "GET", audits + "/999/pages", "", nil, 404, shared.CodeNotFound},
		{"pages with info", "GET", audits + "/1/pages?found=info", "", nil, 400, shared.CodeBadQuery},
		{"pages of no class", "GET", audits + "/1/pages?answer=200", "", nil, 400, shared.CodeBadQuery},
		{"report of unknown", "GET", audits + "/999/report", "", nil, 404, shared.CodeNotFound},
		{"report before the end", "GET", shared.PathReport(running.AuditID), "", nil, 409, shared.CodeConflict},
		{"report as sheet", "GET", shared.PathReport(ended.AuditID) + "?format=xls", "", nil, 406, shared.CodeNotAcceptable},
		{"unknown status", "GET", audits + "?status=done", "", nil, 400, shared.CodeBadQuery},
		{"unknown parameter", "GET", audits + "?stauts=failed", "", nil, 400, shared.CodeBadQuery},
		{"unfinished that is no flag", "GET", audits + "?unfinished=yes", "", nil, 400, shared.CodeBadQuery},
		{"limit too large", "GET", audits + "?limit=201", "", nil, 400, shared.CodeBadQuery},
		{"garbage cursor", "GET", audits + "?cursor=%27%3B--", "", nil, 400, shared.CodeBadQuery},
		{"malformed query", "GET", audits + "?q=%zz", "", nil, 400, shared.CodeBadQuery},
		{"progress above", "PATCH", live, `{"progress":101}`, nil, 422, shared.CodeOutOfRange},
		{"progress below", "PATCH", live, `{"progress":-1}`, nil, 422, shared.CodeOutOfRange},
		{"progress as text", "PATCH", live, `{"progress":"9"}`, nil, 400, shared.CodeBadJSON},
		{"progress with fraction", "PATCH", live, `{"progress":9.5}`, nil, 400, shared.CodeBadJSON},
		{"progress beyond int", "PATCH", live, `{"progress":99999999999999999999}`, nil, 400, shared.CodeBadJSON},
		{"100 while running", "PATCH", live, `{"progress":100}`, nil, 422, shared.CodeOutOfRange},
		{"score while running", "PATCH", live, `{"geo_score":50}`, nil, 422, shared.CodeOutOfRange},
		{"no field", "PATCH", live, `{}`, nil, 422, shared.CodeOutOfRange},
		{"unknown status in a patch", "PATCH", live, `{"status":"done"}`, nil, 422, shared.CodeOutOfRange},
		{"long message", "PATCH", live, `{"message":"` + strings.Repeat("ñ", 201) + `"}`, nil, 422, shared.CodeOutOfRange},
		{"NUL in a message", "PATCH", live, `{"message":"a\u0000b"}`, nil, 422, shared.CodeOutOfRange},
		{"a field that is not the worker's", "PATCH", live, `{"revision":9}`, nil, 400, shared.CodeUnknownField},
		{"another revision", "PATCH", live, `{"progress":9}`, []string{"If-Match", `"123456"`}, 412, shared.CodePrecondition},
		{"another revision, of a compressed answer", "PATCH", live, `{"progress":9}`,
			[]string{"If-Match", `"123456-gzip"`}, 412, shared.CodePrecondition},
		{"malformed If-Match", "PATCH", live, `{"progress":9}`, []string{"If-Match", `W/"1"`}, 400, shared.CodeBadHeader},
		{"write to an ended audit", "PATCH", over, `{"message":"late"}`, nil, 409, shared.CodeTerminal},
		{"cancel an ended audit", "POST", shared.PathCancel(ended.AuditID), "", nil, 409, shared.CodeTerminal},
		{"retry a running audit", "POST", audits + fmt.Sprintf("/%d/retry", running.AuditID), "", nil, 409, shared.CodeConflict},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var body any
			if tc.body != "" || tc.method == "POST" && tc.name == "empty body" {
				body = tc.body
			}
			w := s.do(tc.method, tc.path, body, tc.header...)
			var p shared.Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatalf("not a problem: %v: %s", err, w.Body)
			}
			if w.Code != tc.status || p.Code != tc.code || p.Status != tc.status {
				t.Errorf("%d %s, want %d %s: %s", w.Code, p.Code, tc.status, tc.code, w.Body)
			}
			if ct := w.Header().Get("Content-Type"); ct != shared.ProblemType {
				t.Errorf("Content-Type %q", ct)
			}
			if p.Title == "" || p.Detail == "" || p.RequestID == "" || p.Type != "/problems/"+string(tc.code) {
				t.Errorf("incomplete problem %+v", p)
			}
		})
	}
	after, err := s.store.Progress(t.Context(), running.AuditID)
	if err != nil {
		t.Fatal(err)
	}
	if after.Revision != before.Revision || s.count() != 2 {
		t.Errorf("something changed: revision %d to %d, %d audits", before.Revision, after.Revision, s.count())
	}
}

func TestWorkerReports(t *testing.T) {
	s := newServer(t)
	p := s.progress(s.do("POST", shared.PathAudits, `{"url":"import","kind":"external"}`), 201)
	if p.PageLimit != nil {
		t.Errorf("external work got the page limit %d", *p.PageLimit)
	}
	path := shared.PathProgress(p.AuditID)
	p = s.progress(s.do("PATCH", path,
		`{"status":"running","progress":40,"message":"half \"done\" <b>","total_pages":12}`, "If-Match",
		shared.ETag(p.Revision)), 200)
	if p.Status != shared.StatusRunning || p.Progress != 40 || p.TotalPages != 12 || *p.Message != `half "done" <b>` ||
		p.StartedAt == nil {
		t.Errorf("after the first report: %+v", p)
	}
	q := s.progress(s.do("PATCH", path, `{"status":"completed","geo_score":81}`), 200)
	if q.Status != shared.StatusCompleted || q.Progress != 100 || *q.GeoScore != 81 || q.FinishedAt == nil ||
		q.Revision <= p.Revision {
		t.Errorf("at the end: %+v", q)
	}
	w := s.do("GET", shared.PathAudit(q.AuditID), nil)
	if got := s.progress(w, 200); got.Revision != q.Revision || w.Header().Get("ETag") != shared.ETag(q.Revision) {
		t.Errorf("read again: revision %d, ETag %s", got.Revision, w.Header().Get("ETag"))
	}
	tag := shared.ETag(q.Revision)
	for known, want := range map[string]int{tag: 304, "W/" + tag: 304, `"1", ` + tag: 304, "*": 304, `"1"`: 200} {
		w := s.do("GET", shared.PathAudit(q.AuditID), nil, "If-None-Match", known)
		if w.Code != want || (w.Body.Len() == 0) != (want == 304) || w.Header().Get("ETag") != tag ||
			w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("If-None-Match %s: %d, %v, %d bytes; want %d", known, w.Code, w.Header(), w.Body.Len(), want)
		}
	}
}

func TestCreate(t *testing.T) {
	s := newServer(t)
	w := s.do("POST", shared.PathAudits, `{"url":"http://site.example/"}`, "Idempotency-Key", "k1")
	p := s.progress(w, 201)
	if p.Kind != shared.KindSite || p.Status != shared.StatusPending || *p.PageLimit != 500 {
		t.Errorf("created %+v", p)
	}
	if loc := w.Header().Get("Location"); loc != shared.PathAudit(p.AuditID) {
		t.Errorf("Location %q", loc)
	}
	if again := s.progress(s.do("POST", shared.PathAudits, `{"url":"http://site.example/"}`, "Idempotency-Key", "k1"),
		200); again.AuditID != p.AuditID {
		t.Errorf("the same key created audit %d beside %d", again.AuditID, p.AuditID)
	}
	if w := s.do("POST", shared.PathAudits, `{"url":"http://other.example/"}`, "Idempotency-Key", "k1"); w.Code != 422 {
		t.Errorf("the key with another body: %d %s", w.Code, w.Body)
	}
	// What curl -d sends without a header of its own.
	s.progress(s.do("POST", shared.PathAudits, `{"url":"http://site.example/","page_limit":7}`, "Content-Type",
		"application/x-www-form-urlencoded"), 201)
	if n := s.count(); n != 2 {
		t.Errorf("%d audits, want 2", n)
	}
	if w := s.do("POST", shared.PathCancel(p.AuditID), nil); s.progress(w, 200).Status != shared.StatusCancelled {
		t.Errorf("cancel: %s", w.Body)
	}
	retried := s.progress(s.do("POST", shared.PathAudit(p.AuditID)+"/retry", nil), 201)
	if retried.AuditID == p.AuditID || retried.URL != p.URL {
		t.Errorf("retried %+v", retried)
	}
	if w := s.do("DELETE", shared.PathAudit(p.AuditID), nil); w.Code != 204 {
		t.Errorf("delete: %d %s", w.Code, w.Body)
	}
	if w := s.do("GET", shared.PathAudit(p.AuditID), nil); w.Code != 404 {
		t.Errorf("deleted, yet %d", w.Code)
	}
}

// TestListWithTheUnfinished adds what has not ended to the first page, whatever its age.
func TestListWithTheUnfinished(t *testing.T) {
	s := newServer(t)
	for range 3 {
		s.progress(s.do("POST", shared.PathAudits, `{"url":"import","kind":"external"}`), 201)
	}
	s.progress(s.do("PATCH", shared.PathProgress(2), `{"status":"completed"}`), 200)
	for query, want := range map[string][]int64{
		"?limit=1&unfinished=true":  {3, 1},
		"?limit=1&unfinished=false": {3},
		"?limit=1":                  {3},
	} {
		w := s.do("GET", shared.PathAudits+query, nil)
		var list shared.AuditList
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, p := range list.Audits {
			got = append(got, p.AuditID)
		}
		if !slices.Equal(got, want) || list.NextCursor == nil {
			t.Errorf("%s: got %v, more %v; want %v and more", query, got, list.NextCursor != nil, want)
		}
	}
}

// TestRetryKeepsTheSettings starts an audit again and finds it asked for the same.
func TestRetryKeepsTheSettings(t *testing.T) {
	s := newServer(t)
	for body, want := range map[string]shared.NewAudit{
		`{"url":"http://site.example/","page_limit":7,"max_depth":3}`: {URL: "http://site.example/",
			Kind: shared.KindSite, PageLimit: 7, MaxDepth: 3},
		`{"url":"http://site.example/","max_bytes":2147483648,"max_seconds":1800,"skip_ai_agents":true}`: {
			URL: "http://site.example/", Kind: shared.KindSite, PageLimit: 500, MaxDepth: shared.MaxDepthDefault,
			MaxBytes: 1 << 31, MaxSeconds: 1800, SkipAIAgents: true,
		},
		`{"url":"http://site.example/","rate":0.5}`: {URL: "http://site.example/",
			Kind: shared.KindSite, PageLimit: 500, MaxDepth: shared.MaxDepthDefault, Rate: 0.5},
		`{"url":"http://site.example/"}`: {URL: "http://site.example/",
			Kind: shared.KindSite, PageLimit: 500, MaxDepth: shared.MaxDepthDefault},
		`{"url":"http://site.example/","include":["/docs/","/docs/"],"exclude":["*.pdf$"]}`: {
			URL: "http://site.example/", Kind: shared.KindSite, PageLimit: 500, MaxDepth: shared.MaxDepthDefault,
			Include: []string{"/docs/"}, Exclude: []string{"*.pdf$"},
		},
		`{"url":"import","kind":"external"}`: {URL: "import", Kind: shared.KindExternal},
		`{"url":"import","kind":"external","page_limit":8,"max_depth":4}`: {URL: "import", Kind: shared.KindExternal,
			PageLimit: 8, MaxDepth: 4},
	} {
		p := s.progress(s.do("POST", shared.PathAudits, body), 201)
		s.progress(s.do("POST", shared.PathCancel(p.AuditID), nil), 200)
		again := s.progress(s.do("POST", shared.PathAudit(p.AuditID)+"/retry", nil), 201)
		got, status, err := s.store.Settings(t.Context(), again.AuditID)
		if err != nil || !reflect.DeepEqual(got, want) || status != shared.StatusPending || again.AuditID == p.AuditID {
			t.Errorf("%s again: got audit %d, %+v, %s, %v; want %+v", body, again.AuditID, got, status, err, want)
		}
	}
}

// TestRetryAsksForHeadersAnew: an audit that had some is not started again without a word.
func TestRetryAsksForHeadersAnew(t *testing.T) {
	s := newServer(t)
	p := s.progress(s.do("POST", shared.PathAudits, `{"url":"http://site.example/","headers":["Authorization: s3cret"]}`), 201)
	s.progress(s.do("POST", shared.PathCancel(p.AuditID), nil), 200)
	for _, body := range []any{nil, `{}`, `{"page_limit":9}`, `{"headers":null}`} {
		if w := s.do("POST", shared.PathRetry(p.AuditID), body); w.Code != 422 ||
			!strings.Contains(w.Body.String(), string(shared.CodeHeadersNotKept)) || strings.Contains(w.Body.String(), "s3cret") {
			t.Errorf("%v: %d %s", body, w.Code, w.Body)
		}
	}
	for body, had := range map[string]bool{`{"headers":["Authorization: n3w"]}`: true, `{"headers":[]}`: false} {
		again := s.progress(s.do("POST", shared.PathRetry(p.AuditID), body), 201)
		if got, err := s.store.HadHeaders(t.Context(), again.AuditID); err != nil || got != had {
			t.Errorf("%s: has headers: %v, %v", body, got, err)
		}
	}
}

// TestRetryWithAnotherLimit changes what the body names, and keeps the rest.
func TestRetryWithAnotherLimit(t *testing.T) {
	s := newServer(t)
	p := s.progress(s.do("POST", shared.PathAudits, `{"url":"http://site.example/","page_limit":7,"max_depth":3}`), 201)
	s.progress(s.do("POST", shared.PathCancel(p.AuditID), nil), 200)
	for _, body := range []string{`{"page_limit":0}`, `{"page_limit":10001}`, `{"url":"http://other.example/"}`, `[]`} {
		if w := s.do("POST", shared.PathRetry(p.AuditID), body); w.Code < 400 || w.Code > 499 {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	again := s.progress(s.do("POST", shared.PathRetry(p.AuditID), `{"page_limit":900}`), 201)
	got, _, err := s.store.Settings(t.Context(), again.AuditID)
	if err != nil || got.PageLimit != 900 || got.MaxDepth != 3 || got.URL != "http://site.example/" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestAuditsBeyondABound refuses what is one too many, by every way there is, and
// answers a repeated request all the same.
func TestAuditsBeyondABound(t *testing.T) {
	s := newBoundedServer(t, store.Bounds{Queue: 3, PerHost: 2})
	site := func(host string) string { return `{"url":"http://` + host + `.example/"}` }
	refused := func(w *httptest.ResponseRecorder, code shared.Code) {
		t.Helper()
		var p shared.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		wait, err := strconv.Atoi(w.Header().Get("Retry-After"))
		if w.Code != 429 || p.Code != code || p.Detail == "" || err != nil || wait < 60 || wait > 120 {
			t.Errorf("got %d %s, Retry-After %q; want 429 %s", w.Code, w.Body, w.Header().Get("Retry-After"), code)
		}
	}
	first := s.progress(s.do("POST", shared.PathAudits, site("a"), "Idempotency-Key", "k"), 201)
	ended := s.progress(s.do("POST", shared.PathAudits, site("a")), 201)
	s.progress(s.do("POST", shared.PathCancel(ended.AuditID), nil), 200)
	retry := shared.PathAudit(ended.AuditID) + "/retry"
	s.progress(s.do("POST", retry, nil), 201)
	refused(s.do("POST", shared.PathAudits, site("a")), shared.CodeHostBusy)
	refused(s.do("POST", retry, nil), shared.CodeHostBusy)
	s.progress(s.do("POST", shared.PathAudits, site("b")), 201)
	refused(s.do("POST", shared.PathAudits, site("c")), shared.CodeQueueFull)
	refused(s.do("POST", retry, nil), shared.CodeQueueFull)
	s.progress(s.do("POST", shared.PathAudits, `{"url":"import","kind":"external"}`), 201)
	again := s.progress(s.do("POST", shared.PathAudits, site("a"), "Idempotency-Key", "k"), 200)
	if again.AuditID != first.AuditID {
		t.Errorf("the same key: audit %d, want %d", again.AuditID, first.AuditID)
	}
}

// TestListSorted asks for every way to sort and count, and for what is none.
func TestListSorted(t *testing.T) {
	s := newServer(t)
	for _, score := range []int{70, 20, 90} {
		id := s.progress(s.do("POST", shared.PathAudits, `{"url":"import","kind":"external"}`), 201).AuditID
		s.progress(s.do("PATCH", shared.PathProgress(id), fmt.Sprintf(`{"status":"completed","geo_score":%d}`, score)), 200)
	}
	s.progress(s.do("POST", shared.PathAudits, `{"url":"import","kind":"external"}`), 201)
	for query, want := range map[string]string{
		"?sort=score":                      "2 1 3 4",
		"?sort=score&ended=true":           "2 1 3",
		"?sort=newest&ended=1&counts=true": "3 2 1 of 3",
		"?status=pending&counts=true":      "4 of 3",
		"?sort=duration&q=no&counts=true":  " of 0",
		"?sort=worst":                      "bad_query sort",
		"?sort=score&cursor=eA":            "bad_query ",
		"?counts=maybe":                    "bad_query counts",
	} {
		w := s.do("GET", shared.PathAudits+query, nil)
		if got := s.listed(w); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
}

// listed is the ids of a list with the number of completed audits, or its problem.
func (s *server) listed(w *httptest.ResponseRecorder) string {
	var list shared.AuditList
	var problem shared.Problem
	if err := errors.Join(json.Unmarshal(w.Body.Bytes(), &list), json.Unmarshal(w.Body.Bytes(), &problem)); err != nil {
		s.t.Fatal(err)
	}
	if w.Code != 200 {
		return string(problem.Code) + " " + problem.Field
	}
	var ids []string
	for _, p := range list.Audits {
		ids = append(ids, fmt.Sprint(p.AuditID))
	}
	if list.Counts == nil {
		return strings.Join(ids, " ")
	}
	return fmt.Sprintf("%s of %d", strings.Join(ids, " "), list.Counts.Completed)
}

func TestListPages(t *testing.T) {
	s := newServer(t)
	for i := range 5 {
		s.progress(s.do("POST", shared.PathAudits, fmt.Sprintf(`{"url":"http://s%d.example/"}`, i)), 201)
	}
	var urls []string
	path := shared.PathAudits + "?limit=2&q=EXAMPLE"
	for path != "" {
		w := s.do("GET", path, nil)
		var list shared.AuditList
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || w.Code != 200 {
			t.Fatalf("%d %s: %v", w.Code, w.Body, err)
		}
		for _, p := range list.Audits {
			urls = append(urls, p.URL)
		}
		link := w.Header().Get("Link")
		path = strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
		if (list.NextCursor == nil) != (path == "") {
			t.Fatalf("cursor %v, Link %q", list.NextCursor, link)
		}
	}
	want := []string{"http://s4.example/", "http://s3.example/", "http://s2.example/", "http://s1.example/", "http://s0.example/"}
	if !slices.Equal(urls, want) {
		t.Errorf("got %v, want %v", urls, want)
	}
}

// TestReadingWhatAnAuditFound reads every list and the report while the engine
// works and when it has ended, with every field filled.
func TestReadingWhatAnAuditFound(t *testing.T) {
	s := newServer(t)
	p := s.progress(s.do("POST", shared.PathAudits, `{"url":"http://site.example/"}`), 201)
	job, ok, err := s.store.Claim(t.Context(), "worker", time.Minute)
	if err != nil || !ok || job.AuditID != p.AuditID {
		t.Fatalf("claimed %+v, %v, %v", job, ok, err)
	}
	score, now := 81, shared.At(time.Now())
	finding := shared.Finding{
		CheckID: "title-length", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
		PageURL: p.URL, Evidence: []shared.Evidence{{Name: "length", Value: "3"}},
	}
	counts := shared.Findings{Warning: 1}
	advance := work.Advance{
		Stage: shared.StageCrawl, Progress: 40, Message: work.Sentence{Text: "Reading", Key: "reading",
			Args: []string{"1"}}, ProvisionalScore: &score,
		TotalPages: 1, Discovered: 2, Findings: counts, Responses: shared.Responses{OK: 1},
		Activity: &shared.Activity{
			Stages: []shared.StageSpan{
				{Name: shared.StageDiscover, StartedAt: now, FinishedAt: &now},
				{Name: shared.StageCrawl, StartedAt: now},
			},
			Pages: []shared.PageLine{{URL: p.URL, Status: 200, MS: 12, Findings: counts}},
			Top:   []shared.TopCheck{{ID: finding.CheckID, Severity: finding.Severity, Count: 1}},
		},
	}
	pages := []work.PageRecord{
		{Page: shared.Page{
			URL: p.URL, Status: 200, MS: 12, Bytes: 900, ContentType: "text/html", FinalURL: p.URL, Title: "Hi",
			Words: 9, Analysed: true, Findings: counts, FetchedAt: now,
			Redirects: []shared.Hop{}, Headers: []shared.Header{{Name: "Server", Value: "<b>"}},
		}, Findings: []shared.Finding{finding}},
		{Page: shared.Page{URL: p.URL + "gone", Depth: 1, Referrer: p.URL, Failure: "timeout", FetchedAt: now}},
	}
	report, err := json.Marshal(shared.Report{
		Score: &shared.Score{Value: 81, Pages: 1, Caps: []shared.Cap{{ID: "noindex", Limit: 90}},
			BeforeCaps: 9_150, Fixes: []shared.Fix{{CheckID: finding.CheckID, Score: 84}},
			Categories: []shared.CategoryScore{{Category: shared.CategoryMetadata, Score: 81, Weight: 15}}},
		Checks: []shared.CheckResult{{ID: finding.CheckID, Category: finding.Category, Severity: finding.Severity,
			Outcome: shared.OutcomeFail, Applied: 1, Failed: 1, PointsLost: 120, Samples: []shared.Finding{finding}}},
		Unvisited: []shared.Unvisited{{Reason: "limit", Count: 1}},
	})
	left := []work.Unvisited{
		{URL: p.URL + "deep", Referrer: p.URL, Reason: "depth"}, {URL: p.URL + "more", Reason: "limit"},
	}
	if err := errors.Join(err, s.store.SavePages(t.Context(), job.Lease, pages),
		s.store.SaveLinksIn(t.Context(), job.Lease, work.LinksIn{Pages: []string{p.URL, p.URL + "gone"}, From: [][]int32{{}, {0}}}),
		s.store.SaveUnvisited(t.Context(), job.Lease, left), s.store.Advance(t.Context(), job.Lease, advance)); err != nil {
		t.Fatal(err)
	}
	audit := shared.PathAudit(p.AuditID)
	for path, want := range map[string]string{
		audit:                                  `"name":"crawl"`,
		audit + "/pages?limit=1":               `"title":"Hi"`,
		audit + "/pages?answer=failed":         `"failure":"timeout"`,
		audit + "/pages?found=error":           `"pages":[]`,
		audit + "/pages?q=GON":                 `"failure":"timeout"`,
		audit + "/links?to=" + p.URL + "gone":  `{"url":"` + p.URL + `","text":"","fetched":true,"status":200}],"count":1`,
		audit + "/links?to=" + p.URL:           `"links":[],"count":0`,
		audit + "/links?from=" + p.URL:         `"links":[],"count":null`,
		audit + "/pages?limit=2":               `"redirects":null,"headers":null`,
		audit + "/pages?url=" + p.URL:          `"redirects":[],"headers":[{"name":"Server","value":`,
		audit + "/findings?page=" + p.URL:      `"check_id":"title-length"`,
		audit + "/unvisited?q=MORE":            `more","referrer":""`,
		audit + "/findings":                    `"check_id":"title-length"`,
		audit + "/findings?check=title-length": `"length"`,
		audit + "/findings?grouped=true":       `"count":1`,
		audit + "/findings?group=0":            `"findings":[]`,
		audit + "/unvisited?limit=1":           `"reason":"depth"`,
		audit + "/unvisited?reason=limit":      `more","referrer":""`,
	} {
		if w := s.do("GET", path, nil); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d, want %s in %s", path, w.Code, want, w.Body)
		}
	}
	if w := s.do("POST", shared.PathCancel(p.AuditID), nil); w.Code != 202 {
		t.Errorf("cancelled while running: %d %s", w.Code, w.Body)
	}
	if w := s.do("DELETE", audit, nil); w.Code != 409 {
		t.Errorf("deleted while running: %d %s", w.Code, w.Body)
	}
	last := work.Result{
		Status: shared.StatusCancelled, Partial: true, StopReason: "cancelled", Message: work.Sentence{Text: "Done", Key: "done"},
		Last: advance, Report: report,
	}
	if err := s.store.Finish(t.Context(), job.Lease, last); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		shared.PathSites: `"site":"site.example","audits":1`, shared.PathSites + "?q=site&limit=1": `"trend":[]`,
		shared.PathSites + "/site.example":         `"latest":{"audit_id"`,
		shared.PathAudits + "?site=site.example":   `"audit_id":` + strconv.FormatInt(p.AuditID, 10),
		shared.PathAudits + "?site=a.site.example": `"audits":[]`,
		shared.PathSites + "/a.site.example":       `"not_found"`,
		shared.PathSites + "/site.example?x=1":     `"bad_query"`,
		shared.PathSites + "?cursor=x":             `"The cursor is not ours."`,
	} {
		if w := s.do("GET", path, nil); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d, want %s in %s", path, w.Code, want, w.Body)
		}
	}
	for _, form := range []string{"", "?format=json"} {
		w := s.do("GET", shared.PathReport(p.AuditID)+form, nil)
		if w.Code != 200 || !strings.Contains(w.Body.String(), `"points_lost":120`) {
			t.Errorf("report%s: %d %s", form, w.Code, w.Body)
		}
	}
	// A worker of another kind leaves no report of its own; an audit that never
	// began, nothing at all.
	other := s.progress(s.do("POST", shared.PathAudits, `{"url":"import","kind":"external"}`), 201)
	s.progress(s.do("PATCH", shared.PathProgress(other.AuditID), `{"status":"failed","error_message":"No."}`), 200)
	for _, path := range []string{shared.PathReport(other.AuditID), shared.PathAudit(other.AuditID) + "/pages",
		shared.PathAudit(other.AuditID) + "/findings"} {
		if w := s.do("GET", path, nil); w.Code != 200 {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestPanicBecomesAProblem(t *testing.T) {
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	problems := api.NewProblems(log)
	h := apitest.Held(t, api.Log(log, problems, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("ouch") })))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", shared.PathAudits, nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "ouch") || !strings.Contains(logged.String(), "ouch") {
		t.Errorf("%d %s; logged %s", w.Code, w.Body, &logged)
	}
}

// TestOpenAPIServesTheDocument reads what the other tests hold the answers against.
func TestOpenAPIServesTheDocument(t *testing.T) {
	w := newServer(t).do("GET", shared.PathAPI+"/openapi.json", nil)
	file, err := os.ReadFile("openapi.json")
	if err != nil || !bytes.Equal(w.Body.Bytes(), file) || w.Code != 200 {
		t.Errorf("served with %d: %d bytes, want the file's %d; %v", w.Code, w.Body.Len(), len(file), err)
	}
	if doc := apitest.Read(t); doc.OpenAPI != "3.1.0" {
		t.Errorf("OpenAPI %s", doc.OpenAPI)
	}
}

func TestSchedules(t *testing.T) {
	s := newServer(t)
	path := shared.PathSites + "/a.example/schedule"
	for _, c := range []struct {
		method, body string
		status       int
		want         string
	}{
		{"GET", "", 404, `"not_found"`},
		{"DELETE", "", 404, `"not_found"`},
		{"PUT", `{"url":"https://www.a.example/","cron":"@every 6h","page_limit":30}`, 200, `"time_zone":"UTC"`},
		{"GET", "", 200, `"page_limit":30,"max_depth":20,"cron":"@every 6h"`},
		{"PUT", `{"url":"https://a.example/x","cron":"0 6 * * mon","time_zone":"Europe/Madrid"}`, 200, `"missed":0`},
		{"GET", "", 200, `"url":"https://a.example/x","kind":"site","page_limit":500`},
		{"PUT", `{"url":"https://b.example/","cron":"@daily"}`, 422, `"field":"url"`},
		{"PUT", `{"url":"https://a.example/","kind":"external","cron":"@daily"}`, 422, `"field":"kind"`},
		{"PUT", `{"url":"https://a.example/"}`, 422, `"field":"cron"`},
		{"PUT", `{"url":"https://a.example/","cron":"* * * * *"}`, 422, `15m0s apart`},
		{"PUT", `{"url":"https://a.example/","cron":"@daily","time_zone":"Mars"}`, 422, `IANA`},
		{"PUT", `{"url":"https://a.example/","cron":"@daily","page_limit":0}`, 422, `"field":"page_limit"`},
		{"PUT", `{"url":"https://a.example/","cron":"@daily","Cron":"@daily"}`, 400, `"unknown_field"`},
		{"PUT", `{"url":"https://a.example/","url":"x","cron":"@daily"}`, 400, `stands there twice`},
		{"PUT", `{"url":"ftp","cron":"@daily"}`, 422, `"bad_url"`},
		{"GET", "", 200, `"cron":"0 6 * * mon","time_zone":"Europe/Madrid"`},
		{"DELETE", "", 204, ""},
		{"GET", "", 404, `"not_found"`},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		if w := s.do(c.method, path, body); w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s: %d %s, want %d with %s", c.method, c.body, w.Code, w.Body, c.status, c.want)
		}
	}
}
