package store

import (
	"context"
	"reflect"
	"strings"

	"github.com/uptrace/bun"
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

// Overhear has the text of each query of an open store told.
func (s *Store) Overhear(tell func(query string)) {
	s.readDB = s.readDB.WithQueryHook(overhearing(tell))
	s.writeDB = s.writeDB.WithQueryHook(overhearing(tell))
}

type overhearing func(query string)

func (o overhearing) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }
func (o overhearing) AfterQuery(_ context.Context, e *bun.QueryEvent)                    { o(e.Query) }
