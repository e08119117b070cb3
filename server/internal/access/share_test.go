package access

import (
	"context"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/shared"
)

// share keeps a new link to an audit and returns it.
func (d *drawer) share(audit int64, until time.Time) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := shared.Share{ID: int64(len(d.shares) + 1), AuditID: audit, ExpiresAt: shared.At(until)}
	d.shares[strconv.FormatInt(s.ID, 10)] = Credential{Share: s, Until: until}
	return NewSigner("key").Link(s)
}

func TestShares(t *testing.T) {
	rig := newGateRig(t, Nobody)
	soon := time.Now().Add(time.Hour)
	seven, nine := rig.share(7, soon), rig.share(9, soon)
	past := rig.share(7, time.Now().Add(-time.Second))
	foreign := NewSigner("another key").Link(rig.shares["1"].Share)
	for _, tc := range []struct {
		name, method, path, link string
		want                     int
	}{
		{"its page", "GET", "/audits/7", seven, 200},
		{"its report", "HEAD", "/audits/7/report", seven, 200},
		{"another's page", "GET", "/audits/9", seven, 401},
		{"the other's", "GET", "/audits/9", nine, 200},
		{"its stream of several", "GET", "/sse/audits?id=7&id=7", seven, 200},
		{"others among them", "GET", "/sse/audits?id=7&id=9", seven, 401},
		{"what is no number", "GET", "/sse/audits?id=7&id=x", seven, 401},
		{"the list", "GET", "/sse/audits", seven, 401},
		{"the list beside it", "GET", "/sse/audits?list=true&id=7", seven, 401},
		{"the list after it", "GET", "/sse/audits?id=7&list", seven, 401},
		{"the start page", "GET", "/", seven, 401},
		{"the start page with an id", "GET", "/?id=7", seven, 401},
		{"below it", "GET", "/audits/7/other", seven, 401},
		{"a write", "PATCH", "/audits/7", seven, 401},
		{"an encoded slash", "GET", "/audits/9%2Faudits%2F7", seven, 401},
		{"expired", "GET", "/audits/7", past, 401},
		{"signed by another", "GET", "/audits/7", foreign, 401},
		{"another number", "GET", "/audits/7", strings.Replace(nine, "_2_", "_1_", 1), 401},
		{"cut", "GET", "/audits/7", seven[:len(seven)-1], 401},
		{"no number", "GET", "/audits/7", "atls__", 401},
	} {
		id, _, _ := strings.Cut(strings.TrimPrefix(tc.path, "/audits/"), "/")
		cookies := "atalaya-share-" + id + "=" + tc.link + "; atalaya-share-7=" + tc.link
		for kind, header := range map[string][]string{
			"Bearer": {"Authorization", "Bearer " + tc.link}, "a cookie": {"Cookie", cookies},
		} {
			if got := rig.ask(tc.method, tc.path, header...).Code; got != tc.want {
				t.Errorf("%s, by %s: got %d, want %d", tc.name, kind, got, tc.want)
			}
		}
	}
	both := "atalaya-share-7=" + seven + "; atalaya-share-9=" + nine
	if got := rig.ask("GET", "/sse/audits?id=7&id=9", "Cookie", both).Code; got != 200 || rig.caller.Role != shared.RoleViewer {
		t.Errorf("two links: got %d, %+v", got, rig.caller)
	}
}

// TestShareThatEnds has one of two links revoked while a stream is open with both.
func TestShareThatEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rig := newGateRig(t, Nobody)
		go func() { _ = rig.Run(t.Context()) }()
		soon := time.Now().Add(time.Hour)
		both := "atalaya-share-7=" + rig.share(7, soon) + "; atalaya-share-9=" + rig.share(9, soon)
		rig.ask("GET", "/sse/audits?id=7&id=9", "Cookie", both)
		over, _ := rig.Hold(context.WithValue(t.Context(), whoKey{}, rig.caller))
		<-time.After(10 * time.Second)
		if synctest.Wait(); over() {
			t.Error("over too soon")
		}
		rig.drawer.mu.Lock()
		delete(rig.shares, "2")
		rig.drawer.mu.Unlock()
		<-time.After(5 * time.Second)
		if synctest.Wait(); !over() {
			t.Error("not over")
		}
	})
}

// TestSharesAreNotedOnce uses a link many times within a minute, by the browser and by a program,
// and others that open nothing.
func TestSharesAreNotedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rig := newGateRig(t, Nobody)
		go func() { _ = rig.Run(t.Context()) }()
		soon := time.Now().Add(time.Hour)
		seven, nine, opened := rig.share(7, soon), rig.share(9, soon), rig.share(8, soon)
		for range 10 {
			rig.ask("GET", "/audits/7", "Authorization", "Bearer "+seven)
			rig.ask("GET", "/audits/7", "Cookie", "atalaya-share-7="+seven)
			rig.ask("GET", "/audits/7", "Authorization", "Bearer "+nine) // of another audit
			rig.ask("GET", "/audits/9", "Authorization", "Bearer "+nine+"x")
		}
		if _, err := rig.RedeemShare(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), opened); err != nil {
			t.Fatal(err)
		}
		<-time.After(3 * touchEvery)
		synctest.Wait()
		slices.Sort(rig.touchedShares)
		if !slices.Equal(rig.touchedShares, []int64{1, 3}) || len(rig.touched) > 0 {
			t.Errorf("noted links %v, tokens %v", rig.touchedShares, rig.touched)
		}
	})
}

func TestRedeemShare(t *testing.T) {
	rig := newGateRig(t, Nobody)
	link := rig.share(7, time.Now().Add(time.Hour))
	w := httptest.NewRecorder()
	audit, err := rig.RedeemShare(w, httptest.NewRequest("GET", "/share/"+link, nil), link)
	if err != nil || audit != 7 {
		t.Fatalf("got %d, %v", audit, err)
	}
	c := w.Result().Cookies()[0]
	if c.Name != "atalaya-share-7" || c.Value != link || !c.HttpOnly || c.MaxAge < 3500 || c.MaxAge > 3600 {
		t.Errorf("the cookie is %+v", c)
	}
	if _, err := rig.RedeemShare(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), "atls_1_x"); err == nil {
		t.Error("a forged link is good")
	}
}
