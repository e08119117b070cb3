package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"atalaya/shared"
)

const healthHelp = `Asks the server on this machine whether it is ready, for a container or a supervisor that
has no other program to ask with. The flags, the environment and the file are those of the
server, and say where it listens.

Usage:
  atalaya health [flags]

Examples:
  atalaya health
  atalaya health --config /etc/atalaya/atalaya.toml

Exit codes:
  0    it is ready
  1    it is not, or nobody answers
  2    the command line cannot be followed
`

// healthWithin is less than the time that a container's own check waits.
const healthWithin = 4 * time.Second

// healthOptions are the settings of a server.
type healthOptions struct {
	Config
	unparsed
}

func (o *healthOptions) settings() []setting { return o.Config.settings(&o.unparsed) }

func (o *healthOptions) complete(args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %q; see atalaya health --help", args[0])
	}
	if o.Addr == fromSystemd {
		return errors.New("--addr is systemd, whose socket has no address here; systemctl knows how the server is")
	}
	return o.Config.complete(o.unparsed)
}

func healthCommand(ctx context.Context, p program) error {
	var o healthOptions
	if helped, err := p.read("health", healthHelp, &o); helped || err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, o.scheme()+"://localhost"+shared.PathReady, nil)
	if err != nil {
		return err
	}
	answer, err := o.ownClient().Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, shared.MaxBody))
	if err != nil {
		return err
	}
	if answer.StatusCode == http.StatusOK {
		fmt.Fprintln(p.stdout, "ready")
		return nil
	}
	var why struct{ Detail string }
	_ = json.Unmarshal(body, &why) // the status says enough without it
	return fmt.Errorf("the server answers %s %q", answer.Status, why.Detail)
}

// ownClient asks at --addr, whatever the address of a request is.
func (c Config) ownClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			network, addr := ownAddr(c.Addr)
			return new(net.Dialer).DialContext(ctx, network, addr)
		},
		// The certificate is for a name that others know this machine by.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // it is our own listener
	}}
}

// ownAddr is where a server that listens at addr is reached from its own machine.
func ownAddr(addr string) (network, where string) {
	if path, ok := strings.CutPrefix(addr, unixPrefix); ok {
		return "unix", path
	}
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return "tcp", net.JoinHostPort("localhost", port)
	}
	return "tcp", addr
}
