package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"

	"atalaya/server/internal/export"
	"atalaya/shared"
)

const reportHelp = `Writes the report of an audit that has ended, from a data folder, a database or a server.

Usage:
  atalaya report ID [flags]

Examples:
  atalaya report 7
  atalaya report 7 --output report.html --output report.sarif
  atalaya report 7 --database-url postgres://db/atalaya --format csv > report.csv
  atalaya report 7 --server https://atalaya.example --output report.json

A data folder belongs to one process: while a server uses it, ask the server.
Exit codes: 0 the report is written, 1 it is not, 2 the command line cannot be followed.
`

// reportOptions are what the command line of "atalaya report" decides.
type reportOptions struct {
	outputs
	origin
	id int64
}

func (o *reportOptions) settings() []setting {
	return append(o.outputs.settings(), o.origin.settings()...)
}

// reportCommand writes the report of an audit.
func reportCommand(ctx context.Context, p program) error {
	var o reportOptions
	if helped, err := p.read("report", reportHelp, &o); helped || err != nil {
		return err
	}
	if o.server != "" {
		o.token = p.getenv(tokenVariable)
		return o.outputs.write(ctx, p.stdout, p.stderr, o.copyFromServer)
	}
	return o.read(ctx, p)
}

func (o *reportOptions) complete(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("report takes the number of one audit; see atalaya report --help")
	}
	var ok bool
	if o.id, ok = shared.ParseID(args[0]); !ok {
		return fmt.Errorf("%q is not the number of an audit", args[0])
	}
	if len(o.files) == 0 {
		o.files = fileList{standardOutput}
	}
	return nil
}

// read takes the report from the database.
func (o *reportOptions) read(ctx context.Context, p program) (err error) {
	rows, err := o.open(ctx, p.stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	report, err := endedReport(ctx, rows, o.id)
	if err != nil {
		return err
	}
	return o.outputs.write(ctx, p.stdout, p.stderr, o.exported(&report, rows))
}

// copyFromServer takes one form of the report from a server.
func (o *reportOptions) copyFromServer(ctx context.Context, w io.Writer, f export.Format) error {
	body, err := o.download(ctx, o.id, url.Values{
		shared.ParamFormat: {string(f)}, shared.ParamLang: {o.lang},
		shared.ParamBOM: {strconv.FormatBool(o.bom)}, shared.ParamWhole: {"true"},
	})
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = io.Copy(w, body)
	return err
}
