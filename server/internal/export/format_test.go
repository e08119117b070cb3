package export

import (
	"testing"
	"time"

	"atalaya/shared"
	"atalaya/shared/text"
)

func TestChoose(t *testing.T) {
	for accept, want := range map[string]Format{
		"": JSON, "*/*": JSON, "application/json": JSON, "application/*": JSON,
		"text/csv": CSV, "text/*;q=0.5, application/json;q=0.4": CSV, "text/markdown": Markdown,
		"application/sarif+json": SARIF,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": HTML,
		"*/*, application/json;q=0":                                       CSV,
		"image/png":                                                       "", "application/json;q=0": "",
	} {
		got, ok := Choose(accept)
		if got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", accept, got, ok, want)
		}
	}
}

func TestFileName(t *testing.T) {
	day := shared.At(time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC))
	for url, want := range map[string]string{
		"https://www.example.com:8443/x": "atalaya-example.com_8443-2026-11-23.csv",
		"../\"evil\r\nX: ü":              "atalaya-..__evil__X___-2026-11-23.csv",
	} {
		if got := CSV.FileName(&shared.AuditProgress{URL: url, CreatedAt: day}); got != want {
			t.Errorf("%q: got %q, want %q", url, got, want)
		}
	}
}

// TestEveryFormatIsOffered: the pages offer all of them.
func TestEveryFormatIsOffered(t *testing.T) {
	offered := map[Format]bool{}
	for _, f := range text.Files(text.EN) {
		offered[Format(f.Format)] = true
	}
	for _, f := range Formats {
		if !offered[f] || f.MediaType() == "" {
			t.Errorf("%s: offered %v, as %q", f, offered[f], f.MediaType())
		}
	}
	if len(offered) != len(Formats) {
		t.Errorf("offered are %v", offered)
	}
}
