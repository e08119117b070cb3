package store

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// keyset is a place in a list that is ordered by id: the id of the last row
// handed out. Its text is opaque to clients, and bound to one kind of list.
func keyset(list string, id int64) *string {
	s := base64.RawURLEncoding.EncodeToString([]byte(list + ":" + strconv.FormatInt(id, 10)))
	return &s
}

// place reads a cursor made by [keyset] for the same kind of list. An empty one
// is the start, 0.
func place(list, cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, ErrBadCursor
	}
	number, ok := strings.CutPrefix(string(b), list+":")
	id, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || id < 1 || *keyset(list, id) != cursor {
		return 0, ErrBadCursor
	}
	return id, nil
}

// sweep is a place in the changes of PostgreSQL: everything of transactions
// before xid, and of xid itself up to the audit id, was handed on. When a window
// has more rows than one query returns, until and next keep its end and the
// start of the following one, both from the snapshot of its first query.
type sweep struct {
	xid   uint64
	id    int64
	until uint64 // 0: no window is open
	next  uint64
}

func (w sweep) String() string {
	s := strconv.FormatUint(w.xid, 10)
	if w.until == 0 {
		return s
	}
	return s + "." + strconv.FormatInt(w.id, 10) + "." +
		strconv.FormatUint(w.until, 10) + "." + strconv.FormatUint(w.next, 10)
}

func parseSweep(s string) (w sweep, err error) {
	parts := strings.Split(s, ".")
	if len(parts) != 1 && len(parts) != 4 {
		return w, ErrBadCursor
	}
	n := make([]uint64, 4)
	for i, p := range parts {
		// 63 bits: the ids of rows are signed.
		if n[i], err = strconv.ParseUint(p, 10, 63); err != nil {
			return w, ErrBadCursor
		}
	}
	return sweep{xid: n[0], id: int64(n[1]), until: n[2], next: n[3]}, nil
}
