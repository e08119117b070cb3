package stream

import (
	"errors"
	"os"
	"runtime"
	"syscall"
	"time"

	"atalaya/shared"
)

const (
	peerEvents  = syscall.EPOLLIN | syscall.EPOLLRDHUP
	writeEvents = peerEvents | syscall.EPOLLOUT
)

// gatherMost is how many bytes of several blocks are written at once.
const gatherMost = 64 << 10

// shard owns sockets and everything about their streams: it waits for peers,
// deadlines and changes, and writes. It is one goroutine and never blocks in a
// system call.
//
// It does not wait in epoll_wait either, for that would hold a thread, and a
// processor until Go's scheduler takes it away. Its epoll set is itself a file
// that Go's poller waits for: its readiness is a socket's, its read deadline is
// the next timer, and a deadline in the past is the wake-up.
type shard struct {
	schedule
	server *Server

	file  *os.File // the epoll set
	raw   syscall.RawConn
	ready int // events not seen to yet

	now     time.Time
	streams []*epollStream // by descriptor
	timers  timers
	todo    []*epollStream // posted, and not seen to yet

	events  [128]syscall.EpollEvent
	blocks  [][]byte // reused
	scratch []byte   // where blocks are gathered, and where input goes
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

func newShard(s *Server) (*shard, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		_ = syscall.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	sh := &shard{server: s, file: os.NewFile(uintptr(fd), "epoll"), scratch: make([]byte, 0, gatherMost)}
	if err := sh.file.SetReadDeadline(time.Time{}); err != nil {
		_ = sh.file.Close()
		return nil, err // Go's poller does not take it
	}
	if sh.raw, err = sh.file.SyscallConn(); err != nil {
		_ = sh.file.Close()
		return nil, err
	}
	sh.ring = func() { _ = sh.file.SetReadDeadline(longAgo) }
	return sh, nil
}

func (sh *shard) control(operation, fd int, events uint32) (err error) {
	if outer := sh.raw.Control(func(set uintptr) { err = control(set, operation, fd, events) }); outer != nil {
		return outer
	}
	if err != nil {
		return os.NewSyscallError("epoll_ctl", err)
	}
	return nil
}

// run ends when the shard is stopped.
func (sh *shard) run() {
	defer sh.file.Close()
	poll := func(set uintptr) bool { return sh.poll(set) > 0 }
	pollOnce := func(set uintptr) { sh.poll(set) }
	see := func(s *seat) { sh.step(s.waker.(*epollStream)) }
	for stopped := false; !stopped; {
		sh.now = time.Now()
		sh.handle()
		sh.todo, stopped = sh.collect(sh.todo)
		sh.receive()
		more := sh.expire()
		more = sh.round(see) || more || len(sh.todo) > 0
		if more {
			runtime.Gosched() // those who read, publish and accept share the processors
			_ = sh.raw.Control(pollOnce)
			continue
		}
		var until time.Time
		if next, ok := sh.timers.next(); ok {
			until = sh.server.epoch.Add(next)
		}
		_ = sh.file.SetReadDeadline(until)
		if sh.sleep() {
			if sh.raw.Read(poll) != nil { // at the deadline it does not poll
				_ = sh.raw.Control(pollOnce)
			}
		}
	}
	sh.cut()
}

// poll fetches events without waiting and returns how many.
func (sh *shard) poll(set uintptr) int {
	sh.ready = poll(set, sh.events[:])
	return sh.ready
}

// handle sees to the events of peers.
func (sh *shard) handle() {
	for _, e := range sh.events[:sh.ready] {
		if int(e.Fd) >= len(sh.streams) || sh.streams[e.Fd] == nil {
			continue // it comes again when the stream has been received
		}
		st := sh.streams[e.Fd]
		switch {
		case e.Events&(syscall.EPOLLERR|syscall.EPOLLHUP|syscall.EPOLLRDHUP) != 0:
			sh.gone(st)
			continue
		case e.Events&syscall.EPOLLIN != 0 && !sh.discard(st):
			sh.gone(st)
			continue
		}
		if e.Events&syscall.EPOLLOUT != 0 && st.rest != nil && st.phase == streaming {
			sh.resume(st)
		}
	}
	sh.ready = 0
}

// discard throws away what a peer sent, and returns false if it has left or
// does not stop.
func (sh *shard) discard(st *epollStream) bool {
	n, err := readSocket(st.fd, sh.scratch[:4<<10])
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return true
	case err != nil || n == 0:
		return false
	}
	st.input += int32(n)
	return st.input <= discardMost
}

