package stream

import (
	"errors"
	"os"
	"syscall"
	"time"

	"atalaya/shared"
)

// gatherMax is how many bytes of several blocks are written at once.
const gatherMax = 64 << 10

// shard owns sockets and everything about their streams: it waits for peers,
// deadlines and changes, and writes. It is one goroutine, for which another may make
// visits while it sleeps, and never blocks in a system call.
//
// It does not wait in epoll_wait either, because that would hold a thread, and a
// processor until Go's scheduler takes it away. Its epoll set is itself a file
// that Go's poller waits for: its readiness is a socket's, its read deadline is
// the next timer, and a deadline in the past is the wake-up.
type shard struct {
	schedule
	env *env
	hub *hub

	file  *os.File // the epoll set
	raw   syscall.RawConn
	ready int // events not handled yet

	yielder *yielder
	visit   func(*subscription) // steps its stream

	now     time.Time
	streams []*epollStream // by descriptor
	timers  timers
	todo    []*epollStream // taken from the schedule, and not stepped yet

	events  [128]syscall.EpollEvent
	blocks  [][]byte // reused
	scratch []byte   // where blocks are gathered, and where input goes
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

func newShard(e *env, h *hub) (*shard, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		_ = syscall.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	sh := &shard{env: e, hub: h, file: os.NewFile(uintptr(fd), "epoll"), scratch: make([]byte, 0, gatherMax)}
	if err := sh.file.SetReadDeadline(time.Time{}); err != nil {
		_ = sh.file.Close()
		return nil, err // Go's poller does not take it
	}
	if sh.raw, err = sh.file.SyscallConn(); err != nil {
		_ = sh.file.Close()
		return nil, err
	}
	if sh.yielder, err = newYielder(); err != nil {
		_ = sh.file.Close()
		return nil, err
	}
	sh.interrupt = func() { _ = sh.file.SetReadDeadline(longAgo) }
	sh.visit = func(s *subscription) { sh.stepStream(s.waker.(*epollStream)) }
	sh.visitFew = sh.visitAsleep
	return sh, nil
}

func (sh *shard) epollControl(operation, fd int, events uint32) (err error) {
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
	defer sh.yielder.close()
	poll := func(set uintptr) bool { return sh.pollEvents(set) > 0 }
	pollOnce := func(set uintptr) { sh.pollEvents(set) }
	sh.owner.Lock()
	defer sh.owner.Unlock()
	for stopped := false; !stopped; {
		sh.now = time.Now()
		sh.handlePeerEvents()
		sh.todo, stopped = sh.takeWoken(sh.todo)
		sh.runPosted()
		more := sh.runDeadlines()
		more = sh.visitGroups(sh.visit) || more || len(sh.todo) > 0
		if more {
			sh.yielder.yield() // the goroutines that read, publish and accept share the processors
			_ = sh.raw.Control(pollOnce)
			continue
		}
		var until time.Time
		if next, ok := sh.timers.next(); ok {
			until = sh.env.timeOf(next)
		}
		_ = sh.file.SetReadDeadline(until)
		if sh.sleep() {
			sh.owner.Unlock()
			err := sh.raw.Read(poll)
			sh.owner.Lock()
			if err != nil { // at the deadline it does not poll
				_ = sh.raw.Control(pollOnce)
			}
		}
	}
	sh.drainAll()
}

// visitAsleep makes the visits of a shard that sleeps. It has to be woken if its first
// deadline has come nearer than the one it sleeps until.
func (sh *shard) visitAsleep() (rouse bool) {
	sleepsUntil, _ := sh.timers.next()
	sh.now = time.Now()
	more := sh.visitGroups(sh.visit)
	next, ok := sh.timers.next()
	return more || ok && next < sleepsUntil
}

// pollEvents fetches events without waiting and returns how many.
func (sh *shard) pollEvents(set uintptr) int {
	sh.ready = poll(set, sh.events[:])
	return sh.ready
}

// runPosted begins new streams and steps those that were woken by themselves, some
// at a time.
func (sh *shard) runPosted() {
	n := min(len(sh.todo), visitsPerTurn)
	for _, st := range sh.todo[:n] {
		switch st.phase {
		case posted:
			sh.beginStream(st)
		case streaming:
			sh.stepStream(st)
		}
	}
	clear(sh.todo[:n])
	if sh.todo = sh.todo[n:]; len(sh.todo) == 0 {
		sh.todo = nil
	}
}

// beginStream joins the groups first, so that no change falls between that and what
// was taken before.
func (sh *shard) beginStream(st *epollStream) {
	st.phase = streaming
	sh.env.metrics.writers[WriterEpoll].Inc()
	if need := int(st.fd) + 1 - len(sh.streams); need > 0 {
		sh.streams = append(sh.streams, make([]*epollStream, need)...)
	}
	sh.streams[st.fd] = st
	subs := st.subscriber.subscriptions()
	for i := range subs {
		s := &subs[i]
		s.waker = st
		sh.hub.groupOf(s.topic, &sh.schedule).add(s)
	}
	sh.timers.add(st, st.deadline())
	first := st.unsent
	st.unsent = nil
	if sh.flush(st, first.blocks, first.reason) {
		sh.stepStream(st)
	}
}

// stepStream lets a stream send what it has, unless it is still sending.
func (sh *shard) stepStream(st *epollStream) {
	if st.phase != streaming || st.unsent != nil {
		return
	}
	out := st.step(sh.now, sh.env.draining(), sh.blocks[:0])
	if out.resync {
		st.subscriber.resync(st)
	}
	if len(out.blocks) > 0 {
		sh.flush(st, out.blocks, out.reason)
	}
	sh.blocks = out.blocks
	clear(sh.blocks) // a frame must not live as long as nobody else changes
}

// flush writes blocks and reports whether they have all left and the stream goes on.
func (sh *shard) flush(st *epollStream, blocks [][]byte, reason string) bool {
	left, err := sh.write(st.fd, blocks)
	if err != nil {
		sh.finish(st, endClientGone)
		return false
	}
	if len(left) == 0 {
		return sh.flushed(st, reason)
	}
	until := sh.deadlineAfter(sh.env.cfg.WriteTimeout)
	st.unsent = &unsentOutput{blocks: append([][]byte(nil), left...), reason: reason, until: until}
	sh.timers.sooner(st, until)
	sh.watch(st)
	return false
}

// deadlineAfter is the instant d from now, for deadlines that must not come early.
func (sh *shard) deadlineAfter(d time.Duration) time.Duration {
	return sh.env.since(sh.now) + d + deadlineSlack
}

func (sh *shard) flushed(st *epollStream, reason string) (goesOn bool) {
	st.flushed(sh.now)
	if reason != "" {
		sh.finish(st, reason)
		return false
	}
	sh.timers.sooner(st, st.deadline())
	return true
}

// continueFlush goes on with a flush when the socket has room again.
func (sh *shard) continueFlush(st *epollStream) {
	left, err := sh.write(st.fd, st.unsent.blocks)
	if err != nil {
		sh.finish(st, endClientGone)
		return
	}
	if st.unsent.blocks = left; len(left) > 0 {
		return
	}
	reason := st.unsent.reason
	st.unsent = nil
	sh.watch(st)
	if sh.flushed(st, reason) {
		sh.stepStream(st) // what has changed meanwhile
	}
}

// watch has epoll tell what st waits for.
func (sh *shard) watch(st *epollStream) {
	var events uint32
	if !st.halfOpen {
		events |= peerEvents
	}
	if st.unsent != nil {
		events |= syscall.EPOLLOUT
	}
	if err := sh.epollControl(syscall.EPOLL_CTL_MOD, int(st.fd), events); err != nil {
		sh.env.cfg.Log.Error("socket not watched", "err", err)
	}
}

// write writes as much as the socket takes and returns the rest.
func (sh *shard) write(fd int32, blocks [][]byte) (left [][]byte, err error) {
	for len(blocks) > 0 {
		chunk := blocks[0]
		if len(blocks) > 1 {
			chunk = sh.gather(blocks)
		}
		n, errno := writeSocket(fd, chunk)
		switch {
		case errno == syscall.EINTR:
			continue
		case errno == syscall.EAGAIN:
			return blocks, nil
		case errno != 0:
			return blocks, errno
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

// gather joins blocks into one piece of at most gatherMax bytes.
func (sh *shard) gather(blocks [][]byte) []byte {
	piece := sh.scratch[:0]
	for _, block := range blocks {
		piece = append(piece, block[:min(len(block), gatherMax-len(piece))]...)
		if len(piece) == gatherMax {
			break
		}
	}
	return piece
}

// runDeadlines serves the streams whose deadline has come, some at a time, and
// reports whether there are more.
func (sh *shard) runDeadlines() (more bool) {
	at := sh.env.since(sh.now)
	for range visitsPerTurn {
		st := sh.timers.due(at)
		if st == nil {
			return false
		}
		switch {
		case st.phase == lingering:
			if at+deadlineSlack >= st.unsent.until {
				sh.closeSocket(st)
				continue
			}
			sh.timers.set(st, st.unsent.until)
		case st.unsent != nil:
			if at+deadlineSlack >= st.unsent.until {
				sh.finish(st, endWriteDeadline)
				continue
			}
			sh.timers.set(st, st.unsent.until)
		default:
			if sh.stepStream(st); st.phase == streaming && st.unsent == nil {
				sh.timers.set(st, st.deadline())
			}
		}
	}
	return true
}

// finish ends a stream and has its socket closed: after an end event when the peer has
// read it, else at once.
func (sh *shard) finish(st *epollStream, reason string) {
	subs := st.subscriber.subscriptions()
	for i := range subs {
		g := subs[i].group
		if g.remove(&subs[i]); len(g.members) == 0 {
			sh.hub.removeGroup(g)
		}
	}
	st.ended(reason, sh.now)
	sh.env.metrics.writers[WriterEpoll].Dec()
	st.unsent = nil
	switch reason {
	case endClientGone:
	case endWriteDeadline:
		_ = syscall.SetsockoptLinger(int(st.fd), syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
	default:
		if syscall.Shutdown(int(st.fd), syscall.SHUT_WR) == nil {
			st.phase = lingering
			st.unsent = &unsentOutput{until: sh.deadlineAfter(lingerMax)}
			sh.timers.sooner(st, st.unsent.until)
			return
		}
	}
	sh.closeSocket(st)
}

func (sh *shard) closeSocket(st *epollStream) {
	st.phase = closed
	sh.timers.remove(st)
	sh.streams[st.fd] = nil
	// A child process that is about to start may still have the socket, so
	// closing it might not take it out of the set.
	if err := sh.epollControl(syscall.EPOLL_CTL_DEL, int(st.fd), 0); err != nil && !errors.Is(err, os.ErrClosed) {
		sh.env.cfg.Log.Error("socket still watched", "err", err)
	}
	_ = syscall.Close(int(st.fd))
	st.unsent = nil
	st.release()
}

// drainAll ends all streams of a shard that was stopped.
func (sh *shard) drainAll() {
	for _, st := range sh.todo {
		if st.phase == posted {
			sh.beginStream(st)
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
			sh.closeSocket(st)
		}
	}
}
