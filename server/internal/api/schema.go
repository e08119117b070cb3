package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
)

// reportSchema is the JSON Schema (2020-12) of a report. It is taken from openapi.json,
// whose schemas are such schemas, so that each field is described once.
var reportSchema = sync.OnceValue(func() []byte {
	var document struct {
		Components struct {
			Schemas map[string]json.RawMessage
		}
	}
	mustJSON(json.Unmarshal(openAPIDocument, &document))
	defs := map[string]json.RawMessage{}
	takeSchema(defs, document.Components.Schemas, "Report")
	body, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"$id":     "urn:atalaya:report:1",
		"title":   "Report of an Atalaya audit",
		"$ref":    "#/$defs/Report",
		"$defs":   defs,
	}, "", " ")
	mustJSON(err)
	return append(body, '\n')
})

const componentRef = `"#/components/schemas/`

// takeSchema puts a schema, and those it refers to, into defs.
func takeSchema(defs, schemas map[string]json.RawMessage, name string) {
	if defs[name] != nil {
		return
	}
	source := string(schemas[name])
	defs[name] = json.RawMessage(strings.ReplaceAll(source, componentRef, `"#/$defs/`))
	for _, after := range strings.Split(source, componentRef)[1:] {
		ref, _, _ := strings.Cut(after, `"`)
		takeSchema(defs, schemas, ref)
	}
}

// mustJSON panics where our own document cannot be read, which tests would have seen.
func mustJSON(err error) {
	if err != nil {
		panic("api: openapi.json: " + err.Error())
	}
}

// serveReportSchema handles GET /api/v1/report.schema.json.
func serveReportSchema(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/schema+json")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(reportSchema()) // the client may have gone
}
