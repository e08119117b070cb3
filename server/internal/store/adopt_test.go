package store_test

import (
	"database/sql"
	"strings"
	"testing"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
)

// anotherProgram makes a database with a table audits of another program and rows in it.
func anotherProgram(t *testing.T, statements ...string) (store.Config, *sql.DB) {
	t.Helper()
	config := store.Config{DatabaseURL: pgtest.Database(t)}
	db := plain(t, config.DatabaseURL)
	makeAnother(t, db, statements...)
	return config, db
}

func makeAnother(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	run(t, db, append([]string{
		"CREATE TABLE audits (id serial PRIMARY KEY, status varchar(20) NOT NULL DEFAULT 'pending', progress integer DEFAULT 0, " +
			"error_message text, geo_score integer, total_pages integer)",
		"INSERT INTO audits (status, progress) VALUES ('pending', 0), ('running', 40)",
		"INSERT INTO audits (status, progress, geo_score, total_pages) VALUES ('completed', 100, 81, 310)",
		"INSERT INTO audits (status, progress, error_message) VALUES ('failed', NULL, 'no answer'), ('completed', 95, NULL)",
	}, statements...))
}

const adoptedRows = "SELECT string_agg(concat_ws(' ', id, status, progress, error_message, geo_score, total_pages, url), '; ' " +
	"ORDER BY id) FROM audits"

// TestAdopt takes over a table with more columns than it must have, and rights on it.
func TestAdopt(t *testing.T) {
	t.Parallel()
	config, db := anotherProgram(t,
		`ALTER TABLE audits ADD COLUMN "for" text DEFAULT 'nobody', ADD COLUMN created_at timestamptz`,
		`UPDATE audits SET "for" = 'ana', created_at = '2024-02-29 12:00:00+00' WHERE id = 3`)
	f := &fixture{Store: store.OfDialect("postgresql"), foreign: db}
	role := "worker_" + f.text(t, "SELECT current_database()")
	f.sql(t, "CREATE ROLE "+role+" LOGIN")
	f.sql(t, "GRANT SELECT, INSERT, UPDATE ON audits TO "+role)

	plan, err := store.Adopt(t.Context(), config, false)
	if err != nil || len(plan.Refusals) > 0 || plan.Rows != 5 {
		t.Fatalf("got %d rows, %v, %v", plan.Rows, plan.Refusals, err)
	}
	if n := f.text(t, "SELECT count(*) FROM pg_class WHERE relname LIKE '%audits%' AND relkind = 'r'"); n != "1" {
		t.Fatalf("%s tables after the look", n)
	}
	carriedOut, err := store.Adopt(t.Context(), config, true)
	if err != nil || strings.Join(carriedOut.SQL, ";") != strings.Join(plan.SQL, ";") {
		t.Fatalf("carried out: %v", err)
	}

	const want = "1 pending 0 0 audit 1; 2 running 40 0 audit 2; 3 completed 100 81 310 audit 3; " +
		"4 failed 0 no answer 0 audit 4; 5 completed 100 0 audit 5"
	if got := f.text(t, adoptedRows); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := f.text(t, `SELECT "for" || created_at FROM audits WHERE id = 3`); got != "ana2024-02-29 12:00:00+00" {
		t.Errorf("other columns: %s", got)
	}
	if got := f.text(t, "SELECT count(*) FROM before_atalaya.audits WHERE progress = 95"); got != "1" {
		t.Error("what was there is not set aside")
	}
	// But for the two columns and the default, it is what a new database has.
	f.sql(t, `ALTER TABLE audits DROP COLUMN "for", ALTER COLUMN url DROP DEFAULT`)
	if got, want := f.shape(t), newShape(t, "postgresql"); got != want {
		t.Errorf("unlike a new database (+ is missing): %q", unlike(got, want))
	}
	f.sql(t, "ALTER TABLE audits ALTER COLUMN url SET DEFAULT 'audit'")

	// The store opens it, and the other program's worker goes on as it did.
	f = open(t, config)
	f.foreign = plain(t, strings.Replace(config.DatabaseURL, "postgres@", role+"@", 1))
	cursor := f.now(t)
	f.sql(t, "UPDATE audits SET progress = 60 WHERE id = 2")
	f.sql(t, "INSERT INTO audits (status, progress) VALUES ('running', 7)")
	if changed, _, _ := f.changes(t, cursor); len(changed) != 2 || changed[2] == 0 || changed[6] == 0 {
		t.Errorf("changes: %v, want those of audits 2 and 6", changed)
	}
	again, err := store.Adopt(t.Context(), config, true)
	if err != nil || len(again.Refusals) != 1 || !strings.Contains(again.Refusals[0], "Atalaya's already") {
		t.Errorf("again: %v, %v", again.Refusals, err)
	}
}

