package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/access"
	"atalaya/server/internal/api"
	"atalaya/server/internal/pages"
	"atalaya/server/internal/store"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// team is a server to which people sign in, and what each of them presents.
type team struct {
	*process
	dir string
	// tokens are by role, and "expired" and "revoked" beside them.
	tokens map[string]string
}

// newTeam makes tokens before the server starts.
func newTeam(t *testing.T, args ...string) *team {
	t.Helper()
	return newTeamOn(t, "", args...)
}

// newTeamOn is newTeam on a database of PostgreSQL, or on SQLite without one.
func newTeamOn(t *testing.T, databaseURL string, args ...string) *team {
	t.Helper()
	dir := t.TempDir()
	rows, err := store.Open(t.Context(), store.Config{DataDir: dir, DatabaseURL: databaseURL})
	if err != nil {
		t.Fatal(err)
	}
	members := &team{dir: dir, tokens: map[string]string{}}
	make := func(name string, want shared.NewToken) int64 {
		made, err := keyring{rows}.CreateToken(t.Context(), want)
		if err != nil {
			t.Fatal(err)
		}
		members.tokens[name] = made.Secret
		return made.ID
	}
	for _, role := range shared.Roles {
		make(string(role), shared.NewToken{Role: role, Name: string(role)})
	}
	past := shared.At(time.Now().Add(-time.Minute))
	make("expired", shared.NewToken{Role: shared.RoleAdmin, ExpiresAt: &past})
	if err := rows.RevokeToken(t.Context(), make("revoked", shared.NewToken{Role: shared.RoleAdmin})); err != nil {
		t.Fatal(err)
	}
	members.tokens["wrong"], _, _ = access.NewToken()
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	members.process = start(t, append([]string{
		"--data-dir", dir, "--database-url", databaseURL, "--workers", "0", "--log-level", "debug",
	}, args...)...)
	members.http = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return members
}

// send sends a request as somebody, and returns the answer without its body.
func (m *team) send(who, method, path, body string) *http.Response {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, m.url+path, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	} else if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	authorize(r, m.tokens[who])
	res, err := m.http.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	_ = res.Body.Close() // streams go on otherwise
	return res
}

// startsAs starts an external audit as somebody and returns its number.
func (m *team) startsAs(who string) string {
	m.t.Helper()
	res := m.send(who, "POST", shared.PathAudits, `{"url":"x","kind":"external"}`)
	_, id, ok := strings.Cut(res.Header.Get("Location"), shared.PathAudits+"/")
	if !ok {
		m.t.Fatalf("%s could not start an audit: %s", who, res.Status)
	}
	return id
}

// outcome is what somebody got: "in", "who" (sign in first) or "no" (not with this role).
func outcome(res *http.Response) string {
	to := res.Header.Get("Location")
	toSignIn := res.StatusCode == 303 && strings.HasPrefix(to, shared.PathSignIn+"?to=")
	switch {
	case res.StatusCode == 403, toSignIn && strings.Contains(to, "why=forbidden"):
		return "no"
	case res.StatusCode == 401 && res.Header.Get("WWW-Authenticate") == "Bearer", toSignIn:
		return "who"
	}
	return "in"
}

// Who may use a route.
const (
	everybody = "all"
	readers   = "viewer auditor worker admin"
	starters  = "auditor admin"
	workers   = "worker admin"
	admins    = "admin"
)