// receive begins new streams and sees to those woken by themselves, a slice at a
// time.
func (sh *shard) receive() {
	n := min(len(sh.todo), slice)
	for _, st := range sh.todo[:n] {
		switch st.phase {
		case posted:
			sh.begin(st)
		case streaming:
			sh.step(st)
		}
	}
	clear(sh.todo[:n])
	if sh.todo = sh.todo[n:]; len(sh.todo) == 0 {
		sh.todo = nil
	}
}

// begin subscribes to wake-ups first, so that no change falls between them and
// what was taken before.
func (sh *shard) begin(st *epollStream) {
	st.phase = streaming
	sh.server.metrics.writers[WriterEpoll].Inc()
	if need := int(st.fd) + 1 - len(sh.streams); need > 0 {
		sh.streams = append(sh.streams, make([]*epollStream, need)...)
	}
	sh.streams[st.fd] = st
	seats := st.view.places()
	for i := range seats {
		s := &seats[i]
		s.waker = st
		sh.server.hub.crowdOf(s.topic, &sh.schedule).add(s)
	}
	sh.timers.add(st, st.deadline())
	first := st.rest
	st.rest = nil
	if sh.flush(st, first.blocks, first.reason) {
		sh.step(st)
	}
}

// step lets a stream send what it has, unless it is still sending.
func (sh *shard) step(st *epollStream) {
	if st.phase != streaming || st.rest != nil {
		return
	}
	now := st.step(sh.now, sh.server.Draining(), sh.blocks[:0])
	if now.resync {
		st.view.(*listing).resync(sh.server.relay, st)
	}
	if len(now.blocks) > 0 {
		sh.flush(st, now.blocks, now.reason)
	}
	sh.blocks = now.blocks
	clear(sh.blocks) // a frame must not live as long as nobody else changes
}

// flush writes blocks and reports whether they are all gone and the stream goes
// on.
func (sh *shard) flush(st *epollStream, blocks [][]byte, reason string) bool {
	left, err := sh.write(st.fd, blocks)
	if err != nil {
		sh.finish(st, endClientGone)
		return false
	}
	if len(left) == 0 {
		return sh.flushed(st, reason)
	}
	until := sh.after(sh.server.cfg.WriteTimeout)
	st.rest = &rest{blocks: append([][]byte(nil), left...), reason: reason, until: until}
	sh.timers.sooner(st, until)
	sh.want(st, writeEvents)
	return false
}

// after is the instant d from now, for deadlines that must not come early.
func (sh *shard) after(d time.Duration) time.Duration { return sh.server.since(sh.now) + d + early }

func (sh *shard) flushed(st *epollStream, reason string) (goesOn bool) {
	st.flushed(sh.now)
	if reason != "" {
		sh.finish(st, reason)
		return false
	}
	sh.timers.sooner(st, st.deadline())
	return true
}

// resume goes on with a flush when the socket has room again.
func (sh *shard) resume(st *epollStream) {
	left, err := sh.write(st.fd, st.rest.blocks)
	if err != nil {
		sh.finish(st, endClientGone)
		return
	}
	if st.rest.blocks = left; len(left) > 0 {
		return
	}
	reason := st.rest.reason
	st.rest = nil
	sh.want(st, peerEvents)
	if sh.flushed(st, reason) {
		sh.step(st) // what has changed meanwhile
	}
}

func (sh *shard) want(st *epollStream, events uint32) {
	if err := sh.control(syscall.EPOLL_CTL_MOD, int(st.fd), events); err != nil {
		sh.server.cfg.Log.Error("socket not watched", "err", err)
	}
}

