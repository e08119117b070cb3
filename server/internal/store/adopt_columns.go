package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"atalaya/server/internal/store/migrations"
)

// foreignColumn is a column of another program's table audits.
type foreignColumn struct {
	name, kind string // as SQL writes them
	enum       bool
	required   bool   // it takes no null, and has no default
	standard   string // its default; empty without one
	made       bool   // by the database: an identity, or generated
}

// The kinds of columns that hold what ours do.
var (
	wholeKinds = []string{"smallint", "integer", "bigint"}
	textKinds  = []string{"text", "character varying", "enum"}
	timeKinds  = []string{"timestamp with time zone"}
)

// adoptedColumn is a column that is taken over, and how SQL reads it.
type adoptedColumn struct {
	name  string
	kinds []string
	as    string
}

// adoptedColumns are those that another program's table must have.
var adoptedColumns = []adoptedColumn{
	{"id", wholeKinds, "id"},
	{"status", textKinds, "status::text"},
	{"progress", wholeKinds, "coalesce(progress, 0)"},
	{"error_message", textKinds, "error_message::text"},
	{"geo_score", wholeKinds, "geo_score"},
	{"total_pages", wholeKinds, "coalesce(total_pages, 0)"},
}

// sharedColumns are those that it may have with the meaning that they have here.
var sharedColumns = map[string]struct {
	kinds []string
	as    string
}{
	"url":         {textKinds, "coalesce(nullif(url::text, ''), 'audit ' || id)"},
	"message":     {textKinds, "message::text"},
	"created_at":  {timeKinds, "created_at"},
	"started_at":  {timeKinds, "started_at"},
	"finished_at": {timeKinds, "finished_at"},
}

// readColumns reads the columns, and refuses what is missing or means something else.
func (a *adopter) readColumns(ctx context.Context) {
	if a.err != nil {
		return
	}
	rows, err := a.tx.QueryContext(ctx, `SELECT quote_ident(a.attname),
			format_type(a.atttypid, a.atttypmod), t.typtype = 'e',
			a.attnotnull AND d.adbin IS NULL AND a.attidentity = '', coalesce(pg_get_expr(d.adbin, d.adrelid), ''),
			a.attidentity <> '' OR a.attgenerated <> ''
		FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
		LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE a.attrelid = to_regclass('audits') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`)
	if err != nil {
		a.err = err
		return
	}
	defer rows.Close()
	for rows.Next() {
		var c foreignColumn
		if a.err = rows.Scan(&c.name, &c.kind, &c.enum, &c.required, &c.standard, &c.made); a.err != nil {
			return
		}
		a.columns = append(a.columns, c)
	}
	if a.err = rows.Err(); a.err == nil {
		a.refuseColumns()
	}
}

func (a *adopter) refuseColumns() {
	for _, want := range adoptedColumns {
		if i := slices.IndexFunc(a.columns, named(want.name)); i < 0 {
			a.refusals = append(a.refusals, fmt.Sprintf("there is no column %s", want.name))
		} else if !a.columns[i].is(want.kinds) {
			a.refusals = append(a.refusals, a.columns[i].unlike(want.kinds))
		}
	}
	ours := ownColumns()
	for _, c := range a.columns {
		shared, isShared := sharedColumns[c.name]
		switch {
		case isAdopted(c.name):
		case isShared && !c.is(shared.kinds):
			a.refusals = append(a.refusals, c.unlike(shared.kinds))
		case !isShared && ours[c.name]:
			a.refusals = append(a.refusals, fmt.Sprintf("column %s has a meaning of its own here: rename it first", c.name))
		case !isShared && (c.made || strings.Contains(c.standard, "nextval(")):
			a.refusals = append(a.refusals, fmt.Sprintf("column %s is filled by the database: drop or replace it first", c.name))
		case !isShared && c.required:
			a.refusals = append(a.refusals, fmt.Sprintf("column %s takes no null: give it a default first", c.name))
		}
	}
}

// is reports whether a column has one of some kinds, of whatever length.
func (c foreignColumn) is(kinds []string) bool {
	kind, _, _ := strings.Cut(c.kind, "(")
	return slices.Contains(kinds, kind) || c.enum && slices.Contains(kinds, "enum")
}

func (c foreignColumn) unlike(kinds []string) string {
	return fmt.Sprintf("column %s is %s, and not %s", c.name, c.kind, strings.Join(kinds, " or "))
}

func named(name string) func(foreignColumn) bool {
	return func(c foreignColumn) bool { return c.name == name }
}

func isAdopted(name string) bool {
	return slices.ContainsFunc(adoptedColumns, func(c adoptedColumn) bool { return c.name == name })
}

// extra are the columns that ours gets beside its own.
func (a *adopter) extra() (extra []foreignColumn) {
	for _, c := range a.columns {
		if _, isShared := sharedColumns[c.name]; !isShared && !isAdopted(c.name) {
			extra = append(extra, c)
		}
	}
	return extra
}

// refuseConstraints refuses what would be lost: rules about columns that are not ours.
func (a *adopter) refuseConstraints(ctx context.Context) {
	var names []string
	for _, c := range a.extra() {
		names = append(names, "'"+strings.ReplaceAll(c.name, "'", "''")+"'")
	}
	if len(names) == 0 {
		return
	}
	list := strings.Join(names, ", ")
	a.refuseIf(ctx, "these rules about columns that are not Atalaya's would be lost: %s", `
		SELECT quote_ident(conname) FROM pg_constraint WHERE conrelid = to_regclass('audits') AND contype <> 'n' AND EXISTS (
			SELECT FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey) AND quote_ident(attname) IN (`+list+`))
		UNION SELECT indexrelid::regclass::text FROM pg_index
			WHERE indrelid = to_regclass('audits') AND indisunique AND EXISTS (
			SELECT FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY (indkey) AND quote_ident(attname) IN (`+list+`))
		ORDER BY 1`)
}

