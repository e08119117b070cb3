package store

import (
	"reflect"
	"strings"
)

// AuditColumns lists the columns that a read of an audit asks for.
func AuditColumns() (columns []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[auditRow]()) {
		if tag := f.Tag.Get("bun"); !f.Anonymous {
			name, _, _ := strings.Cut(tag, ",")
			columns = append(columns, name)
		}
	}
	return columns
}

// OfDialect is a store without a database; it only knows its dialect.
func OfDialect(name string) *Store { return &Store{dialect: dialect{name: name}} }

// Bound gives an open store other bounds.
func (s *Store) Bound(b Bounds) { s.bounds = b }

// Host is the expression of the index audits_host.
func (s *Store) Host() string { return string(s.dialect.host) }
