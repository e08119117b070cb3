package crawl

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// limitedBody reads at most left bytes. Unlike io.LimitReader it tells a body
// that ends at the limit from one that was cut there, and keeps the error that
// ended it.
type limitedBody struct {
	r         io.Reader
	left      int64
	truncated bool
	err       error // other than io.EOF
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.left <= 0 {
		var probe [1]byte
		n, err := b.r.Read(probe[:])
		if n > 0 {
			b.truncated = true
		} else if err == nil {
			return 0, nil
		} else if err != io.EOF {
			b.err = err
			return 0, err
		}
		return 0, io.EOF
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// countingReader counts the bytes that were read.
type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

const (
	// maxCodings is how many content codings of one body are undone.
	maxCodings = 4
	// swollenFrom and swollenRatio say when a coded body is a bomb rather than a page:
	// text shrinks to a tenth, the most repetitive tables to a fiftieth.
	swollenFrom  = 1 << 20
	swollenRatio = 100
	// zstdWindow is how far back a body in zstd may refer: all that browsers take, which
	// is what RFC 9659 allows.
	zstdWindow = 8 << 20
)

// errCoding says that a body is not in the content coding that it claims.
var errCoding = errors.New("the body is not in the content coding that it claims")

// tellingReader tells how many bytes are read, as they are.
type tellingReader struct {
	r    io.Reader
	tell func(bytes int)
}

func (t *tellingReader) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.tell(n)
	return n, err
}

// decodeBody reads the decoded body into res, bounded on the wire, decoded, and in
// the ratio of both, and tells count how much it reads. Its error is that of the
// connection, or wraps errCoding.
func decodeBody(
	resp *http.Response, limit int64, sink func(io.Reader), count func(bytes int), res *Result,
) error {
	wire := &limitedBody{r: resp.Body, left: limit + limit/8 + 1<<16}
	counted := &countingReader{r: wire}
	defer func() { res.WireBytes = counted.n }()

	codings := contentCodings(resp.Header["Content-Encoding"])
	if len(codings) > maxCodings {
		return fmt.Errorf("%w: %d times over", errCoding, len(codings))
	}
	var decoded io.Reader = counted
	for i := len(codings) - 1; i >= 0; i-- {
		decoded = &decoder{coding: codings[i], src: bufio.NewReader(decoded)}
	}
	if len(codings) > 0 {
		res.Compressed, res.Encoding = true, strings.Join(codings, ", ")
		decoded = &bombGuard{r: decoded, wire: counted}
	}
	body := &limitedBody{r: &tellingReader{decoded, count}, left: limit}
	if sink != nil {
		sink(body)
	} else {
		res.Body = readAll(body, resp.ContentLength)
	}
	switch {
	case errors.Is(body.err, errSwollen):
		res.Truncated, res.Swollen = true, true
		return nil
	case body.truncated || wire.truncated:
		res.Truncated = true
		return nil
	case wire.err != nil:
		return wire.err
	case body.err == nil:
		return nil
	case errors.Is(body.err, io.ErrUnexpectedEOF) && limit > body.left:
		// All that was sent came, and its coding is not finished: browsers show what
		// there is.
		res.Truncated = true
		return nil
	}
	return fmt.Errorf("%w (%s): %w", errCoding, res.Encoding, body.err)
}

// maxRoom is how much room a server's word alone is given: it may announce a body that it
// never sends.
const maxRoom = 256 << 10

// readAll reads up to the first error, which body keeps. announced is how many bytes are
// said to come, or -1: with room for them from the start, none is copied as a slice grows.
func readAll(body *limitedBody, announced int64) []byte {
	room := min(max(announced, 0), body.left, maxRoom)
	to := bytes.NewBuffer(make([]byte, 0, room+bytes.MinRead))
	_, _ = to.ReadFrom(body)
	return to.Bytes()
}

// contentCodings returns the codings of a body that can be undone, in the order in
// which they were applied. What is no coding (such as "none" or "UTF-8") is passed
// over, as browsers do.
func contentCodings(values []string) []string {
	var codings []string
	for _, value := range values {
		for name := range strings.SplitSeq(value, ",") {
			switch name = strings.ToLower(strings.TrimSpace(name)); name {
			case "gzip", "x-gzip":
				codings = append(codings, "gzip")
			case "deflate", "br", "zstd":
				codings = append(codings, name)
			}
		}
	}
	return codings
}

// decoder undoes one content coding. A body without a single byte is empty rather
// than malformed, and bytes behind its end are none of it.
type decoder struct {
	coding string
	src    *bufio.Reader
	r      io.Reader
	gz     *gzip.Reader // r, of gzip
	some   bool         // there were decoded bytes
	err    error
}

func (d *decoder) Read(p []byte) (int, error) {
	if d.err == nil && d.r == nil {
		d.err = d.open()
	}
	if d.err != nil {
		return 0, d.err
	}
	n, err := d.r.Read(p)
	d.some = d.some || n > 0
	switch {
	case err == nil:
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zlib.ErrChecksum):
		d.err = io.EOF // browsers do not look at it
	case err == io.EOF && d.gz != nil && d.nextMember():
	case err == io.EOF, d.coding == "br" && strings.Contains(err.Error(), "excessive input"):
		d.err = io.EOF
	default:
		d.err = err
	}
	return n, d.err
}

func (d *decoder) open() error {
	if _, err := d.src.Peek(1); err != nil {
		return err
	}
	switch d.coding {
	case "gzip":
		gz, err := gzip.NewReader(d.src)
		if err != nil {
			return noEnd(err)
		}
		gz.Multistream(false)
		d.r, d.gz = gz, gz
	case "deflate":
		// RFC 9110 means zlib; many send the bare stream, and browsers take both.
		if head, _ := d.src.Peek(2); len(head) == 2 && head[0]&15 == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
			z, err := zlib.NewReader(d.src)
			if err != nil {
				return noEnd(err)
			}
			d.r = z
		} else {
			d.r = flate.NewReader(d.src)
		}
	case "br":
		d.r = brotli.NewReader(d.src)
	case "zstd":
		// With a concurrency of one there is no goroutine, and so nothing to be closed.
		z, err := zstd.NewReader(&zstdFrames{src: d.src}, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdWindow), zstd.IgnoreChecksum(true))
		if err != nil {
			return noEnd(err)
		}
		d.r = z
	}
	return nil
}

var errHead = errors.New("unexpected EOF") // and not io.ErrUnexpectedEOF

// noEnd tells a head that is cut short, which leaves nothing to show, from an end
// that is missing.
func noEnd(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errHead
	}
	return err
}

// nextMember goes on with the next member of a gzip file, if one follows.
func (d *decoder) nextMember() bool {
	head, _ := d.src.Peek(3)
	if string(head) != "\x1f\x8b\x08" || d.gz.Reset(d.src) != nil {
		return false
	}
	d.gz.Multistream(false)
	return true
}

var errSwollen = errors.New("the body is out of proportion to what was sent")

// bombGuard ends the reading of a body that grows out of proportion.
type bombGuard struct {
	r    io.Reader
	wire *countingReader
	n    int64
}

func (g *bombGuard) Read(p []byte) (int, error) {
	if g.n > swollenFrom && g.n > swollenRatio*g.wire.n {
		return 0, errSwollen
	}
	n, err := g.r.Read(p[:min(len(p), 32<<10)])
	g.n += int64(n)
	return n, err
}