// routeTable is every route with what it is asked with, and who may. {id} is an audit that
// the auditor has started, a new one for each request.
var routeTable = map[string]struct{ path, body, may string }{
	"PUT /":                     {"/", "", admins},
	"GET /api/":                 {"/api/v1/to-come", "", admins},
	"GET /sse/":                 {"/sse/to-come", "", admins},
	"DELETE /anything":          {"/anything", "", admins},
	"GET /web/":                 {"/web/static/basic.css", "", everybody},
	"GET /app.css":              {"/app.css", "", everybody},
	"GET /app.js":               {"/app.js", "", everybody},
	"GET /app-worker.js":        {"/app-worker.js", "", everybody},
	"GET /wasm_exec.js":         {"/wasm_exec.js", "", everybody},
	"GET /shell":                {"/shell", "", everybody},
	"GET /manifest.webmanifest": {"/manifest.webmanifest", "", everybody},
	"GET /api":                  {"/api", "", everybody},
	"GET /robots.txt":           {"/robots.txt", "", everybody},
	"GET /favicon.ico":          {"/favicon.ico", "", everybody},
	"GET /signin":               {"/signin", "", everybody},
	"GET /signin/provider":      {"/signin/provider", "", everybody},
	"GET /signin/back":          {"/signin/back", "", everybody},
	"POST /signout":             {"/signout", "a=b", everybody},
	"GET /team":                 {"/team", "", admins},
	"POST /team":                {"/team", "do=revoke&id=1000", admins},
	"GET /team/trail":           {"/team/trail?who=Ana", "", admins},
	"GET /team/webhooks":        {"/team/webhooks", "", admins},
	"POST /team/webhooks":       {"/team/webhooks", "do=make", admins},
	"GET /team/webhooks/{id}":   {"/team/webhooks/1000", "", admins},
	"POST /team/webhooks/{id}":  {"/team/webhooks/1000", "do=test", admins},
	"GET /team/shares":          {"/team/shares", "", admins},
	"POST /team/shares":         {"/team/shares", "do=revoke&audit=1000&id=1000", admins},

	"GET /":                          {"/", "", readers},
	"HEAD /":                         {"/", "", readers},
	"GET /audits/{id}":               {"/audits/{id}", "", readers},
	"GET /audits/{id}/report":        {"/audits/{id}/report", "", readers},
	"GET /audits/{id}/basic":         {"/audits/{id}/basic", "", readers},
	"POST /audits/{id}/basic":        {"/audits/{id}/basic", "do=keep", starters},
	"GET /audits/{id}/basic/{check}": {"/audits/{id}/basic/h1-missing", "", readers},
	"GET /audits/{id}/basic/report":  {"/audits/{id}/basic/report?view=page", "", readers},
	"GET /audits/{id}/basic/shares":  {"/audits/{id}/basic/shares", "", starters},
	"POST /audits/{id}/basic/shares": {"/audits/{id}/basic/shares", "do=revoke&id=1000", starters},
	"GET /basic":                     {"/basic", "", readers},
	"POST /basic":                    {"/basic", "url=", starters},
	"GET /settings":                  {"/settings", "", readers},
	"GET /audits/last":               {"/audits/last", "", readers},
	"GET /sites":                     {"/sites", "", readers},
	"GET /sites/{site}":              {"/sites/a.example", "", readers},
	"POST /sites/{site}":             {"/sites/a.example", "do=again&audit=7", starters},
	"GET /compare":                   {"/compare", "", readers},
	"GET /basic/sites":               {"/basic/sites", "", readers},
	"GET /basic/sites/{site}":        {"/basic/sites/a.example", "", readers},
	"POST /basic/sites/{site}":       {"/basic/sites/a.example", "do=again&audit=7", starters},
	"GET /basic/compare":             {"/basic/compare", "", readers},

	"GET /share/{link}":                         {"/share/atls_1_x", "", everybody},
	"GET /api/v1/audits/{id}/shares":            {"/api/v1/audits/{id}/shares", "", starters},
	"POST /api/v1/audits/{id}/shares":           {"/api/v1/audits/{id}/shares", "{}", starters},
	"DELETE /api/v1/audits/{id}/shares/{share}": {"/api/v1/audits/{id}/shares/1000", "", starters},

	"GET /healthz": {"/healthz", "", everybody},
	"GET /readyz":  {"/readyz", "", everybody},
	"GET /metrics": {"/metrics", "", readers},

	"GET /sse/audits":               {"/sse/audits", "", readers},
	"GET /sse/audits?id=":           {"/sse/audits?id={id}", "", readers},
	"GET /sse/audits/{id}/progress": {"/sse/audits/{id}/progress", "", readers},

	"POST /api/v1/client-story":          {"/api/v1/client-story", "{}", readers},
	"GET /api/v1/audits":                 {"/api/v1/audits", "", readers},
	"POST /api/v1/audits":                {"/api/v1/audits", `{"url":"x","kind":"external"}`, starters},
	"GET /api/v1/audits/{id}":            {"/api/v1/audits/{id}", "", readers},
	"DELETE /api/v1/audits/{id}":         {"/api/v1/audits/{id}", "", starters},
	"GET /api/v1/audits/{id}/progress":   {"/api/v1/audits/{id}/progress", "", readers},
	"PATCH /api/v1/audits/{id}/progress": {"/api/v1/audits/{id}/progress", `{"progress":40}`, workers},
	"POST /api/v1/audits/{id}/cancel":    {"/api/v1/audits/{id}/cancel", "", starters},
	"POST /api/v1/audits/{id}/retry":     {"/api/v1/audits/{id}/retry", "", starters},
	"GET /api/v1/audits/{id}/pages":      {"/api/v1/audits/{id}/pages", "", readers},
	"GET /api/v1/audits/{id}/findings":   {"/api/v1/audits/{id}/findings", "", readers},
	"GET /api/v1/audits/{id}/links":      {"/api/v1/audits/{id}/links?to=x", "", readers},
	"GET /api/v1/audits/{id}/unvisited":  {"/api/v1/audits/{id}/unvisited", "", readers},
	"GET /api/v1/audits/{id}/report":     {"/api/v1/audits/{id}/report", "", readers},
	"GET /api/v1/compare":                {"/api/v1/compare?base=1&head=2", "", readers},
	"GET /api/v1/sites":                  {"/api/v1/sites", "", readers},
	"GET /api/v1/sites/{site}":           {"/api/v1/sites/a.example", "", readers},
	"GET /api/v1/sites/{site}/schedule":  {"/api/v1/sites/a.example/schedule", "", readers},
	"PUT /api/v1/sites/{site}/schedule": {"/api/v1/sites/a.example/schedule",
		`{"url":"https://a.example/","cron":"@daily"}`, admins},
	"DELETE /api/v1/sites/{site}/schedule": {"/api/v1/sites/a.example/schedule", "", admins},
	"GET /api/v1/webhooks":                 {"/api/v1/webhooks", "", admins},
	"POST /api/v1/webhooks":                {"/api/v1/webhooks", "{}", admins},
	"GET /api/v1/webhooks/{id}":            {"/api/v1/webhooks/1000", "", admins},
	"PATCH /api/v1/webhooks/{id}":          {"/api/v1/webhooks/1000", "{}", admins},
	"DELETE /api/v1/webhooks/{id}":         {"/api/v1/webhooks/1000", "", admins},
	"POST /api/v1/webhooks/{id}/secret":    {"/api/v1/webhooks/1000/secret", "", admins},
	"POST /api/v1/webhooks/{id}/test":      {"/api/v1/webhooks/1000/test", "", admins},
	"GET /api/v1/webhooks/{id}/deliveries": {"/api/v1/webhooks/1000/deliveries", "", admins},
	"POST /api/v1/webhooks/{id}/deliveries/{delivery}/redeliver": {
		"/api/v1/webhooks/1000/deliveries/1000/redeliver", "", admins},
	"GET /api/v1/push":                    {"/api/v1/push", "", readers},
	"POST /api/v1/push/subscriptions":     {"/api/v1/push/subscriptions", "{}", readers},
	"GET /api/v1/push/subscriptions/{id}": {"/api/v1/push/subscriptions/1000", "", readers},
	"DELETE /api/v1/push/subscriptions/{id}": {
		"/api/v1/push/subscriptions/1000", "", readers},
	"GET /api/v1/tokens":             {"/api/v1/tokens", "", admins},
	"POST /api/v1/tokens":            {"/api/v1/tokens", `{"role":"viewer"}`, admins},
	"DELETE /api/v1/tokens/{id}":     {"/api/v1/tokens/1000", "", admins},
	"GET /api/v1/trail":              {"/api/v1/trail", "", admins},
	"GET /api/v1/stats":              {"/api/v1/stats", "", readers},
	"GET /api/v1/report.schema.json": {"/api/v1/report.schema.json", "", everybody},
	"GET /api/v1/openapi.json":       {"/api/v1/openapi.json", "", everybody},
}

