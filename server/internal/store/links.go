package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/uptrace/bun"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// linkedRow has the pages that lead to one.
type linkedRow struct {
	bun.BaseModel `bun:"table:links_in,alias:l"`

	PageID  int64  `bun:"page_id,pk"`
	AuditID int64  `bun:"audit_id"`
	Linking []byte `bun:"linking"` // see packIDs
}

// linkedPerWrite is how many rows of links one transaction takes: the longest has 10,000 ids.
const linkedPerWrite = 500

// SaveLinksIn replaces what is known of which pages of an audit lead to which. It may be
// repeated. A page that is not saved is left out; one without a row counts as unknown.
func (s *Store) SaveLinksIn(ctx context.Context, l work.Lease, in work.LinksIn) error {
	what := fmt.Sprintf("save links in %d", l.AuditID)
	var saved []pageRow
	err := s.write(ctx, what, false, func(ctx context.Context, tx bun.Tx) error {
		if err := s.lockLease(ctx, tx, l); err != nil {
			return err
		}
		if _, err := tx.NewDelete().Table("links_in").Where("audit_id = ?", l.AuditID).Exec(ctx); err != nil {
			return err
		}
		saved = nil
		return tx.NewSelect().Model(&saved).Column("id", "url").Where("p.audit_id = ?", l.AuditID).Scan(ctx)
	})
	if err != nil {
		return err
	}
	for part := range slices.Chunk(linkedRows(l.AuditID, in, saved), linkedPerWrite) {
		err := s.write(ctx, what, false, func(ctx context.Context, tx bun.Tx) error {
			if err := s.lockLease(ctx, tx, l); err != nil {
				return err
			}
			return insertLinked(ctx, tx, part)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// linkedRows name pages by their ids.
func linkedRows(auditID int64, in work.LinksIn, saved []pageRow) []linkedRow {
	byURL := make(map[string]int64, len(saved))
	for i := range saved {
		byURL[saved[i].URL] = saved[i].ID
	}
	ids := make([]int64, len(in.Pages))
	for i, u := range in.Pages {
		ids[i] = byURL[sanitise(u)]
	}
	rows := make([]linkedRow, 0, len(ids))
	var linking []int64
	for i, id := range ids {
		if id == 0 {
			continue
		}
		linking = linking[:0]
		for _, from := range in.From[i] {
			if ids[from] != 0 {
				linking = append(linking, ids[from])
			}
		}
		slices.Sort(linking)
		rows = append(rows, linkedRow{PageID: id, AuditID: auditID, Linking: packIDs(linking)})
	}
	return rows
}

// packIDs writes ascending ids as the table has them.
func packIDs(ids []int64) []byte {
	packed, last := []byte{}, int64(0)
	for _, id := range ids {
		packed = binary.AppendUvarint(packed, uint64(id-last)) //nolint:gosec // ascending
		last = id
	}
	return packed
}

// unpackIDs reads what packIDs wrote, as far as it is that.
func unpackIDs(packed []byte) (ids []int64) {
	last := int64(0)
	for len(packed) > 0 {
		step, size := binary.Uvarint(packed)
		if size <= 0 || step == 0 || step > math.MaxInt64-uint64(last) { //nolint:gosec // never negative
			return ids
		}
		packed, last = packed[size:], last+int64(step) //nolint:gosec // bounded
		ids = append(ids, last)
	}
	return ids
}

func insertLinked(ctx context.Context, tx bun.Tx, rows []linkedRow) error {
	for part := range slices.Chunk(rows, chunk) {
		if _, err := tx.NewInsert().Model(&part).Returning("NULL").Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

const (
	// maxStateRead bounds the states from which one list of links takes its texts and its
	// links, in bytes: a page of 10,000 long links has more.
	maxStateRead = 16 << 20
	linksList    = "links" // names the list in cursors
)

// Links returns one part of the links that lead to a page, or on from it. Its count is nil
// when they are not known.
func (s *Store) Links(ctx context.Context, id int64, q shared.LinkQuery) (shared.LinkList, error) {
	what := fmt.Sprintf("links %d", id)
	after, err := decodeCursor(linksList, q.Cursor)
	if err != nil {
		return shared.LinkList{}, fmt.Errorf("store: %s: %w", what, err)
	}
	limit := limitOr(q.Limit, shared.ListLimitDefault, shared.ListLimitMax)
	list := shared.LinkList{Links: []shared.Link{}}
	if q.To != "" {
		err = s.linksTo(ctx, what, id, sanitise(q.To), after, limit, &list)
	} else {
		err = s.linksFrom(ctx, what, id, sanitise(q.From), after, limit, &list)
	}
	if err == nil && list.Count == nil {
		err = s.exists(ctx, what, id)
	}
	if err != nil {
		return shared.LinkList{}, err
	}
	return list, nil
}

// linksTo fills in the pages that lead to one, those whose id is above after.
func (s *Store) linksTo(
	ctx context.Context, what string, audit int64, address string, after int64, limit int, list *shared.LinkList,
) error {
	rows, err := readRows[linkedRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Join("JOIN pages AS p ON p.id = l.page_id").Where("p.audit_id = ? AND p.url = ?", audit, address)
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	ids := unpackIDs(rows[0].Linking)
	count := len(ids)
	list.Count = &count
	first, _ := slices.BinarySearch(ids, after+1)
	ids = ids[first:]
	if len(ids) > limit {
		ids = ids[:limit]
		list.NextCursor = encodeCursor(linksList, ids[limit-1])
	}
	if len(ids) == 0 {
		return nil
	}
	pages, err := readRows[pageRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Column("id", "url", "status", "state").
			Where("p.audit_id = ? AND p.id IN (?)", audit, bun.List(ids)).Order("p.id")
	})
	room := maxStateRead
	for i := range pages {
		p := &pages[i]
		links, size, _ := work.LinksOf(p.State, room) // without them a link has no text
		room -= size
		list.Links = append(list.Links, shared.Link{
			URL: sanitise(p.URL), Text: sanitise(links.TextTo(address)), Fetched: true, Status: p.Status,
		})
	}
	return err
}

// linksFrom fills in where a page leads, but for the first few.
func (s *Store) linksFrom(
	ctx context.Context, what string, audit int64, address string, few int64, limit int, list *shared.LinkList,
) error {
	rows, err := readRows[pageRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Column("id", "state").Where("p.audit_id = ? AND p.url = ?", audit, address)
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	links, _, err := work.LinksOf(rows[0].State, maxStateRead)
	if err != nil {
		return nil //nolint:nilerr // of a version that we do not read: nothing is known
	}
	all := links.All()
	count := len(all)
	list.Count = &count
	all = all[min(few, int64(count)):]
	if len(all) > limit {
		all = all[:limit]
		list.NextCursor = encodeCursor(linksList, few+int64(limit))
	}
	return s.addTargets(ctx, what, audit, all, list)
}

// addTargets adds links with how the audit found where they lead.
func (s *Store) addTargets(
	ctx context.Context, what string, audit int64, links []work.TextLink, list *shared.LinkList,
) error {
	if len(links) == 0 {
		return nil
	}
	urls := make([]string, len(links))
	for i, l := range links {
		urls[i] = sanitise(l.URL)
	}
	pages, err := readRows[pageRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Column("id", "url", "status").Where("p.audit_id = ? AND p.url IN (?)", audit, bun.List(urls))
	})
	status := make(map[string]int, len(pages))
	for i := range pages {
		status[pages[i].URL] = pages[i].Status
	}
	for i, l := range links {
		code, fetched := status[urls[i]]
		list.Links = append(list.Links, shared.Link{
			URL: cutBytes(urls[i], shared.MaxURL), Text: sanitise(l.Text), Fetched: fetched, Status: code,
		})
	}
	return err
}
