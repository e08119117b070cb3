package store

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"
)

const (
	// gramLength is how many characters stand together in table audits_grams.
	gramLength = 3
	// gramsAsked is how many grams of a text are counted at most; the rarest of so many is
	// rare enough.
	gramsAsked = 16
	// fewAudits is how many audits may be read in whatever order they are found in.
	fewAudits = 2_000
)

// candidates are audits of which it is known that others do not matter; the zero value is
// when that is not known.
type candidates struct {
	known bool
	ids   []int64
}

// candidates returns the audits whose addresses have the rarest gram of a text, if they
// are fewer than fewAudits. A text that is shorter than a gram is the beginning of several.
func (s *Store) candidates(ctx context.Context, text string) (candidates, error) {
	return read(ctx, s, "search", func(ctx context.Context, db bun.IDB) (found candidates, err error) {
		gram, rare, err := rarestGram(ctx, db, gramsOf(text))
		if err != nil || !rare {
			return candidates{}, err
		}
		err = withGram(db, gram).Distinct().Scan(ctx, &found.ids)
		found.known = true
		return found, err
	})
}

func withGram(db bun.IDB, gram string) *bun.SelectQuery {
	return db.NewSelect().Table("audits_grams").Column("audit_id").
		Where("gram >= ?", gram).Where("gram < ?", afterGram(gram))
}

// rarestGram returns the gram that the fewest addresses have; rare says that they are
// fewer than fewAudits.
func rarestGram(ctx context.Context, db bun.IDB, grams []string) (rarest string, rare bool, err error) {
	var all *bun.SelectQuery
	for _, gram := range grams {
		part := db.NewSelect().TableExpr("(?) AS few", withGram(db, gram).Limit(fewAudits)).
			ColumnExpr("? AS gram, count(*) AS n", gram)
		if all == nil {
			all = part
		} else {
			all.UnionAll(part)
		}
	}
	var n int
	err = db.NewSelect().TableExpr("(?) AS counted", all).Column("gram", "n").Order("n").Limit(1).Scan(ctx, &rarest, &n)
	return rarest, n < fewAudits, err
}

// gramsOf are the different grams of a text in small ASCII letters, as the triggers
// write them, at most gramsAsked.
func gramsOf(text string) (grams []string) {
	letters := []rune(strings.Map(lowerASCII, text))
	if len(letters) < gramLength {
		return []string{string(letters)}
	}
	for i := gramLength; i <= len(letters) && len(grams) < gramsAsked; i++ {
		if gram := string(letters[i-gramLength : i]); !slices.Contains(grams, gram) {
			grams = append(grams, gram)
		}
	}
	return grams
}

func lowerASCII(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// afterGram is behind every gram that begins with this one, by bytes.
func afterGram(gram string) string { return gram + "\U0010ffff" }
