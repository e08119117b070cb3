package kept

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"atalaya/app/internal/idb"
	"atalaya/app/internal/live"
	"atalaya/shared"
)

const (
	keyList      = "list"
	prefixAudit  = "audit."
	prefixReport = "report."

	// maxCopies is how many audits are kept, and how many reports.
	maxCopies = 50
	// writeWithin bounds the time to keep one thing, with all that must make room for it.
	writeWithin = time.Minute
	// roomFactor is how many times its own bytes are given up for an entry at least before
	// it is left out. What a browser writes around them is little for a report, and about as
	// much as they are for an audit.
	roomFactor = 2
)

// Entry says what is kept under a key, without it.
type Entry struct {
	Key string `json:"key"`
	// SavedAt is when it was kept, and Used when it was kept or read last: reading an old
	// copy does not make it newer.
	SavedAt shared.Time `json:"saved_at"`
	Used    shared.Time `json:"used"`
	// Bytes is how much it is, with all its parts.
	Bytes int `json:"bytes"`
	// Whole is true for the lists of a report once all of them are kept.
	Whole bool `json:"whole,omitempty"`
}

// Database is what a [Store] needs of a browser. All tabs have the same.
type Database interface {
	Entries(ctx context.Context) ([]Entry, error)
	// Part is a part of an entry, or nil if there is none.
	Part(ctx context.Context, key, part string) ([]byte, error)
	// Put keeps an entry, and if part is not empty a part of it, in the place of those that
	// are there. The error is [idb.ErrFull] when that takes more room than there is.
	Put(ctx context.Context, e Entry, part string, data []byte) error
	// Delete drops an entry with its parts, and the lists of a report with it; Clear drops all.
	Delete(ctx context.Context, key string) error
	Clear(ctx context.Context) error
	// Persist asks the browser not to give up what is kept when it runs out of room.
	Persist()
	// KeepLists has the lists of a report, which are below path, kept under a key in the
	// background, unless those of this revision are there.
	KeepLists(ctx context.Context, key, path string, revision int64)
}

// Store keeps on this device what was seen last, for when the server cannot be asked.
type Store struct {
	database Database
	log      func(line string)
	now      func() time.Time
	// carried is closed once what an earlier version had kept elsewhere is here.
	carried chan struct{}

	mu sync.Mutex
	// seen holds the states that this tab has kept, and unwritten names those of them that
	// somebody is about to write.
	seen      map[live.Topic]live.Copy
	unwritten map[live.Topic]bool
	// forgets is true when the last thing was not kept, or could not be read, and told once
	// the console knows that there was such a thing.
	forgets, told bool

	writing sync.Mutex // held by who writes a state
}

// New makes a store. What of it does not work is told to log, once.
func New(d Database, log func(line string)) *Store {
	return &Store{
		database: d, log: log, now: time.Now, carried: make(chan struct{}),
		seen: map[live.Topic]live.Copy{}, unwritten: map[live.Topic]bool{},
	}
}

func keyOf(t live.Topic) string {
	if t.IsList() {
		return keyList
	}
	return prefixAudit + strconv.FormatInt(t.ID(), 10)
}

func reportKey(id int64) string { return prefixReport + strconv.FormatInt(id, 10) }

// SaveProgress implements [live.Keeper].
func (s *Store) SaveProgress(p shared.AuditProgress, at time.Time) {
	s.save(live.Audit(p.AuditID), live.Copy{Progress: &p, SavedAt: at})
}

// SaveList implements [live.Keeper].
func (s *Store) SaveList(audits []shared.AuditProgress, at time.Time) {
	s.save(live.List(), live.Copy{Audits: audits, SavedAt: at})
}

// save has the state of a topic written in the background, unless an older one still waits
// for that: then the newer is written in its place.
func (s *Store) save(t live.Topic, c live.Copy) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) > maxCopies && len(s.unwritten) == 0 {
		clear(s.seen)
	}
	s.seen[t] = c
	s.later(t)
}

// later has a state written in the background; mu is held.
func (s *Store) later(t live.Topic) {
	if !s.unwritten[t] {
		s.unwritten[t] = true
		go s.write(t)
	}
}

// Again keeps what this tab has seen so far once more, in the background: a database that
// refused takes it now.
func (s *Store) Again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgets = false
	for t := range s.seen {
		s.later(t)
	}
}