// brokenRows are conditions of rows that the rules of ours would refuse.
var brokenRows = []struct {
	column string // without which the rule means nothing
	rule
}{
	{"id", rule{"have no id, or one beyond 1 to 9007199254740991",
		"id IS NULL OR id NOT BETWEEN 1 AND 9007199254740991"}},
	{"status", rule{"have a status that is not pending, running, completed, failed or cancelled",
		"status IS NULL OR status::text NOT IN ('pending', 'running', 'completed', 'failed', 'cancelled')"}},
	{"progress", rule{"have a progress beyond 0 to 100", "progress NOT BETWEEN 0 AND 100"}},
	{"progress", rule{"have progress 100 and are not completed", "progress = 100 AND status::text <> 'completed'"}},
	{"geo_score", rule{"have a geo_score beyond 0 to 100", "geo_score NOT BETWEEN 0 AND 100"}},
	{"geo_score", rule{"have a geo_score and are not completed", "geo_score IS NOT NULL AND status::text <> 'completed'"}},
	{"total_pages", rule{"have total_pages beyond 0 to 2147483647", "total_pages NOT BETWEEN 0 AND 2147483647"}},
	{"error_message", rule{"have an error_message of more than 2000 characters",
		"char_length(error_message::text) > 2000"}},
	{"url", rule{"have a url of more than 2048 bytes", "octet_length(url::text) > 2048"}},
	{"message", rule{"have a message of more than 200 characters", "char_length(message::text) > 200"}},
}

// refuseRows refuses rows that the rules of ours would.
func (a *adopter) refuseRows(ctx context.Context) {
	for _, broken := range brokenRows {
		if !slices.ContainsFunc(a.columns, named(broken.column)) {
			continue
		}
		a.refuseIf(ctx, "some rows "+broken.says+": %s",
			"SELECT coalesce('id ' || id, 'one without id') FROM audits WHERE "+broken.query+" ORDER BY id LIMIT 5")
	}
	a.refuseIf(ctx, "some rows have the same id: %s",
		"SELECT id::text FROM audits GROUP BY id HAVING count(*) > 1 ORDER BY 1 LIMIT 5")
}

// plan works out the statements.
func (a *adopter) plan(ctx context.Context) (plan Adoption, err error) {
	if err := a.tx.QueryRowContext(ctx, "SELECT count(*) FROM audits").Scan(&plan.Rows); err != nil {
		return plan, err
	}
	grants := a.names(ctx, `SELECT format('GRANT %s ON audits TO %s', string_agg(DISTINCT p.privilege_type, ', '),
			CASE p.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(p.grantee)) END)
		FROM pg_class AS c, aclexplode(c.relacl) AS p WHERE c.oid = to_regclass('audits') AND p.grantee <> c.relowner
			AND p.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
		GROUP BY p.grantee ORDER BY 1`)
	if a.err != nil {
		return plan, a.err
	}
	schema, err := newSchemaSQL()
	if err != nil {
		return plan, err
	}
	aside := []string{lockAudits, "CREATE SCHEMA " + setAside, "ALTER TABLE audits SET SCHEMA " + setAside}
	plan.SQL = slices.Concat(aside, schema, a.copyRows(), grants)
	return plan, nil
}

// newSchemaSQL makes what [migrateTo] makes in an empty database.
func newSchemaSQL() (statements []string, err error) {
	triggers, err := newTriggers(migrations.Postgres)
	if err != nil {
		return nil, err
	}
	statements = []string{
		"CREATE TABLE " + migrationsTable + " (id bigserial NOT NULL PRIMARY KEY, name varchar UNIQUE, group_id bigint, " +
			"migrated_at timestamptz NOT NULL DEFAULT current_timestamp)",
		"CREATE TABLE " + locksTable + " (id bigserial NOT NULL PRIMARY KEY, table_name varchar UNIQUE)",
	}
	for _, file := range numberedFiles() {
		statements = append(statements, file.text,
			fmt.Sprintf("INSERT INTO %s (name, group_id) VALUES ('%s', 1)", migrationsTable, file.name))
	}
	return append(statements, triggers.statements()...), nil
}

// copyRows puts the rows of what is set aside into the new table, which keeps the columns
// of its workers, and takes rows without a url as the old one did.
func (a *adopter) copyRows() (statements []string) {
	var into, from []string
	for _, c := range adoptedColumns {
		into, from = append(into, c.name), append(from, c.as)
	}
	hasURL := false
	for _, c := range a.columns {
		if shared, isShared := sharedColumns[c.name]; isShared {
			into, from = append(into, c.name), append(from, shared.as)
			hasURL = hasURL || c.name == "url" && c.required
		}
	}
	if !slices.Contains(into, "url") {
		into, from = append(into, "url"), append(from, "'audit ' || id")
	}
	for _, c := range a.extra() {
		add := "ALTER TABLE audits ADD COLUMN " + c.name + " " + c.kind
		if c.standard != "" {
			add += " DEFAULT " + c.standard
		}
		statements = append(statements, add)
		into, from = append(into, c.name), append(from, c.name)
	}
	if !hasURL {
		statements = append(statements, "ALTER TABLE audits ALTER COLUMN url SET DEFAULT 'audit'")
	}
	return append(statements,
		"INSERT INTO audits ("+strings.Join(into, ", ")+")\n  SELECT "+strings.Join(from, ", ")+
			"\n  FROM "+setAside+".audits ORDER BY id",
		"SELECT setval(pg_get_serial_sequence('audits', 'id'), max(id)) FROM audits HAVING max(id) IS NOT NULL")
}
