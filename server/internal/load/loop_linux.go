package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// patience bounds one wait for the network, so that a loop sees stop.
const patience = 50 * time.Millisecond

// loop owns the sockets of its subscribers.
type loop struct {
	target unix.SockaddrInet4
	poll   time.Duration // 0: streams
	epoll  int
	stop   atomic.Bool
	buffer []byte // what one read returns

	mu          sync.Mutex // held while the loop works, not while it waits
	subscribers []*subscriber
	byFD        map[int32]*subscriber
	next        int           // the subscriber to dial next
	pending     int           // dialled, and neither ready nor refused
	due         []*subscriber // polling: who asks next, in that order
	count       census
	samples     []sample
	reading     *subscriber   // whose bytes are being read
	at          time.Duration // when they were read
	each        func(event)
}

// subscriber is one connection and what it has seen.
type subscriber struct {
	loop    *loop
	number  int32
	fd      int
	request []byte
	stage   stage
	status  int
	answer  response
	events  events
	text    []byte // polling: an unfinished answer
	asking  bool   // polling: an answer is due
	askAt   time.Duration
	seen    int32 // the newest number
}

type stage uint8

const (
	idle stage = iota
	dialled
	asked
	ready
	over
)

func newLoop(target netip.AddrPort, poll time.Duration) (*loop, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	l := &loop{
		target: unix.SockaddrInet4{Port: int(target.Port()), Addr: target.Addr().As4()},
		poll:   poll, epoll: fd, buffer: make([]byte, 64<<10), byFD: map[int32]*subscriber{},
	}
	l.each = l.event
	return l, nil
}

// add is for before run.
func (l *loop) add(number int, request []byte) {
	l.subscribers = append(l.subscribers, &subscriber{loop: l, number: int32(number), request: request, fd: -1})
}

func (l *loop) run() {
	events := make([]unix.EpollEvent, 256)
	for !l.stop.Load() {
		timeout := l.prepare()
		n, err := unix.EpollWait(l.epoll, events, int(timeout.Milliseconds()))
		if err != nil && !errors.Is(err, unix.EINTR) {
			l.fail(err)
			return
		}
		l.mu.Lock()
		for i := range max(n, 0) {
			if v := l.byFD[events[i].Fd]; v != nil {
				l.handle(v)
			}
		}
		l.mu.Unlock()
	}
}

// prepare dials and asks what is due, and returns how long to wait.
func (l *loop) prepare() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.pending < dialing && l.next < len(l.subscribers) {
		v := l.subscribers[l.next]
		l.next++
		l.pending++
		if err := l.dial(v); err != nil {
			l.drop(v, err)
		}
	}
	for len(l.due) > 0 {
		v := l.due[0]
		if wait := v.askAt - now(); wait > 0 {
			return min(wait+time.Millisecond, patience)
		}
		l.due = l.due[1:]
		if v.stage == over {
			continue
		}
		if !v.asking { // a subscriber whose answer is late skips this turn
			l.ask(v)
		}
		v.askAt += l.poll
		l.due = append(l.due, v)
	}
	return patience
}

func (l *loop) dial(v *subscriber) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	v.fd, v.stage = fd, dialled
	l.byFD[int32(fd)] = v
	// The port is chosen when the target is known, so that each source address
	// has all ports for each target.
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		unix.Bind(fd, &unix.SockaddrInet4{Addr: sources[int(v.number)%len(sources)]}),
	)
	if err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	if err := unix.Connect(fd, &l.target); err != nil && !errors.Is(err, unix.EINPROGRESS) {
		return fmt.Errorf("connect: %w", err)
	}
	return l.watch(unix.EPOLL_CTL_ADD, v, unix.EPOLLOUT)
}

func (l *loop) watch(op int, v *subscriber, events uint32) error {
	if err := unix.EpollCtl(l.epoll, op, v.fd, &unix.EpollEvent{Events: events, Fd: int32(v.fd)}); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	return nil
}