// TestWhoMayUseEachRoute asks for every route as everybody there is.
func TestWhoMayUseEachRoute(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	for route, row := range routeTable {
		method, _, _ := strings.Cut(route, " ")
		for _, who := range []string{"none", "wrong", "expired", "revoked", "viewer", "auditor", "worker", "admin"} {
			path := row.path
			if strings.Contains(path, "{id}") {
				path = strings.ReplaceAll(path, "{id}", m.startsAs("auditor"))
			}
			want := "who"
			switch _, role := roleNamed(who); {
			case row.may == everybody || slices.Contains(strings.Fields(row.may), who):
				want = "in"
			case role:
				want = "no"
			}
			res := m.send(who, method, path, row.body)
			if outcome(res) != want {
				t.Errorf("%s as %s: %s to %q, want %s", route, who, res.Status, res.Header.Get("Location"), want)
			}
		}
	}
}

// TestOtherMethodsOpenNothing asks for the path of every route by the methods that it has not: what
// has no line of its own is for admins, but for pages, which all may read.
func TestOtherMethodsOpenNothing(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.startsAs("auditor")
	listed := map[string]bool{"POST /signin": true}
	for route, row := range routeTable {
		method, _, _ := strings.Cut(route, " ")
		listed[method+" "+row.path] = true
		if method == http.MethodGet {
			listed["HEAD "+row.path] = true
		}
	}
	for _, row := range routeTable {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"} {
			if listed[method+" "+row.path] {
				continue
			}
			reads := (method == "GET" || method == "HEAD") && !forPrograms(row.path)
			for _, who := range []string{"none", "revoked", "viewer"} {
				want := "who"
				switch {
				case who == "viewer" && reads:
					want = "in"
				case who == "viewer":
					want = "no"
				}
				res := m.send(who, method, strings.ReplaceAll(row.path, "{id}", id), "")
				if outcome(res) != want {
					t.Errorf("%s %s as %s: %s to %q, want %s", method, row.path, who, res.Status, res.Header.Get("Location"), want)
				}
			}
		}
	}
}

// TestHeadAsksWhatGetAsks has HEAD be no way around what GET asks of its caller.
func TestHeadAsksWhatGetAsks(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.startsAs("auditor")
	for route, row := range routeTable {
		if method, _, _ := strings.Cut(route, " "); method != http.MethodGet || row.may == everybody {
			continue
		}
		if res := m.send("none", http.MethodHead, strings.ReplaceAll(row.path, "{id}", id), ""); outcome(res) != "who" {
			t.Errorf("%s by HEAD: %s", route, res.Status)
		}
	}
}

