package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
)

// BenchmarkKeep has 100,000 audits come, run and end (20,000 with -short), deletes half of
// them as --keep does, and has as many come again. It gives the size of the database after
// each, in MB, and logs its largest parts. On PostgreSQL nothing cleans up but autovacuum,
// at its own settings.
func BenchmarkKeep(b *testing.B) {
	audits := 100_000
	if testing.Short() {
		audits = 20_000
	}
	b.Run("sqlite", func(b *testing.B) {
		dir := b.TempDir()
		k := openKeepBench(b, store.Config{DataDir: dir}, plainSQLite(b, dir))
		k.size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
		k.parts = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 10"
		k.run(audits)
	})
	b.Run("postgres", func(b *testing.B) {
		server, err := pgtest.Start(true)
		if err != nil {
			b.Skip(err)
		}
		b.Cleanup(func() { _ = server.Close() })
		url := server.URL("postgres")
		k := openKeepBench(b, store.Config{DatabaseURL: url}, plain(b, url))
		k.size = "SELECT pg_database_size(current_database())"
		k.parts = `SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't')
			ORDER BY 2 DESC LIMIT 14`
		k.run(audits)
	})
}

// keepBench is a store, and another connection to its database.
type keepBench struct {
	*testing.B
	store *store.Store
	plain *sql.DB
	size  string // asks for that of the database
	parts string // asks for its largest parts
}

func openKeepBench(b *testing.B, c store.Config, plain *sql.DB) *keepBench {
	c.Log = slog.New(slog.DiscardHandler)
	s, err := store.Open(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return &keepBench{B: b, store: s, plain: plain}
}

func (k *keepBench) run(audits int) {
	for k.Loop() {
		k.write(audits / 2)
		half := time.Now()
		k.write(audits / 2)
		k.report("full")
		k.expire(half)
		k.report("half")
		k.write(audits / 2)
		k.report("again")
	}
}

// write has n audits of ten pages come, run and end, 500 side by side, with an update of
// each for every page.
func (k *keepBench) write(n int) {
	const together = 500
	for range n / together {
		var before int64
		if err := k.plain.QueryRowContext(k.Context(), "SELECT coalesce(max(id), 0) FROM audits").Scan(&before); err != nil {
			k.Fatal(err)
		}
		these := fmt.Sprintf(" FROM audits WHERE id > %d", before)
		update := func(set string) { k.exec(fmt.Sprintf("UPDATE audits SET %s WHERE id > %d", set, before)) }
		k.exec("INSERT INTO audits (url, kind) SELECT 'https://example.org/', 'site' FROM " + upTo(together))
		update("status = 'running', lease_owner = 'worker', attempt = 1")
		var lines []string
		for i := 1; i <= 10; i++ {
			url := fmt.Sprintf("https://example.org/some/path/%d", i)
			k.exec(`INSERT INTO pages (audit_id, url, depth, referrer, status, failure, ms, bytes, content_type, final_url,
				title, words, analysed, findings_error, findings_warning, findings_notice, fetched_at)
				SELECT id, '` + url + `', 1, url, 200, '', 31, 4096, 'text/html', '',
				'A title of some words', 120, TRUE, 0, 1, 0, created_at` + these)
			lines = append(lines, `{"url":"`+url+`","status":200,"ms":31,"findings":{"error":0,"warning":1,"notice":0}}`)
			update(fmt.Sprintf(`progress = %d, total_pages = %d, activity = '{"stages":[],"pages":[%s],"top":[]}'`,
				9*i, i, strings.Join(lines, ",")))
		}
		k.exec(fmt.Sprintf(`INSERT INTO findings (audit_id, page_id, check_id, category, severity, evidence)
			SELECT audit_id, id, 'title', 'metadata', 'warning', '[{"name":"length","value":"7"}]'
			FROM pages WHERE audit_id > %d`, before))
		k.exec("INSERT INTO reports (audit_id, body) SELECT id, activity || activity || activity" + these)
		update("status = 'completed', geo_score = 70, lease_owner = NULL")
	}
}

// expire deletes what ended before a time, with all that belongs to it. The audits
// themselves follow an hour later, which it does not wait for.
func (k *keepBench) expire(before time.Time) {
	k.untilNone(func(ctx context.Context) (int, error) { return k.store.Expire(ctx, time.Since(before)) })
	k.untilNone(k.store.Purge)
	k.exec("UPDATE audits SET deleted_at = '2020-01-01 00:00:00.000+00:00' WHERE deleted_at IS NOT NULL")
	k.untilNone(k.store.Purge)
}

func (k *keepBench) untilNone(remove func(context.Context) (int, error)) {
	for n := 1; n > 0; {
		var err error
		if n, err = remove(k.Context()); err != nil {
			k.Fatal(err)
		}
	}
}

func (k *keepBench) exec(statement string) {
	if _, err := k.plain.ExecContext(k.Context(), statement); err != nil {
		k.Fatalf("%s: %v", statement, err)
	}
}

// report measures the database.
func (k *keepBench) report(when string) {
	rows, err := k.plain.QueryContext(k.Context(), k.parts)
	if err != nil {
		k.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var size int64
		if err := rows.Scan(&name, &size); err != nil {
			k.Fatal(err)
		}
		k.Logf("%s: %s %d KB", when, name, size>>10)
	}
	if err := rows.Err(); err != nil {
		k.Fatal(err)
	}
	var size int64
	if err := k.plain.QueryRowContext(k.Context(), k.size).Scan(&size); err != nil {
		k.Fatal(err)
	}
	k.ReportMetric(float64(size)/1e6, "MB-"+when)
}
