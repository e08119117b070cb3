package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	startWithin = 30 * time.Second
	stopWithin  = 15 * time.Second
)

// child is a server process that this program started.
type child struct {
	cmd  *exec.Cmd
	addr netip.AddrPort
	log  string // file
	done chan struct{}
	perf string // folder for profiles; empty for none
}

// startChild starts a server and waits for the line that says where it listens:
// its last word is its URL.
func startChild(ctx context.Context, log, program string, args ...string) (*child, error) {
	file, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	c := &child{cmd: exec.Command(program, args...), log: log, done: make(chan struct{})}
	c.cmd.Stderr = file
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.launch(); err != nil {
		return nil, err
	}
	line := make(chan string, 1)
	go func() {
		r := bufio.NewReader(out)
		first, _ := r.ReadString('\n')
		line <- first
		_, _ = io.Copy(io.Discard, r)
	}()
	select {
	case first := <-line:
		_, url, _ := strings.Cut(first, "http://")
		if c.addr, err = netip.ParseAddrPort(strings.TrimSpace(url)); err == nil {
			return c, nil
		}
	case <-time.After(startWithin):
		err = errTooLate
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	c.stop()
	return nil, fmt.Errorf("%s did not start: %w\n%s", filepath.Base(program), err, c.tail())
}

// launch keeps one thread for the life of the child: the kernel sends the death
// signal when the thread that started it ends, not the process.
func (c *child) launch() error {
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	up := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		up <- err
		if err == nil {
			_ = c.cmd.Wait() // its exit status says only that it was told to end
			close(c.done)
		}
	}()
	return <-up
}

// stop asks the child to end, and kills it if it does not.
func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.done:
	case <-time.After(stopWithin):
		_ = c.cmd.Process.Kill()
		<-c.done
	}
}

// tail is the end of what the child wrote to its log.
func (c *child) tail() string {
	data, _ := os.ReadFile(c.log)
	return string(data[max(0, len(data)-2000):])
}

// record profiles the child into a file until stop is called.
func (c *child) record(name string) (stop func(), err error) {
	if c.perf == "" {
		return func() {}, nil
	}
	cmd := exec.Command("perf", "record", "-q", "-g", "-e", "cpu-clock", "-F", "999",
		"-p", strconv.Itoa(c.cmd.Process.Pid), "-o", filepath.Join(c.perf, name))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	return func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait() // it ends with the signal that it was sent
	}, nil
}

// usage is what a process has used, and when; or the difference of two of them,
// with the queries made between.
type usage struct {
	at       time.Duration
	cpu      time.Duration
	resident float64 // bytes
	queries  float64
}

// use reads the child's CPU from its process clock (what utime and stime add up
// to, to the nanosecond) and its resident memory.
func (c *child) use() (u usage, err error) {
	pid := c.cmd.Process.Pid
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|2), &t); err != nil {
		return u, fmt.Errorf("process clock: %w", err)
	}
	u.at, u.cpu = now(), time.Duration(t.Nano())
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return u, err
	}
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return u, errors.New("statm cannot be read")
	}
	pages, err := strconv.ParseFloat(fields[1], 64)
	u.resident = pages * float64(os.Getpagesize())
	return u, err
}
