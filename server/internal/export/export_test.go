package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/net/html"

	"atalaya/shared"
	"atalaya/shared/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

// shelf holds an audit's rows, and gives them in slices of two.
type shelf struct {
	pages    []shared.Page
	findings []shared.Finding
	fails    error // after the first slice of anything
}

func (s *shelf) Pages(_ context.Context, _ int64, q shared.PageQuery) (shared.PageList, error) {
	list, next, err := slice(s, s.pages, q.Cursor, q.Limit)
	return shared.PageList{Pages: list, NextCursor: next}, err
}

func (s *shelf) Findings(_ context.Context, _ int64, q shared.FindingQuery) (shared.FindingList, error) {
	matching := slices.DeleteFunc(slices.Clone(s.findings), func(f shared.Finding) bool {
		return q.CheckID != "" && f.CheckID != q.CheckID || q.OfSite && f.PageURL != ""
	})
	list, next, err := slice(s, matching, q.Cursor, q.Limit)
	return shared.FindingList{Findings: list, NextCursor: next}, err
}

func (s *shelf) PageFindings(_ context.Context, _ int64, pages []int64) (map[int64][]shared.Finding, error) {
	found := map[int64][]shared.Finding{}
	for _, p := range s.pages {
		for _, f := range s.findings {
			if f.PageURL == p.URL && slices.Contains(pages, p.ID) {
				found[p.ID] = append(found[p.ID], f)
			}
		}
	}
	return found, nil
}

func slice[T any](s *shelf, all []T, cursor string, limit int) (part []T, next *string, err error) {
	from, _ := strconv.Atoi(cursor)
	if from > 0 && s.fails != nil {
		return nil, nil, s.fails
	}
	to := min(from+min(limit, 2), len(all))
	if to < len(all) {
		cursor = strconv.Itoa(to)
		next = &cursor
	}
	return all[from:to], next, nil
}

// hostile is a text that every format would take for something else.
const hostile = "=HYPERLINK(\"http://evil.example\") <script>alert(1)</script> [x](javascript:alert(1)) `code` ``two`` " +
	"@everyone {0} \u202egnp.exe\u202c \r\n# heading | ]]> --> & \\"

