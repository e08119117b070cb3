package kept

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"atalaya/app/internal/idb"
)

var errBroken = errors.New("the database is broken")

// memory is a database with room for so many bytes; 0 means without bound.
type memory struct {
	mu        sync.Mutex
	entries   map[string]Entry
	parts     map[string]string
	room      int
	err       error // answers everything
	writes    []string
	persisted int
	lists     []string // that were asked for
	listBytes int      // how much those of a report are
}

func (m *memory) Entries(context.Context) (all []Entry, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.entries {
		all = append(all, e)
	}
	return all, m.err
}

func (m *memory) Part(_ context.Context, key, part string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if data, ok := m.parts[key+"/"+part]; ok && m.err == nil {
		return []byte(data), nil
	}
	return nil, m.err
}

func (m *memory) Put(_ context.Context, e Entry, part string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	used := len(data)
	for name, other := range m.parts {
		if name != e.Key+"/"+part {
			used += len(other)
		}
	}
	switch {
	case m.err != nil:
		return m.err
	case m.room > 0 && used > m.room:
		return idb.ErrFull
	}
	m.entries[e.Key] = e
	if part != "" {
		m.parts[e.Key+"/"+part] = string(data)
		m.writes = append(m.writes, e.Key+"/"+part)
	}
	return nil
}

func (m *memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, key)
	delete(m.entries, key+listsUnder)
	for name := range m.parts {
		if strings.HasPrefix(name, key+"/") {
			delete(m.parts, name)
		}
	}
	return m.err
}

func (m *memory) Clear(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.entries)
	clear(m.parts)
	return m.err
}

func (m *memory) Persist() { m.persisted++ }

func (m *memory) KeepLists(ctx context.Context, key, path string, revision int64) {
	m.lists = append(m.lists, fmt.Sprintf("%s of %s@%d", key, path, revision))
	_ = m.Put(ctx, Entry{Key: key, Bytes: m.listBytes, Whole: true}, "pages.0", make([]byte, m.listBytes))
}

// values stands for localStorage.
type values map[string]string

func (v values) Get(key string) (string, bool) { value, ok := v[key]; return value, ok }

func (v values) Set(key, value string) error { v[key] = value; return nil }

func (v values) Remove(key string) { delete(v, key) }

func (v values) Keys() (keys []string) {
	for key := range v {
		keys = append(keys, key)
	}
	return keys
}
