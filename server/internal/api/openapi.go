package api

import (
	"bytes"
	_ "embed"
	"net/http"
)

//go:embed openapi.json
var openAPIDocument []byte

// Document returns the description of this API as it is served.
func Document() []byte { return bytes.Clone(openAPIDocument) }

// serveDocument serves the description of this API (OpenAPI 3.1). Tests hold
// it against the routes, the codes and every answer they see.
func serveDocument(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(openAPIDocument)
}
