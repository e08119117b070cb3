package answer

import (
	"bytes"
	"compress/gzip"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
)

// codings are those offered, the best first.
var codings = []string{"br", "gzip"}

// packer is a compressing writer that can be used again.
type packer interface {
	io.WriteCloser
	Reset(io.Writer)
}

// packers are idle writers by coding: each has tables of some 100 KB or more, which
// would cost more than the compression of a page.
var packers = map[string]*sync.Pool{
	"br": {New: func() any {
		// Beyond level 5 the time doubles for 2 % of length. Few answers are longer than
		// the window of 256 KB.
		return brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: 5, LGWin: 18})
	}},
	"gzip": {New: func() any { return gzip.NewWriter(nil) }},
}

// pack compresses body in one of the codings.
func pack(coding string, body []byte) []byte {
	p := packers[coding].Get().(packer)
	defer packers[coding].Put(p)
	var b bytes.Buffer
	p.Reset(&b)
	_, _ = p.Write(body) // writing to memory does not fail
	_ = p.Close()
	return b.Bytes()
}
