package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"

	"atalaya/server/internal/compare"
	"atalaya/server/internal/export"
	"atalaya/server/internal/store"
	"atalaya/shared"
	"atalaya/shared/text"
)

const compareHelp = `Says what changed from one audit of a site to another: what is new, fixed and persistent.

Usage:
  atalaya compare BASE HEAD [flags]

BASE and HEAD are numbers of audits, or files that "atalaya report ID --output report.json" wrote.

Examples:
  atalaya compare 7 9
  atalaya compare 7 9 --server https://atalaya.example --format md
  atalaya compare before.json after.json --format json
  atalaya compare before.json 9 --data-dir ./data --fail-on new

Two findings are the same when check and page are. What only one audit was able to see,
because the other did not fetch the page or run the check, is neither new nor fixed. For
--fail-on new what is on a page that BASE has not is new all the same, unless BASE is partial:
a link to nowhere leads to such a page.

Exit codes:
  0  the comparison is written
  1  it is not: an audit is missing, or they are of different sites
  2  the command line cannot be followed
  3  it is written, and --fail-on new found a new error or warning
`

// The forms of a comparison.
const (
	compareText     = "text"
	compareJSON     = "json"
	compareMarkdown = "md"
)

// failOnNew has new findings fail a command.
const failOnNew = "new"

// compareOptions are what the command line of "atalaya compare" decides.
type compareOptions struct {
	origin
	base, head           string
	format, lang, failOn string
	places               int
}

func (o *compareOptions) settings() []setting {
	return append(o.origin.settings(),
		oneOf("format", &o.format, compareText, []string{compareText, compareJSON, compareMarkdown}, "`format`: {bounds}"),
		oneOf("lang", &o.lang, text.EN.Tag(), langTags(), "`language` of text and md: {bounds}"),
		oneOf("fail-on", &o.failOn, "nothing", []string{"nothing", failOnNew},
			"`choice`: {bounds}; new errors and warnings make the exit code 3"),
		bounded("places", &o.places, 50, 1, 100_000, "how many places of each kind text and md name, {bounds}"),
	)
}

func (o *compareOptions) complete(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("compare takes two audits, not %d; see atalaya compare --help", len(args))
	}
	o.base, o.head = args[0], args[1]
	return nil
}

// compareCommand writes what changed between two audits.
func compareCommand(ctx context.Context, p program) (err error) {
	var o compareOptions
	if helped, err := p.read("compare", compareHelp, &o); helped || err != nil {
		return err
	}
	o.token = p.getenv(tokenVariable)
	shelf := shelf{origin: &o.origin}
	if shelf.needsRows(o.base, o.head) {
		if shelf.rows, err = o.open(ctx, p.stderr); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, shelf.rows.Close()) }()
	}
	base, err := shelf.take(ctx, o.base)
	if err != nil {
		return err
	}
	head, err := shelf.take(ctx, o.head)
	if err != nil {
		return err
	}
	return o.write(p.stdout, base, head)
}

// write compares, writes the result, and then says whether it is bad.
func (o *compareOptions) write(w io.Writer, base, head compare.Side) error {
	var news newFaults
	list, digest := compare.List{Limit: math.MaxInt}, compare.NewDigest(o.places)
	result, err := compare.Audits(base, head, func(c shared.Change) {
		news.take(c)
		digest.Take(c)
		if o.format == compareJSON {
			list.Take(c)
		}
	})
	if err != nil {
		return err
	}
	digest.Fill(&result)
	lang, _ := text.Parse(o.lang)
	out := export.Comparison{Result: &result, Lang: lang}
	switch o.format {
	case compareJSON:
		list.Fill(&result)
		err = json.NewEncoder(w).Encode(result)
	case compareMarkdown:
		err = out.WriteMarkdown(w)
	default:
		err = out.WriteText(w)
	}
	if err == nil && o.failOn == failOnNew {
		return news.verdict()
	}
	return err
}

// shelf finds the audits that a command line names.
type shelf struct {
	origin *origin // of audits by number, unless rows has them
	rows   *store.Store
}

// needsRows reports whether one of the names is the number of an audit in a database.
func (s shelf) needsRows(names ...string) bool {
	for _, name := range names {
		if _, ok := shared.ParseID(name); ok && s.origin.server == "" {
			return true
		}
	}
	return false
}

// take finds one audit: by its number, or in a file.
func (s shelf) take(ctx context.Context, name string) (compare.Side, error) {
	id, ok := shared.ParseID(name)
	switch {
	case !ok:
		return readReport(name)
	case s.rows != nil:
		report, err := endedReport(ctx, s.rows, id)
		return storedSide(ctx, s.rows, &report), err
	}
	body, err := s.origin.download(ctx, id, url.Values{shared.ParamFormat: {"json"}, shared.ParamWhole: {"true"}})
	if err != nil {
		return compare.Side{}, err
	}
	defer body.Close()
	return compare.Read(body)
}

// storedSide is the audit of a report whose rows are in a store.
func storedSide(ctx context.Context, rows *store.Store, report *shared.Report) compare.Side {
	return compare.Side{Report: report, Pages: compare.Stored(ctx, rows, report.Audit.AuditID)}
}

func readReport(name string) (compare.Side, error) {
	f, err := os.Open(name)
	if err != nil {
		return compare.Side{}, err
	}
	defer f.Close()
	side, err := compare.Read(f)
	if err != nil {
		return side, fmt.Errorf("%s: %w", name, err)
	}
	return side, nil
}

// newFaults counts the new errors and warnings of a comparison.
type newFaults int

func (n *newFaults) take(c shared.Change) {
	if c.State == shared.ChangeNew && (c.Severity == shared.SeverityError || c.Severity == shared.SeverityWarning) {
		*n++
	}
}

// verdict is nil when there are none.
func (n newFaults) verdict() error {
	if n == 0 {
		return nil
	}
	return exitWith(exitBelow, "--fail-on new: new findings of severity error or warning: %d", n)
}
