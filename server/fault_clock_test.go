package main

import (
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
)

// fakeClock puts a clock before that of the database, for whoever connects from now on
// and for the triggers. setClock sets how far it is from the true one.
const fakeClock = `
	CREATE SCHEMA fake;
	CREATE TABLE fake.shift (by interval NOT NULL);
	INSERT INTO fake.shift VALUES ('0');
	CREATE FUNCTION fake.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
		'SELECT pg_catalog.clock_timestamp() + by FROM fake.shift';
	DO $$ DECLARE f text; BEGIN
		FOR f IN SELECT tgfoid::regprocedure::text FROM pg_trigger WHERE tgrelid = 'audits'::regclass AND NOT tgisinternal LOOP
			EXECUTE 'ALTER FUNCTION ' || f || ' SET search_path = fake, public, pg_catalog, pg_temp';
		END LOOP;
		EXECUTE format('ALTER DATABASE %I SET search_path = fake, public, pg_catalog', current_database());
	END $$`

func (f *foreign) setClock(by string) { f.must("UPDATE fake.shift SET by = '" + by + "'") }

// TestFaultDatabaseClock sets the database's clock forward, back and back again, as an
// administrator or a failover does: every state arrives as it did before, at once, for
// neither the numbers of states nor wake-ups stand still until the clock catches up.
func TestFaultDatabaseClock(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	rows, err := store.Open(t.Context(), store.Config{DatabaseURL: dsn}) // makes the tables
	if err != nil {
		t.Fatal(err)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, "pg", dsn).ExecContext(t.Context(), fakeClock); err != nil {
		t.Fatal(err)
	}
	p, db := onPostgres(t, dsn, dsn)
	audits := writer(t, db, 3)
	subs := newSubscribers(t, direct, p.url).join(30, audits.ids...)
	subs.waitForFirstStates()
	for _, by := range []string{"1 hour", "-1 hour", "-1 day", "0"} {
		audits.setClock(by)
		heard := p.metric("atalaya_wakeups_total", `source="notify"`)
		for range 3 {
			for _, id := range audits.ids {
				audits.must(bump(id))
			}
			subs.waitUntilCurrent(5*time.Second, audits)
		}
		if p.metric("atalaya_wakeups_total", `source="notify"`) == heard {
			t.Errorf("clock at %s: no wake-up came", by)
		}
	}
	subs.finish(10*time.Second, audits)
	subs.checkNoReconnects()
}