// handle goes on with a subscriber whose socket can be written to or read.
func (l *loop) handle(v *subscriber) {
	if v.stage == dialled {
		code, err := unix.GetsockoptInt(v.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && code != 0 {
			err = unix.Errno(code)
		}
		if err == nil {
			err = l.watch(unix.EPOLL_CTL_MOD, v, unix.EPOLLIN)
		}
		if err != nil {
			l.drop(v, fmt.Errorf("connect: %w", err))
			return
		}
		v.stage = asked
		l.ask(v)
		return
	}
	n, err := unix.Read(v.fd, l.buffer)
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
	case err != nil:
		l.drop(v, fmt.Errorf("read: %w", err))
	case n == 0:
		l.drop(v, fmt.Errorf("read: %w", io.EOF))
	default:
		l.reading, l.at = v, now()
		if err := v.answer.read(l.buffer[:n], v); err != nil {
			l.drop(v, err)
		} else if v.stage == asked && v.status != 0 && v.status != 200 {
			l.drop(v, fmt.Errorf("refused with status %d", v.status))
		}
	}
}

// ask sends the request. It is shorter than any send buffer that is empty.
func (l *loop) ask(v *subscriber) {
	v.asking = true
	if n, err := unix.Write(v.fd, v.request); err != nil || n < len(v.request) {
		l.drop(v, fmt.Errorf("write: %d of %d bytes: %w", n, len(v.request), err))
	}
}

// opened counts a subscriber that has its first state.
func (l *loop) opened(v *subscriber) {
	v.stage = ready
	l.pending--
	l.count.ready++
	l.count.lastReady = l.at
	if l.poll > 0 {
		// Subscribers come when they please, not all at once as they do here.
		v.askAt = l.at + rand.N(l.poll)
		byTime := func(w *subscriber, at time.Duration) int { return cmp.Compare(w.askAt, at) }
		i, _ := slices.BinarySearchFunc(l.due, v.askAt, byTime)
		l.due = slices.Insert(l.due, i, v)
	}
}

// drop gives a subscriber up.
func (l *loop) drop(v *subscriber, err error) {
	switch v.stage {
	case over:
		return
	case ready:
		l.count.cut++
	default:
		l.pending--
		l.count.refused++
	}
	if l.count.err == nil {
		l.count.err = err
	}
	v.stage = over
	if v.fd >= 0 {
		delete(l.byFD, int32(v.fd))
		_ = unix.Close(v.fd)
	}
}

// fail gives all subscribers up.
func (l *loop) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range l.subscribers {
		l.drop(v, err)
	}
}

// event is called for each event of the subscriber that is being read.
func (l *loop) event(e event) {
	if e.kind != kindProgress {
		return
	}
	v := l.reading
	if v.stage == asked {
		l.opened(v)
	}
	l.see(v, e.seq)
}

func (l *loop) see(v *subscriber, seq int64) {
	if int32(seq) > v.seen {
		v.seen = int32(seq)
		l.samples = append(l.samples, sample{subscriber: v.number, seq: v.seen, at: l.at})
	}
}

// A subscriber is the sink of its connection.

func (v *subscriber) head(status int) { v.status = status }

func (v *subscriber) body(p []byte) {
	switch {
	case v.status != 200:
	case v.loop.poll == 0:
		v.events.read(p, v.loop.each)
	case len(v.text)+len(p) <= maxLine:
		v.text = append(v.text, p...)
	}
}

func (v *subscriber) done() {
	v.asking = false
	if v.loop.poll == 0 || v.status != 200 {
		return
	}
	_, seq := scan(v.text)
	v.text = nil
	if v.stage == asked {
		v.loop.opened(v)
	}
	v.loop.see(v, seq)
}

func (l *loop) census() census {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// behind reports whether a subscriber lacks the last number; those that are gone
// will never get it, and are not waited for.
func (l *loop) behind(last []int32) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range l.subscribers {
		if v.stage != over && v.seen < last[v.number] {
			return true
		}
	}
	return false
}

// take returns the samples so far and forgets them.
func (l *loop) take() []sample {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.samples
	l.samples = nil
	return s
}

// close is for after run.
func (l *loop) close() {
	for _, v := range l.byFD {
		_ = unix.Close(v.fd)
	}
	_ = unix.Close(l.epoll)
}
