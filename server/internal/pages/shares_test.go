package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

// sharer makes links that are not signed.
type sharer struct{ *store.Store }

func (s sharer) CreateShare(ctx context.Context, audit int64, days int) (shared.Share, error) {
	return s.Store.CreateShare(ctx, audit, 0, time.Duration(days)*24*time.Hour)
}

func (s sharer) Shares(ctx context.Context, audit int64) ([]shared.Share, error) {
	all, err := s.Store.Shares(ctx, audit)
	return signed(all), err
}

func (s sharer) AllShares(ctx context.Context, before int64, limit int) ([]shared.Share, int64, error) {
	all, next, err := s.Store.AllShares(ctx, before, limit)
	return signed(all), next, err
}

func signed(all []shared.Share) []shared.Share {
	for i := range all {
		all[i].Path = fmt.Sprintf("%satls_%d_x", shared.PathShare, all[i].ID)
	}
	return all
}

// TestSharesOfAnAudit makes a link, shows it and revokes it, on the page of its audit and on
// that of all.
func TestSharesOfAnAudit(t *testing.T) {
	for _, path := range []string{shared.PathBasicShares(1), shared.PathSharesPage} {
		s := newSite(t)
		id := s.audit("https://one.example/").AuditID
		if body := read(t, s.get(path)); !strings.Contains(body, "There is no link yet") {
			t.Errorf("%s: an empty list: %s", path, body)
		}
		r := s.submit(path+"?lang=es", url.Values{"do": {"make"}, "audit": {"#1"}, "days": {"30"}})
		if to := r.Header.Get("Location"); r.StatusCode != 303 || to != path+"?lang=es" {
			t.Fatalf("%s: made: %s to %q", path, r.Status, to)
		}
		all, err := s.rows.Shares(t.Context(), id)
		if err != nil || all[0].ExpiresAt.Sub(all[0].CreatedAt.Time) != 30*24*time.Hour {
			t.Fatalf("made %+v, %v", all, err)
		}
		link := fmt.Sprintf("<code>http://example.com/share/atls_%d_x</code>", all[0].ID)
		body := read(t, s.get(path+"?lang=es"))
		if !strings.Contains(body, link) || !strings.Contains(body, "válido") || !strings.Contains(body, "ask=revoke") {
			t.Errorf("%s lacks %q: %s", path, link, body)
		}
		s.asks(path, fmt.Sprintf("%s?ask=revoke&audit=1&id=%d", path, all[0].ID), "Revoke this link?", link[6:len(link)-7],
			"Last used:</dt><dd class=\"u\">never")
		if err := s.rows.TouchShares(t.Context(), []int64{all[0].ID}); err != nil {
			t.Fatal(err)
		}
		if body := read(t, s.get(path)); !strings.Contains(body, `data-name="Last used">2`) {
			t.Errorf("%s does not say that it was used: %s", path, body)
		}
		form := url.Values{"do": {"revoke"}, "audit": {"1"}, "id": {fmt.Sprint(all[0].ID)}}
		if r := s.submit(path, form); r.StatusCode != 303 {
			t.Errorf("%s: revoked: %s", path, r.Status)
		}
		body = read(t, s.get(path))
		if !strings.Contains(body, "revoked") || strings.Contains(body, link) || strings.Contains(body, "ask=revoke") {
			t.Errorf("%s after its end: %s", path, body)
		}
	}
}

// TestSharesByPages has more links than one page shows, by somebody with a name of markup.
func TestSharesByPages(t *testing.T) {
	s := newSite(t)
	by, err := (keyring{s.rows}).CreateToken(t.Context(), shared.NewToken{Role: shared.RoleAdmin, Name: `"><b>`})
	if err != nil {
		t.Fatal(err)
	}
	id := s.audit("https://one.example/").AuditID
	for range shared.ListLimitDefault + 1 {
		if _, err := s.rows.CreateShare(t.Context(), id, by.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	body := read(t, s.get(shared.PathSharesPage))
	if strings.Count(body, "<code>") != shared.ListLimitDefault || strings.Contains(body, "><b>") ||
		!strings.Contains(body, `<a href="/audits/1/basic/shares">Audit #1</a>`) ||
		!strings.Contains(body, `href="/team/shares?cursor=2"`) {
		t.Errorf("the first page: %s", body)
	}
	if body := read(t, s.get(shared.PathSharesPage+"?cursor=2")); strings.Count(body, "<code>") != 1 {
		t.Errorf("the second page: %s", body)
	}
	if body := read(t, s.get(shared.PathBasicShares(id))); strings.Count(body, "<code>") != shared.ListLimitDefault+1 {
		t.Errorf("all of the audit: %s", body)
	}
}

// TestSharesRefuse has what is wrong said beside its field, and what was typed kept.
func TestSharesRefuse(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	one, all := shared.PathBasicShares(id), shared.PathSharesPage
	for range store.SharesMax {
		if _, err := s.rows.CreateShare(t.Context(), id, 0, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		path   string
		typed  url.Values
		status int
		says   string
	}{
		{one, url.Values{"do": {"make"}, "days": {"367"}}, 422, `id="days-error" role="alert">Give a whole`},
		{one, url.Values{"do": {"make"}, "days": {`"><b>`}}, 422, `value="&#34;&gt;&lt;b&gt;"`},
		{all, url.Values{"do": {"make"}, "audit": {"first"}}, 422, `id="audit-error" role="alert">That is not the number`},
		{all, url.Values{"do": {"make"}, "audit": {"99"}}, 422, `id="audit-error" role="alert">There is no audit`},
		{one, url.Values{"do": {"make"}}, 422, `role="alert">This audit has as many links`},
		{one, url.Values{"do": {"revoke"}, "id": {"1000"}}, 404, `role="alert"`},
		{one, url.Values{"do": {"revoke"}, "id": {"x"}}, 400, "could not be read"},
		{all, url.Values{"do": {"burn"}, "audit": {"1"}}, 400, "could not be read"},
		{all, url.Values{"do": {"make", "revoke"}}, 400, "could not be read"},
		{shared.PathBasicShares(99), url.Values{"do": {"make"}}, 404, "no audit"},
	} {
		r := s.submit(tc.path, tc.typed)
		if body := read(t, r); r.StatusCode != tc.status || !strings.Contains(body, tc.says) {
			t.Errorf("%s %v: got %s without %q: %s", tc.path, tc.typed, r.Status, tc.says, body)
		}
	}
	for path, want := range map[string]int{
		"/audits/x/basic/shares": 400, "/audits/99/basic/shares": 404, all + "?cursor=x": 404, one: 200,
	} {
		if r := s.get(path); r.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, r.Status, want)
		}
	}
	if r := s.do(http.MethodPut, all, ""); r.StatusCode != 405 {
		t.Errorf("PUT: %s", r.Status)
	}
}

// TestSharesAreOfferedToAuditors looks for the way to the links on an audit's page.
func TestSharesAreOfferedToAuditors(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	for _, tc := range []struct {
		who     Visitor
		offered bool
	}{
		{Visitor{Free: true}, true},
		{Visitor{SignedIn: true, Role: shared.RoleAuditor}, true},
		{Visitor{SignedIn: true, Role: shared.RoleViewer}, false},
		{Visitor{}, false},
	} {
		s.door.visitor = tc.who
		body := read(t, s.get(shared.PathBasicPage(id)))
		if offered := strings.Contains(body, `href="/audits/1/basic/shares"`); offered != tc.offered {
			t.Errorf("%+v: offered %t", tc.who, offered)
		}
	}
}