// write writes the newest state of a topic, one topic after the other.
func (s *Store) write(t live.Topic) {
	<-s.carried
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	c, ok := s.seen[t]
	delete(s.unwritten, t)
	s.mu.Unlock()
	if !ok { // cleared meanwhile
		return
	}
	state := any(c.Progress)
	if t.IsList() {
		state = shared.AuditList{Audits: c.Audits}
	}
	data, err := json.Marshal(state)
	if err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), writeWithin)
		defer cancel()
		err = s.put(ctx, Entry{Key: keyOf(t), SavedAt: shared.At(c.SavedAt), Bytes: len(data)}, wholePart, data)
	}
	s.tell(err)
}

// tell notes an error, if it is one, and tells the console of the first.
func (s *Store) tell(err error) {
	if err == nil {
		return
	}
	s.mu.Lock()
	first := !s.told
	s.forgets, s.told = true, true
	s.mu.Unlock()
	if first {
		s.log("Nothing is kept on this device: " + err.Error())
	}
}

// wholePart is the name of the only part of a state, and of the first of a report.
const wholePart = "whole"

// put writes a part of an entry, and gives up what was used least recently where there is
// too much, or no room. A browser may need a while to find the room that was given back, and
// of a device without any there is none to find: so no more is given up for an entry than it
// should ever take, and the rest stays.
func (s *Store) put(ctx context.Context, e Entry, part string, data []byte) error {
	entries, err := s.database.Entries(ctx)
	if err != nil {
		return err
	}
	if e.Used.IsZero() {
		e.Used = shared.At(s.now())
	}
	if err := s.dropSurplus(ctx, e.Key, entries); err != nil {
		return err
	}
	for given := 0; ; {
		err := s.database.Put(ctx, e, part, data)
		if err == nil {
			s.mu.Lock()
			s.forgets = false
			s.mu.Unlock()
		}
		if !errors.Is(err, idb.ErrFull) {
			return err
		}
		oldest := leastUsed(entries, "", e.Key)
		if oldest == nil || given > roomFactor*len(data) {
			return err
		}
		given += bytesOf(entries, oldest.Key)
		if err := s.drop(ctx, oldest); err != nil {
			return err
		}
	}
}

// dropSurplus makes room among the entries of its kind for a key, if it is a new one.
func (s *Store) dropSurplus(ctx context.Context, key string, entries []Entry) error {
	kind, _, counted := strings.Cut(key, ".")
	surplus := 1 - maxCopies
	for i := range entries {
		switch {
		case entries[i].Key == key:
			return nil
		case entries[i].is(kind + "."):
			surplus++
		}
	}
	for ; counted && surplus > 0; surplus-- {
		if err := s.drop(ctx, leastUsed(entries, kind+".", key)); err != nil {
			return err
		}
	}
	return nil
}

// drop gives up an entry, here and in what was read of the database.
func (s *Store) drop(ctx context.Context, e *Entry) error {
	key := e.Key
	*e = Entry{}
	return s.database.Delete(ctx, key)
}

// bytesOf is what an entry takes, with the lists of a report.
func bytesOf(entries []Entry, key string) (bytes int) {
	for i := range entries {
		if k := entries[i].Key; k == key || k == key+listsUnder {
			bytes += entries[i].Bytes
		}
	}
	return bytes
}

// leastUsed is the entry used least recently of a kind, but for one of them and for the list;
// nil when there is none.
func leastUsed(entries []Entry, kind, except string) (oldest *Entry) {
	for i := range entries {
		e := &entries[i]
		if e.Key == "" || e.Key == keyList || e.Key == except || !e.is(kind) {
			continue
		}
		if oldest == nil || e.Used.Before(oldest.Used.Time) {
			oldest = e
		}
	}
	return oldest
}

