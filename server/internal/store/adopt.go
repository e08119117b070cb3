package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/uptrace/bun/driver/pgdriver"

	"atalaya/server/internal/store/migrations"
)

// Another program's table audits, into which its workers write the columns of
// [adoptedColumns], becomes this program's. It is not altered but set aside, in a schema
// of its own with all that hangs on it; the tables of a new database are made in its
// place, and its rows copied. So what comes out is what a new database has, and what was
// there can be put back.

// setAside is the schema that the other program's table is moved to.
const setAside = "before_atalaya"

// Adoption is how a table audits of another program becomes this program's.
type Adoption struct {
	Rows int64 // that are copied
	// SQL are the statements, which run in one transaction.
	SQL []string
	// Refusals say why it cannot be done safely; there are then no statements.
	Refusals []string
}

// Adopt works out the adoption of PostgreSQL's table audits, and carries it out if it is
// told to and nothing speaks against it. Otherwise nothing changes.
func Adopt(ctx context.Context, c Config, carryOut bool) (Adoption, error) {
	pg, err := openURL(ctx, c.DatabaseURL)
	if err != nil {
		return Adoption{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, migrateWithin)
	defer cancel()
	pool := pg.pool(1, pgdriver.WithReadTimeout(migrateWithin), func(conf *pgdriver.Config) {
		conf.ConnParams["statement_timeout"] = "0"
	})
	defer pool.Close()
	plan, err := adoptWithin(ctx, pool, carryOut)
	if err != nil {
		return plan, fmt.Errorf("store: adopt: %w", normalise(err))
	}
	if !carryOut || len(plan.Refusals) > 0 {
		return plan, nil
	}
	log := c.Log
	if log == nil {
		log = slog.Default()
	}
	// There is nothing left to migrate, but an origin to note.
	if err := pg.migrate(ctx, log); err != nil {
		return plan, fmt.Errorf("store: %s: %w", pg.where, normalise(err))
	}
	return plan, nil
}

// adoptWithin looks and changes within one transaction, which nobody writes beside.
func adoptWithin(ctx context.Context, pool *sql.DB, carryOut bool) (plan Adoption, err error) {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return plan, err
	}
	defer func() {
		if e := tx.Rollback(); !errors.Is(e, sql.ErrTxDone) {
			err = errors.Join(err, e)
		}
	}()
	a := adopter{tx: tx}
	if a.refuseSurroundings(ctx); len(a.refusals) == 0 && a.err == nil {
		if carryOut {
			a.exec(ctx, lockAudits)
		}
		a.readColumns(ctx)
		a.refuseConstraints(ctx)
		if len(a.refusals) == 0 && a.err == nil {
			a.refuseRows(ctx)
		}
	}
	if a.err != nil || len(a.refusals) > 0 {
		return Adoption{Refusals: a.refusals}, a.err
	}
	if plan, err = a.plan(ctx); err != nil || !carryOut {
		return plan, err
	}
	for _, statement := range plan.SQL {
		a.exec(ctx, statement)
	}
	if a.err != nil {
		return plan, a.err
	}
	return plan, tx.Commit()
}

// lockAudits keeps the other program's workers off until the transaction ends.
const lockAudits = "LOCK TABLE audits IN ACCESS EXCLUSIVE MODE"

// adopter collects what speaks against an adoption. After an error it does nothing more.
type adopter struct {
	tx       *sql.Tx
	columns  []foreignColumn
	refusals []string
	err      error
}

func (a *adopter) exec(ctx context.Context, statement string) {
	if a.err == nil {
		_, a.err = a.tx.ExecContext(ctx, statement)
	}
}

// names asks for a list of texts.
func (a *adopter) names(ctx context.Context, query string, args ...any) (names []string) {
	if a.err != nil {
		return nil
	}
	rows, err := a.tx.QueryContext(ctx, query, args...)
	if err != nil {
		a.err = err
		return nil
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		a.err = errors.Join(a.err, rows.Scan(&name))
		names = append(names, name)
	}
	a.err = errors.Join(a.err, rows.Err())
	return names
}

// refuseIf refuses when a query names something.
func (a *adopter) refuseIf(ctx context.Context, says, query string) {
	if names := a.names(ctx, query); len(names) > 0 {
		a.refusals = append(a.refusals, fmt.Sprintf(says, strings.Join(names[:min(len(names), 5)], ", ")))
	}
}

// auditsClass is the table as PostgreSQL's catalogue has it.
const auditsClass = "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace " +
	"WHERE c.oid = to_regclass('audits')"

// rule is a query that names what speaks against an adoption, and how that is said.
type rule struct{ says, query string }

