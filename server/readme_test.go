package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The README sends newcomers to tests and files: all of them are there.
func TestReadmeNamesWhatIsThere(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testNames(t, "..")
	for _, name := range regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(string(readme), -1) {
		if !tests[name[1]] {
			t.Errorf("the README names %s, which is no test", name[1])
		}
	}
	paths := regexp.MustCompile("`((?:app|server|shared|web)/[a-z0-9_./-]*)`")
	for _, path := range paths.FindAllStringSubmatch(string(readme), -1) {
		if _, err := os.Stat(filepath.Join("..", path[1])); err != nil {
			t.Errorf("the README names %s, which is not there", path[1])
		}
	}
}

// The README shows the samples as they are run.
func TestReadmeShowsTheSamples(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := filepath.Glob(filepath.Join(workerDir, "*"))
	if err != nil || len(samples) < 4 {
		t.Fatalf("the samples are %v, %v", samples, err)
	}
	for _, sample := range samples {
		content, err := os.ReadFile(sample)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(readme), string(content)) {
			t.Errorf("the README does not show %s as it is", sample)
		}
	}
}

// Every package doc that lists its files names all of them and no other.
func TestPackageDocsListTheirFiles(t *testing.T) {
	docs, err := filepath.Glob("internal/*/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	docs = append(docs, "worker/doc.go", "../app/ui/doc.go", "../app/internal/live/doc.go")
	listed := 0
	for _, doc := range docs {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		_, list, ok := strings.Cut(string(text), "reading order")
		if !ok {
			continue
		}
		listed++
		patterns := regexp.MustCompile(`[a-z0-9_*]+\.go\b`).FindAllString(list, -1)
		files, err := filepath.Glob(filepath.Join(filepath.Dir(doc), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		used := map[string]bool{}
		for _, file := range files {
			name := filepath.Base(file)
			if name == "doc.go" || strings.HasSuffix(name, "_test.go") {
				continue
			}
			found := false
			for _, p := range patterns {
				if ok, _ := filepath.Match(p, name); ok {
					found, used[p] = true, true
				}
			}
			if !found {
				t.Errorf("%s does not list %s", doc, name)
			}
		}
		for _, p := range patterns {
			if !used[p] && !strings.HasSuffix(p, "_test.go") {
				t.Errorf("%s lists %s, which is not there", doc, p)
			}
		}
	}
	if listed < 4 {
		t.Errorf("%d package docs list their files; stream, audit, live and ui do at least", listed)
	}
}

func testNames(t *testing.T, root string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