// sample is an audit with a page of an honest title, one of nothing but malice, and
// findings of both and of the site.
func sample(t testing.TB) (*shared.Report, *shelf) {
	t.Helper()
	data, err := os.ReadFile("../../../shared/testdata/completed.json")
	if err != nil {
		t.Fatal(err)
	}
	audit, err := shared.DecodeAuditProgress(data)
	if err != nil {
		t.Fatal(err)
	}
	const evil = "https://www.example.com/'><script>alert(2)</script>`*_|%zz"
	pages := []shared.Page{
		{ID: 11, URL: "https://www.example.com/", Status: 200, MS: 12, Title: "Home, sweet “home”", Words: 420, Analysed: true,
			Redirects: []shared.Hop{}, Headers: []shared.Header{{Name: "Server", Value: hostile}}},
		{ID: 12, URL: "https://www.example.com/a:b", Depth: shared.DepthUnlinked, Status: 404, Findings: shared.Findings{Error: 1}},
		{ID: 13, URL: evil, Depth: 2, Status: 302, MS: 8, Title: hostile, Findings: shared.Findings{Warning: 1},
			Redirects: []shared.Hop{{URL: evil, Status: 302}, {URL: hostile}}},
	}
	findings := []shared.Finding{
		{ID: 1, CheckID: "http-4xx", Category: shared.CategoryCrawlability, Severity: shared.SeverityError,
			PageURL: pages[1].URL, Evidence: []shared.Evidence{{Name: "status", Value: "404"}}},
		{ID: 2, CheckID: "title-length", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
			PageURL: evil, Evidence: []shared.Evidence{{Name: "title", Value: hostile}, {Name: hostile, Value: "+1"}}},
		{ID: 3, CheckID: "title-length", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
			PageURL: pages[0].URL, Evidence: []shared.Evidence{}},
		{ID: 4, CheckID: "sitemap-missing", Category: shared.CategoryCrawlability, Severity: shared.SeverityInfo,
			Evidence: []shared.Evidence{{Name: "url", Value: "https://www.example.com/sitemap.xml"}}},
	}
	report := &shared.Report{
		Version: shared.ReportVersion, Audit: audit,
		Score: &shared.Score{Value: 76, Pages: 340, Categories: []shared.CategoryScore{
			{Category: shared.CategoryCrawlability, Score: 91, Weight: 60}, {Category: shared.CategoryMetadata, Score: 44, Weight: 40},
		}, Caps: []shared.Cap{{ID: "not-https", Limit: 90, Checks: []string{"not-https"}, PointsLost: 210}},
			Fixes: []shared.Fix{{CheckID: "http-4xx", Score: 88}, {CheckID: "title-length", Score: 92}}},
		Checks: []shared.CheckResult{
			{ID: "title-length", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning, Outcome: shared.OutcomeFail,
				Applied: 340, Failed: 37, PointsLost: 412, Samples: findings[1:3]},
			{ID: "http-4xx", Category: shared.CategoryCrawlability, Severity: shared.SeverityError, Outcome: shared.OutcomeFail,
				Applied: 340, Failed: 1, PointsLost: 1201, Samples: findings[:1]},
			{ID: "sitemap-missing", Category: shared.CategoryCrawlability, Severity: shared.SeverityInfo, Outcome: shared.OutcomePass,
				Applied: 1, Samples: findings[3:]},
			{ID: "hreflang-invalid", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
				Outcome: shared.OutcomeNotApplicable, Reason: "no-hreflang", Samples: []shared.Finding{}},
		},
		Unvisited: []shared.Unvisited{{Reason: "limit", Count: 560}},
	}
	return report, &shelf{pages: pages, findings: findings}
}

func written(t *testing.T, e Export) string {
	t.Helper()
	var b bytes.Buffer
	if err := e.Write(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGoldenFiles(t *testing.T) {
	report, rows := sample(t)
	for file, e := range map[string]Export{
		"report.json":       {Format: JSON},
		"report.whole.json": {Format: JSON, Whole: true},
		"report.csv":        {Format: CSV},
		"report.md":         {Format: Markdown},
		"report.es.md":      {Format: Markdown, Lang: text.ES},
		"report.sarif":      {Format: SARIF},
		"report.html":       {Format: HTML},
		"report.es.html":    {Format: HTML, Lang: text.ES},
	} {
		e.Report, e.Rows = report, rows
		golden(t, file, written(t, e))
	}
}

// golden holds got against a file, or writes it with -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile("testdata/"+file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: run with -update and look at the difference; got\n%s", file, got)
	}
}

// TestSARIFFitsItsSchema holds the file against the schema that OASIS publishes.
func TestSARIFFitsItsSchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	report, rows := sample(t)
	failed := *report
	failed.Audit.Status, failed.Checks, failed.Score = shared.StatusFailed, nil, nil
	failed.Audit.ErrorMessage = &[]string{hostile}[0]
	foreign := failed
	foreign.Audit.URL = "nightly import"
	for name, r := range map[string]*shared.Report{"completed": report, "failed": &failed, "not a site": &foreign} {
		body := written(t, Export{Report: r, Rows: rows, Format: SARIF})
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		spoilt := strings.Replace(body, `"level":"error"`, `"level":"grave"`, 1)
		if v, _ = jsonschema.UnmarshalJSON(strings.NewReader(spoilt)); schema.Validate(v) == nil {
			t.Errorf("%s: a level that SARIF does not have passes", name)
		}
	}
}

