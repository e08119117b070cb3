package store_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
	"atalaya/shared"
)

// BenchmarkList asks for pages of 50 with the counts of all statuses, as the app does,
// among 100,000 audits of 5,000 sites, each with an address of its own. It fails where
// the quickest of several takes longer than 50 ms, or 200 ms where only the newest audit of
// each site is wanted, so that a busy machine is no failure.
func BenchmarkList(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		dir := b.TempDir()
		s := openListBench(b, store.Config{DataDir: dir})
		benchmarkList(b, s, plainSQLite(b, dir), "%s", "SELECT 1")
	})
	b.Run("postgres", func(b *testing.B) {
		server, err := pgtest.Start(true)
		if err != nil {
			b.Skip(err)
		}
		b.Cleanup(func() { _ = server.Close() })
		url := server.URL("postgres")
		s := openListBench(b, store.Config{DatabaseURL: url})
		benchmarkList(b, s, plain(b, url), "(%s)::timestamptz", "VACUUM ANALYZE")
	})
}

func openListBench(b *testing.B, c store.Config) *store.Store {
	c.Log = slog.New(slog.DiscardHandler)
	s, err := store.Open(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

// benchmarkList is told how the database takes a text for a time, and what cleans up
// behind so many new rows, which autovacuum does within a minute.
func benchmarkList(b *testing.B, s *store.Store, plain *sql.DB, stamp, afterwards string) {
	const (
		audits = 100_000
		batch  = 1_000
		most   = 50 * time.Millisecond
	)
	finished := fmt.Sprintf(stamp, "'2026-01-01 00:' || (10 + n % 50) || ':00.000+00:00'")
	for from := 0; from < audits; from += batch {
		_, err := plain.ExecContext(b.Context(), `INSERT INTO audits
			(url, kind, status, geo_score, findings_error, total_pages, started_at, finished_at)
			SELECT 'https://www.site-' || (n % 5000) || '.example/path/' || n, 'site',
				CASE WHEN n % 20 = 0 THEN 'failed' WHEN n % 33 = 0 THEN 'cancelled' ELSE 'completed' END,
				CASE WHEN n % 20 = 0 OR n % 33 = 0 THEN NULL ELSE n * 7 % 101 END, n * 13 % 400, n % 500,
				'2026-01-01 00:00:00.000+00:00', `+finished+`
			FROM (SELECT i + `+strconv.Itoa(from)+` AS n FROM `+upTo(batch)+`) AS numbered`)
		if err != nil {
			b.Fatal(err)
		}
	}
	if _, err := plain.ExecContext(b.Context(), afterwards); err != nil {
		b.Fatal(err)
	}
	for name, q := range map[string]shared.ListQuery{
		"newest":        {Ended: true, Scores: true},
		"sites":         {Ended: true, BySite: true, Scores: true},
		"sites-worst":   {Ended: true, BySite: true, Order: shared.OrderScore},
		"sites-failed":  {Ended: true, BySite: true, Status: shared.StatusFailed},
		"sites-rare":    {Ended: true, BySite: true, Text: "site-4321."},
		"sites-common":  {Ended: true, BySite: true, Text: "example", Order: shared.OrderErrors},
		"failed":        {Status: shared.StatusFailed},
		"worst":         {Ended: true, Order: shared.OrderScore},
		"worst-failed":  {Status: shared.StatusFailed, Order: shared.OrderScore},
		"errors":        {Ended: true, Order: shared.OrderErrors},
		"longest":       {Order: shared.OrderLength},
		"site":          {Ended: true, Site: "site-77.example"},
		"rare":          {Ended: true, Text: "site-4321."},
		"rare-errors":   {Ended: true, Text: "path/54321", Order: shared.OrderErrors},
		"nowhere":       {Ended: true, Text: "zebra"},
		"short":         {Ended: true, Text: "9"},
		"common":        {Ended: true, Text: "example"},
		"common-errors": {Ended: true, Text: "example", Order: shared.OrderErrors},
		"common-failed": {Status: shared.StatusFailed, Text: "example", Order: shared.OrderErrors},
		"numbers":       {Ended: true, Text: "777", Order: shared.OrderErrors},
	} {
		b.Run(name, func(b *testing.B) {
			q.Counts = true
			best := time.Hour
			for b.Loop() {
				begun := time.Now()
				if _, err := s.List(b.Context(), q); err != nil {
					b.Fatal(err)
				}
				best = min(best, time.Since(begun))
			}
			b.ReportMetric(best.Seconds()*1000, "ms/best")
			most := most
			if q.BySite {
				most *= 4
			}
			if best > most {
				b.Errorf("%v, want at most %v", best, most)
			}
		})
	}
}
