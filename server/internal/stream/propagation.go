package stream

import (
	"math/bits"
	"time"
)

// Propagation is the time from a change of a row to its subscribers. It
// begins at the row's updated_at, which the database's clock gives in
// milliseconds when the row is written: a transaction that commits late shows in
// it. It ends on this server's clock, twice: when a sweep publishes the frame,
// measured once for each changed row, and when a stream's bytes have been handed
// to the kernel (to net/http's own buffers over HTTP/2), measured for a sample.
// What lies between the two is encoding and fan-out. A snapshot shows how old a
// row is and nothing else, and is left out.
//
// The two clocks may differ, and the difference is in every figure. Where the
// database's is ahead, what would be negative counts as 0; for the rest keep the
// clocks together, or read the difference of the two ends, which has none.

// sampled is about how many flushes of one frame are measured: all for up to 15
// subscribers, 8 to 16 up to 4,000, and one in 256 above. So many
// subscribers cost a few observations, whatever their number, and do not contend
// for a shared counter.
const sampled = 16

// sample picks from the subscribers of a topic those whose ordinal has none of its bits
// set.
type sample uint8

func sampleOf(subscribers int) sample {
	return sample(1<<min(bits.Len(uint(subscribers/sampled)), 8) - 1)
}

// hits rotates with serial, so that a subscriber's own slowness does not stay in the
// figures, or out of them.
func (s sample) hits(ordinal uint8, serial uint64) bool { return (ordinal+uint8(serial))&uint8(s) == 0 }

// probe is the updated_at of a frame that was taken and has not left yet: Unix
// time in probeUnits, cut to 32 bits because there is one in every stream; 0 for
// none.
type probe uint32

const probeUnit = time.Millisecond / 16

func probeAt(t time.Time) probe { return probe(t.UnixNano() / int64(probeUnit)) }

func probeOf(f *frame) probe { return max(probeAt(f.progress.UpdatedAt.Time), 1) }

func (p *probe) flushed(m *metrics) {
	if *p == 0 {
		return
	}
	took := time.Duration(int32(probeAt(time.Now())-*p)) * probeUnit // right for a day either way
	m.flushedAfter.Observe(max(took, 0).Seconds())
	*p = 0
}

// published measures frames that are about to be published.
func (m *metrics) published(frames []*frame) {
	now := time.Now()
	for _, f := range frames {
		m.publishedAfter.Observe(max(now.Sub(f.progress.UpdatedAt.Time), 0).Seconds())
	}
}
