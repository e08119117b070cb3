package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"atalaya/shared"
)

// encodeCursor names a place in a list that is ordered by id: the id of the last
// row handed out. The text is opaque to clients, and bound to one kind of list.
func encodeCursor(list string, id int64) *string {
	return encodeText(list, strconv.FormatInt(id, 10))
}

// encodeText names a place in a list by a text.
func encodeText(list, place string) *string {
	s := base64.RawURLEncoding.EncodeToString([]byte(list + ":" + place))
	return &s
}

// decodeText reads what [encodeText] made for the same kind of list.
func decodeText(list, cursor string) (string, error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	place, ok := strings.CutPrefix(string(b), list+":")
	if err != nil || !ok || *encodeText(list, place) != cursor {
		return "", ErrBadCursor
	}
	return place, nil
}

// decodeCursor reads a cursor made by [encodeCursor] for the same kind of list.
// An empty one is the start, 0.
func decodeCursor(list, cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	number, err := decodeText(list, cursor)
	if err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || id < 1 || *encodeCursor(list, id) != cursor {
		return 0, ErrBadCursor
	}
	return id, nil
}

// listOf returns one page of a list that belongs to an audit: at most limit rows after
// the cursor, in the order of their ids, and the cursor of those that follow, nil at the
// end. rowsAfter is asked for one row more than the page holds. An empty page is an answer
// only if there is such an audit.
func listOf[R any](
	ctx context.Context, s *Store, list string, auditID int64, cursor string, limit int,
	rowsAfter func(what string, after int64, most int) ([]R, error), idOf func(*R) int64,
) ([]R, *string, error) {
	what := fmt.Sprintf("%s %d", list, auditID)
	after, err := decodeCursor(list, cursor)
	if err != nil {
		return nil, nil, fmt.Errorf("store: %s: %w", what, err)
	}
	limit = limitOr(limit, shared.ListLimitDefault, shared.ListLimitMax)
	rows, err := rowsAfter(what, after, limit+1)
	if err == nil && len(rows) == 0 {
		err = s.exists(ctx, what, auditID)
	}
	if err != nil || len(rows) <= limit {
		return rows, nil, err
	}
	rows = rows[:limit]
	return rows, encodeCursor(list, idOf(&rows[limit-1])), nil
}

// snapshot is what one query of PostgreSQL saw: every transaction before xmax except
// those that were open.
type snapshot struct {
	xmax uint64
	open []uint64
}

func (s snapshot) String() string {
	text := strconv.FormatUint(s.xmax, 10)
	for i, xid := range s.open {
		text += string(":,"[min(i, 1)]) + strconv.FormatUint(xid, 10)
	}
	return text
}

func decodeSnapshot(text string) (s snapshot, err error) {
	xmax, open, some := strings.Cut(text, ":")
	if s.xmax, err = decodeXid(xmax); err != nil || !some {
		return s, err
	}
	for text := range strings.SplitSeq(open, ",") {
		xid, err := decodeXid(text)
		if err != nil || xid >= s.xmax {
			return s, ErrBadCursor
		}
		s.open = append(s.open, xid)
	}
	return s, nil
}

// decodeXid takes 63 bits, as the ids of rows have.
func decodeXid(text string) (uint64, error) {
	xid, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, ErrBadCursor
	}
	return xid, nil
}

// changeCursor is how far the changes of PostgreSQL were read: what the snapshot seen
// saw was handed on. When more has changed than one query returns, the rest is read in
// the order of (xid, id), and until is the snapshot of the first query, which is seen
// when all is read.
type changeCursor struct {
	seen  snapshot
	id    int64
	xid   uint64
	until snapshot // its xmax is 0 when nothing is left to read
}

func (c changeCursor) String() string {
	s := c.seen.String()
	if c.until.xmax == 0 {
		return s
	}
	return s + "." + strconv.FormatInt(c.id, 10) + "." + strconv.FormatUint(c.xid, 10) + "." + c.until.String()
}

func decodeChangeCursor(s string) (c changeCursor, err error) {
	parts := strings.Split(s, ".")
	if len(parts) != 1 && len(parts) != 4 {
		return c, ErrBadCursor
	}
	if c.seen, err = decodeSnapshot(parts[0]); err != nil || len(parts) == 1 {
		return c, err
	}
	id, errID := decodeXid(parts[1])
	xid, errXid := decodeXid(parts[2])
	until, errUntil := decodeSnapshot(parts[3])
	if err := cmp.Or(errID, errXid, errUntil); err != nil || until.xmax == 0 {
		return c, ErrBadCursor
	}
	c.id, c.xid, c.until = int64(id), xid, until
	return c, nil
}
