package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"atalaya/server/internal/export"
	"atalaya/shared"
	"atalaya/shared/text"
)

// outputs say where a report goes and in which forms: the flags that commands share.
type outputs struct {
	files  fileList
	format export.Format // of what has no name that tells
	lang   string
	bom    bool
}

// fileList is a flag that may be given several times.
type fileList []string

func (l *fileList) String() string { return strings.Join(*l, ", ") }

func (l *fileList) Set(name string) error {
	if name == "" {
		return errors.New("a file has a name, or is - for standard output")
	}
	*l = append(*l, name)
	return nil
}

const standardOutput = "-"

func (o *outputs) settings() []setting {
	choices := append([]export.Format{formatByName}, export.Formats...)
	return []setting{
		{
			name: "output", into: &o.files, check: o.checkFolders,
			help: "`file` to write the report to, by the end of its name as json, csv, md, sarif or html; " +
				"may be given several times; - is standard output",
		},
		oneOf("format", &o.format, formatByName, choices,
			"`format` of what the names do not tell: {bounds} (auto: md)"),
		oneOf("lang", &o.lang, text.EN.Tag(), langTags(), "`language` of the report: {bounds}"),
		unbounded("bom", &o.bom, false, "begin CSV with a byte order mark, by which spreadsheets know UTF-8"),
	}
}

// formatByName has each file's name decide.
const formatByName export.Format = "auto"

func langTags() []string {
	tags := make([]string, len(text.Langs))
	for i, l := range text.Langs {
		tags[i] = l.Tag()
	}
	return tags
}

// checkFolders refuses what would be found out only when the audit is done.
func (o *outputs) checkFolders() error {
	for _, name := range o.files {
		if name == standardOutput {
			continue
		}
		if info, err := os.Stat(filepath.Dir(name)); err != nil || !info.IsDir() {
			return fmt.Errorf("--output %s: there is no folder %s", name, filepath.Dir(name))
		}
	}
	return nil
}

// formatOf is the form of a file: what --format says, unless the name tells.
func (o *outputs) formatOf(name string) export.Format {
	ending := export.Format(strings.ToLower(strings.TrimPrefix(filepath.Ext(name), ".")))
	switch {
	case slices.Contains(export.Formats, ending):
		return ending
	case o.format == formatByName:
		return export.Markdown
	}
	return o.format
}

func (o *outputs) language() text.Lang {
	l, _ := text.Parse(o.lang)
	return l
}

// reportWriter writes a report in one form.
type reportWriter func(ctx context.Context, w io.Writer, f export.Format) error

// write writes the report to every file, and says which on log.
func (o *outputs) write(ctx context.Context, stdout, log io.Writer, write reportWriter) error {
	for _, name := range o.files {
		form := o.formatOf(name)
		if name == standardOutput {
			if err := write(ctx, stdout, form); err != nil {
				return err
			}
			continue
		}
		if err := writeFile(name, func(w io.Writer) error { return write(ctx, w, form) }); err != nil {
			return err
		}
		fmt.Fprintf(log, "%s: %s\n", name, form)
	}
	return nil
}

// writeFile replaces a file by what write writes, and leaves the old one where that fails.
// What is no regular file, such as a pipe, is written to as it is.
func writeFile(name string, write func(io.Writer) error) error {
	part := name + ".part"
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		part = name
	}
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	if err := cmp.Or(write(f), f.Close()); err != nil {
		_ = f.Close()
		if part != name {
			_ = os.Remove(part)
		}
		return err
	}
	if part == name {
		return nil
	}
	return os.Rename(part, name)
}

// exported writes a report whose rows are in a store.
func (o *outputs) exported(report *shared.Report, rows export.Rows) reportWriter {
	return func(ctx context.Context, w io.Writer, f export.Format) error {
		e := export.Export{Report: report, Rows: rows, Format: f, Lang: o.language(), BOM: o.bom, Whole: true}
		return e.Write(ctx, w)
	}
}
