package audit

import (
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

// recounted is what a crawl and its recount have to agree on about one address.
type recounted struct {
	Status   int
	FinalURL string
	Analysed bool
	Bytes    int
	Title    string
}

// TestAgreesWithARecount audits sites that nobody here wrote, Debian's documentation,
// and compares every page with a crawl that shares no code with ours: it finds links
// and titles by regular expressions. git-doc is always there in CI; of the others,
// those that are installed are tried too, and the site whose start page, a file, is
// named by ATALAYA_TEST_SITE.
func TestAgreesWithARecount(t *testing.T) {
	folder, start := filepath.Split(os.Getenv("ATALAYA_TEST_SITE"))
	for _, site := range []struct{ name, folder, start string }{
		{"git-doc", "/usr/share/doc/git-doc", "git.html"},
		{"postgresql-doc", "/usr/share/doc/postgresql-doc-15/html", "index.html"},
		{"sqlite3-doc", "/usr/share/doc/sqlite3", "index.html"},
		{"named", folder, start},
	} {
		t.Run(site.name, func(t *testing.T) {
			if _, err := os.Stat(filepath.Join(site.folder, site.start)); errors.Is(err, fs.ErrNotExist) || site.start == "" {
				if site.name == "git-doc" && os.Getenv("ATALAYA_REQUIRE_ALL") != "" {
					t.Fatal("Debian's git-doc is not installed; make tools installs it")
				}
				t.Skip("not installed")
			}
			srv := httptest.NewServer(http.FileServer(http.Dir(site.folder)))
			t.Cleanup(srv.Close)
			compareWithRecount(t, srv.URL+"/"+site.start)
		})
	}
}

func compareWithRecount(t *testing.T, seed string) {
	t.Helper()
	const most = 5000
	st := open(t)
	id := create(t, st, shared.NewAudit{URL: seed, PageLimit: most})
	start(t, New(st, loopback("recount")))
	p := await(t, st, id, "end", terminal)
	if p.Status != shared.StatusCompleted {
		t.Fatalf("status %s: %v", p.Status, p.ErrorMessage)
	}
	want, got := recount(t, seed, most), pagesOf(t, st, id)
	t.Logf("%d addresses, %d pages", len(got), p.TotalPages)
	addresses := maps.Clone(want)
	maps.Copy(addresses, got)
	for _, address := range slices.Sorted(maps.Keys(addresses)) {
		if want[address] != got[address] {
			t.Errorf("%s: %+v, recounted %+v", address, got[address], want[address])
		}
	}
	analysed := 0
	for _, page := range want {
		if page.Analysed {
			analysed++
		}
	}
	if p.TotalPages != analysed || analysed < 2 {
		t.Errorf("%d pages, recounted %d", p.TotalPages, analysed)
	}
}

// pagesOf returns every page of an audit by its address.
func pagesOf(t *testing.T, st *store.Store, id int64) map[string]recounted {
	t.Helper()
	found := map[string]recounted{}
	for cursor := ""; ; {
		list, err := st.Pages(t.Context(), id, shared.PageQuery{Cursor: cursor, Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list.Pages {
			found[p.URL] = recounted{p.Status, p.FinalURL, p.Analysed, p.Bytes, p.Title}
		}
		if list.NextCursor == nil {
			return found
		}
		cursor = *list.NextCursor
	}
}

var (
	inert     = regexp.MustCompile(`(?is)<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>`)
	reference = regexp.MustCompile(`(?is)<(?:a|area|link)\s[^>]*?href\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+)[^>]*>`)
	titles    = regexp.MustCompile(`(?is)<title\b[^>]*>(.*?)</title\s*>`)
	// A link element names a page when it is one of these.
	related = regexp.MustCompile(`(?is)^<link\s.*\srel\s*=\s*["']?(?:next|prev|alternate|up|home)\b`)
)

// recount crawls a site from seed without the engine.
func recount(t *testing.T, seed string, most int) map[string]recounted {
	t.Helper()
	found := map[string]recounted{}
	for queue := []string{seed}; len(queue) > 0; queue = queue[1:] {
		address := queue[0]
		if _, seen := found[address]; seen {
			continue
		}
		if len(found) == most {
			t.Fatalf("more than %d addresses", most)
		}
		page, links, err := recountPage(address)
		if err != nil {
			t.Fatal(err)
		}
		found[address] = page
		queue = append(queue, links...)
	}
	return found
}

// oneHop leaves a redirect as it is: where it leads is an address of its own.
var oneHop = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// recountPage returns what one address answers, and where its links on the same host lead.
func recountPage(address string) (recounted, []string, error) {
	resp, err := oneHop.Get(address)
	if err != nil {
		return recounted{}, nil, err
	}
	defer resp.Body.Close()
	if to, err := resp.Location(); err == nil {
		return recounted{Status: resp.StatusCode, FinalURL: to.String()}, []string{to.String()}, nil
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return recounted{}, nil, fmt.Errorf("%s: %w", address, err)
	}
	page := recounted{Status: resp.StatusCode}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") || resp.StatusCode != http.StatusOK {
		return page, nil, nil
	}
	page.Analysed, page.Bytes = true, len(body)
	text := inert.ReplaceAllString(string(body), "")
	if m := titles.FindStringSubmatch(text); m != nil {
		page.Title = strings.Join(strings.Fields(html.UnescapeString(m[1])), " ")
	}
	var links []string
	for _, m := range reference.FindAllStringSubmatch(text, -1) {
		if strings.HasPrefix(strings.ToLower(m[0]), "<link") && !related.MatchString(m[0]) {
			continue
		}
		to, err := resp.Request.URL.Parse(strings.TrimSpace(html.UnescapeString(strings.Trim(m[1], `"'`))))
		if err == nil && to.Host == resp.Request.URL.Host && to.Scheme == "http" {
			links = append(links, withoutFragment(to))
		}
	}
	return page, links, nil
}

func withoutFragment(u *url.URL) string {
	bare := *u
	bare.Fragment, bare.RawFragment = "", ""
	return bare.String()
}
