package check

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"atalaya/shared"
)

// golden are the outcomes of page checks over the pages of a folder, as another parser has
// counted them: testdata/golden/README.
type golden struct {
	Folder string                            `json:"folder"`
	Pages  int                               `json:"pages"`
	Digest string                            `json:"digest"`
	Checks map[string]map[shared.Outcome]int `json:"checks"`
}

// minGolden is how many checks are counted of each folder at least.
const minGolden = 40

func TestAnotherParserCountsTheSame(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.json")
	if err != nil || len(files) < 2 {
		t.Fatalf("%d folders are counted, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			want := readGolden(t, file)
			got := want.recount(t)
			for id, counts := range want.Checks {
				for outcome, n := range counts {
					if got[id][outcome] != n {
						t.Errorf("%s: %d pages %s, another parser counts %d", id, got[id][outcome], outcome, n)
					}
				}
			}
		})
	}
}

func readGolden(t *testing.T, file string) (g golden) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if len(g.Checks) < minGolden {
		t.Fatalf("%s counts %d checks", file, len(g.Checks))
	}
	return g
}

// recount asks the checks themselves about each page. Where the folder is missing, or holds
// another version of the pages, there is nothing to compare.
func (g golden) recount(t *testing.T) map[string]map[shared.Outcome]int {
	t.Helper()
	if _, err := os.Stat(g.Folder); err != nil {
		if os.Getenv("ATALAYA_REQUIRE_ALL") != "" && strings.HasSuffix(g.Folder, "/git-doc") { // the one that make tools brings
			t.Fatalf("%s is not installed; make tools installs it", g.Folder)
		}
		t.Skipf("%s is not installed", g.Folder)
	}
	names := pagesIn(t, g.Folder)
	digest := sha256.New()
	counts := map[string]map[shared.Outcome]int{}
	for _, name := range names {
		body, err := os.ReadFile(filepath.Join(g.Folder, name))
		if err != nil {
			t.Fatal(err)
		}
		digest.Write([]byte(name + "\n"))
		digest.Write(body)
		for i, outcome := range RunPage(Parse(goldenInput(name, body))).Facts.Outcomes {
			id := pageChecks[i].ID
			if counts[id] == nil {
				counts[id] = map[shared.Outcome]int{}
			}
			counts[id][outcome.Result()]++
		}
	}
	if hex.EncodeToString(digest.Sum(nil)) != g.Digest {
		t.Skipf("%s has other pages than those that were counted: count them again", g.Folder)
	}
	return counts
}

// goldenInput is a page as a server that tells nothing about it would send it.
func goldenInput(name string, body []byte) Input {
	return Input{
		URL: "https://site.example/" + name, Depth: 1, Status: 200, ContentType: "text/html", DeclaredType: "text/html",
		Header: http.Header{"Content-Type": {"text/html"}}, Body: body,
	}
}

// pagesIn gives the HTML files of a folder in the order of count.mjs: a folder stands where
// its name does.
func pagesIn(t testing.TB, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".html") {
			return err
		}
		name, err := filepath.Rel(folder, path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clip(names)
}
