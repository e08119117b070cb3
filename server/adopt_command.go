package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"atalaya/server/internal/store"
)

const adoptHelp = `Makes the table audits of another program, with the columns id, status, progress,
error_message, geo_score and total_pages, the table of this one. Its workers go on writing
as they do. Prints the SQL, and refuses what cannot be done safely; nothing changes without
--yes.

Usage:
  atalaya migrate adopt --database-url URL [--yes] [flags]

Examples:
  atalaya migrate adopt --database-url postgres://db.example/app > adopt.sql
  atalaya migrate adopt --database-url postgres://db.example/app --yes

The table is set aside in the schema before_atalaya, a new one is made in its place, and the
rows are copied, all in one transaction that keeps workers waiting. Columns beside the six
are kept, and rights on the table too. When nothing is missed: DROP SCHEMA before_atalaya CASCADE.

Exit codes:
  0    it can be done, or was done
  1    it cannot be done safely, or it failed; nothing has changed
  2    the command line cannot be followed
`

// adoptOptions are the settings of a server, and whether to do it.
type adoptOptions struct {
	Config
	unparsed
	yes bool
}

func (o *adoptOptions) settings() []setting {
	return append(o.Config.settings(&o.unparsed), unbounded("yes", &o.yes, false, "do it, and not only print it"))
}

func (o *adoptOptions) complete(args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %q; see atalaya migrate adopt --help", args[0])
	}
	if o.DatabaseURL == "" {
		return errors.New("adopt is for PostgreSQL: name the database in --database-url")
	}
	return o.Config.complete(o.unparsed)
}

func adoptCommand(ctx context.Context, p program) error {
	var o adoptOptions
	if helped, err := p.read("migrate adopt", adoptHelp, &o); helped || err != nil {
		return err
	}
	plan, err := store.Adopt(ctx, store.Config{DatabaseURL: o.DatabaseURL, Log: o.logger(p.stderr)}, o.yes)
	if err != nil {
		return err
	}
	if len(plan.Refusals) > 0 {
		return fmt.Errorf("this cannot be done safely:\n  - %s", strings.Join(plan.Refusals, "\n  - "))
	}
	if err := writeScript(p.stdout, plan.SQL); err != nil {
		return err
	}
	if o.yes {
		fmt.Fprintf(p.stderr, "done; rows copied: %d\n", plan.Rows)
		return nil
	}
	fmt.Fprintf(p.stderr, "rows to copy: %d; nothing has changed, --yes does it\n", plan.Rows)
	return nil
}

// writeScript writes statements as psql runs them, all or none.
func writeScript(w io.Writer, statements []string) error {
	var script strings.Builder
	script.WriteString("\\set ON_ERROR_STOP on\nBEGIN;\n")
	for _, s := range statements {
		script.WriteString(strings.TrimRight(s, "; \n") + ";\n")
	}
	script.WriteString("COMMIT;\n")
	_, err := io.WriteString(w, script.String())
	return err
}
