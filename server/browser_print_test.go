package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// TestBrowserPrintsTheReport makes the PDF that somebody is handed, of the app's page in
// its dark theme and of the file to open, on both sizes of paper. It reads the words and
// looks at the sheets.
func TestBrowserPrintsTheReport(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	toText, toPicture := installed(t, "pdftotext"), installed(t, "pdftoppm")
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1000")
	a := s.awaitEnd(s.create(fmt.Sprintf(`{"url":%q,"page_limit":12}`, gitDoc(t))).AuditID, time.Minute)
	var pages shared.PageList
	if _, body := s.request("GET", shared.PathAudit(a.AuditID)+"/pages", ""); json.Unmarshal(body, &pages) != nil || len(pages.Pages) < 12 {
		t.Fatalf("pages: %s", body)
	}
	p := openTab(t, chromium)
	p.look("dark", desktop)
	for name, path := range map[string]string{
		"page": shared.PathReportPage(a.AuditID),
		"file": shared.PathFile(a.AuditID, "html", "en"),
	} {
		if name == "page" {
			p.do(chromedp.Navigate(s.url + path))
			p.sees(running + ` && document.querySelectorAll('details').length > 5 &&
				[...document.querySelectorAll('.checks .chk-b')].every((b) => b.childElementCount > 0)`)
			call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
			if empty := p.eval(`[...document.querySelectorAll('.card, details, section, ul, table')].filter((e) =>
				e.checkVisibility() && !e.innerText.trim()).map((e) => e.outerHTML.slice(0, 100)).join('\n')`); empty != "" {
				t.Errorf("on paper these are empty:\n%s", empty)
			}
			p.look("dark", desktop)
		} else {
			p.do(chromedp.Navigate(fileOf(t, s, path)))
		}
		for size, sheet := range map[string]page.PrintToPDFParams{
			"a4": {PaperWidth: 8.27, PaperHeight: 11.69}, "letter": {PaperWidth: 8.5, PaperHeight: 11},
		} {
			sheet.PrintBackground = new(true)
			pdf := filepath.Join("../artefacts", "print-"+name+"-"+size+".pdf")
			if err := os.WriteFile(pdf, call(p, page.PrintToPDF, sheet).Data, 0o644); err != nil {
				t.Fatal(err)
			}
			sheets := strings.Split(strings.TrimSuffix(output(t, toText, "-layout", pdf, "-"), "\f"), "\f")
			all := strings.Join(strings.Fields(strings.Join(sheets, " ")), " ")
			for _, want := range []string{
				shared.SiteName(a.URL), a.URL, "Why it matters", "How to fix it", "12 of", // known addresses
				"Findings by check", "Page has no structured data", "Score",
			} {
				if want == "Score" && name == "page" { // the ring says it without the word
					want = fmt.Sprint(*a.GeoScore)
				}
				if !strings.Contains(all, want) {
					t.Errorf("%s on %s: %q is not there", name, size, want)
				}
			}
			joined := strings.ReplaceAll(all, " ", "")
			for _, seen := range pages.Pages {
				if name == "file" && !strings.Contains(joined, seen.URL) { // the page names one of each group
					t.Errorf("%s on %s: %s is not there in full", name, size, seen.URL)
				}
			}
			for _, never := range []string{"Take the report away", "Skip to content", "Show all", "Audits Audits", "ES "} {
				if strings.Contains(all, never) {
					t.Errorf("%s on %s: %q is there", name, size, never)
				}
			}
			if strings.Contains(sheets[0], "Findings by check") || strings.Contains(sheets[0], "How to fix it") {
				t.Errorf("%s on %s: the first sheet is no cover", name, size)
			}
			for i, words := range sheets {
				number := fmt.Sprintf("%d/%d", i+1, len(sheets))
				if !strings.Contains(strings.ReplaceAll(words, " ", ""), number) {
					t.Errorf("%s on %s: sheet %d is not numbered %q", name, size, i+1, number)
				}
			}
			for i, words := range sheets[1:] {
				if last := lastWords(words); headOfACheck.MatchString(last) {
					t.Errorf("%s on %s: sheet %d ends at the heading %q", name, size, i+2, last)
				}
			}
			lookAtSheets(t, toPicture, pdf, len(sheets))
		}
	}
}

// headOfACheck is a line that something of its check has to follow on the same sheet.
var headOfACheck = regexp.MustCompile(`^(Where|(Critical|Warning|Notice) · .*)$`)

// lastWords is the last line of a sheet that is not its number.
func lastWords(sheet string) (last string) {
	for line := range strings.Lines(sheet) {
		line = strings.TrimSpace(line)
		if line != "" && strings.Trim(line, "0123456789/ ") != "" {
			last = line
		}
	}
	return last
}

// fileOf downloads a file and returns its address on disk, from where it is opened.
func fileOf(t *testing.T, s *process, path string) string {
	t.Helper()
	status, body := s.request("GET", path, "")
	if status != 200 {
		t.Fatalf("%s: %d %s", path, status, body)
	}
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return "file://" + file
}

func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", program, err, out)
	}
	return string(out)
}

// lookAtSheets draws every sheet in grey. It has to be light, with something on it and
// nothing at its edges.
func lookAtSheets(t *testing.T, toPicture, pdf string, n int) {
	t.Helper()
	prefix := filepath.Join(t.TempDir(), "sheet")
	output(t, toPicture, "-gray", "-r", "30", pdf, prefix)
	sheets, err := filepath.Glob(prefix + "*.pgm")
	if err != nil || len(sheets) != n {
		t.Errorf("%s: %d pictures of %d sheets, %v", pdf, len(sheets), n, err)
	}
	for _, sheet := range sheets {
		b, err := os.ReadFile(sheet)
		if err != nil {
			t.Fatal(err)
		}
		var width, height, most int
		if _, err := fmt.Sscanf(string(b[:min(len(b), 40)]), "P5\n%d %d\n%d", &width, &height, &most); err != nil {
			t.Fatal(err)
		}
		dots := b[len(b)-width*height:]
		ink, edge := 0, 0
		for i, dot := range dots {
			if dot < 128 {
				ink++
				if x := i % width; x < width/40 || x > width-width/40 {
					edge++
				}
			}
		}
		share := float64(ink) / float64(len(dots))
		if light := bytes.Count(dots, []byte{255}); share < 0.0002 || share > 0.2 || light < len(dots)/2 || edge > 0 {
			t.Errorf("%s, %s: %.4f of the sheet is dark, %d dots at its edge, %d of %d white",
				pdf, filepath.Base(sheet), share, edge, light, len(dots))
		}
	}
}