func TestSARIFAddresses(t *testing.T) {
	const root = "https://example.com/"
	for page, want := range map[string]sarifArtifact{
		"":                              {"./", sarifBase},
		root:                            {"./", sarifBase},
		root + "a/b?c=1":                {"a/b?c=1", sarifBase},
		root + "?c=1":                   {"./?c=1", sarifBase},
		root + "a:b":                    {"./a:b", sarifBase},
		root + "/double":                {root + "/double", ""},
		"https://example.com.evil.org/": {"https://example.com.evil.org/", ""},
		root + "a b<\xff%zz%41":         {"a%20b%3C%FF%25zz%41", sarifBase},
	} {
		if got := sarifAddress(page, root); got != want {
			t.Errorf("%q: got %+v, want %+v", page, got, want)
		}
	}
}

// TestCSVIsASheet reads the file as a spreadsheet does.
func TestCSVIsASheet(t *testing.T) {
	report, rows := sample(t)
	body := written(t, Export{Report: report, Rows: rows, Format: CSV, BOM: true})
	body, marked := strings.CutPrefix(body, "\ufeff")
	if !marked || strings.Count(body, "\n") != strings.Count(body, "\r\n") {
		t.Errorf("mark %v, lines %q", marked, body)
	}
	sheet, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(sheet) != 1+len(rows.findings) {
		t.Fatalf("%d rows, %v", len(sheet), err)
	}
	for _, row := range sheet {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a cell begins with %q", cell)
			}
		}
	}
	for cell := range strings.FieldsFuncSeq(body, func(r rune) bool { return strings.ContainsRune(";\r\n", r) }) {
		if begins := strings.TrimLeft(cell, `" `); begins != "" && strings.ContainsAny(begins[:1], "=+-@") {
			t.Errorf("where semicolons part cells one begins with %q", cell)
		}
	}
	if got := sheet[4][2]; !strings.HasPrefix(got, "'=HYPERLINK(") {
		t.Errorf("the hostile title is %q", got)
	}
}

func TestHarmlessCell(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "plain": "plain", "a=1": "a=1", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)",
		"\t=1": "'\t=1", "\r=1": "'\r=1", "  =1": "'  =1", "＝1": "'＝1", "\u00a0@x": "'\u00a0@x",
		"a; b;c=1": "a; b;c=1", "a;=1;@x": "a;'=1;'@x", "a; -1": "a;' -1", `a;"=1`: `a;'"=1`, `"=1`: `'"=1`, ";": ";",
	} {
		if got := harmlessCell(cell); got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
	}
}

// TestHTMLHasNoScript reads the file as a browser does: what the site wrote is text, and
// nothing comes from elsewhere.
func TestHTMLHasNoScript(t *testing.T) {
	report, rows := sample(t)
	z := html.NewTokenizer(strings.NewReader(written(t, Export{Report: report, Rows: rows, Format: HTML})))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		if slices.Contains([]string{"script", "link", "img", "iframe", "base", "form"}, token.Data) {
			t.Errorf("there is a %s", token)
		}
		for _, a := range token.Attr {
			link := a.Key == "href" && (strings.HasPrefix(a.Val, "#check-") || strings.HasPrefix(a.Val, "https://www.example.com/"))
			if !link && (a.Key == "href" || a.Key == "src" || a.Key == "style" || strings.HasPrefix(a.Key, "on")) {
				t.Errorf("%s has %s=%q", token.Data, a.Key, a.Val)
			}
		}
	}
	if !errors.Is(z.Err(), io.EOF) {
		t.Error(z.Err())
	}
}

// TestJSONIsFaithful reads the whole report back.
func TestJSONIsFaithful(t *testing.T) {
	report, rows := sample(t)
	for _, rows := range []*shelf{rows, {pages: rows.pages}, {}} {
		var got struct {
			shared.Report
			Pages    []shared.Page    `json:"pages"`
			Findings []shared.Finding `json:"findings"`
		}
		if err := json.Unmarshal([]byte(written(t, Export{Report: report, Rows: rows, Format: JSON, Whole: true})), &got); err != nil {
			t.Fatal(err)
		}
		if got.Pages == nil || len(got.Pages) != len(rows.pages) || len(got.Findings) != len(rows.findings) || got.Version != 1 {
			t.Errorf("%d pages, %d findings of version %d", len(got.Pages), len(got.Findings), got.Version)
		}
		if len(got.Pages) > 2 && got.Pages[2].Title != hostile {
			t.Errorf("a title came as %q", got.Pages[2].Title)
		}
	}
}

