package audit

import (
	"encoding/binary"
	"hash/maphash"
	"slices"

	"atalaya/server/internal/work"
)

// Bounds of a linkLog: 10,000 pages of 100 links each take some 2 MB.
const (
	maxLoggedBytes     = 8 << 20
	maxLoggedAddresses = 200_000 // as many as a frontier remembers
)

// linkLog remembers which pages lead to which addresses of the site. It keeps no addresses
// but their hashes, and of a link a byte or two: most links of a page come in the order in
// which they were on the page before.
type linkLog struct {
	seed    maphash.Seed
	numbers map[uint64]uint32 // of addresses, by their hashes
	pages   []string
	leads   [][]byte // of each page the numbers of where it leads, as differences
	bytes   int
	full    bool // a bound was reached, and all is forgotten
	buffer  []byte
}

func newLinkLog() linkLog { return linkLog{seed: maphash.MakeSeed(), numbers: map[uint64]uint32{}} }

// add notes where a page leads; links are distinct. A page that leads to itself is not among
// those that lead to it.
func (l *linkLog) add(page string, links []string) {
	if l.full {
		return
	}
	packed, last := l.buffer[:0], int64(0)
	for _, u := range links {
		if u == page {
			continue
		}
		n := int64(l.number(u))
		packed = binary.AppendVarint(packed, n-last)
		last = n
	}
	l.buffer = packed
	l.bytes += len(packed)
	if l.bytes > maxLoggedBytes || len(l.numbers) > maxLoggedAddresses {
		*l = linkLog{full: true}
		return
	}
	l.pages, l.leads = append(l.pages, page), append(l.leads, slices.Clone(packed))
}

// number gives each address one of its own.
func (l *linkLog) number(address string) uint32 {
	hash := maphash.String(l.seed, address)
	n, known := l.numbers[hash]
	if !known {
		n = uint32(len(l.numbers)) //nolint:gosec // bounded
		l.numbers[hash] = n
	}
	return n
}

// turned tells for each page which ones lead to it. It is empty when the bounds were reached:
// a part of the links would pass for all of them.
func (l *linkLog) turned() work.LinksIn {
	in := work.LinksIn{Pages: l.pages, From: make([][]int32, len(l.pages))}
	places := make([]int32, len(l.numbers)) // of pages in in.Pages, counted from 1
	for i, page := range l.pages {
		if n, known := l.numbers[maphash.String(l.seed, page)]; known {
			places[n] = int32(i) + 1 //nolint:gosec // bounded
		}
	}
	counts, total := make([]int, len(l.pages)), 0
	l.each(places, func(_, to int32) {
		counts[to]++
		total++
	})
	all := make([]int32, total)
	for i, n := range counts {
		in.From[i], all = all[:0:n], all[n:]
	}
	l.each(places, func(from, to int32) { in.From[to] = append(in.From[to], from) })
	return in
}

// each goes over the links from page to page, in the order in which they were added.
func (l *linkLog) each(places []int32, visit func(from, to int32)) {
	for from, packed := range l.leads {
		last := int64(0)
		for len(packed) > 0 {
			step, size := binary.Varint(packed)
			packed, last = packed[size:], last+step
			if to := places[last]; to > 0 {
				visit(int32(from), to-1) //nolint:gosec // bounded
			}
		}
	}
}