// sharedRoutes are those that a link to an audit opens.
var sharedRoutes = []string{
	"GET /audits/{id}", "GET /audits/{id}/report", "GET /audits/{id}/basic", "GET /audits/{id}/basic/{check}",
	"GET /audits/{id}/basic/report",
	"GET /sse/audits?id=", "GET /sse/audits/{id}/progress", "GET /api/v1/audits/{id}",
	"GET /api/v1/audits/{id}/progress", "GET /api/v1/audits/{id}/pages", "GET /api/v1/audits/{id}/findings",
	"GET /api/v1/audits/{id}/links", "GET /api/v1/audits/{id}/unvisited", "GET /api/v1/audits/{id}/report",
}

// TestWhatALinkOpens asks for every route with a link to an audit, with one to another, and
// with links that have expired or were revoked.
func TestWhatALinkOpens(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, other := m.startsAs("auditor"), m.startsAs("auditor")
	m.tokens["link"], m.tokens["another's"] = m.share(id), m.share(other)
	m.tokens["revoked link"] = m.share(id)
	if res := m.send("admin", "DELETE", shared.PathAudits+"/"+id+"/shares/3", ""); res.StatusCode != 204 {
		t.Fatalf("revoked: %s", res.Status)
	}
	m.tokens["expired link"] = m.expiredShare(id)
	for route, row := range routeTable {
		method, _, _ := strings.Cut(route, " ")
		for _, who := range []string{"link", "another's", "revoked link", "expired link"} {
			want := "who"
			if row.may == everybody || who == "link" && slices.Contains(sharedRoutes, route) {
				want = "in"
			}
			if res := m.send(who, method, strings.ReplaceAll(row.path, "{id}", id), row.body); outcome(res) != want {
				t.Errorf("%s with %s: %s to %q, want %s", route, who, res.Status, res.Header.Get("Location"), want)
			}
		}
	}
	res := m.send("none", "GET", shared.PathShare+m.tokens["link"], "")
	if res.Header.Get("Location") != "/audits/"+id || len(res.Cookies()) != 1 {
		t.Fatalf("opened: %s to %s, %v", res.Status, res.Header.Get("Location"), res.Cookies())
	}
	if res := m.send("none", "GET", shared.PathShare+m.tokens["revoked link"], ""); len(res.Cookies()) != 0 ||
		res.Header.Get("Location") != shared.PathSignIn {
		t.Errorf("a revoked link: %s to %s, %v", res.Status, res.Header.Get("Location"), res.Cookies())
	}
	if m.log.Contains(m.tokens["link"]) {
		t.Error("the log has a link")
	}
}

// expiredShare is a link to an audit that was good until a minute ago.
func (m *team) expiredShare(id string) string {
	m.t.Helper()
	rows, err := store.Open(m.t.Context(), store.Config{DataDir: m.dir, Guest: true})
	if err != nil {
		m.t.Fatal(err)
	}
	defer rows.Close()
	audit, _ := shared.ParseID(id)
	made, err := rows.CreateShare(m.t.Context(), audit, 0, -time.Minute)
	if err != nil {
		m.t.Fatal(err)
	}
	signer, err := newSigner(m.t.Context(), rows)
	if err != nil {
		m.t.Fatal(err)
	}
	return signer.Link(made)
}