// write writes as much as the socket takes and returns the rest.
func (sh *shard) write(fd int32, blocks [][]byte) (left [][]byte, err error) {
	for len(blocks) > 0 {
		chunk := blocks[0]
		if len(blocks) > 1 {
			chunk = sh.gather(blocks)
		}
		n, err := writeSocket(fd, chunk)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return blocks, nil
		case err != nil:
			return blocks, err
		}
		short := n < len(chunk)
		for n > 0 {
			part := min(n, len(blocks[0]))
			n -= part
			if blocks[0] = blocks[0][part:]; len(blocks[0]) == 0 {
				blocks = blocks[1:]
			}
		}
		if short {
			return blocks, nil
		}
	}
	return nil, nil
}

// gather joins blocks into one piece of at most gatherMost bytes.
func (sh *shard) gather(blocks [][]byte) []byte {
	piece := sh.scratch[:0]
	for _, block := range blocks {
		piece = append(piece, block[:min(len(block), gatherMost-len(piece))]...)
		if len(piece) == gatherMost {
			break
		}
	}
	return piece
}

// expire sees to deadlines, a slice at a time, and reports whether there are
// more.
func (sh *shard) expire() (more bool) {
	at := sh.server.since(sh.now)
	for range slice {
		st := sh.timers.due(at)
		if st == nil {
			return false
		}
		switch {
		case st.phase == lingering:
			if at+early >= st.rest.until {
				sh.close(st)
				continue
			}
			sh.timers.set(st, st.rest.until)
		case st.rest != nil:
			if at+early >= st.rest.until {
				sh.finish(st, endWriteDeadline)
				continue
			}
			sh.timers.set(st, st.rest.until)
		default:
			if sh.step(st); st.phase == streaming && st.rest == nil {
				sh.timers.set(st, st.deadline())
			}
		}
	}
	return true
}

// gone ends a stream whose peer has left.
func (sh *shard) gone(st *epollStream) {
	if st.phase == lingering {
		sh.close(st)
		return
	}
	sh.finish(st, endClientGone)
}

// finish gives up what a stream subscribed to, and closes its socket: gently
// after an end event, at once when there is nobody to be gentle with.
func (sh *shard) finish(st *epollStream, reason string) {
	seats := st.view.places()
	for i := range seats {
		c := seats[i].crowd
		if c.remove(&seats[i]); len(c.members) == 0 {
			sh.server.hub.disband(c)
		}
	}
	st.ended(reason, sh.now)
	sh.server.metrics.writers[WriterEpoll].Dec()
	st.rest = nil
	switch reason {
	case endClientGone:
	case endWriteDeadline:
		_ = syscall.SetsockoptLinger(int(st.fd), syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
	default:
		if syscall.Shutdown(int(st.fd), syscall.SHUT_WR) == nil {
			st.phase = lingering
			st.rest = &rest{until: sh.after(lingerMost)}
			sh.timers.sooner(st, st.rest.until)
			return
		}
	}
	sh.close(st)
}

func (sh *shard) close(st *epollStream) {
	st.phase = closed
	sh.timers.remove(st)
	sh.streams[st.fd] = nil
	// A child process that is about to start may still have the socket, so
	// closing it might not take it out of the set.
	if err := sh.control(syscall.EPOLL_CTL_DEL, int(st.fd), 0); err != nil && !errors.Is(err, os.ErrClosed) {
		sh.server.cfg.Log.Error("socket still watched", "err", err)
	}
	_ = syscall.Close(int(st.fd))
	st.rest = nil
	st.release()
}

// cut ends all streams of a shard that was stopped.
func (sh *shard) cut() {
	for _, st := range sh.todo {
		if st.phase == posted {
			sh.begin(st)
		}
	}
	for _, st := range sh.streams {
		if st == nil {
			continue
		}
		if st.phase == streaming {
			sh.finish(st, string(shared.EndDrain))
		}
		if st.phase == lingering {
			sh.close(st)
		}
	}
}
