package worker

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"atalaya/shared"
)

var (
	// ErrNothing says that no external audit waits for a worker.
	ErrNothing = errors.New("worker: no audit waits")
	// ErrEnded says that the audit has ended, or was deleted.
	ErrEnded = errors.New("worker: the audit has ended")
	// ErrTaken says that somebody else reports on the audit.
	ErrTaken = errors.New("worker: somebody else reports on the audit")
)

// Config configures a [Client]. Only URL is required.
type Config struct {
	// URL is the address of the server, such as https://audits.example.
	URL string
	// Token is sent with every request; empty sends none.
	Token string
	// Name is shown to people who watch an audit that was taken up. Defaults to the name
	// of the host.
	Name string
	// HTTP sends the requests. Defaults to http.DefaultClient.
	HTTP *http.Client
	// Log takes what has to be sent again. Defaults to slog.Default().
	Log *slog.Logger
}

// Client speaks to one server.
type Client struct{ Config }

// maxName bounds Config.Name, in bytes: it stands in a message.
const maxName = 100

// New returns a client. It asks nothing of the server yet.
func New(c Config) (*Client, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("worker: %q is no address such as https://audits.example", c.URL)
	}
	if strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("worker: the token has a character that no token has")
	}
	c.URL = strings.TrimSuffix(c.URL, "/")
	if c.Name == "" {
		host, _ := os.Hostname() // without one it is nameless
		c.Name = cmp.Or(host, "a worker")
	}
	if len(c.Name) > maxName {
		return nil, fmt.Errorf("worker: the name has %d bytes, and may have %d", len(c.Name), maxName)
	}
	c.HTTP = cmp.Or(c.HTTP, http.DefaultClient)
	c.Log = cmp.Or(c.Log, slog.Default())
	return &Client{c}, nil
}

// Create starts an external audit, which waits for a worker: for whoever claims it, or for
// the caller, who may report on it at once. what names the work to people.
func (c *Client) Create(ctx context.Context, what string) (*Job, error) {
	return c.job(ctx, request{
		method: http.MethodPost, path: shared.PathAudits, key: rand.Text(),
		body: shared.NewAudit{URL: what, Kind: shared.KindExternal},
	})
}

// Open returns an audit by its number, to go on with it after a restart.
func (c *Client) Open(ctx context.Context, id int64) (*Job, error) {
	return c.job(ctx, request{method: http.MethodGet, path: shared.PathAudit(id)})
}

// Claim takes up the external audit that has waited longest. It fails with [ErrNothing] if
// none waits, and with the others when they were faster.
func (c *Client) Claim(ctx context.Context) (*Job, error) {
	waiting, err := c.waiting(ctx)
	if err != nil {
		return nil, err
	}
	for _, audit := range slices.Backward(waiting) {
		job := &Job{client: c, audit: audit}
		err := job.patch(ctx, shared.ProgressPatch{Status: new(shared.StatusRunning), Message: new(c.claim())})
		if err == nil {
			return job, nil
		}
		if !errors.Is(err, ErrTaken) && !errors.Is(err, ErrEnded) {
			return nil, err
		}
	}
	return nil, ErrNothing
}

// claim is the message of somebody who takes an audit up. It is never the same twice: two
// workers that send the same of one revision would count as one that repeats itself, and
// both would get the audit.
func (c *Client) claim() string {
	return fmt.Sprintf("Taken up by %s (claim %s).", c.Name, rand.Text()[:8])
}

// claimable is how many of those audits that have waited longest are tried.
const claimable = shared.ListLimitMax

// waiting are the external audits that have waited longest, the newest first.
func (c *Client) waiting(ctx context.Context) (audits []shared.AuditProgress, err error) {
	q := shared.ListQuery{Status: shared.StatusPending, Limit: shared.ListLimitMax}
	for {
		body, err := c.send(ctx, request{method: http.MethodGet, path: shared.PathList(q)})
		if err != nil {
			return nil, err
		}
		var list shared.AuditList
		if err := json.Unmarshal(body, &list); err != nil {
			return nil, fmt.Errorf("worker: list of audits: %w", err)
		}
		for _, a := range list.Audits {
			if a.Kind == shared.KindExternal {
				audits = append(audits, a)
			}
		}
		audits = slices.Clone(audits[max(0, len(audits)-claimable):])
		if list.NextCursor == nil {
			return audits, nil
		}
		q.Cursor = *list.NextCursor
	}
}