// share makes a link to an audit, and returns what its holder presents.
func (m *team) share(id string) string {
	m.t.Helper()
	r, err := http.NewRequestWithContext(m.t.Context(), "POST", m.url+shared.PathAudits+"/"+id+"/shares", strings.NewReader("{}"))
	if err != nil {
		m.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	authorize(r, m.tokens["auditor"])
	res, err := m.http.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer res.Body.Close()
	var made shared.Share
	if err := json.NewDecoder(res.Body).Decode(&made); err != nil || res.StatusCode != 201 {
		m.t.Fatalf("shared: %s, %v", res.Status, err)
	}
	return strings.TrimPrefix(made.Path, shared.PathShare)
}

func roleNamed(name string) (shared.Role, bool) {
	return shared.Role(name), slices.Contains(shared.Roles, shared.Role(name))
}

// TestEveryRouteHasALine finds routes of the server that the rights, or the table above,
// do not know.
func TestEveryRouteHasALine(t *testing.T) {
	for _, path := range pages.Routes() {
		_, read := routeTable["GET "+path]
		if _, sent := routeTable["POST "+path]; !read && !sent {
			t.Errorf("nobody has tried who may open %s", path)
		}
	}
	routes := slices.Concat((&api.API{}).Routes(), slices.Collect(maps.Keys(rights)))
	for _, route := range routes {
		if _, ok := rights[route]; !ok {
			t.Errorf("nobody has said who may use %s", route)
		}
		if _, ok := routeTable[route]; !ok && route != "/" && route != "POST /signin" { // both have others here
			t.Errorf("nobody has tried who may use %s", route)
		}
	}
}

// TestOnlyOnesOwn has an auditor end what somebody else has started.
func TestOnlyOnesOwn(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.startsAs("admin")
	for method, path := range map[string]string{"POST": "/cancel", "DELETE": ""} {
		if res := m.send("auditor", method, shared.PathAudits+"/"+id+path, ""); outcome(res) != "no" {
			t.Errorf("%s %s: %s", method, path, res.Status)
		}
	}
	if res := m.send("auditor", "DELETE", shared.PathAudits+"/1000", ""); res.StatusCode != 404 {
		t.Errorf("no audit: %s", res.Status)
	}
	if res := m.send("admin", "POST", shared.PathAudits+"/"+id+"/cancel", ""); res.StatusCode != 200 {
		t.Errorf("an admin: %s", res.Status)
	}
}

// TestRevokedWhileItReads revokes a token while streams of every kind, and a held poll, are
// open with it, by the command beside the server.
func TestRevokedWhileItReads(t *testing.T) {
	t.Parallel()
	for _, writer := range []string{"epoll", "conn", "nethttp"} {
		t.Run(writer, func(t *testing.T) {
			t.Parallel()
			m := newTeam(t, "--stream-writer", writer)
			id := m.startsAs("auditor")
			ended := make(chan string, 8)
			read := func(who, path string, header ...string) {
				r, err := http.NewRequestWithContext(t.Context(), "GET", m.url+path, nil)
				if err != nil {
					t.Error(err)
					return
				}
				authorize(r, m.tokens[who])
				for i := 0; i < len(header); i += 2 {
					r.Header.Set(header[i], header[i+1])
				}
				res, err := m.http.Do(r)
				if err != nil {
					return // the test is over
				}
				defer res.Body.Close()
				body, err := io.ReadAll(res.Body)
				if err == nil {
					ended <- fmt.Sprintf("%s %s: %d %s", who, path, res.StatusCode, body)
				}
			}
			streams := []string{shared.PathStreams, shared.PathStreams + "?id=" + id, shared.PathStreams + "/" + id + "/progress"}
			for _, path := range streams {
				go read("viewer", path)
				go read("auditor", path)
			}
			go read("viewer", shared.PathAudits+"/"+id+"/progress", "If-None-Match", `"1"`, "Prefer", "wait=30")
			testkit.Eventually(t, 10*time.Second, "all streams are open", func() bool {
				_, body := m.authorized("auditor", shared.PathStats)
				return strings.Contains(string(body), `"sse":6`) && strings.Contains(string(body), `"poll":1`)
			})
			begun := time.Now()
			if out, err := m.command("token", "revoke", "1"); err != nil {
				t.Fatal(err, out)
			}
			for range 4 {
				select {
				case end := <-ended:
					if !strings.HasPrefix(end, "viewer ") || !strings.Contains(end, `"unauthorized"`) {
						t.Errorf("ended: %s", end)
					}
				case <-time.After(time.Until(begun.Add(5 * time.Second))):
					t.Fatal("still open after 5 s")
				}
			}
			select {
			case end := <-ended:
				t.Errorf("ended as well: %s", end)
			case <-time.After(3 * time.Second):
			}
		})
	}
}

// TestRevokedLinkWhileItReads revokes a link while streams and a held poll are open with it, and
// signs a browser out while it has a stream. Those with another link go on.
func TestRevokedLinkWhileItReads(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, other := m.startsAs("auditor"), m.startsAs("auditor")
	m.tokens["link"], m.tokens["another's"] = m.share(id), m.share(other)
	b := m.browser()
	if res, _ := b.visit("POST", shared.PathSignIn, url.Values{"token": {m.tokens["viewer"]}}); len(b.jar) != 1 {
		t.Fatalf("signed in: %s", res.Status)
	}
	ended := make(chan string, 8)
	read := func(who, path string, header ...string) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", m.url+path, nil)
		if err != nil {
			t.Error(err)
			return
		}
		authorize(r, m.tokens[who])
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		res, err := m.http.Do(r)
		if err != nil {
			return // the test is over
		}
		defer res.Body.Close()
		if body, err := io.ReadAll(res.Body); err == nil {
			ended <- fmt.Sprintf("%s %s: %d %s", who, path, res.StatusCode, body)
		}
	}
	go read("link", shared.PathStreams+"/"+id+"/progress")
	go read("link", shared.PathStreams+"?id="+id)
	go read("link", shared.PathAudits+"/"+id+"/progress", "If-None-Match", `"1"`, "Prefer", "wait=30")
	go read("another's", shared.PathStreams+"/"+other+"/progress")
	go read("session", shared.PathStreams, "Cookie", "atalaya="+b.jar["atalaya"])
	testkit.Eventually(t, 10*time.Second, "all streams are open", func() bool {
		_, body := m.authorized("auditor", shared.PathStats)
		return strings.Contains(string(body), `"sse":4`) && strings.Contains(string(body), `"poll":1`)
	})
	begun := time.Now()
	if res := m.send("auditor", "DELETE", shared.PathAudits+"/"+id+"/shares/1", ""); res.StatusCode != 204 {
		t.Fatalf("revoked: %s", res.Status)
	}
	if res, _ := b.visit("POST", shared.PathSignOut, url.Values{}); res.StatusCode != 303 {
		t.Fatalf("signed out: %s", res.Status)
	}
	for range 4 {
		select {
		case end := <-ended:
			if strings.HasPrefix(end, "another's ") || !strings.Contains(end, `"unauthorized"`) {
				t.Errorf("ended: %s", end)
			}
		case <-time.After(time.Until(begun.Add(5 * time.Second))):
			t.Fatal("still open after 5 s")
		}
	}
	select {
	case end := <-ended:
		t.Errorf("ended as well: %s", end)
	case <-time.After(3 * time.Second):
	}
}

