package crawl

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
)

// zstdFrames reads the frames of a body in zstd (RFC 8878), and ends where the next bytes
// begin none: the decoder would take a few of them for a frame that is cut short. It looks at
// the headers alone; what is wrong with the frames is for the decoder to say.
type zstdFrames struct {
	src  *bufio.Reader
	left int64 // bytes of the part that is being read
	// some says that the first frame has begun, inside that the next part is a block of a
	// frame, checked that a checksum follows the last one.
	some, inside, checked bool
}

const (
	zstdMagic     = 0xFD2FB528
	skippedMagic  = 0x184D2A50 // and 15 more
	wholeSource   = math.MaxInt64
	checksumBytes = 4
)

func (z *zstdFrames) Read(p []byte) (int, error) {
	if z.left == 0 && !z.next() {
		return 0, io.EOF
	}
	n, err := z.src.Read(p[:min(int64(len(p)), z.left)])
	z.left -= int64(n)
	return n, err
}

// next goes on with the next part. It reports whether there is one.
func (z *zstdFrames) next() bool {
	if z.inside {
		z.nextBlock()
		return true
	}
	head, _ := z.src.Peek(8)
	first := !z.some
	z.some = true
	switch magic := magicOf(head); {
	case magic == zstdMagic && len(head) > 4:
		z.inside, z.checked = true, head[4]&4 != 0
		z.left = headerSize(head[4])
	case magic&^15 == skippedMagic && len(head) == 8:
		z.left = 8 + int64(binary.LittleEndian.Uint32(head[4:]))
	case first || magic == zstdMagic || magic&^15 == skippedMagic:
		z.left = wholeSource // no zstd at all, or cut short
	default:
		return false
	}
	return true
}

func magicOf(head []byte) uint32 {
	if len(head) < 4 {
		return 0
	}
	return binary.LittleEndian.Uint32(head)
}

// headerSize is the length of a frame's header with its magic number, by its descriptor.
func headerSize(descriptor byte) int64 {
	size := int64(4 + 1)
	single := descriptor&32 != 0
	if !single {
		size++ // the window
	}
	size += [...]int64{0, 1, 2, 4}[descriptor&3] // the dictionary
	switch content := descriptor >> 6; {
	case content > 0:
		size += 1 << content
	case single:
		size++
	}
	return size
}

// nextBlock goes on with a block, and the checksum behind the last one.
func (z *zstdFrames) nextBlock() {
	head, _ := z.src.Peek(3)
	if len(head) < 3 {
		z.left = wholeSource
		return
	}
	h := uint32(head[0]) | uint32(head[1])<<8 | uint32(head[2])<<16
	last, kind, size := h&1 != 0, h>>1&3, int64(h>>3)
	if kind == 1 { // one byte, so many times
		size = 1
	}
	z.left = 3 + size
	if last {
		z.inside = false
		if z.checked {
			z.left += checksumBytes
		}
	}
}
