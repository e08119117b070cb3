package kept

import (
	"context"
	"encoding/json"
	"strings"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// oldPrefix begins the keys under which an earlier version kept things in localStorage. What
// follows is the key of the entry.
const oldPrefix = "atalaya.v1."

// oldCopy is what lies under such a key.
type oldCopy struct {
	SavedAt shared.Time     `json:"saved_at"`
	Used    shared.Time     `json:"used"`
	Data    json.RawMessage `json:"data"`
}

// carry brings here what an earlier version has kept, and removes it there. What is here
// already is newer, unless another tab still runs the earlier version. Nothing is lost where
// the database refuses: then it is tried again when the program starts the next time.
func (s *Store) carry(old live.KeyValue) {
	defer close(s.carried)
	if old == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeWithin)
	defer cancel()
	for _, name := range old.Keys() {
		key, ours := strings.CutPrefix(name, oldPrefix)
		if !ours {
			continue
		}
		value, _ := old.Get(name)
		var c oldCopy
		if json.Unmarshal([]byte(value), &c) == nil && !c.SavedAt.IsZero() && len(c.Data) > 0 {
			if err := s.carryOver(ctx, key, c); err != nil {
				s.tell(err)
				return
			}
		}
		old.Remove(name)
	}
}

// carryOver keeps one copy of an earlier version.
func (s *Store) carryOver(ctx context.Context, key string, c oldCopy) error {
	entries, err := s.database.Entries(ctx)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Key == key && !e.SavedAt.Before(c.SavedAt.Time) {
			return nil
		}
	}
	e := Entry{Key: key, SavedAt: c.SavedAt, Used: c.Used, Bytes: len(c.Data)}
	return s.put(ctx, e, wholePart, c.Data)
}