// authorized asks for a path as somebody.
func (m *team) authorized(who, path string) (int, []byte) {
	m.t.Helper()
	r, err := http.NewRequestWithContext(m.t.Context(), "GET", m.url+path, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	authorize(r, m.tokens[who])
	res, err := m.http.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	return res.StatusCode, body
}

// command runs a command on the team's data folder.
func (m *team) command(args ...string) (string, error) {
	var out strings.Builder
	err := run(m.t.Context(), append(args, "--data-dir", m.dir), noEnv, &out, &out)
	return out.String(), err
}

// TestBrowserSession signs in by the form, looks around, and signs out.
func TestBrowserSession(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	b := m.browser()
	jar := b.jar
	visit := func(method, path string, form url.Values) *http.Response {
		t.Helper()
		res, _ := b.visit(method, path, form)
		return res
	}
	if res := visit("GET", "/audits/7?a=b", nil); res.Header.Get("Location") != "/signin?to=%2Faudits%2F7%3Fa%3Db" {
		t.Errorf("before: %s to %s", res.Status, res.Header.Get("Location"))
	}
	for _, wrong := range []string{"wrong", "expired", "revoked"} {
		if res := visit("POST", "/signin", url.Values{"token": {m.tokens[wrong]}}); res.StatusCode != 401 || len(jar) != 0 {
			t.Errorf("%s: %s, %v", wrong, res.Status, jar)
		}
	}
	res := visit("POST", "/signin", url.Values{"token": {m.tokens["viewer"]}, "to": {"/audits/7"}})
	if res.StatusCode != 303 || res.Header.Get("Location") != "/audits/7" || len(jar) != 1 {
		t.Fatalf("signed in: %s, %v", res.Status, jar)
	}
	for path, want := range map[string]int{"/": 200, "/basic": 200, shared.PathAudits: 200, shared.PathStreams: 200,
		shared.PathTokens: 403} {
		if res := visit("GET", path, nil); res.StatusCode != want {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	kept := jar["atalaya"]
	if res := visit("POST", "/signout", url.Values{"everywhere": {"true"}}); res.StatusCode != 303 || len(jar) != 0 {
		t.Errorf("signed out: %s, %v", res.Status, jar)
	}
	jar["atalaya"] = kept
	testkit.Eventually(t, 5*time.Second, "the session is over", func() bool {
		return visit("GET", shared.PathAudits, nil).StatusCode == 401
	})
	if m.log.Contains(m.tokens["viewer"]) || m.log.Contains(kept) {
		t.Error("the log has a secret")
	}
}

// TestFirstAdmin starts a team's server for the first time.
func TestFirstAdmin(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	said, ended := new(testkit.LogBuffer), make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"--addr", "127.0.0.1:0", "--data-dir", dir, "--workers", "0",
			"--public-url", "http://audits.example"}, noEnv, said, io.Discard)
	}()
	t.Cleanup(func() { stop(); <-ended })
	pattern := regexp.MustCompile(`Atalaya is at (\S+)\n.*http://audits\.example/signin .*\n(atl_\S+)\n`)
	testkit.Eventually(t, 10*time.Second, "the server says how to come in", func() bool {
		return pattern.MatchString(said.Tail(4_000))
	})
	found := pattern.FindStringSubmatch(said.Tail(4_000))
	home, once := found[1], found[2]
	for _, want := range []int{200, 401} {
		res, err := http.PostForm(home+"/signin", url.Values{"token": {once}})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != want {
			t.Fatalf("got %s, want %d", res.Status, want)
		}
		made := regexp.MustCompile(`atl_[a-z2-7]{52}`).FindString(string(body))
		if want == 401 {
			continue
		}
		r, _ := http.NewRequestWithContext(t.Context(), "GET", home+shared.PathTokens, nil)
		authorize(r, made)
		res, err = http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != 200 {
			t.Errorf("the token that was made: %s", res.Status)
		}
	}
}