// TestFailingRows: what could not be read to its end is no file.
func TestFailingRows(t *testing.T) {
	report, rows := sample(t)
	rows.fails = errors.New("the database is gone")
	rows.findings = append(rows.findings, rows.findings...)
	for _, f := range []Format{JSON, CSV, SARIF, HTML} {
		e := Export{Report: report, Rows: rows, Format: f, Whole: true}
		if err := e.Write(t.Context(), io.Discard); !errors.Is(err, rows.fails) {
			t.Errorf("%s: got %v", f, err)
		}
	}
}

func TestFullDisk(t *testing.T) {
	report, rows := sample(t)
	for _, f := range Formats {
		e := Export{Report: report, Rows: rows, Format: f}
		if err := e.Write(t.Context(), fullDisk{}); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: got %v", f, err)
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// longShelf has as many pages as are asked for, each with a finding, and counts the slices
// that were read of it.
type longShelf struct{ pages, read int }

func (s *longShelf) Pages(_ context.Context, _ int64, q shared.PageQuery) (list shared.PageList, err error) {
	s.read++
	from, _ := strconv.Atoi(q.Cursor)
	for i := from; i < min(from+q.Limit, s.pages); i++ {
		list.Pages = append(list.Pages, shared.Page{ID: int64(i + 1), URL: "https://example.org/" + strconv.Itoa(i)})
	}
	if next := strconv.Itoa(from + q.Limit); from+q.Limit < s.pages {
		list.NextCursor = &next
	}
	return list, nil
}

func (s *longShelf) Findings(ctx context.Context, id int64, q shared.FindingQuery) (list shared.FindingList, err error) {
	if q.OfSite {
		return list, nil
	}
	pages, err := s.Pages(ctx, id, shared.PageQuery{Cursor: q.Cursor, Limit: q.Limit})
	list.NextCursor = pages.NextCursor
	for _, p := range pages.Pages {
		list.Findings = append(list.Findings, shared.Finding{CheckID: "title-length", PageURL: p.URL})
	}
	return list, err
}

func (s *longShelf) PageFindings(_ context.Context, _ int64, pages []int64) (map[int64][]shared.Finding, error) {
	found := map[int64][]shared.Finding{}
	for _, id := range pages {
		found[id] = []shared.Finding{{CheckID: "title-length", PageURL: "https://example.org/" + strconv.FormatInt(id-1, 10)}}
	}
	return found, nil
}

// lag notes how many slices were read between two pieces of the file.
type lag struct {
	shelf      *longShelf
	last, most int
}

func (l *lag) Write(b []byte) (int, error) {
	l.most = max(l.most, l.shelf.read-l.last)
	l.last = l.shelf.read
	return len(b), nil
}

// TestWritingKeepsUpWithReading: however long the audit, no more is in memory than a few
// slices and one buffer.
func TestWritingKeepsUpWithReading(t *testing.T) {
	report, _ := sample(t)
	for _, f := range []Format{JSON, CSV, SARIF, HTML} {
		shelf := &longShelf{pages: 4_000}
		out := &lag{shelf: shelf}
		e := Export{Report: report, Rows: shelf, Format: f, Whole: true}
		if err := e.Write(t.Context(), out); err != nil {
			t.Fatal(err)
		}
		if shelf.read < 30 || out.most > 25 {
			t.Errorf("%s: %d slices read, up to %d of them before a piece was written", f, shelf.read, out.most)
		}
	}
}
