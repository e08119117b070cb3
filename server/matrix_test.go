package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The matrix says which browser does what, as measured: `make matrix` fills it in, keeps
// it in artefacts/matrix.md and puts it into the README. Rows are in matrix_rows_test.go,
// those of browsers without a driver in matrix_screen_test.go, columns in
// matrix_columns_test.go.

// matrixRow is a browser, or one with something missing.
type matrixRow struct {
	name  string
	how   string   // in which sense it was measured
	shows []string // the program, with what has it tell its version
	every bool     // runs with every change, not for the table alone
	way   way
	open  func(t *testing.T) shown // nil for a row that nobody can run here
	lacks string                   // a script that takes away what the browser is to lack
}

// How sure a row is.
const (
	measured     = "measured"
	sameEngine   = "same engine"
	approximated = "approximated"
	notMeasured  = "not measured"
)

// The cells beside those that a column gives.
const (
	yes     = "✓"
	no      = "**no**"
	nothing = "–" // there is no such thing in this row
)

// wholeMatrix reports whether the table is wanted: each row by itself and at users' times.
// With every change some rows run side by side, and at shorter ones.
func wholeMatrix() bool { return os.Getenv("ATALAYA_MATRIX") != "" }

// TestBrowserMatrix takes each browser through all columns. ATALAYA_MATRIX has it run the
// rows that only the table needs, and write the table; rows that -run leaves out stand in
// it as they were measured last.
func TestBrowserMatrix(t *testing.T) {
	if !wholeMatrix() {
		t.Parallel()
		tests := make(map[string]func(t *testing.T))
		for _, row := range matrixRows {
			if row.every {
				tests[row.name] = row.run
			}
		}
		sideBySide(t, tests)
		return
	}
	for _, row := range matrixRows {
		if row.open != nil {
			t.Run(row.name, row.run)
		}
	}
	writeMatrix(t)
}

func (row *matrixRow) run(t *testing.T) { row.keep(t, row.measure(t)) }

// measure runs the columns one after the other, and gives the cells of the row.
func (row *matrixRow) measure(t *testing.T) []string {
	r := newRig(t, row)
	cells := make([]string, len(matrixColumns))
	for i, column := range matrixColumns {
		if !column.in(row) {
			cells[i] = nothing
			continue
		}
		passed := t.Run(column.name, func(t *testing.T) {
			r.use(t)
			cells[i] = column.look(r)
		})
		r.use(t)
		if !passed {
			cells[i] = no
		}
	}
	return cells
}

// file is where the line of a row is kept.
func (row *matrixRow) file() string {
	return filepath.Join(matrixDir, strings.ReplaceAll(strings.ToLower(row.name), " ", "-")+".md")
}

const matrixDir = "../artefacts/matrix"

// keep keeps the line of a row that was measured.
func (row *matrixRow) keep(t *testing.T, cells []string) {
	t.Helper()
	name, how := row.name+" "+versionOf(t, row.shows), row.how+" "+time.Now().Format(time.DateOnly)
	if err := os.MkdirAll(matrixDir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(row.file(), []byte(tableLine(append([]string{name, how}, cells...))), 0o644); err != nil {
		t.Fatal(err)
	}
}

// line is the line of a row, as it was measured last.
func (row *matrixRow) line(t *testing.T) string {
	t.Helper()
	kept, err := os.ReadFile(row.file())
	switch {
	case err == nil:
		return string(kept)
	case !errors.Is(err, fs.ErrNotExist):
		t.Fatal(err)
	}
	how := row.how
	if row.open != nil {
		how = notMeasured
	}
	return tableLine(append([]string{row.name, how}, make([]string, len(matrixColumns))...))
}

func tableLine(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// versionOf is what a program says about itself, without its name.
func versionOf(t *testing.T, command []string) string {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput()
	found := regexp.MustCompile(`\d+(\.\d+)+(esr)?`).Find(said)
	if found == nil {
		t.Errorf("%q says %q, %v", command, said, err)
	}
	return string(found)
}

// writeMatrix keeps the table, and puts it into the README in place of the last one.
func writeMatrix(t *testing.T) {
	t.Helper()
	names := []string{"browser", "how"}
	for _, column := range matrixColumns {
		names = append(names, column.name)
	}
	table := tableLine(names) + "|" + strings.Repeat("---|", len(names)) + "\n"
	for _, row := range matrixRows {
		table += row.line(t)
	}
	if err := os.WriteFile("../artefacts/matrix.md", []byte(table), 0o644); err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- make matrix -->\n", "<!-- /make matrix -->"
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(readme), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatal("the README has no place for the table")
	}
	if err := os.WriteFile("../README.md", []byte(before+begin+table+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