func TestTokenCommand(t *testing.T) {
	dir := t.TempDir()
	do := func(args ...string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), append([]string{"token"}, args...), noEnv, &out, &out)
		return out.String(), err
	}
	made, err := do("create", "--role", "auditor", "--name", "Ana", "--expires", "24h", "--data-dir", dir)
	if err != nil || !regexp.MustCompile(`^atl_[a-z2-7]{52}\n$`).MatchString(made) {
		t.Fatalf("made %q, %v", made, err)
	}
	list, err := do("list", "--data-dir", dir)
	if err != nil || !strings.Contains(list, made[:12]+"…") || !strings.Contains(list, "Ana") || strings.Contains(list, made) {
		t.Errorf("list %q, %v", list, err)
	}
	if _, err := do("revoke", "1", "--data-dir", dir); err != nil {
		t.Error(err)
	}
	if list, _ := do("list", "--data-dir", dir); !strings.Contains(list, "revoked") {
		t.Errorf("list %q", list)
	}
	for says, args := range map[string][]string{
		"no token 1":            {"revoke", "1", "--data-dir", dir},
		"--role is \"root\"":    {"create", "--role", "root"},
		"--role is \"\"":        {"create"},
		"not \"destroy\"":       {"destroy"},
		"create, list or":       nil,
		"number that":           {"revoke", "x"},
		"unexpected argument":   {"list", "7"},
		"--expires is -1s":      {"create", "--role", "viewer", "--expires", "-1s"},
		"--name has 101 bytes,": {"create", "--role", "viewer", "--name", strings.Repeat("a", 101)},
	} {
		if _, err := do(args...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v, want %q", args, err, says)
		}
	}
}

// TestTokenCommandAsksAServer makes a token as an admin from elsewhere.
func TestTokenCommandAsksAServer(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	do := func(who string, args ...string) (string, error) {
		var out strings.Builder
		getenv := func(name string) string { return map[string]string{tokenVariable: m.tokens[who]}[name] }
		err := run(t.Context(), append([]string{"token"}, append(args, "--server", m.url)...), getenv, &out, &out)
		return out.String(), err
	}
	if made, err := do("admin", "create", "--role", "viewer"); err != nil || !strings.HasPrefix(made, "atl_") {
		t.Errorf("made %q, %v", made, err)
	}
	if list, err := do("admin", "list"); err != nil || strings.Count(list, "\n") != 8 {
		t.Errorf("list %q, %v", list, err)
	}
	if _, err := do("admin", "revoke", "1"); err != nil {
		t.Error(err)
	}
	if _, err := do("auditor", "list"); err == nil || !strings.Contains(err.Error(), "role does not allow") {
		t.Errorf("an auditor: %v", err)
	}
}

// TestTrailOfWebhooks changes webhooks, and reads who did what. Where messages go is not told.
func TestTrailOfWebhooks(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	m.send("admin", "POST", shared.PathWebhooks, `{"url":"https://hook.example/s3cret"}`)
	m.send("admin", "PATCH", shared.PathWebhook(1), `{"events":["audit.failed"]}`)
	m.send("admin", "POST", shared.PathWebhook(1)+"/secret", "")
	id := m.startsAs("auditor")
	m.send("worker", "PATCH", shared.PathAudits+"/"+id+"/progress", `{"status":"failed"}`)
	m.send("admin", "POST", shared.PathWebhook(1)+"/deliveries/1/redeliver", "")
	m.send("admin", "POST", shared.PathWebhook(1)+"/deliveries/1000/redeliver", "") // is not there
	m.send("auditor", "DELETE", shared.PathWebhook(1), "")                          // may not
	m.send("admin", "POST", shared.PathHookPage(1), "do=test")
	m.send("admin", "POST", shared.PathHookPage(1), "do=renew")
	m.send("admin", "DELETE", shared.PathWebhook(1), "")
	m.send("admin", "DELETE", shared.PathWebhook(1), "") // is not there
	_, body := m.authorized("admin", "/api/v1/trail")
	var list shared.TrailList
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range slices.Backward(list.Entries) {
		got = append(got, fmt.Sprintf("%s %s %s", e.Who, e.Deed, e.About))
	}
	want := []string{"admin webhook_made 1", "admin webhook_changed 1", "admin secret_made 1", "auditor started x",
		"admin redelivered 1/1", "admin webhook_tested 1", "admin secret_made 1", "admin webhook_deleted 1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if strings.Contains(string(body), "s3cret") || m.log.Contains("s3cret") {
		t.Error("the trail, or the log, says where messages go")
	}
}

