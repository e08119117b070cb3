package stream

import "syscall"

// peerEvents are those of a peer that may still send something. That it has reset the
// connection, or closed both sides, epoll tells in any case.
const peerEvents = syscall.EPOLLIN | syscall.EPOLLRDHUP

// handlePeerEvents serves sockets that have room again, and ends streams whose peers
// have left.
func (sh *shard) handlePeerEvents() {
	for _, e := range sh.events[:sh.ready] {
		if int(e.Fd) >= len(sh.streams) || sh.streams[e.Fd] == nil {
			continue // the event comes again when the stream has begun
		}
		st := sh.streams[e.Fd]
		left := e.Events&(syscall.EPOLLERR|syscall.EPOLLHUP) != 0
		if left || e.Events&peerEvents != 0 && !sh.readPeer(st) {
			sh.peerLeft(st)
			continue
		}
		if e.Events&syscall.EPOLLOUT != 0 && st.unsent != nil && st.phase == streaming {
			sh.continueFlush(st)
		}
	}
	sh.ready = 0
}

// readPeer throws away what a peer sent, and returns false if it has left or does not
// stop.
func (sh *shard) readPeer(st *epollStream) bool {
	n, errno := readSocket(st.fd, sh.scratch[:4<<10])
	switch {
	case errno == syscall.EAGAIN || errno == syscall.EINTR:
		return true
	case errno != 0 || n == 0 && st.phase == lingering:
		return false
	case n == 0:
		sh.endInput(st)
		return true
	}
	st.input += int32(n)
	return st.input <= discardMax
}

// endInput notes that the peer has closed its own side. Most have left with that; the
// answer to what is sent next, at once if nothing is under way, will tell.
func (sh *shard) endInput(st *epollStream) {
	st.halfOpen = true
	sh.watch(st)
	st.askPeer()
	sh.stepStream(st)
}

// peerLeft ends a stream whose peer has left.
func (sh *shard) peerLeft(st *epollStream) {
	if st.phase == lingering {
		sh.closeSocket(st)
		return
	}
	sh.finish(st, endClientGone)
}