// surroundings are the rules about the table as a whole, and about what hangs on it.
var surroundings = []rule{
	{"audits is no plain table (%s)",
		"SELECT 'kind ' || c.relkind::text " + auditsClass +
			" AND (c.relkind <> 'r' OR c.relispartition OR c.relhassubclass OR c.relpersistence <> 'p')"},
	{"audits stands in the schema %s, and not in that of the connection",
		"SELECT quote_ident(n.nspname) " + auditsClass + " AND n.nspname <> current_schema()"},
	{"audits belongs to %s: connect as that role",
		"SELECT quote_ident(pg_get_userbyid(c.relowner)) " + auditsClass +
			" AND pg_get_userbyid(c.relowner) <> current_user"},
	{"rows of audits are hidden by policies%s",
		"SELECT '' " + auditsClass + " AND c.relrowsecurity"},
	{"other tables refer to audits, and would go on referring to what is set aside: %s",
		"SELECT conrelid::regclass::text FROM pg_constraint " +
			"WHERE contype = 'f' AND confrelid = to_regclass('audits') ORDER BY 1"},
	{"views look at audits, and would go on looking at what is set aside: %s",
		"SELECT DISTINCT r.ev_class::regclass::text FROM pg_depend AS d JOIN pg_rewrite AS r ON r.oid = d.objid " +
			"WHERE d.classid = 'pg_rewrite'::regclass AND d.refobjid = to_regclass('audits') ORDER BY 1"},
	{"audits has triggers of its own: %s",
		"SELECT quote_ident(tgname) FROM pg_trigger " +
			"WHERE tgrelid = to_regclass('audits') AND NOT tgisinternal ORDER BY 1"},
	{"audits is published: %s",
		"SELECT quote_ident(p.pubname) FROM pg_publication AS p " +
			"JOIN pg_publication_rel AS r ON r.prpubid = p.oid WHERE r.prrelid = to_regclass('audits') ORDER BY 1"},
	{"there are rights on single columns: %s",
		"SELECT quote_ident(attname) FROM pg_attribute " +
			"WHERE attrelid = to_regclass('audits') AND attacl IS NOT NULL ORDER BY 1"},
	{"a schema %s is there already",
		"SELECT nspname FROM pg_namespace WHERE nspname = '" + setAside + "'"},
}

// refuseSurroundings goes through these rules, if there is a table to look at.
func (a *adopter) refuseSurroundings(ctx context.Context) {
	a.refuseIf(ctx, "the database is Atalaya's already (it has %s): atalaya migrate brings it up to date",
		"SELECT '"+migrationsTable+"' WHERE to_regclass('"+migrationsTable+"') IS NOT NULL")
	a.refuseIf(ctx, "there is no table %s where this address leads", "SELECT 'audits' WHERE to_regclass('audits') IS NULL")
	if len(a.refusals) > 0 {
		return
	}
	for _, r := range surroundings {
		a.refuseIf(ctx, r.says, r.query)
	}
	a.refuseIf(ctx, "there is already, under the name of something of ours: %s",
		"SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = current_schema()::regnamespace "+
			"AND relname IN ("+ownNames()+") AND NOT EXISTS (SELECT FROM pg_index AS i "+
			"WHERE i.indexrelid = pg_class.oid AND i.indrelid = to_regclass('audits')) ORDER BY 1")
}

// made is what a numbered file makes that has a name of its own.
var made = regexp.MustCompile(`(?m)^CREATE (?:UNIQUE )?(?:TABLE|INDEX|SEQUENCE) (?:IF NOT EXISTS )?(\w+)`)

// ownNames are the names of what the numbered files make beside audits, as a list in SQL.
func ownNames() string {
	names := map[string]bool{locksTable: true, repeatableTable: true}
	for _, file := range numberedFiles() {
		for _, match := range made.FindAllStringSubmatch(file.text, -1) {
			names[match[1]] = true
		}
	}
	delete(names, "audits")
	return "'" + strings.Join(slices.Sorted(maps.Keys(names)), "', '") + "'"
}

var (
	auditsTable   = regexp.MustCompile(`(?s)CREATE TABLE audits \((.*?)\n\)`)
	auditsChanges = regexp.MustCompile(`ALTER TABLE audits\b[^;]*;`)
	column        = regexp.MustCompile(`(?m)^  ([a-z_0-9]+) |ADD COLUMN ([a-z_0-9]+) `)
)

// ownColumns are the columns of audits that the numbered files make.
func ownColumns() map[string]bool {
	names := map[string]bool{}
	for _, file := range numberedFiles() {
		parts := append(auditsTable.FindAllString(file.text, -1), auditsChanges.FindAllString(file.text, -1)...)
		for _, match := range column.FindAllStringSubmatch(strings.Join(parts, "\n"), -1) {
			names[match[1]+match[2]] = true
		}
	}
	return names
}

// numberedFile is a numbered file of PostgreSQL's schema.
type numberedFile struct{ name, text string }

// numberedFiles panics on what is embedded and cannot be read, as no program can be built.
func numberedFiles() (files []numberedFile) {
	names, err := fs.Glob(migrations.Postgres.Numbered, "*.tx.up.sql") // in order
	for _, name := range names {
		text, e := fs.ReadFile(migrations.Postgres.Numbered, name)
		err = errors.Join(err, e)
		number, _, _ := strings.Cut(name, "_")
		files = append(files, numberedFile{number, string(text)})
	}
	if err != nil {
		panic(err)
	}
	return files
}