// TestTrail does things as several people and reads who did what.
func TestTrail(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.startsAs("auditor")
	m.share(id)
	m.send("admin", "POST", shared.PathAudits+"/"+id+"/cancel", "")
	m.send("viewer", "DELETE", shared.PathAudits+"/"+id, "") // may not
	m.send("admin", "DELETE", shared.PathAudits+"/1000", "") // is not there
	m.send("auditor", "DELETE", shared.PathAudits+"/"+id, "")
	m.send("admin", "PUT", "/api/v1/sites/a.example/schedule", `{"url":"https://a.example/","cron":"@daily"}`)
	m.send("admin", "DELETE", "/api/v1/sites/a.example/schedule", "")
	m.send("none", "POST", "/signin", url.Values{"token": {m.tokens["viewer"]}}.Encode())
	m.send("none", "POST", "/signin", url.Values{"token": {m.tokens["wrong"]}}.Encode())
	m.send("admin", "POST", shared.PathTokens, `{"role":"viewer"}`)
	m.send("admin", "DELETE", shared.PathToken(1), "")
	_, body := m.authorized("admin", "/api/v1/trail")
	var list shared.TrailList
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range slices.Backward(list.Entries) {
		line := fmt.Sprintf("%s %s", e.Who, e.Deed)
		if e.AuditID != nil {
			line += fmt.Sprintf(" %d", *e.AuditID)
		}
		if got = append(got, line); e.Address != "127.0.0.1" {
			t.Errorf("%+v has another address", e)
		}
	}
	want := []string{"auditor started 1", "auditor shared 1", "admin cancelled 1", "auditor deleted 1", "admin scheduled",
		"admin unscheduled", "viewer signed_in", "nobody tried_signin", "admin token_made", "admin token_ended"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if strings.Contains(string(body), m.tokens["wrong"][4:12]) || !strings.Contains(string(body), m.tokens["viewer"][:12]) {
		t.Errorf("the trail has part of a wrong token, or does not say who signed in: %s", body)
	}
	if !m.log.Contains("deed=deleted who=auditor") {
		t.Error("the log does not say who deleted an audit")
	}
}

// TestTrailIsKeptAsLongAsAsked has what one of two did be longer ago than --keep-trail.
func TestTrailIsKeptAsLongAsAsked(t *testing.T) {
	t.Parallel()
	m := newTeam(t, "--keep-trail", "1h")
	m.startsAs("auditor")
	m.startsAs("admin")
	m.kill()
	execute(t, open(t, "sqlite", "file:"+filepath.Join(m.dir, "atalaya.db")),
		"UPDATE trail SET at = '2020-01-01 00:00:00.000+00:00' WHERE who = 'auditor'")
	if err := m.launch(); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, 10*time.Second, "only what was done within the hour is left", func() bool {
		_, body := m.authorized("admin", "/api/v1/trail")
		var list shared.TrailList
		return json.Unmarshal(body, &list) == nil && len(list.Entries) == 1 && list.Entries[0].Who == "admin"
	})
}

// TestTrailIsNotFilledByStrangers has somebody without a token knock until nobody listens, and at
// a door that is not there.
func TestTrailIsNotFilledByStrangers(t *testing.T) {
	t.Parallel()
	m := newTeam(t, "--trusted-proxies", "127.0.0.1")
	b := m.browser()
	b.header.Set("X-Forwarded-For", "203.0.113.5")
	for i := range 15 {
		want := http.StatusUnauthorized
		if i >= 10 {
			want = http.StatusTooManyRequests
		}
		res, _ := b.visit("POST", shared.PathSignIn, url.Values{"token": {"guess"}})
		if comesBack := res.Header.Get("Retry-After") != ""; res.StatusCode != want || comesBack != (i >= 10) {
			t.Errorf("guess %d: %s, Retry-After %q", i, res.Status, res.Header.Get("Retry-After"))
		}
		if res, _ := b.visit("GET", shared.PathSignInBack+"?code=x&state=y", nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("back from no provider: %s", res.Status)
		}
	}
	_, body := m.authorized("admin", "/api/v1/trail")
	var list shared.TrailList
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Entries) != 10 {
		t.Errorf("the trail has %d entries, want those of the ten guesses that were looked at: %s", len(list.Entries), body)
	}
}

// TestTrailOfBrowsers subscribes browsers of several people, and reads who did what. Nobody
// has a say in those of others, and where their messages go is not told.
func TestTrailOfBrowsers(t *testing.T) {
	t.Parallel()
	m := newTeam(t, "--allow-private-targets", "true")
	id := m.startsAs("auditor")
	body := func(audit string) string {
		return fmt.Sprintf(`{"endpoint":"https://push.example/s3cret","audit_id":%s,"keys":{"auth":"BTBZMqHH6r4Tts7J_aSIgg","p256dh":`+
			`"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"}}`, audit)
	}
	m.send("viewer", "POST", shared.PathSubscribe, body("null"))
	m.send("worker", "POST", shared.PathSubscribe, body(id))
	for _, who := range []string{"worker", "admin"} {
		for _, method := range []string{"GET", "DELETE"} {
			if res := m.send(who, method, shared.PathSubscription(1), ""); res.StatusCode != 404 {
				t.Errorf("%s %ss another's browser: %s", who, method, res.Status)
			}
		}
	}
	m.send("viewer", "DELETE", shared.PathSubscription(1), "")
	m.send("admin", "DELETE", shared.PathWebhook(2), "")
	_, answer := m.authorized("admin", "/api/v1/trail")
	var list shared.TrailList
	if err := json.Unmarshal(answer, &list); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range slices.Backward(list.Entries) {
		line := fmt.Sprintf("%s %s %s", e.Who, e.Deed, e.About)
		if e.AuditID != nil {
			line += fmt.Sprintf(" of %d", *e.AuditID)
		}
		got = append(got, line)
	}
	want := []string{"auditor started x of 1", "viewer subscribed 1", "worker subscribed 2 of 1", "viewer unsubscribed 1",
		"admin webhook_deleted 2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if strings.Contains(string(answer), "s3cret") || m.log.Contains("s3cret") || m.log.Contains("BTBZ") {
		t.Error("the trail, or the log, has a secret")
	}
}
