package export

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"atalaya/shared"
	"atalaya/shared/text"
)

// Export is one report on its way out.
type Export struct {
	// Report is that of an audit which has ended.
	Report *shared.Report
	// Rows gives the audit's pages and findings.
	Rows   Rows
	Format Format
	// Lang is the language of what we say; JSON has none.
	Lang text.Lang
	// BOM puts a byte order mark before the CSV, by which spreadsheets know UTF-8.
	BOM bool
	// Whole adds every page and every finding to the JSON. The other formats have all
	// findings anyway, except Markdown, which is for reading.
	Whole bool
}

// Write writes the file.
func (e *Export) Write(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriterSize(w, 64<<10)
	write := map[Format]func(context.Context, *bufio.Writer) error{
		JSON: e.writeJSON, CSV: e.writeCSV, Markdown: e.writeMarkdown, SARIF: e.writeSARIF, HTML: e.writeHTML,
	}[e.Format]
	if write == nil {
		return fmt.Errorf("export: there is no format %q", e.Format)
	}
	err := write(ctx, out)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("export: %s of audit %d: %w", e.Format, e.Report.Audit.AuditID, err)
	}
	return nil
}
