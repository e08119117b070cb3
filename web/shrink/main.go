// Command shrink takes out of a WebAssembly program of Go what browsers download
// and never use, so that the client is a seventh smaller on the wire:
//
//	go run ./web/shrink -o web/build/app.wasm bin/client.wasm
//
// Two things go, and neither changes what the program does:
//
//   - The tables from program counters to files and lines. Only traces of panics
//     read them; these name their functions still, and say "?:0" for the line.
//   - The cuts in its memory. Go's linker leaves out every run of eight zeros, which
//     makes 100,000 segments with a header each. Zeros compress to next to nothing,
//     and headers do not: as one segment the program is a megabyte longer, and a
//     tenth smaller once it is compressed.
//
// A program that is not as this Go makes it is refused with an error, never
// written: see lines.go for what a later Go may change.
//
// # Files, in reading order
//
//	main.go    the command
//	module.go  a program, its memory read and written as one piece
//	lines.go   the table of functions, and what of it nobody needs
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	to := flag.String("o", "", "file to write")
	flag.Parse()
	if err := run(flag.Arg(0), *to); err != nil {
		fmt.Fprintln(os.Stderr, "shrink:", err)
		os.Exit(1)
	}
}

// run shrinks the program in one file into another.
func run(from, to string) error {
	if from == "" || to == "" {
		return errors.New("name the program, and with -o the file to write")
	}
	program, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("read the program: %w", err)
	}
	small, err := shrink(program)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	// Like the linker's, the file can be run by what runs WebAssembly.
	if err := os.WriteFile(to, small, 0o755); err != nil { //nolint:gosec // a program is to be run
		return fmt.Errorf("write the program: %w", err)
	}
	return nil
}

// shrink is the program without lines, its memory in one segment. One that is so
// already comes back as it is.
func shrink(program []byte) ([]byte, error) {
	m, err := parse(program)
	if err != nil {
		return nil, err
	}
	if err := dropLines(m.memory); err != nil {
		return nil, err
	}
	return m.bytes(), nil
}
