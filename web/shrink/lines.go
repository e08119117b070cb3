package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// The table of functions as Go 1.20 to 1.26 link it for WebAssembly (runtime/symtab.go:
// pcHeader, _func; cmd/link/internal/ld/pcln.go). A later Go that changes it changes the
// magic number with it, as Go 1.2, 1.16, 1.18 and 1.20 did.
var magic = []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8} // 0xfffffff1, pad, quantum of a pc, bytes of a pointer

// The words of the header, after the magic number.
const (
	wordFuncs     = 0 // number of functions
	wordUnits     = 4 // where compilation units begin, which say what files a function is from
	wordPCs       = 6 // where the tables of program counters begin
	wordFunctions = 7 // where the list of functions begins, and their records after it
	headerBytes   = 8 + 8*8
)

// The fields of a function's record.
const (
	fieldSP        = 16 // tables, by their offset: the stack pointer of a program counter,
	fieldFile      = 20 // its file
	fieldLine      = 24 // and its line
	fieldTables    = 28 // number of further tables
	fieldUnit      = 32
	fieldStartLine = 36
	recordBytes    = 44 // and 4 for each further table
)

var errShape = errors.New("its table of functions is not as it is known here; see web/shrink/lines.go")

// dropLines clears what tells files and lines in the memory of a program. The runtime
// takes a table at offset 0 as one that is missing, and says "?:0" in its place.
func dropLines(memory []byte) error {
	at := bytes.Index(memory, magic)
	if at < 0 || bytes.Contains(memory[at+1:], magic) {
		return errShape
	}
	t, err := openTable(memory[at:])
	if err != nil {
		return err
	}
	needed, dropped := make([]bool, len(t.pcs)), make([]bool, len(t.pcs))
	for i := range t.funcs {
		f, err := t.record(i)
		if err != nil {
			return fmt.Errorf("function %d: %w", i, err)
		}
		for _, field := range f.tables() {
			marks := needed
			if field == fieldFile || field == fieldLine {
				marks = dropped
			}
			if err := t.mark(marks, f.word(field)); err != nil {
				return fmt.Errorf("function %d: %w", i, err)
			}
		}
		for _, field := range []int{fieldFile, fieldLine, fieldUnit, fieldStartLine} {
			binary.LittleEndian.PutUint32(f[field:], 0)
		}
	}
	// Equal tables are one, so that what is a line here may be a stack pointer there.
	for i := range t.pcs {
		if dropped[i] && !needed[i] {
			t.pcs[i] = 0
		}
	}
	clear(t.units)
	return nil
}

// table is a program's table of functions.
type table struct {
	funcs int
	units []byte // compilation units, and after them the names of files
	pcs   []byte
	list  []byte // eight bytes a function, the last four of which are where its record is
}

func openTable(b []byte) (table, error) {
	if len(b) < headerBytes {
		return table{}, errShape
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[len(magic)+8*i:]) }
	funcs, units, pcs, list := word(wordFuncs), word(wordUnits), word(wordPCs), word(wordFunctions)
	if units < headerBytes || pcs < units || list < pcs || list > uint64(len(b)) || funcs > (uint64(len(b))-list)/8 {
		return table{}, errShape
	}
	return table{int(funcs), b[units:pcs], b[pcs:list], b[list:]}, nil
}

// record is what is known of a function.
type record []byte

func (f record) word(field int) uint32 { return binary.LittleEndian.Uint32(f[field:]) }

func (t table) record(i int) (record, error) {
	at := uint64(binary.LittleEndian.Uint32(t.list[8*i+4:]))
	if at+recordBytes > uint64(len(t.list)) {
		return nil, errShape
	}
	f := record(t.list[at:])
	bytes := recordBytes + 4*uint64(f.word(fieldTables))
	if bytes > uint64(len(f)) {
		return nil, errShape
	}
	return f[:bytes], nil
}

// tables are the fields that hold offsets of tables.
func (f record) tables() []int {
	fields := []int{fieldSP, fieldFile, fieldLine}
	for field := recordBytes; field < len(f); field += 4 {
		fields = append(fields, field)
	}
	return fields
}

// mark marks the bytes of the table at an offset: pairs of numbers, what to add to a
// value and then to the program counter, up to a value to add that is 0 and not the first.
func (t table) mark(marks []bool, offset uint32) error {
	if offset == 0 {
		return nil
	}
	at := int(offset)
	for first := true; ; first = false {
		value, n := uvarint(t.pcs, at)
		if n <= 0 {
			return errShape
		}
		if value == 0 && !first {
			marks[at] = true
			return nil
		}
		_, n2 := uvarint(t.pcs, at+n)
		if n2 <= 0 {
			return errShape
		}
		for range n + n2 {
			marks[at] = true
			at++
		}
	}
}

// uvarint reads a number at an offset; n is 0 beyond the end.
func uvarint(b []byte, at int) (v uint64, n int) {
	if at > len(b) {
		return 0, 0
	}
	return binary.Uvarint(b[at:])
}
