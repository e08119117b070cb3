package store_test

import (
	"errors"
	"fmt"
	"testing"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

// troubles are what a database refuses a write for although it can be reached.
var troubles = []error{store.ErrFull, store.ErrReadOnly, store.ErrBusy, store.ErrTimeout}

// refuses reports an error that is not want, or that is also another trouble.
func refuses(t *testing.T, f *fixture, name string, want error) {
	t.Helper()
	_, _, err := f.Create(t.Context(), shared.NewAudit{URL: "trouble", Kind: shared.KindExternal}, "")
	for _, trouble := range troubles {
		if got := errors.Is(err, trouble); got != errors.Is(want, trouble) {
			t.Errorf("%s: %v is %v: %v", name, err, trouble, got)
		}
	}
}

func TestSQLiteSaysWhyItTakesNoWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, pragma string
		want         error
	}{
		{"full", "PRAGMA max_page_count = 1", store.ErrFull},
		{"read-only", "PRAGMA query_only = 1", store.ErrReadOnly},
	} {
		f := onSQLite(t, 0)
		for _, pool := range f.Pools() {
			if _, err := pool.DB.ExecContext(t.Context(), c.pragma); err != nil {
				t.Fatal(err)
			}
		}
		// What is written must need a new page, or the full one still has room.
		f.sql(t, "CREATE TABLE filler (b); CREATE TRIGGER fills AFTER INSERT ON audits BEGIN "+
			"INSERT INTO filler VALUES (randomblob(1000000)); END")
		refuses(t, f, c.name, c.want)
	}
}

func TestPostgresSaysWhyItTakesNoWrite(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 0)
	for _, c := range []struct {
		state string
		want  error
	}{
		{"53100", store.ErrFull}, {"25006", store.ErrReadOnly},
		{"53200", store.ErrBusy}, {"53300", store.ErrBusy}, {"40001", store.ErrBusy}, {"40P01", store.ErrBusy},
		{"57014", store.ErrTimeout}, {"55P03", store.ErrTimeout},
	} {
		f.sql(t, fmt.Sprintf(`CREATE OR REPLACE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN RAISE EXCEPTION 'as a test says' USING ERRCODE = '%s'; END $$`, c.state))
		f.sql(t, "DROP TRIGGER IF EXISTS troubles ON audits")
		f.sql(t, "CREATE TRIGGER troubles BEFORE INSERT ON audits FOR EACH ROW EXECUTE FUNCTION trouble()")
		refuses(t, f, c.state, c.want)
	}
	f.sql(t, "DROP TRIGGER troubles ON audits")
	refuses(t, f, "no trouble", nil)
}
