// Command licences writes the list of what is inside the program and the client: Go
// itself, every module that either is linked from, and what was copied, each with its licence as its
// authors wrote it, which most of them ask whoever passes a binary on to do. The settings
// page leads to the list.
//
//	go run ./web/licences [-o web/static/licences.txt]
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	out := flag.String("o", "web/static/licences.txt", "file to write")
	flag.Parse()
	list, err := licences(context.Background())
	if err == nil {
		err = os.WriteFile(*out, list, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// module is a part of a program, and the folder where its licence lies.
type module struct{ name, dir string }

// rule parts the licences from each other.
var rule = strings.Repeat("=", 78)

// licences is the whole list.
func licences(ctx context.Context) ([]byte, error) {
	modules, err := linked(ctx)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "Atalaya contains the work of others. These are its parts, with their licences.\n\n")
	for _, m := range modules {
		fmt.Fprintln(&b, m.name)
	}
	var texts []string
	holders := map[string][]string{} // the names of the modules by the text
	for _, m := range modules {
		own, err := m.licences()
		if err != nil {
			return nil, err
		}
		for _, text := range own {
			if holders[text] == nil {
				texts = append(texts, text)
			}
			holders[text] = append(holders[text], m.name)
		}
	}
	for _, text := range texts {
		fmt.Fprintf(&b, "\n%s\n%s\n%s\n\n%s\n", rule, strings.Join(holders[text], "\n"), rule, text)
	}
	return b.Bytes(), nil
}

// linked lists Go, what was copied, and the modules of the server and of the client, by
// their names.
func linked(ctx context.Context) ([]module, error) {
	root, err := goCommand(ctx, nil, "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	own, err := goCommand(ctx, nil, "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return nil, err
	}
	modules := []module{
		{"The Go programming language", strings.TrimSpace(root)},
		{"swagger-ui-dist 5.35.0", filepath.Join(strings.TrimSpace(own), "web", "static", "swagger-ui")},
	}
	const format = "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}"
	for _, target := range []struct{ program, system, machine string }{
		{"atalaya/server", "linux", "amd64"}, {"atalaya/app", "js", "wasm"},
	} {
		lines, err := goCommand(ctx, []string{"GOOS=" + target.system, "GOARCH=" + target.machine},
			"list", "-deps", "-f", format, target.program)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(lines) {
			name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t")
			if m := (module{name, dir}); ok && !slices.Contains(modules, m) {
				modules = append(modules, m)
			}
		}
	}
	slices.SortFunc(modules[1:], func(a, b module) int { return strings.Compare(a.name, b.name) })
	return modules, nil
}

func goCommand(ctx context.Context, env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return string(out), nil
}

// licences is what a module says of its licence, in one text or several. A module that says nothing must not be
// shipped, so that is an error.
func (m module) licences() (texts []string, err error) {
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.IsDir() || !isLicence(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.dir, e.Name()))
		if err != nil {
			return nil, err
		}
		texts = append(texts, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("%s has no licence in %s", m.name, m.dir)
	}
	return texts, nil
}

// isLicence reports whether a file of this name holds a licence or what goes with it.
func isLicence(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	base, _, _ = strings.Cut(base, "-")
	return slices.Contains([]string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS"}, base)
}
