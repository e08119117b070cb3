package crawl

import (
	"index/suffixarray"
	"math/bits"
	"strings"
)

// robotsMatcher compares one path with many patterns. A file may hold 15,000 rules
// with wildcards, and every one of them could look through the whole path: after the
// first few the path is indexed, so that each pattern costs no more than its length.
type robotsMatcher struct {
	path    string
	scanned int // bytes of the path looked through without an index
	pairs   *[1 << 10]uint64
	index   *suffixarray.Index
	places  map[string]bitset
	ops     int // what all of it cost, in bytes looked at
}

// maxScans is how often the path is looked through before it is indexed.
const maxScans = 32

// matches takes the leftmost place for every part but the last: if that fails no
// other choice succeeds.
func (m *robotsMatcher) matches(p *pattern) bool {
	m.ops += len(p.parts[0]) + 1
	if !strings.HasPrefix(m.path, p.parts[0]) {
		return false
	}
	at := len(p.parts[0])
	last := len(p.parts) - 1
	if last == 0 {
		return !p.end || at == len(m.path)
	}
	for _, part := range p.parts[1:last] {
		i := m.find(part, at)
		if i < 0 {
			return false
		}
		at = i + len(part)
	}
	if p.end {
		m.ops += len(p.parts[last])
		return strings.HasSuffix(m.path[at:], p.parts[last])
	}
	return m.find(p.parts[last], at) >= 0
}

// find returns the first place of part from byte at on, or -1.
func (m *robotsMatcher) find(part string, at int) int {
	if part == "" {
		return at
	}
	if m.scanned < maxScans*len(m.path) {
		m.scanned += len(m.path) - at
		m.ops += len(m.path) - at
		if i := strings.Index(m.path[at:], part); i >= 0 {
			return at + i
		}
		return -1
	}
	m.ops += len(part)
	if !m.mayHold(part) {
		return -1
	}
	places, known := m.places[part]
	if !known {
		places = m.allPlaces(part)
	}
	i := places.next(at)
	if i >= 0 {
		m.ops += (i - at) / 64
	} else {
		m.ops += len(places) - min(len(places), at/64)
	}
	return i
}

// mayHold reports whether every two neighbours of part are neighbours in the path,
// which most patterns fail at once.
func (m *robotsMatcher) mayHold(part string) bool {
	if m.pairs == nil {
		m.pairs = new([1 << 10]uint64)
		m.ops += len(m.path) + len(m.pairs)
		for i := 1; i < len(m.path); i++ {
			n := uint(m.path[i-1])<<8 | uint(m.path[i])
			m.pairs[n>>6] |= 1 << (n & 63)
		}
	}
	for i := 1; i < len(part); i++ {
		if n := uint(part[i-1])<<8 | uint(part[i]); m.pairs[n>>6]&(1<<(n&63)) == 0 {
			return false
		}
	}
	return true
}

// allPlaces finds part everywhere in the path, once for all patterns that have it.
func (m *robotsMatcher) allPlaces(part string) bitset {
	if m.index == nil {
		m.index, m.places = suffixarray.New([]byte(m.path)), map[string]bitset{}
		m.ops += len(m.path)
	}
	found := m.index.Lookup([]byte(part), -1)
	m.ops += len(found) + len(part)*bits.Len(uint(len(m.path)))
	var places bitset
	if len(found) > 0 {
		places = make(bitset, len(m.path)/64+1)
		for _, i := range found {
			places[i>>6] |= 1 << (i & 63)
		}
	}
	m.places[part] = places
	return places
}

// bitset is a set of small numbers.
type bitset []uint64

// next returns the smallest member from at on, or -1.
func (b bitset) next(at int) int {
	for i := at >> 6; i < len(b); i++ {
		word := b[i]
		if i == at>>6 {
			word &= ^uint64(0) << (at & 63)
		}
		if word != 0 {
			return i<<6 + bits.TrailingZeros64(word)
		}
	}
	return -1
}
