// Package export writes the report of an ended audit as a file to hand over.
//
//	e := export.Export{Report: &report, Rows: rows, Format: export.CSV, Lang: text.ES}
//	err := e.Write(ctx, w)
//
// Contract:
//
//   - Nothing is gathered: pages and findings are read in slices and written as they
//     come, so that an audit of 10,000 pages takes the memory of one of a hundred.
//   - The same report gives the same bytes, as often as it is written.
//   - What comes from an audited site (addresses, titles, evidence) is text in every
//     format: it forms no formula in a sheet, no markup in Markdown or HTML, no link or
//     placeholder in SARIF. Characters that are not seen but change what is seen are
//     replaced, except in JSON, which gives everything as it is.
//   - An error comes from the rows, the writer or the context. What was written until
//     then is no whole file, and the caller must not let it pass for one.
//
// The files, in reading order:
//
//	format.go     the formats: names, media types, names of files, the choice by Accept
//	export.go     Export, and the writer of each format
//	rows.go       pages and findings, a slice at a time
//	words.go      what several formats say
//	json.go       for programs: the report, on request with every page and finding
//	csv.go        for spreadsheets: a row per page and finding
//	markdown.go   for tickets and chats: what is wrong and what to do, with some places
//	sarif.go      for code review: SARIF 2.1.0; sarif_log.go is the part of it we write
//	html.go       for people: one file to open and to print
//	comparison.go what changed between two audits, as Markdown and as text
//
// A new field of [shared.Report] is in the JSON by itself; the other formats show it
// where words.go or their own file says so.
package export