// Seen is what this tab itself has kept of a topic, or of an audit in the list, without a
// look at the device.
func (s *Store) Seen(t live.Topic) (live.Copy, bool) {
	if s == nil {
		return live.Copy{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.seen[t]; ok || t.IsList() {
		return c, ok
	}
	return pick(s.seen[live.List()], t.ID())
}

// Saved implements [live.Keeper]: it is the copy of a topic, or what the kept list says of an
// audit. Where no list was kept, the audits kept one by one make one, as old as the oldest of
// them.
func (s *Store) Saved(ctx context.Context, t live.Topic) (live.Copy, bool) {
	if c, ok := s.Seen(t); ok {
		return c, true
	}
	entries := s.entries(ctx)
	if c, ok := s.load(ctx, entries, t); ok {
		s.touch(ctx, entries, keyOf(t))
		return c, true
	}
	if t.IsList() {
		return s.listOfAudits(ctx, entries)
	}
	list, _ := s.load(ctx, entries, live.List())
	return pick(list, t.ID())
}

// entries are those of the device; none where it keeps none.
func (s *Store) entries(ctx context.Context) []Entry {
	if s == nil {
		return nil
	}
	select {
	case <-s.carried:
	case <-ctx.Done():
		return nil
	}
	entries, err := s.database.Entries(ctx)
	s.tell(err)
	return entries
}

// pick is the copy of an audit that a list has.
func pick(list live.Copy, id int64) (live.Copy, bool) {
	for i := range list.Audits {
		if p := &list.Audits[i]; p.AuditID == id {
			return live.Copy{Progress: p, SavedAt: list.SavedAt}, true
		}
	}
	return live.Copy{}, false
}

// load reads the copy of a topic. What cannot be read counts as absent.
func (s *Store) load(ctx context.Context, entries []Entry, t live.Topic) (live.Copy, bool) {
	e, data := s.read(ctx, entries, keyOf(t))
	if data == nil {
		return live.Copy{}, false
	}
	audits, err := live.ReadAnswer(t, data)
	c := live.Copy{SavedAt: e.SavedAt.Time}
	if t.IsList() {
		c.Audits = audits
	} else if err == nil {
		c.Progress = &audits[0]
	}
	return c, err == nil
}

// read reads the first part of the entry with a key; data is nil when there is none.
func (s *Store) read(ctx context.Context, entries []Entry, key string) (e Entry, data []byte) {
	for _, e = range entries {
		if e.Key == key {
			data, err := s.database.Part(ctx, key, wholePart)
			s.tell(err)
			return e, data
		}
	}
	return Entry{}, nil
}

// touch notes that an entry was used. Where it fails, the entry is merely given up sooner.
func (s *Store) touch(ctx context.Context, entries []Entry, key string) {
	for _, e := range entries {
		if e.Key == key {
			e.Used = shared.At(s.now())
			_ = s.database.Put(ctx, e, "", nil)
		}
	}
}

// listOfAudits is a list of the audits that were kept one by one, highest id first.
func (s *Store) listOfAudits(ctx context.Context, entries []Entry) (list live.Copy, ok bool) {
	for _, e := range entries {
		id, err := strconv.ParseInt(strings.TrimPrefix(e.Key, prefixAudit), 10, 64)
		if err != nil {
			continue
		}
		c, ok := s.load(ctx, entries, live.Audit(id))
		if !ok {
			continue
		}
		p := *c.Progress
		p.Activity = nil // lists carry no activity
		list.Audits = append(list.Audits, p)
		for i := len(list.Audits) - 1; i > 0 && list.Audits[i-1].AuditID < p.AuditID; i-- {
			list.Audits[i-1], list.Audits[i] = list.Audits[i], list.Audits[i-1]
		}
		if list.SavedAt.IsZero() || c.SavedAt.Before(list.SavedAt) {
			list.SavedAt = c.SavedAt
		}
	}
	return list, list.Audits != nil
}

// Usage is what a device keeps.
type Usage struct {
	Audits, Reports int
	// Bytes is what that takes.
	Bytes int
}

// Usage counts what is kept.
func (s *Store) Usage(ctx context.Context) (u Usage) {
	for _, e := range s.entries(ctx) {
		u.Bytes += e.Bytes
		switch {
		case strings.HasPrefix(e.Key, prefixAudit):
			u.Audits++
		case e.is(prefixReport):
			u.Reports++
		}
	}
	return u
}

// Forgets reports whether what was seen last is not kept, although all that could be given up
// for it was, or nothing can be read. It is over once something is kept again.
func (s *Store) Forgets() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.forgets
}

// Clear drops every copy. What a session follows is kept again with its next news.
func (s *Store) Clear(ctx context.Context) error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	clear(s.seen)
	s.mu.Unlock()
	err := s.database.Clear(ctx)
	s.tell(err)
	return err
}
