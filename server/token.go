package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"atalaya/server/internal/store"
	"atalaya/shared"
	"atalaya/shared/escape"
)

const tokenHelp = `Makes, lists and revokes the tokens with which people and programs come in.

Usage:
  atalaya token create --role viewer|auditor|worker|admin [--name NAME] [--expires 720h]
  atalaya token list
  atalaya token revoke NUMBER

Examples:
  atalaya token create --role admin --name Ana
  atalaya token list --server https://atalaya.example
  atalaya token revoke 7

A viewer reads. An auditor starts audits too, and cancels and deletes its own. A worker reads,
and reports the progress of audits. An admin may do everything.

The token is shown once; only a hash of it is kept. Programs send it as
"Authorization: Bearer atl_…", people sign in with it at /signin.
The database is that of --data-dir or --database-url, also while a server uses it; or give
--server its address, and ATALAYA_TOKEN the token of an admin.
Exit codes: 0 it is done, 1 it is not, 2 the command line cannot be followed.
`

// tokenOptions are what the command line of "atalaya token" decides.
type tokenOptions struct {
	origin
	action  string
	want    shared.NewToken
	expires time.Duration
	id      int64
}

// expiresMax is the longest life of a token that has an end.
const expiresMax = 10 * 365 * 24 * time.Hour

func (o *tokenOptions) settings() []setting {
	return append([]setting{
		unbounded("role", (*string)(&o.want.Role), "", "`role`: viewer, auditor, worker or admin"),
		unbounded("name", &o.want.Name, "", "`whose` it is, or what it is for"),
		bounded("expires", &o.expires, 0, 0, expiresMax, "`time` after which it is good for nothing; 0 means never"),
	}, o.origin.settings()...)
}

func (o *tokenOptions) complete(args []string) error {
	if len(args) == 0 {
		return errors.New("token takes create, list or revoke; see atalaya token --help")
	}
	o.action = args[0]
	switch args = args[1:]; o.action {
	case "create":
		return o.completeWish(args)
	case "list":
		if len(args) > 0 {
			return fmt.Errorf("unexpected argument %q; see atalaya token --help", args[0])
		}
	case "revoke":
		ok := len(args) == 1
		if ok {
			o.id, ok = shared.ParseID(args[0])
		}
		if !ok {
			return errors.New("token revoke takes the number that token list shows")
		}
	default:
		return fmt.Errorf("token takes create, list or revoke, not %q", o.action)
	}
	return nil
}

func (o *tokenOptions) completeWish(args []string) error {
	switch {
	case len(args) > 0:
		return fmt.Errorf("unexpected argument %q; see atalaya token --help", args[0])
	case !slices.Contains(shared.Roles, o.want.Role):
		return fmt.Errorf("--role is %q, but must be viewer, auditor, worker or admin", o.want.Role)
	case len(o.want.Name) > shared.MaxTokenName:
		return fmt.Errorf("--name has %d bytes, but may have %d", len(o.want.Name), shared.MaxTokenName)
	}
	if o.expires > 0 {
		at := shared.At(time.Now().Add(o.expires))
		o.want.ExpiresAt = &at
	}
	return nil
}

// tokenKeeper is where tokens are: a database, or a server.
type tokenKeeper interface {
	Tokens(ctx context.Context) ([]shared.Token, error)
	CreateToken(ctx context.Context, want shared.NewToken) (shared.CreatedToken, error)
	RevokeToken(ctx context.Context, id int64) error
}

// tokenCommand makes, lists or revokes tokens.
func tokenCommand(ctx context.Context, p program) (err error) {
	var o tokenOptions
	if helped, err := p.read("token", tokenHelp, &o); helped || err != nil {
		return err
	}
	if o.server != "" {
		return o.carryOut(ctx, p.stdout, remoteTokens{strings.TrimSuffix(o.server, "/"), p.getenv(tokenVariable)})
	}
	rows, err := o.openAsGuest(ctx, p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	return o.carryOut(ctx, p.stdout, keyring{rows})
}

// openAsGuest opens the database, beside a server that uses it if there is one. Before the
// first start there is none yet, and it is made.
func (o *tokenOptions) openAsGuest(ctx context.Context, p program) (*store.Store, error) {
	cfg := store.Config{DatabaseURL: o.databaseURL, DataDir: o.dataDir, Log: quiet(p.stderr)}
	rows, err := store.Open(ctx, cfg)
	if errors.Is(err, store.ErrInUse) {
		cfg.Guest = true
		rows, err = store.Open(ctx, cfg)
	}
	return rows, err
}

func (o *tokenOptions) carryOut(ctx context.Context, out io.Writer, keeper tokenKeeper) error {
	switch o.action {
	case "create":
		made, err := keeper.CreateToken(ctx, o.want)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, made.Secret)
		return nil
	case "list":
		tokens, err := keeper.Tokens(ctx)
		if err != nil {
			return err
		}
		return listTokens(out, tokens)
	}
	err := keeper.RevokeToken(ctx, o.id)
	if isMissing(err) {
		err = fmt.Errorf("there is no token %d that could be revoked", o.id)
	}
	return err
}

// listTokens writes a table.
func listTokens(out io.Writer, tokens []shared.Token) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NUMBER\tTOKEN\tROLE\tNAME\tMADE\tLAST USED\tENDS")
	for _, t := range tokens {
		ends := dayOf(t.ExpiresAt, "never")
		if t.RevokedAt != nil {
			ends = "revoked " + dayOf(t.RevokedAt, "")
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, escape.Visible(t.Known()), t.Role, escape.Visible(t.Name),
			dayOf(&t.CreatedAt, ""), dayOf(t.LastUsedAt, "never"), ends)
	}
	return w.Flush()
}

// dayOf is the day of a time, in UTC.
func dayOf(t *shared.Time, otherwise string) string {
	if t == nil {
		return otherwise
	}
	return t.UTC().Format(time.DateOnly)
}

// tokenVariable is where commands that ask a server find the token to send. It is no flag,
// for others see the command line.
const tokenVariable = "ATALAYA_TOKEN"

// authorize sends a token with a request, if there is one.
func authorize(r *http.Request, token string) {
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
}

// remoteTokens asks a server.
type remoteTokens struct{ server, token string }

func (s remoteTokens) Tokens(ctx context.Context) ([]shared.Token, error) {
	var list shared.TokenList
	err := s.ask(ctx, http.MethodGet, shared.PathTokens, nil, &list)
	return list.Tokens, err
}

func (s remoteTokens) CreateToken(ctx context.Context, want shared.NewToken) (made shared.CreatedToken, err error) {
	err = s.ask(ctx, http.MethodPost, shared.PathTokens, want, &made)
	return made, err
}

func (s remoteTokens) RevokeToken(ctx context.Context, id int64) error {
	return s.ask(ctx, http.MethodDelete, shared.PathTokens+"/"+strconv.FormatInt(id, 10), nil, nil)
}

// ask sends a body, unless it is nil, and reads the answer into one, unless that is.
func (s remoteTokens) ask(ctx context.Context, method, path string, body, into any) error {
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, s.server+path, &sent)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	authorize(r, s.token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		return refusal(s.server, answer)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(io.LimitReader(answer.Body, shared.MaxBody)).Decode(into)
}
