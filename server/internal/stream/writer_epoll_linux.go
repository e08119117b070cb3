package stream

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// shards are the goroutines that own the sockets taken over from Go's poller,
// one for each processor. They start with the first stream.
type shards struct {
	server *Server

	mu      sync.Mutex
	running sync.WaitGroup
	all     []*shard
	next    int // whose turn it is to get a stream
	stopped bool
	said    time.Time // when the lack of descriptors was last logged
}

// adopt takes the socket out of conn and lets a shard stream on it what t says.
// It returns false when that is not possible; then nothing has happened to conn.
func (all *shards) adopt(t *ticket, conn net.Conn, first turn, input int) bool {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return false
	}
	sh, err := all.pick()
	if err != nil {
		all.report(err)
		return false
	}
	fd, err := sh.watch(tcp)
	if err != nil {
		all.report(err)
		return false
	}
	st := &epollStream{ticket: *t, queue: &sh.schedule, fd: int32(fd), input: int32(input)}
	st.rest = &rest{blocks: first.blocks, reason: first.reason}
	if !sh.post(st) {
		_ = syscall.Close(fd) // the server has stopped; conn is cut by conns
		return false
	}
	_ = tcp.Close() // of Go's descriptor; the socket lives on in ours
	return true
}

// pick returns the shard whose turn it is.
func (all *shards) pick() (*shard, error) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.stopped {
		return nil, net.ErrClosed
	}
	for len(all.all) < runtime.GOMAXPROCS(0) {
		sh, err := newShard(all.server)
		if err != nil {
			return nil, err
		}
		all.all = append(all.all, sh)
		all.running.Go(sh.run)
	}
	all.next = (all.next + 1) % len(all.all)
	return all.all[all.next], nil
}

// report says why streams are heavier than they could be, once a minute.
func (all *shards) report(err error) {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrClosed) {
		return // the server stops
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	if time.Since(all.said) < time.Minute {
		return
	}
	all.said = time.Now()
	cure := "see err"
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		cure = "raise the limit of open files (ulimit -n)"
	}
	all.server.cfg.Log.Warn("socket not taken over; its stream stays on Go's poller and takes more memory", "cure", cure, "err", err)
}

// stop cuts all streams, now and in future, and waits until they have ended.
func (all *shards) stop() {
	all.mu.Lock()
	all.stopped = true
	for _, sh := range all.all {
		sh.stop()
	}
	all.mu.Unlock()
	all.running.Wait()
}

// watch duplicates the descriptor of conn and registers the duplicate. The
// socket is the same, so it stays non-blocking.
func (sh *shard) watch(conn *net.TCPConn) (fd int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return -1, fmt.Errorf("socket: %w", err)
	}
	var failed error
	if err := raw.Control(func(own uintptr) { fd, failed = duplicate(own) }); err != nil {
		return -1, fmt.Errorf("socket: %w", err)
	}
	if failed != nil {
		return -1, os.NewSyscallError("duplicate a socket", failed)
	}
	if err := sh.control(syscall.EPOLL_CTL_ADD, fd, peerEvents); err != nil {
		_ = syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}
