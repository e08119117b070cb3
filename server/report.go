package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"atalaya/server/internal/export"
	"atalaya/server/internal/store"
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
	id                           int64
	dataDir, databaseURL, server string
}

func (o *reportOptions) settings() []setting {
	return append(o.outputs.settings(),
		unbounded("data-dir", &o.dataDir, "./data", "`folder` of the SQLite database"),
		unbounded("database-url", &o.databaseURL, "", "postgres:// `URL` of the database (also DATABASE_URL)"),
		unbounded("server", &o.server, "", "`URL` of a server to ask instead of a database"),
	)
}

// reportCommand writes the report of an audit.
func reportCommand(ctx context.Context, p program) error {
	var o reportOptions
	if helped, err := p.read("report", reportHelp, &o); helped || err != nil {
		return err
	}
	if o.server != "" {
		return o.outputs.write(ctx, p.stdout, p.stderr, o.download)
	}
	log := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	return o.read(ctx, p, log)
}

func (o *reportOptions) complete(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("report takes the number of one audit; see atalaya report --help")
	}
	var ok bool
	if o.id, ok = shared.ParseID(args[0]); !ok {
		return fmt.Errorf("%q is not the number of an audit", args[0])
	}
	if u, err := url.Parse(o.server); o.server != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("--server is %q, but must be an address such as http://127.0.0.1:8000", o.server)
	}
	if len(o.files) == 0 {
		o.files = fileList{standardOutput}
	}
	return nil
}

// read takes the report from the database.
func (o *reportOptions) read(ctx context.Context, p program, log *slog.Logger) (err error) {
	if _, err := os.Stat(o.dataDir); err != nil && o.databaseURL == "" { // or the store would make one
		return fmt.Errorf("there is no data folder %s; --data-dir, --database-url or --server names where the audit is", o.dataDir)
	}
	rows, err := store.Open(ctx, store.Config{DatabaseURL: o.databaseURL, DataDir: o.dataDir, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	report, err := rows.Report(ctx, o.id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("there is no audit %d", o.id)
	case err != nil:
		return err
	case !report.Audit.Status.Terminal():
		return fmt.Errorf("audit %d has not ended yet", o.id)
	}
	return o.outputs.write(ctx, p.stdout, p.stderr, o.exported(&report, rows))
}

// download takes one form of the report from a server.
func (o *reportOptions) download(ctx context.Context, w io.Writer, f export.Format) error {
	form := url.Values{
		shared.ParamFormat: {string(f)}, shared.ParamLang: {o.lang},
		shared.ParamBOM: {strconv.FormatBool(o.bom)}, shared.ParamWhole: {"true"},
	}
	address := strings.TrimSuffix(o.server, "/") + shared.PathReport(o.id) + "?" + form.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(answer.Body, shared.MaxBody)) // without it there is still the status
		var problem shared.Problem
		if json.Unmarshal(body, &problem) == nil && problem.Detail != "" {
			return fmt.Errorf("%s: %s", o.server, export.Visible(problem.Detail))
		}
		return fmt.Errorf("%s answered %s", o.server, answer.Status)
	}
	_, err = io.Copy(w, answer.Body)
	return err
}
