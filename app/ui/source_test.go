//go:build !js

package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// sources parses this package without its tests.
func sources(t *testing.T) (*token.FileSet, map[string]*ast.File) {
	fset, files := token.NewFileSet(), map[string]*ast.File{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			if files[name], err = parser.ParseFile(fset, name, nil, parser.SkipObjectResolution); err != nil {
				t.Fatal(err)
			}
		}
	}
	return fset, files
}

// setters are the methods by which go-app's elements take attributes.
func setters() map[string]bool {
	names := map[string]bool{}
	for _, e := range []any{app.Elem("p"), app.ElemSelfClosing("br"), app.A(), app.Img(), app.Input(), app.Form(),
		app.Meta(), app.IFrame(), app.Progress()} {
		for m := range reflect.TypeOf(e).NumMethod() {
			if name := reflect.TypeOf(e).Method(m).Name; !strings.HasPrefix(name, "On") {
				names[name] = true
			}
		}
	}
	for _, harmless := range []string{"Body", "Text", "Textf", "JSValue", "Mounted", "Tag", "XMLNamespace", "SelfClosing", "XMLNS"} {
		delete(names, harmless)
	}
	return names
}

// Attributes are quoted in a way that browsers do not understand: only el.go
// may set them, and there only escaped.
func TestAttributesAreSetInOnePlace(t *testing.T) {
	set := setters()
	if !set["Href"] || !set["Attr"] || !set["Content"] || !set["Style"] {
		t.Fatalf("the test has lost the names of the setters: %v", set)
	}
	fset, files := sources(t)
	found := 0
	for name, file := range files {
		imported := map[string]bool{}
		for _, i := range file.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			imported[filepath.Base(path)] = true
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !set[sel.Sel.Name] || len(call.Args) == 0 {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && imported[x.Name] {
				return true
			}
			if x, ok := sel.X.(*ast.SelectorExpr); ok && x.Sel.Name == "Data" { // the data of a request
				return true
			}
			found++
			value := call.Args[len(call.Args)-1]
			if name != "el.go" || sel.Sel.Name != "Attr" || !constant(value) && !escaped(value) {
				t.Errorf("%s: %s sets an attribute", fset.Position(n.Pos()), sel.Sel.Name)
			}
			return true
		})
	}
	if found < 4 {
		t.Errorf("only %d setters seen: the test looks past them", found)
	}
}

func constant(e ast.Expr) bool {
	_, ok := e.(*ast.BasicLit)
	return ok
}

func escaped(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := call.Fun.(*ast.Ident)
	return ok && (f.Name == "attr" || f.Name == "safe")
}

// The names of attributes are literals, in pairs, and none of them is code or
// style.
func TestAttributeNames(t *testing.T) {
	fset, files := sources(t)
	seen := 0
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if id, ok := lit.Type.(*ast.Ident); !ok || id.Name != "at" {
				return true
			}
			seen++
			if len(lit.Elts)%2 != 0 {
				t.Errorf("%s: an attribute without value", fset.Position(lit.Pos()))
			}
			for i := 0; i < len(lit.Elts); i += 2 {
				b, ok := lit.Elts[i].(*ast.BasicLit)
				if !ok {
					t.Errorf("%s: the name of an attribute is not a literal", fset.Position(lit.Elts[i].Pos()))
					continue
				}
				switch name, _ := strconv.Unquote(b.Value); {
				case name == "style", name == "src", name == "srcset", name == "srcdoc", strings.HasPrefix(name, "on"):
					t.Errorf("%s: attribute %s", fset.Position(b.Pos()), name)
				}
			}
			return true
		})
	}
	if seen < 20 {
		t.Errorf("only %d lists of attributes seen: the test looks past them", seen)
	}
}

// Of go-app's functions that make nodes, only the plain ones are used, and
// nothing is drawn from raw HTML.
func TestElementsAreMadeInOnePlace(t *testing.T) {
	fset, files := sources(t)
	allowed := map[string]bool{
		"Text": true, "Window": true, "Logf": true, "Route": true, "RouteWithRegexp": true, // functions
		"UI": true, "Composer": true, "Compo": true, "Context": true, "Event": true, "EventHandler": true, // types
		"IsClient": true, "IsServer": true, "TryUpdate": true, "Getenv": true,
	}
	only := map[string]string{
		"Elem": "el.go", "ElemSelfClosing": "el.go", "HTMLElem": "el.go", "EventScope": "el.go",
		"FuncOf": "listen.go", "Value": "listen.go", // listen where go-app does, and draw nothing
	}
	for name, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "app" && !allowed[sel.Sel.Name] && only[sel.Sel.Name] != name {
				t.Errorf("%s: app.%s", fset.Position(n.Pos()), sel.Sel.Name)
			}
			return true
		})
	}
}

// What the client imports decides its size.
func TestImports(t *testing.T) {
	_, files := sources(t)
	forbidden := []string{"net/http", "html/template", "text/template", "log/slog", "regexp", "golang.org/x/text"}
	for name, file := range files {
		for _, i := range file.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			if slices.ContainsFunc(forbidden, func(f string) bool { return path == f || strings.HasPrefix(path, f+"/") }) {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}
