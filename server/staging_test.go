package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/export"
	"atalaya/shared"
)

// stagingPassword is what the site of newStagingSite asks for.
const stagingPassword = "Basic dXNlcjpzM2NyZXQtb2Ytc3RhZ2luZw=="

// newStagingSite is a site behind a password, and another one that it links and redirects to,
// which must not learn of it.
func newStagingSite(t *testing.T) string {
	t.Helper()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("X-Stage") != "" {
			t.Errorf("%s got the headers of another host", r.URL)
		}
		fmt.Fprint(w, `<!doctype html><title>Elsewhere</title>`)
	}))
	t.Cleanup(elsewhere.Close)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != stagingPassword || r.Header.Get("X-Stage") != "2":
			w.Header().Set("WWW-Authenticate", "Basic")
			http.Error(w, "who are you?", http.StatusUnauthorized)
		case r.URL.Path == "/away":
			http.Redirect(w, r, elsewhere.URL+"/landed", http.StatusFound)
		case r.URL.Path == "/" || r.URL.Path == "/inside":
			fmt.Fprintf(w, `<!doctype html><title>Inside %s</title><a href="/inside">a</a><a href="/away">b</a><a href=%q>c</a>`,
				r.URL.Path, elsewhere.URL)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(site.Close)
	return site.URL
}

// A site behind a password is audited through the API and through the plain form, and the
// password comes out nowhere: in no answer, file, stream or log, and in no file of the
// database, neither meanwhile nor after the end.
func TestStagingSiteIsAudited(t *testing.T) {
	t.Parallel()
	site, dir := newStagingSite(t), t.TempDir()
	s := start(t, "--data-dir", dir, "--rate", "100", "--log-level", "debug")
	const headers = `["Authorization: ` + stagingPassword + `", "X-Stage: 2"]`
	byAPI := s.create(fmt.Sprintf(`{"url":%q,"rate":50,"headers":%s}`, site, headers)).AuditID
	checkFiles(t, dir)

	form := url.Values{"url": {site}, "rate": {"50"}, "headers": {"Authorization: " + stagingPassword + "\r\nX-Stage: 2\r\n"}}
	answer, err := s.http.PostForm(s.url+shared.PathBasic, form)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	byForm := byAPI + 1
	if answer.Request.URL.Path != shared.PathBasicPage(byForm) {
		t.Fatalf("the form led to %s", answer.Request.URL)
	}
	for _, id := range []int64{byAPI, byForm} {
		if p := s.awaitEnd(id, time.Minute); p.Status != shared.StatusCompleted || p.TotalPages != 2 || p.Responses.ClientError > 1 {
			t.Errorf("audit %d: %+v", id, p)
		}
		for _, path := range placesOf(id) {
			if _, body := s.request("GET", path, ""); leaks(body) {
				t.Errorf("GET %s has the password", path)
			}
		}
		code, body := s.request("POST", shared.PathRetry(id), "")
		if code != http.StatusUnprocessableEntity || !strings.Contains(string(body), string(shared.CodeHeadersNotKept)) {
			t.Errorf("again, without headers: %d %s", code, body)
		}
	}
	_, body := s.request("POST", shared.PathRetry(byAPI), `{"headers":`+headers+`}`)
	if p := s.awaitEnd(s.decode(body).AuditID, time.Minute); p.TotalPages != 2 {
		t.Errorf("again: %+v", p)
	}
	stream := s.stream(shared.PathStream(byForm), "")
	stream.Wait()
	if all := stream.All(); len(all) == 0 || leaks(fmt.Append(nil, all)) {
		t.Errorf("the stream: %v", all)
	}
	checkFiles(t, dir)
	s.stop()
	checkFiles(t, dir)
	if leaks([]byte(s.log.String())) {
		t.Errorf("the log has the password:\n%s", s.log.String())
	}
}

// placesOf are the paths at which something is said of an audit.
func placesOf(id int64) []string {
	audit := shared.PathAudit(id)
	paths := []string{
		audit, audit + "/progress", audit + "/pages", audit + "/findings", audit + "/unvisited", shared.PathAudits,
		shared.PathPage(id), shared.PathReportPage(id), shared.PathBasicPage(id), "/api/v1/trail", "/api/v1/sites", "/metrics",
	}
	for _, form := range export.Formats {
		paths = append(paths, shared.PathFile(id, string(form), "en"))
	}
	return paths
}

// leaks reports whether bytes have the password, as it was sent or decoded.
func leaks(said []byte) bool {
	secret := strings.TrimPrefix(stagingPassword, "Basic ")
	return strings.Contains(string(said), secret) || strings.Contains(string(said), "s3cret-of-staging")
}

func checkFiles(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if data, err := os.ReadFile(file); err != nil || leaks(data) {
			t.Errorf("%s has the password, or cannot be read: %v", filepath.Base(file), err)
		}
	}
}
