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
	"strings"

	"atalaya/server/internal/store"
	"atalaya/shared"
	"atalaya/shared/escape"
)

// origin is where audits are kept: the flags that commands share.
type origin struct {
	dataDir, databaseURL, server string
	token                        string // for the server; see tokenVariable
}

func (o *origin) settings() []setting {
	return []setting{
		unbounded("data-dir", &o.dataDir, "./data", "`folder` of the SQLite database"),
		unbounded("database-url", &o.databaseURL, "", "postgres:// `URL` of the database (also DATABASE_URL)"),
		serverSetting(&o.server, "", "`URL` of a server to ask instead of a database"),
	}
}

// serverSetting is a flag that takes the address of a server, or nothing.
func serverSetting(into *string, standard, help string) setting {
	s := unbounded("server", into, standard, help)
	s.check = func() error {
		u, err := url.Parse(*into)
		if *into != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("--server is %q, but must be an address such as http://127.0.0.1:8000", *into)
		}
		return nil
	}
	return s
}

// open opens the database.
func (o *origin) open(ctx context.Context, log io.Writer) (*store.Store, error) {
	if _, err := os.Stat(o.dataDir); err != nil && o.databaseURL == "" { // or the store would make one
		return nil, fmt.Errorf(
			"there is no data folder %s; --data-dir, --database-url or --server names where the audit is", o.dataDir)
	}
	return store.Open(ctx, store.Config{
		DatabaseURL: o.databaseURL, DataDir: o.dataDir,
		Log: quiet(log),
	})
}

// quiet tells only what went wrong.
func quiet(log io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelError}))
}

// endedReport is the report of an audit that has ended.
func endedReport(ctx context.Context, rows *store.Store, id int64) (shared.Report, error) {
	report, err := rows.Report(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return report, fmt.Errorf("there is no audit %d", id)
	case err == nil && !report.Audit.Status.Terminal():
		return report, fmt.Errorf("audit %d has not ended yet", id)
	}
	return report, err
}

// download asks the server for a report in one form.
func (o *origin) download(ctx context.Context, id int64, form url.Values) (io.ReadCloser, error) {
	address := strings.TrimSuffix(o.server, "/") + shared.PathReport(id) + "?" + form.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	authorize(r, o.token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusOK {
		return answer.Body, nil
	}
	defer answer.Body.Close()
	return nil, refusal(o.server, answer)
}

// refusal is what a server says in an answer that is not what was asked for.
func refusal(server string, answer *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(answer.Body, shared.MaxBody)) // without it there is still the status
	var problem shared.Problem
	if json.Unmarshal(body, &problem) == nil && problem.Detail != "" {
		return fmt.Errorf("%s: %s", server, escape.Visible(problem.Detail))
	}
	return fmt.Errorf("%s answered %s", server, answer.Status)
}
