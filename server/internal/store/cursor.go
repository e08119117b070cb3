package store

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// encodeCursor names a place in a list that is ordered by id: the id of the last
// row handed out. The text is opaque to clients, and bound to one kind of list.
func encodeCursor(list string, id int64) *string {
	s := base64.RawURLEncoding.EncodeToString([]byte(list + ":" + strconv.FormatInt(id, 10)))
	return &s
}

// decodeCursor reads a cursor made by [encodeCursor] for the same kind of list.
// An empty one is the start, 0.
func decodeCursor(list, cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, ErrBadCursor
	}
	number, ok := strings.CutPrefix(string(b), list+":")
	id, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || id < 1 || *encodeCursor(list, id) != cursor {
		return 0, ErrBadCursor
	}
	return id, nil
}

// changeCursor is how far the changes of PostgreSQL were read: everything of
// transactions before xid, and of xid itself up to the audit id, was handed on.
// When a window has more rows than one query returns, until and next keep its end
// and the start of the following one, both from the snapshot of its first query.
type changeCursor struct {
	xid   uint64
	id    int64
	until uint64 // 0: no window is open
	next  uint64
}

func (c changeCursor) String() string {
	s := strconv.FormatUint(c.xid, 10)
	if c.until == 0 {
		return s
	}
	return s + "." + strconv.FormatInt(c.id, 10) + "." +
		strconv.FormatUint(c.until, 10) + "." + strconv.FormatUint(c.next, 10)
}

func decodeChangeCursor(s string) (c changeCursor, err error) {
	parts := strings.Split(s, ".")
	if len(parts) != 1 && len(parts) != 4 {
		return c, ErrBadCursor
	}
	n := make([]uint64, 4)
	for i, p := range parts {
		// 63 bits: the ids of rows are signed.
		if n[i], err = strconv.ParseUint(p, 10, 63); err != nil {
			return c, ErrBadCursor
		}
	}
	return changeCursor{xid: n[0], id: int64(n[1]), until: n[2], next: n[3]}, nil
}
