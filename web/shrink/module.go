package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The parts of a module that matter here, as the WebAssembly core specification 2.0
// numbers them (§5.5, binary format of modules).
const (
	header      = "\x00asm\x01\x00\x00\x00"
	sectionData = 11

	segmentActive = 0 // of memory 0, with its offset
	opI32Const    = 0x41
	opEnd         = 0x0b
)

// maxMemory bounds what the segments of a program may fill, in bytes.
const maxMemory = 64 << 20

// module is a program in which the segments of memory are put together.
type module struct {
	before, after []byte // the sections around that of the memory's segments
	// base is where memory begins to have contents, and memory is what is there when
	// the program starts, with zeros between the segments: untouched memory is zero.
	base   int
	memory []byte
}

// segment is a piece of memory.
type segment struct {
	at   int
	data []byte
}

// parse reads a program.
func parse(program []byte) (module, error) {
	if !bytes.HasPrefix(program, []byte(header)) {
		return module{}, errors.New("not a WebAssembly program")
	}
	r := bytes.NewReader(program[len(header):])
	for r.Len() > 0 {
		start := len(program) - r.Len()
		id, _ := r.ReadByte()
		body, err := readBlock(r)
		if err != nil {
			return module{}, fmt.Errorf("section %d: %w", id, err)
		}
		if id != sectionData {
			continue
		}
		m, err := parseMemory(body)
		m.before, m.after = program[:start], program[len(program)-r.Len():]
		return m, err
	}
	return module{}, errors.New("the program has no memory")
}

// parseMemory reads the section of segments.
func parseMemory(section []byte) (module, error) {
	r := bytes.NewReader(section)
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return module{}, fmt.Errorf("count segments: %w", err)
	}
	var segments []segment
	from, to := maxMemory, 0
	for range n {
		s, err := readSegment(r)
		if err != nil {
			return module{}, fmt.Errorf("segment %d: %w", len(segments), err)
		}
		segments = append(segments, s)
		from, to = min(from, s.at), max(to, s.at+len(s.data))
	}
	if from > to {
		return module{}, errors.New("the program has no memory")
	}
	m := module{base: from, memory: make([]byte, to-from)}
	for _, s := range segments {
		copy(m.memory[s.at-from:], s.data)
	}
	return m, nil
}

// readSegment reads a segment of the only kind that Go's linker writes.
func readSegment(r *bytes.Reader) (segment, error) {
	kind, _ := r.ReadByte()
	op, _ := r.ReadByte()
	at, err := binary.ReadUvarint(r) // an address is not negative, and then signed is as unsigned
	end, _ := r.ReadByte()
	if err != nil || kind != segmentActive || op != opI32Const || end != opEnd {
		return segment{}, errors.New("not of the kind that is known here")
	}
	data, err := readBlock(r)
	if err == nil && (at > maxMemory || at+uint64(len(data)) > maxMemory) {
		err = fmt.Errorf("ends beyond %d bytes", maxMemory)
	}
	return segment{int(at), data}, err
}

// readBlock reads bytes that come after their number.
func readBlock(r *bytes.Reader) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, fmt.Errorf("read a length: %w", err)
	}
	if n > uint64(r.Len()) {
		return nil, io.ErrUnexpectedEOF
	}
	block := make([]byte, n)
	_, err = io.ReadFull(r, block)
	return block, err
}

// bytes is the program with its memory as one segment.
func (m module) bytes() []byte {
	section := []byte{1, segmentActive, opI32Const}
	section = append(appendSigned(section, m.base), opEnd)
	section = append(binary.AppendUvarint(section, uint64(len(m.memory))), m.memory...)

	program := append(bytes.Clone(m.before), sectionData)
	program = append(binary.AppendUvarint(program, uint64(len(section))), section...)
	return append(program, m.after...)
}

// appendSigned appends a number that is not negative as signed LEB128, in which the
// last byte's second bit is the sign. (binary.AppendVarint is another code.)
func appendSigned(b []byte, v int) []byte {
	for ; v >= 0x40; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}
