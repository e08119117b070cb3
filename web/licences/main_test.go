package main

import (
	"bytes"
	"os"
	"testing"
)

// The list that is served names all that is inside, and nothing else.
func TestListIsUpToDate(t *testing.T) {
	want, err := licences(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../static/licences.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("web/static/licences.txt is not what `go run ./web/licences` writes")
	}
}

func TestIsLicence(t *testing.T) {
	for name, want := range map[string]bool{
		"LICENSE": true, "LICENSE.md": true, "LICENSE-SQLITE.md": true, "license.txt": true, "COPYING": true, "PATENTS": true,
		"README.md": false, "licence_test.go": false, "main.go": false,
	} {
		if got := isLicence(name); got != want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
