package store_test

import (
	"database/sql"
	"strconv"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
	"atalaya/shared"
)

// BenchmarkTrail asks for pages of 50 of a trail of 100,000 lines by 100 people, one of whom
// did most, over 100 days. It fails where the quickest of several takes longer than 50 ms, so that a
// busy machine is no failure.
func BenchmarkTrail(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		dir := b.TempDir()
		s := openListBench(b, store.Config{DataDir: dir})
		benchmarkTrail(b, s, plainSQLite(b, dir),
			"strftime('%Y-%m-%d %H:%M:%f+00:00', '2026-01-01', '+' || (n * 86) || ' seconds')", "SELECT 1")
	})
	b.Run("postgres", func(b *testing.B) {
		server, err := pgtest.Start(true)
		if err != nil {
			b.Skip(err)
		}
		b.Cleanup(func() { _ = server.Close() })
		url := server.URL("postgres")
		s := openListBench(b, store.Config{DatabaseURL: url})
		benchmarkTrail(b, s, plain(b, url), "'2026-01-01T00:00:00Z'::timestamptz + n * interval '86 seconds'", "VACUUM ANALYZE")
	})
}

// benchmarkTrail is told how the database writes the time of line n, and what cleans up behind
// so many new rows.
func benchmarkTrail(b *testing.B, s *store.Store, plain *sql.DB, at, afterwards string) {
	const (
		lines = 100_000
		batch = 1_000
		most  = 50 * time.Millisecond
	)
	for from := 0; from < lines; from += batch {
		_, err := plain.ExecContext(b.Context(), `INSERT INTO trail (at, action, who, role, address, about)
			SELECT `+at+`, CASE WHEN n % 5000 = 1 THEN 'deleted' WHEN n % 3 = 0 THEN 'started' ELSE 'signed_in' END,
				CASE WHEN n % 5 > 0 THEN 'Ana' ELSE 'person ' || (n / 5 % 100) END, 'admin', '192.0.2.1', ''
			FROM (SELECT i + `+strconv.Itoa(from)+` AS n FROM `+upTo(batch)+`) AS numbered`)
		if err != nil {
			b.Fatal(err)
		}
	}
	if _, err := plain.ExecContext(b.Context(), afterwards); err != nil {
		b.Fatal(err)
	}
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	for name, q := range map[string]shared.TrailQuery{
		"newest":      {},
		"oldest":      {Before: 60},
		"person":      {Who: "person 7"},
		"most":        {Who: "Ana", Before: 50_001},
		"nobody":      {Who: "zebra"},
		"deed":        {Deed: shared.DeedDeleted},
		"rare":        {Who: "Ana", Deed: shared.DeedDeleted},
		"never":       {Who: "person 7", Deed: shared.DeedShared},
		"first-days":  {From: day(1), Until: day(3)},
		"person-days": {Who: "person 7", From: day(1), Until: day(3)},
		"rare-days":   {Who: "Ana", Deed: shared.DeedDeleted, From: day(20), Until: day(40)},
		"no-days":     {Until: day(-100)},
	} {
		b.Run(name, func(b *testing.B) {
			best := time.Hour
			for b.Loop() {
				begun := time.Now()
				if _, err := s.Trail(b.Context(), q); err != nil {
					b.Fatal(err)
				}
				best = min(best, time.Since(begun))
			}
			b.ReportMetric(best.Seconds()*1000, "ms/best")
			if best > most {
				b.Errorf("%v, want at most %v", best, most)
			}
		})
	}
}
