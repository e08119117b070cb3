package crawl

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
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

var errEncoding = errors.New("the body has a content encoding that was not asked for")

// decodeBody reads the decoded body into res, bounded on the wire and decoded.
func decodeBody(resp *http.Response, limit int64, sink func(io.Reader), res *Result) error {
	wire := &limitedBody{r: resp.Body, left: limit + limit/8 + 1<<16}
	counted := &countingReader{r: wire}
	defer func() { res.WireBytes = counted.n }()

	var decoded io.Reader = counted
	switch encoding := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		res.Compressed = true
		decoded = &lazyGzip{src: counted}
	default:
		return errEncoding
	}
	body := &limitedBody{r: decoded, left: limit}
	if sink != nil {
		sink(body)
	} else {
		res.Body, _ = io.ReadAll(body)
	}
	res.Truncated = body.truncated || wire.truncated
	if res.Truncated {
		return nil
	}
	return body.err
}

// lazyGzip decodes gzip; a body without a single byte is empty rather than
// malformed.
type lazyGzip struct {
	src io.Reader
	gz  *gzip.Reader
}

func (z *lazyGzip) Read(p []byte) (int, error) {
	if z.gz == nil {
		gz, err := gzip.NewReader(z.src)
		if err != nil {
			return 0, err
		}
		z.gz = gz
	}
	return z.gz.Read(p)
}
