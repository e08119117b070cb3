package stream

import (
	"context"
	"fmt"
	"testing"

	"atalaya/shared"
)

// One progress event of a running audit, as its own stream gets it.
func BenchmarkEncode(b *testing.B) {
	p := running(7, 42)
	b.ReportAllocs()
	for b.Loop() {
		newFrame(p).bytes(withID)
	}
}

// One change of an audit until every subscriber has taken its frame: all of a
// fan-out but the sockets.
func BenchmarkPublish(b *testing.B) {
	for _, n := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			h := testHub()
			subscribers := make([]*auditSubscriber, n)
			for i := range subscribers {
				subscribers[i] = h.attended([]int64{7}, withID)
			}
			blocks := make([][]byte, 0, 1)
			revision := int64(0)
			b.ReportAllocs()
			for b.Loop() {
				revision++
				h.publish([]*frame{frameOf(7, revision)})
				for _, a := range subscribers {
					<-a.slot()
					a.take(blocks)
				}
			}
		})
	}
}

// One sweep that brings a number of changed audits, each with a subscriber. The
// query is not in it: the rows are there.
func BenchmarkSweep(b *testing.B) {
	for _, n := range []int{1, 100, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			h := testHub()
			rows := make(changedRows, n)
			subscribers := make([]*auditSubscriber, n)
			for i := range rows {
				rows[i] = running(int64(i+1), 1)
				subscribers[i] = h.attended([]int64{rows[i].AuditID}, withID)
			}
			r := newRelay(h.env, rows, h.feed.C(), h)
			blocks := make([][]byte, 0, 1)
			b.ReportAllocs()
			for b.Loop() {
				if err := r.sweep(b.Context()); err != nil {
					b.Fatal(err)
				}
				for _, a := range subscribers {
					<-a.slot()
					if got, _ := a.take(blocks); len(got) != 1 {
						b.Fatal("a changed audit was not published")
					}
				}
			}
		})
	}
}

// changedRows is a Reader by which every row has changed again.
type changedRows []shared.AuditProgress

func (rows changedRows) Changes(context.Context, string) (Changes, error) {
	for i := range rows {
		rows[i].Revision++
	}
	return Changes{Changed: rows, Next: "next"}, nil
}

func (rows changedRows) ProgressOf(context.Context, []int64) ([]shared.AuditProgress, error) {
	return rows, nil
}

func (rows changedRows) Newest(context.Context, int) ([]shared.AuditProgress, error) {
	return rows, nil
}
