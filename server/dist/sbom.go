package main

import (
	"encoding/json"
	"maps"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// The parts of a CycloneDX document (ECMA-424) that are written here. Ids are purls, so
// that tools find what is known about a module.
type (
	sbom struct {
		Format      string       `json:"bomFormat"`
		Spec        string       `json:"specVersion"`
		Version     int          `json:"version"`
		Metadata    metadata     `json:"metadata"`
		Components  []component  `json:"components"`
		Dependences []dependence `json:"dependencies"`
	}
	metadata struct {
		Timestamp string    `json:"timestamp"`
		Component component `json:"component"`
	}
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref"`
		Name       string     `json:"name"`
		Version    string     `json:"version"`
		PURL       string     `json:"purl"`
		Properties []property `json:"properties,omitempty"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	dependence struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn"`
	}
)

// newSBOM lists the modules in the binaries, as the linker noted them, and the standard
// library. The client inside of them is made of the same modules.
func newSBOM(built []binary) ([]byte, error) {
	first := built[0]
	self := componentOf("application", "atalaya", first.version())
	self.Properties = []property{{"vcs.revision", first.setting("vcs.revision")}}
	modules := map[string]component{}
	for _, b := range built {
		std := componentOf("library", "std", strings.TrimPrefix(b.info.GoVersion, "go"))
		modules[std.PURL] = std
		for _, m := range b.info.Deps {
			c := moduleOf(m)
			modules[c.PURL] = c
		}
	}
	refs := slices.Sorted(maps.Keys(modules))
	doc := sbom{
		Format: "CycloneDX", Spec: "1.5", Version: 1,
		Metadata:    metadata{first.time().Format(time.RFC3339), self},
		Dependences: []dependence{{self.Ref, refs}},
	}
	for _, ref := range refs {
		doc.Components = append(doc.Components, modules[ref])
	}
	return json.MarshalIndent(doc, "", "  ")
}

func moduleOf(m *debug.Module) component {
	if m.Replace != nil {
		m = m.Replace
	}
	c := componentOf("library", m.Path, m.Version)
	c.Properties = []property{{"go.sum", m.Sum}}
	return c
}

func componentOf(kind, name, version string) component {
	// A + means a space where purls are read as URLs.
	purl := "pkg:golang/" + name + "@" + strings.ReplaceAll(url.PathEscape(version), "+", "%2B")
	return component{Type: kind, Ref: purl, Name: name, Version: version, PURL: purl}
}
