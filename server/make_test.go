package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRaceLeavesOutWhatRunsElsewhere reads the Makefile: the tests with -race leave out, in
// every package, what bears a name of the plain part, which runs that of two packages.
func TestRaceLeavesOutWhatRunsElsewhere(t *testing.T) {
	plain := plainTests(t)
	left := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, test := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(source, -1) {
			if !plain.Match(test[1]) {
				continue
			}
			left++
			if dir := filepath.Dir(path); dir != "../server" && dir != "../server/internal/audit" {
				t.Errorf("nothing runs %s of %s: its name is one of the plain part", test[1], path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if left < 50 {
		t.Errorf("only %d tests of the plain part were found", left)
	}
}

// plainTests are the names of the plain part, those of subtests cut off.
func plainTests(t *testing.T) *regexp.Regexp {
	t.Helper()
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^(?:PLAIN_TESTS|OTHER_WRITERS) +:= (?:\$\(PLAIN_TESTS\)\|)?(.+?)(?:\|\$\(OTHER_WRITERS\))?$`)
	subtests := regexp.MustCompile(`/\^\(.*?\)\$\$`)
	var names []string
	for _, line := range lines.FindAllSubmatch(makefile, -1) {
		for name := range strings.SplitSeq(subtests.ReplaceAllString(string(line[1]), ""), "|") {
			names = append(names, strings.ReplaceAll(name, "$$", "$"))
		}
	}
	if len(names) == 0 {
		t.Fatal("the Makefile has no PLAIN_TESTS")
	}
	return regexp.MustCompile(strings.Join(names, "|"))
}
