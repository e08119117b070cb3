package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// maxHead bounds the head of an answer, and a line of chunk framing.
const maxHead = 16 << 10

var errResponse = errors.New("not an HTTP/1.1 answer")

// response reads the answers of one connection piece by piece, however the
// network cut them. The zero value waits for a head.
type response struct {
	status int
	at     part
	line   []byte // of an unfinished line
	head   int    // bytes of this head
	length int64  // what is left of the body or of the chunk; -1: until the connection closes
	chunks bool
}

// part is where in an answer the next byte belongs.
type part uint8

const (
	inStatus part = iota
	inHeader
	inBody
	inChunk
	inChunkSize
	inChunkEnd
	inTrailer
)

// sink takes what an answer holds.
type sink interface {
	// head is called when the head is complete.
	head(status int)
	// body is called with each piece of the body; it must not keep p.
	body(p []byte)
	// done is called after the last piece, if the answer says where that is.
	done()
}

// read takes the next bytes of the connection. Errors wrap [errResponse].
func (r *response) read(p []byte, to sink) error {
	for len(p) > 0 {
		if r.at == inBody || r.at == inChunk {
			n := len(p)
			if r.length >= 0 {
				n = int(min(int64(n), r.length))
				r.length -= int64(n)
			}
			to.body(p[:n])
			p = p[n:]
			r.afterBytes(to)
			continue
		}
		line, rest, whole, err := r.cut(p)
		if err != nil {
			return err
		}
		p = rest
		if !whole {
			return nil
		}
		if err := r.take(line, to); err != nil {
			return err
		}
		r.line = r.line[:0]
	}
	return nil
}

// cut takes a line off p, joined with what came of it before.
func (r *response) cut(p []byte) (line, rest []byte, whole bool, err error) {
	i := bytes.IndexByte(p, '\n')
	if len(r.line)+max(i, 0) > maxHead || i < 0 && len(r.line)+len(p) > maxHead {
		return nil, nil, false, fmt.Errorf("%w: a line of more than %d bytes", errResponse, maxHead)
	}
	if i < 0 {
		r.line = append(r.line, p...)
		return nil, nil, false, nil
	}
	line = p[:i]
	if len(r.line) > 0 {
		r.line = append(r.line, line...)
		line = r.line
	}
	return bytes.TrimSuffix(line, []byte("\r")), p[i+1:], true, nil
}

// take reads one line that is not part of a body.
func (r *response) take(line []byte, to sink) error {
	switch r.at {
	case inStatus:
		return r.statusLine(line)
	case inHeader:
		if r.head += len(line); r.head > maxHead {
			return fmt.Errorf("%w: a head of more than %d bytes", errResponse, maxHead)
		}
		if len(line) > 0 {
			return r.header(line)
		}
		to.head(r.status)
		r.at = inBody
		if r.chunks {
			r.at = inChunkSize
		}
		r.afterBytes(to)
	case inChunkSize:
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseInt(string(bytes.TrimSpace(size)), 16, 63)
		if err != nil || n < 0 {
			return fmt.Errorf("%w: chunk size %.20q", errResponse, line)
		}
		r.length, r.at = n, inChunk
		if n == 0 {
			r.at = inTrailer
		}
	case inChunkEnd:
		if len(line) > 0 {
			return fmt.Errorf("%w: a chunk is longer than its size", errResponse)
		}
		r.at = inChunkSize
	case inTrailer:
		if len(line) == 0 {
			r.finish(to)
		}
	}
	return nil
}

func (r *response) statusLine(line []byte) error {
	version, rest, _ := bytes.Cut(line, []byte(" "))
	code, _, _ := bytes.Cut(rest, []byte(" "))
	n, err := strconv.Atoi(string(code))
	if err != nil || n < 100 || n > 999 || string(version) != "HTTP/1.1" {
		return fmt.Errorf("%w: %.40q", errResponse, line)
	}
	r.status, r.at, r.head, r.chunks, r.length = n, inHeader, 0, false, -1
	if n == 204 || n == 304 {
		r.length = 0
	}
	return nil
}

func (r *response) header(line []byte) error {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimSpace(value)
	switch {
	case bytes.EqualFold(name, []byte("Transfer-Encoding")):
		r.chunks = bytes.EqualFold(value, []byte("chunked"))
	case bytes.EqualFold(name, []byte("Content-Length")):
		n, err := strconv.ParseInt(string(value), 10, 64)
		if err != nil || n < 0 {
			return fmt.Errorf("%w: length %.20q", errResponse, value)
		}
		r.length = n
	}
	return nil
}

// afterBytes looks whether the body, or the chunk, is complete.
func (r *response) afterBytes(to sink) {
	switch {
	case r.length != 0:
	case r.at == inChunk:
		r.at = inChunkEnd
	case r.at == inBody:
		r.finish(to)
	}
}

func (r *response) finish(to sink) {
	r.at = inStatus
	to.done()
}
