// Package migrations holds the schema of both databases:
//
//	files := migrations.Postgres.Numbered        // 0001_audits.tx.up.sql, …: tables
//	text, err := migrations.Postgres.Triggers()  // functions and triggers
//
// Numbered files make tables. Each runs once in the life of a database; the two
// folders have the same names, and what a released file makes never changes.
//
// Triggers are made from a template and the list [Visible]. Their text runs after
// the numbered files, and again whenever it differs from what ran last; so it
// drops or replaces what an earlier one made. A release that relies on other
// triggers than the release before brings a numbered file as well: otherwise an
// older server that starts later would put its own triggers back.
//
// Reading order: visible.go, migrations.go, pg/ and sqlite/.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"text/template"
)

//go:embed pg sqlite
var files embed.FS

// The schema of each database.
var (
	Postgres = schema("pg")
	SQLite   = schema("sqlite")
)

// Schema is what one database is made of.
type Schema struct {
	// Numbered holds the numbered files.
	Numbered fs.FS
}

func schema(folder string) Schema {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		panic(err) // only when the name is no valid path
	}
	return Schema{sub}
}

// Triggers returns the SQL that makes functions and triggers, whether or not
// earlier ones are there.
func (s Schema) Triggers() (string, error) {
	const file = "triggers.sql.tmpl"
	t, err := template.New(file).Funcs(template.FuncMap{"columns": columns, "changed": changed}).ParseFS(s.Numbered, file)
	if err != nil {
		return "", fmt.Errorf("migrations: %w", err)
	}
	var sql strings.Builder
	if err := t.Execute(&sql, nil); err != nil {
		return "", fmt.Errorf("migrations: %w", err)
	}
	return sql.String(), nil
}

// columns lists the visible columns, each with a prefix such as "NEW.".
func columns(prefix string) string {
	return list(", ", func(column string) string { return prefix + column })
}

// changed is true in a trigger when the row differs in a visible column.
func changed() string {
	return list(" OR ", func(column string) string { return "NEW." + column + " IS NOT OLD." + column })
}

// list writes one term per visible column, a few on each line.
func list(separator string, term func(column string) string) string {
	const width = 100
	var b strings.Builder
	line := 0
	for i, column := range Visible {
		text := term(column)
		if i > 0 {
			b.WriteString(separator)
		}
		if i == 0 || line+len(text) > width {
			b.WriteString("\n    ")
			line = 0
		}
		b.WriteString(text)
		line += len(text) + len(separator)
	}
	return b.String()
}