// TestAdoptRefuses finds what would be lost or wrong, and leaves everything as it is.
func TestAdoptRefuses(t *testing.T) {
	t.Parallel()
	config, db := anotherProgram(t)
	f := &fixture{Store: store.OfDialect("postgresql"), foreign: db}
	for _, tc := range []struct{ statement, says string }{
		{"DROP TABLE audits", "there is no table audits"},
		{"ALTER TABLE audits RENAME TO others; CREATE VIEW audits AS SELECT * FROM others", "no plain table"},
		{"CREATE TABLE notes (audit integer REFERENCES audits)", "other tables refer to audits"},
		{"CREATE VIEW done AS SELECT * FROM audits WHERE progress = 100", "views look at audits"},
		{"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; " +
			"CREATE TRIGGER mine BEFORE UPDATE ON audits FOR EACH ROW EXECUTE FUNCTION f()", "triggers of its own: mine"},
		{"ALTER TABLE audits ENABLE ROW LEVEL SECURITY", "hidden by policies"},
		{"CREATE PUBLICATION p FOR TABLE audits", "audits is published: p"},
		{"GRANT SELECT (status) ON audits TO PUBLIC", "rights on single columns: status"},
		{"CREATE TABLE pages (id integer)", "under the name of something of ours: pages"},
		{"CREATE SCHEMA before_atalaya", "a schema before_atalaya is there already"},
		{"CREATE TABLE child () INHERITS (audits)", "no plain table"},
		{"ALTER TABLE audits DROP COLUMN geo_score", "there is no column geo_score"},
		{"ALTER TABLE audits ALTER COLUMN progress TYPE text", "column progress is text, and not smallint or integer or bigint"},
		{"ALTER TABLE audits ADD COLUMN url integer", "column url is integer"},
		{"ALTER TABLE audits ADD COLUMN created_at timestamp", "column created_at is timestamp without time zone"},
		{"ALTER TABLE audits ADD COLUMN stage text", "column stage has a meaning of its own here"},
		{"ALTER TABLE audits ADD COLUMN previous text", "column previous has a meaning of its own here"},
		{"ALTER TABLE audits ADD COLUMN line serial", "column line is filled by the database"},
		{"ALTER TABLE audits ADD COLUMN owner text; UPDATE audits SET owner = ''; ALTER TABLE audits ALTER COLUMN owner SET NOT NULL",
			"column owner takes no null"},
		{"ALTER TABLE audits ADD COLUMN owner text UNIQUE", "would be lost: audits_owner_key"},
		{"ALTER TABLE audits ADD COLUMN owner text; CREATE UNIQUE INDEX one ON audits (owner)", "would be lost: one"},
		{"ALTER TABLE audits ADD COLUMN owner text CHECK (owner <> '')", "would be lost: audits_owner_check"},
		{"UPDATE audits SET status = 'done' WHERE id = 3", "status that is not pending, running, completed, failed or cancelled: id 3"},
		{"UPDATE audits SET progress = 101 WHERE id = 3", "progress beyond 0 to 100: id 3"},
		{"UPDATE audits SET progress = 100 WHERE id = 2", "progress 100 and are not completed: id 2"},
		{"UPDATE audits SET geo_score = 101 WHERE id = 3", "geo_score beyond 0 to 100: id 3"},
		{"UPDATE audits SET geo_score = 7 WHERE id = 2", "geo_score and are not completed: id 2"},
		{"UPDATE audits SET total_pages = -1 WHERE id = 2", "total_pages beyond"},
		{"UPDATE audits SET error_message = repeat('x', 2001) WHERE id = 4", "more than 2000 characters: id 4"},
		{"ALTER TABLE audits ADD COLUMN url text; UPDATE audits SET url = repeat('x', 2049) WHERE id = 1", "url of more than 2048 bytes: id 1"},
		{"UPDATE audits SET id = 0 WHERE id = 1", "beyond 1 to 9007199254740991: id 0"},
		{"ALTER TABLE audits DROP CONSTRAINT audits_pkey; UPDATE audits SET id = 2", "the same id: 2"},
	} {
		f.sql(t, "DROP PUBLICATION IF EXISTS p; DROP SCHEMA IF EXISTS before_atalaya; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
		makeAnother(t, db, tc.statement)
		const everything = "SELECT string_agg(oid || relname, ' ' ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
		before := f.text(t, everything)
		plan, err := store.Adopt(t.Context(), config, true)
		if err != nil || len(plan.SQL) > 0 || !strings.Contains(strings.Join(plan.Refusals, "\n"), tc.says) {
			t.Errorf("%.60s: got %q, %v; want %q", tc.statement, plan.Refusals, err, tc.says)
		}
		if f.text(t, everything) != before {
			t.Errorf("%.60s: something has changed", tc.statement)
		}
	}
}
