package shared

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// TestCodesListsEveryConstant parses the declarations, because a constant that is
// not on the list can be seen in no other way.
func TestCodesListsEveryConstant(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "problem.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []Code
	ast.Inspect(file, func(n ast.Node) bool {
		constant, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := constant.Type.(*ast.Ident); ok && of.Name == "Code" {
			text, err := strconv.Unquote(constant.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Error(err)
			}
			declared = append(declared, Code(text))
		}
		return true
	})
	if !slices.Equal(declared, Codes[:]) {
		t.Errorf("declared are\n%q, listed\n%q", declared, Codes)
	}
	sorted := slices.Sorted(slices.Values(declared))
	if len(slices.Compact(sorted)) != len(declared) {
		t.Errorf("a code stands there twice: %q", declared)
	}
}
