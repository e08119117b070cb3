package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
)

// program is the program of testdata, built for the browser.
var program = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "shrink")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "program.wasm")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", file, "./testdata/program")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, errors.New(string(out))
	}
	return os.ReadFile(file)
})

func built(t *testing.T) []byte {
	t.Helper()
	p, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// shrunk is the program without its lines.
func shrunk(t *testing.T, program []byte) []byte {
	t.Helper()
	small, err := shrink(program)
	if err != nil {
		t.Fatal(err)
	}
	return small
}

// output starts a program under Node, as the other tests of the client do.
func output(t *testing.T, program []byte, args ...string) (stdout, stderr string) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		if os.Getenv("ATALAYA_REQUIRE_ALL") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "program.wasm")
	if err := os.WriteFile(file, program, 0o600); err != nil {
		t.Fatal(err)
	}
	runner := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "go_js_wasm_exec")
	var out, errs bytes.Buffer
	cmd := exec.Command(runner, append([]string{file}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); (err == nil) != (len(args) == 0) {
		t.Fatalf("%v\n%s", err, &errs)
	}
	return out.String(), errs.String()
}

func TestShrunkProgramDoesTheSame(t *testing.T) {
	program := built(t)
	want, _ := output(t, program)
	if got, _ := output(t, shrunk(t, program)); got != want || !strings.Contains(got, "caught: runtime error") {
		t.Errorf("says\n%s, and before\n%s", got, want)
	}
}

// A trace of a panic has its functions still, and no lines.
func TestShrunkProgramTellsWhereItFailed(t *testing.T) {
	_, trace := output(t, shrunk(t, built(t)), "fail")
	for _, want := range []string{"nil pointer dereference", "main.fail(", "main.main()", "\t?:0"} {
		if !strings.Contains(trace, want) {
			t.Errorf("%q is not in\n%s", want, trace)
		}
	}
	if strings.Contains(trace, ".go:") {
		t.Errorf("has lines:\n%s", trace)
	}
}

func TestShrunkProgramIsSmaller(t *testing.T) {
	program := built(t)
	before, after := wire(t, program), wire(t, shrunk(t, program))
	t.Logf("%d bytes of brotli, before %d", after, before)
	if after > before*9/10 {
		t.Errorf("%d bytes of brotli, before %d", after, before)
	}
}

func wire(t *testing.T, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, 9)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

func TestShrinksOnce(t *testing.T) {
	once := shrunk(t, built(t))
	if twice := shrunk(t, once); !bytes.Equal(once, twice) {
		t.Error("what was shrunk already is changed")
	}
}

// What is no program of this Go is refused.
func TestRefusesWhatItDoesNotKnow(t *testing.T) {
	program := shrunk(t, built(t))
	at := bytes.Index(program, magic)
	changed := func(offset int, with ...byte) []byte {
		p := bytes.Clone(program)
		copy(p[offset:], with)
		return p
	}
	far := []byte{0xff, 0xff, 0xff, 0x7f}
	for name, p := range map[string][]byte{
		"nothing":                  nil,
		"no program":               []byte("MZ, and more of it"),
		"no sections":              []byte(header),
		"a section cut short":      program[:len(program)/2],
		"another kind of segment":  append([]byte(header), sectionData, 7, 1, 1, opI32Const, 0, opEnd, 1, 'x'),
		"memory without end":       append([]byte(header), sectionData, 10, 1, 0, opI32Const, 0xff, 0xff, 0xff, 0x7f, opEnd, 1, 'x'),
		"memory beyond all":        append([]byte(header), sectionData, 16, 1, 0, opI32Const, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, opEnd, 1, 'x'),
		"no segments":              append([]byte(header), sectionData, 1, 0),
		"a later Go":               changed(at, 0xf0),
		"functions beyond the end": changed(at+8*(1+wordFuncs), far...),
		"units beyond the end":     changed(at+8*(1+wordUnits), far...),
		"tables beyond the end":    changed(at+8*(1+wordPCs), far...),
		"records beyond the end":   changed(at+8*(1+wordFunctions), far...),
		"a table beyond the end":   changed(firstRecord(program, at)+fieldSP, far...),
		"tables without end":       changed(firstRecord(program, at)+fieldTables, far...),
	} {
		if small, err := shrink(p); err == nil || small != nil {
			t.Errorf("%s: is taken", name)
		}
	}
}

// firstRecord is where the first function's record is in a program.
func firstRecord(program []byte, table int) int {
	list := table + int(le(program[table+8*(1+wordFunctions):]))
	return list + int(le(program[list+4:]))
}

func le(b []byte) uint32 { return record(b).word(0) }

func FuzzShrink(f *testing.F) {
	f.Add([]byte(header))
	f.Add(append([]byte(header), sectionData, 7, 1, 0, opI32Const, 0, opEnd, 1, 'x'))
	table := append(bytes.Clone(magic), make([]byte, 300)...)
	f.Add(module{before: []byte(header), base: 70_000, memory: table}.bytes())
	f.Fuzz(func(t *testing.T, program []byte) {
		small, err := shrink(program)
		if err != nil {
			return
		}
		if again, err := shrink(small); err != nil || !bytes.Equal(again, small) {
			t.Errorf("shrunk twice: %v", err)
		}
	})
}

func TestCommand(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "program.wasm"), filepath.Join(dir, "small.wasm")
	if err := os.WriteFile(from, built(t), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(from, to); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(to); err != nil || info.Size() == 0 {
		t.Errorf("wrote %v, %v", info, err)
	}
	for name, files := range map[string][2]string{
		"no program":   {"", to},
		"no file":      {from, ""},
		"none there":   {filepath.Join(dir, "other.wasm"), to},
		"no such room": {from, filepath.Join(dir, "none", "small.wasm")},
	} {
		if err := run(files[0], files[1]); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
