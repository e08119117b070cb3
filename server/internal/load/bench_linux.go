package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/shared"
)

// bench is one run of the program: what it needs to start servers.
type bench struct {
	dir     string // temporary
	program string // the server's binary
	self    string // this one
	cluster *pgtest.Server
	log     io.Writer
	perf    string // folder for profiles; empty for none
	count   int    // of databases and of servers
	rows    []row
}

// newBench builds the server, unless program names one, and starts a PostgreSQL
// if it is among the databases. The caller closes it.
func newBench(ctx context.Context, program string, databases []string, log io.Writer) (b *bench, err error) {
	b = &bench{program: program, log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	if b.dir, err = os.MkdirTemp("", "atalaya-load"); err != nil {
		return b, err
	}
	if b.self, err = os.Executable(); err != nil {
		return b, err
	}
	if program == "" {
		b.program = filepath.Join(b.dir, "atalaya")
		build := exec.CommandContext(ctx, "go", "build", "-o", b.program, "atalaya/server")
		if out, err := build.CombinedOutput(); err != nil {
			return b, fmt.Errorf("build the server: %w\n%s", err, out)
		}
	}
	for _, d := range databases {
		switch d {
		case sqlite:
		case postgresql:
			if b.cluster, err = pgtest.Start(true); err != nil {
				return b, err
			}
		default:
			return b, fmt.Errorf("no such database: %s", d)
		}
	}
	return b, nil
}

func (b *bench) close() error {
	var err error
	if b.cluster != nil {
		err = b.cluster.Close()
	}
	return errors.Join(err, os.RemoveAll(b.dir))
}

// database makes an empty one.
func (b *bench) database(ctx context.Context, name string) (*database, error) {
	b.count++
	if name == sqlite {
		return sqliteIn(filepath.Join(b.dir, fmt.Sprintf("data%d", b.count)))
	}
	admin, err := openURL(b.cluster.URL("postgres"))
	if err != nil {
		return nil, err
	}
	name = fmt.Sprintf("load%d", b.count)
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return nil, errors.Join(err, admin.Close())
	}
	url := b.cluster.URL(name)
	db, err := openURL(url)
	d := newDatabase(postgresql, db)
	d.flags, d.url = []string{"--database-url", url}, url
	d.drop = func(ctx context.Context) error {
		_, err := admin.ExecContext(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
		return errors.Join(err, admin.Close())
	}
	return d, err
}

// site is a running server and its database; db is nil for the bare one.
type site struct {
	*child
	db *database
}

// atalaya starts the server as delivered, with its log in a file, but without
// its engine: workers that look for work once a second each would blur what the
// streams cost.
func (b *bench) atalaya(ctx context.Context, db *database, flags ...string) (*site, error) {
	args := append([]string{"serve", "--addr", "127.0.0.1:0", "--workers", "0"}, db.flags...)
	return b.start(ctx, db, b.program, append(args, flags...))
}

// peer starts one of the servers that Atalaya is compared with.
func (b *bench) peer(ctx context.Context, mode string, db *database) (*site, error) {
	args := []string{"-serve", mode, "-addr", "127.0.0.1:0"}
	if db != nil {
		args = append(args, "-database", db.url)
		migrate := exec.CommandContext(ctx, b.program, append([]string{"migrate"}, db.flags...)...)
		if out, err := migrate.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("migrate: %w\n%s", err, out)
		}
	}
	return b.start(ctx, db, b.self, args)
}

func (b *bench) start(ctx context.Context, db *database, program string, args []string) (*site, error) {
	b.count++
	c, err := startChild(ctx, filepath.Join(b.dir, fmt.Sprintf("log%d", b.count)), program, args...)
	if err != nil {
		return nil, err
	}
	c.perf = b.perf
	return &site{c, db}, nil
}

// audits creates n external audits over the API, each with its topic.
func (s *site) audits(ctx context.Context, n, subscribers int) ([]*topic, error) {
	topics := make([]*topic, n)
	errs := make([]error, n)
	var working sync.WaitGroup
	next := make(chan int)
	for range 4 {
		working.Go(func() {
			for i := range next {
				topics[i], errs[i] = s.audit(ctx, i, subscribers)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	working.Wait()
	return topics, errors.Join(errs...)
}

func (s *site) audit(ctx context.Context, n, subscribers int) (*topic, error) {
	body, _ := json.Marshal(shared.NewAudit{URL: fmt.Sprintf("https://site%d.example/", n), Kind: shared.KindExternal})
	data, err := s.request(ctx, http.MethodPost, shared.PathAudits, body)
	if err != nil {
		return nil, err
	}
	a, err := shared.DecodeAuditProgress(bytes.TrimSpace(data))
	return &topic{id: a.AuditID, path: shared.PathStream(a.AuditID), subscribers: subscribers}, err
}

// patch writes a number into an audit as a worker does that uses the API.
func (s *site) patch(ctx context.Context, id int64, seq int) error {
	body := fmt.Appendf(nil, `{"progress":%d,"message":"%s%d"}`, min(seq, 99), label, seq)
	_, err := s.request(ctx, http.MethodPatch, shared.PathProgress(id), body)
	return err
}

// publish gives the bare server a frame of the size of Atalaya's.
func (s *site) publish(ctx context.Context, id int64, seq int) error {
	message := fmt.Sprint(label, seq)
	data, err := json.Marshal(shared.AuditProgress{
		AuditID: id, Revision: int64(seq) + 1, URL: "https://site0.example/", Kind: shared.KindExternal,
		Status: shared.StatusRunning, Progress: min(seq, 99), Message: &message, Attempt: 1,
	})
	if err != nil {
		return err
	}
	_, err = s.request(ctx, http.MethodPost, publishPath, fmt.Appendf(nil, "id: %d\ndata: %s\n\n", seq+1, data))
	return err
}

// api is for the few requests beside the streams.
var api = &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 8}}

func (s *site) request(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+s.addr.String()+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := api.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s %.200s", method, path, res.Status, data)
	}
	return data, err
}

// queries is how many statements the server has made so far.
func (s *site) queries(ctx context.Context) (float64, error) {
	data, err := s.request(ctx, http.MethodGet, shared.PathMetrics, nil)
	return queries(string(data)), err
}
