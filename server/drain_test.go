package main

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// leaving tells a server beyond loopback to end and waits until a load balancer
// would know, on connections of its own.
func leaving(t *testing.T) *process {
	t.Helper()
	p := start(t, "--addr", "0.0.0.0:0", "--insecure-no-auth", "--data-dir", t.TempDir(), "--workers", "0")
	probe := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	ready := func() int {
		res, err := probe.Get(p.url + shared.PathReady)
		if err != nil {
			t.Fatalf("the port closed before /readyz was seen to fail: %v", err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	if !strings.HasPrefix(p.url, "http://localhost:") {
		t.Errorf("a server that listens everywhere calls itself %s", p.url)
	}
	if got := ready(); got != http.StatusOK {
		t.Fatalf("/readyz: got %d before the end", got)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, noticeMax, "/readyz fails", func() bool { return ready() == http.StatusServiceUnavailable })
	return p
}

func TestLoadBalancersLearnOfTheDrain(t *testing.T) {
	t.Parallel()
	p := leaving(t)
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		t.Fatal("the server did not stop within 30 s")
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	p := leaving(t)
	testkit.Eventually(t, 30*time.Second, "the end", func() bool {
		_ = p.cmd.Process.Signal(syscall.SIGINT) // once the process is gone there is nothing to signal
		select {
		case <-p.done:
			return true
		default:
			return false
		}
	})
	if s, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || s.Signal() != syscall.SIGINT {
		t.Errorf("the process ended with %v, want by the second signal", p.cmd.ProcessState)
	}
	if p.log.Contains("msg=stopped") {
		t.Error("it drained to the end")
	}
}
