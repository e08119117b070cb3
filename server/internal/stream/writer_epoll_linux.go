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

// shards own the sockets taken over from Go's poller: one goroutine for each
// processor. They start with the first stream.
type shards struct {
	env *env
	hub *hub

	mu         sync.Mutex
	running    sync.WaitGroup
	shards     []*shard
	lastIndex  int // of the shard that got the last stream
	stopped    bool
	lastReport time.Time // of the lack of descriptors
}

// adopt takes the socket out of conn and lets a shard write o to it. It returns false
// when that is not possible; then nothing has happened to conn.
func (s *shards) adopt(o *openStream, conn net.Conn, first output, input int) bool {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return false
	}
	sh, err := s.nextShard()
	if err != nil {
		s.reportFallback(err)
		return false
	}
	fd, err := sh.register(tcp)
	if err != nil {
		s.reportFallback(err)
		return false
	}
	st := &epollStream{openStream: *o, schedule: &sh.schedule, fd: int32(fd), input: int32(input)}
	st.unsent = &unsentOutput{blocks: first.blocks, reason: first.reason}
	if !sh.post(st) {
		_ = syscall.Close(fd) // the server has stopped; conns ends the stream
		return false
	}
	_ = tcp.Close() // of Go's descriptor; the socket lives on in ours
	return true
}

// nextShard returns the shard whose turn it is.
func (s *shards) nextShard() (*shard, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil, net.ErrClosed
	}
	for len(s.shards) < runtime.GOMAXPROCS(0) {
		sh, err := newShard(s.env, s.hub)
		if err != nil {
			return nil, err
		}
		s.shards = append(s.shards, sh)
		s.running.Go(sh.run)
	}
	s.lastIndex = (s.lastIndex + 1) % len(s.shards)
	return s.shards[s.lastIndex], nil
}

// reportFallback says, once a minute, why streams are heavier than they could be.
func (s *shards) reportFallback(err error) {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrClosed) {
		return // the server stops
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.lastReport) < time.Minute {
		return
	}
	s.lastReport = time.Now()
	cure := "see err"
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		cure = "raise the limit of open files (ulimit -n)"
	}
	s.env.cfg.Log.Warn("socket not taken over; its stream stays on Go's poller and takes more memory",
		"cure", cure, "err", err)
}

// stop ends all streams, now and in future, and waits until they have ended.
func (s *shards) stop() {
	s.mu.Lock()
	s.stopped = true
	for _, sh := range s.shards {
		sh.stop()
	}
	s.mu.Unlock()
	s.running.Wait()
}

// register duplicates the descriptor of conn and has the epoll set watch the
// duplicate. The socket is the same, so it stays non-blocking.
func (sh *shard) register(conn *net.TCPConn) (fd int, err error) {
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
	if err := sh.epollControl(syscall.EPOLL_CTL_ADD, fd, peerEvents); err != nil {
		_ = syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}
