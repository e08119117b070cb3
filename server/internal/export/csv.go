package export

import (
	"bufio"
	"context"
	"encoding/csv"
	"strconv"
	"strings"

	"atalaya/shared"
	"atalaya/shared/escape"
	"atalaya/shared/text"
)

// csvColumns are the names of the columns. They are the same in every language, because
// sheets and scripts refer to them.
var csvColumns = []string{
	"page", "status", "page_title", "depth", "severity", "category", "check", "problem", "seen", "remedy",
}

// writeCSV writes a row per page and finding (RFC 4180). The cells of a page are empty for
// findings about the site as a whole.
func (e *Export) writeCSV(ctx context.Context, w *bufio.Writer) error {
	if e.BOM {
		if _, err := w.WriteString("\ufeff"); err != nil {
			return err
		}
	}
	sheet := csv.NewWriter(w)
	sheet.UseCRLF = true
	if err := sheet.Write(csvColumns); err != nil {
		return err
	}
	for o, err := range e.occurrences(ctx) {
		if err != nil {
			return err
		}
		if err := sheet.Write(e.csvRow(o)); err != nil {
			return err
		}
	}
	sheet.Flush()
	return sheet.Error()
}

func (e *Export) csvRow(o occurrence) []string {
	row := make([]string, 0, len(csvColumns))
	if p := o.Page; p != nil {
		row = append(row, p.URL, strconv.Itoa(p.Status), p.Title, clicks(p.Depth))
	} else {
		row = append(row, "", "", "", "")
	}
	words, _ := text.Check(e.Lang, o.Finding.CheckID)
	row = append(row, string(o.Finding.Severity), string(o.Finding.Category), o.Finding.CheckID,
		words.Title, text.AllSeen(e.Lang, o.Finding), words.Fix)
	for i := range row {
		row[i] = harmlessCell(escape.Visible(row[i]))
	}
	return row
}

// harmlessCell keeps a spreadsheet from taking a text of the site for a formula: an
// apostrophe in front makes it text, also behind a semicolon, where a sheet of a country that
// writes decimals with a comma begins a cell, whatever the quotes around say.
func harmlessCell(s string) string {
	parts := strings.Split(s, ";")
	for i := range parts {
		if formula(parts[i]) {
			parts[i] = "'" + parts[i]
		}
	}
	return strings.Join(parts, ";")
}

// formula reports whether a text may be taken for one. Full-width signs count too, because
// some programs take them for the others, and so does what stands behind blanks or a quote,
// which some skip.
func formula(s string) bool {
	begins := strings.TrimLeft(s, "\" \u00a0\u3000")
	return begins != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(begins)[0])
}

// clicks is empty where no number of them leads to a page.
func clicks(depth int) string {
	if depth == shared.DepthUnlinked {
		return ""
	}
	return strconv.Itoa(depth)
}
