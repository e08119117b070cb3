package stream

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"atalaya/server/internal/feed"
	"atalaya/shared"
)

// The label values of a stream's end that are not end events.
const (
	endClientGone    = "client_gone"    // the peer closed, or its connection failed
	endWriteDeadline = "write_deadline" // the peer did not take what was sent in time
)

// The closed sets of label values, so that every series exists from the start: a
// rate over a counter that appears with its first event misses that event.
//
// A stream ends for one of ends. That the server is full or the database down
// is not among them, for neither ends a stream; they are rejections, whose
// reasons are the problem codes that the client reads.
var (
	ends = []string{
		string(shared.EndFinished), string(shared.EndDeleted), string(shared.EndMaxAge), string(shared.EndDrain),
		string(shared.EndUnauthorized), endClientGone, endWriteDeadline,
	}
	faults     = []string{endWriteDeadline, faultSweep}
	rejections = []string{
		string(shared.CodeBadID), string(shared.CodeBadQuery), string(shared.CodeNotFound), string(shared.CodeTooManyStreams),
		string(shared.CodeOverloaded), string(shared.CodeDescriptors), string(shared.CodeDraining),
		string(shared.CodeUnavailable), string(shared.CodeUnauthorized), string(shared.CodeInternal), notAdmitted,
	}
)

const (
	faultSweep  = "sweep"        // a sweep failed
	notAdmitted = "not_admitted" // Config.Admit said so, and did not give a Refusal
)

// metrics are the figures of package stream. Label values come from fixed sets,
// and nothing is labelled by audit or address.
type metrics struct {
	to                           promauto.Factory
	sse, poll                    prometheus.Gauge
	writers                      map[Writer]prometheus.Gauge
	duration                     *prometheus.HistogramVec
	errors, rejected             *prometheus.CounterVec
	progress, heartbeats, ended  prometheus.Counter
	sweepSeconds, sweepRows      prometheus.Histogram
	conflated                    prometheus.Counter
	publishedAfter, flushedAfter prometheus.Observer
}

func newMetrics(to prometheus.Registerer) *metrics {
	m := &metrics{to: promauto.With(to)}
	m.aboutStreams()
	m.aboutSweeps()
	return m
}

func (m *metrics) aboutStreams() {
	streams := m.to.NewGaugeVec(prometheus.GaugeOpts{
		Name: "atalaya_streams", Help: "Open streams (sse) and held polls (poll).",
	}, []string{"transport"})
	m.sse, m.poll = streams.WithLabelValues("sse"), streams.WithLabelValues("poll")
	writers := m.to.NewGaugeVec(prometheus.GaugeOpts{
		Name: "atalaya_stream_writers", Help: "Open streams by what carries them: epoll, conn or nethttp.",
	}, []string{"writer"})
	m.writers = map[Writer]prometheus.Gauge{}
	for _, w := range []Writer{WriterNetHTTP, WriterConn, WriterEpoll} {
		m.writers[w] = writers.WithLabelValues(string(w))
	}
	m.duration = m.to.NewHistogramVec(prometheus.HistogramOpts{
		Name: "atalaya_stream_duration_seconds", Help: "Life of streams by why they ended.",
		Buckets: []float64{.1, 1, 5, 15, 30, 60, 120, 300, 540, 600},
	}, []string{"reason"})
	for _, reason := range ends {
		m.duration.WithLabelValues(reason)
	}
	m.errors = m.counters("atalaya_stream_errors_total",
		"Streams ended because their peer took nothing (write_deadline), and sweeps that failed (sweep).", faults)
	m.rejected = m.counters("atalaya_stream_rejections_total",
		"Requests for a stream or for progress that were answered with a problem, by its code.", rejections)
	frames := m.to.NewCounterVec(prometheus.CounterOpts{
		Name: "atalaya_stream_frames_total", Help: "Frames written to streams.",
	}, []string{"event"})
	m.progress = frames.WithLabelValues("progress")
	m.heartbeats = frames.WithLabelValues("heartbeat")
	m.ended = frames.WithLabelValues("end")
	m.conflated = m.to.NewCounter(prometheus.CounterOpts{
		Name: "atalaya_stream_conflated_total", Help: "Frames replaced by a newer one before a subscriber took them.",
	})
}

func (m *metrics) counters(name, help string, reasons []string) *prometheus.CounterVec {
	v := m.to.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"reason"})
	for _, reason := range reasons {
		v.WithLabelValues(reason)
	}
	return v
}

func (m *metrics) aboutSweeps() {
	m.sweepSeconds = m.to.NewHistogram(prometheus.HistogramOpts{
		Name: "atalaya_sweep_seconds", Help: "Time of one sweep query.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2},
	})
	m.sweepRows = m.to.NewHistogram(prometheus.HistogramOpts{
		Name: "atalaya_sweep_rows", Help: "Rows returned by one sweep query.",
		Buckets: []float64{0, 1, 2, 5, 10, 50, 100, 500, 1000, 5000},
	})
	propagation := m.to.NewHistogramVec(prometheus.HistogramOpts{
		Name: "atalaya_propagation_seconds",
		Help: "From a row's updated_at on the database's clock to its frame being published (every change) " +
			"and flushed to a stream (a sample), on the server's; 0 where that would be negative.",
		Buckets: []float64{.001, .002, .005, .01, .02, .04, .06, .08, .1, .2, .5, 1, 2, 5, 10, 30},
	}, []string{"until"})
	m.publishedAfter, m.flushedAfter = propagation.WithLabelValues("published"), propagation.WithLabelValues("flushed")
}

// watch adds what is read when it is asked for.
func (m *metrics) watch(e *env, f *feed.Feed) {
	for _, source := range feed.Sources {
		m.to.NewCounterFunc(prometheus.CounterOpts{
			Name: "atalaya_wakeups_total", Help: "Wake-ups by source, those that were merged with others included.",
			ConstLabels: prometheus.Labels{"source": source.String()},
		}, func() float64 { return float64(f.Wakeups(source)) })
	}
	m.to.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "atalaya_sweep_success_timestamp_seconds",
		Help: "When the last sweep that succeeded began, Unix time; 0 before the first. " +
			"It stands still while nobody is subscribed.",
	}, func() float64 {
		confirmed := e.freshness.confirmed()
		if confirmed == never {
			return 0
		}
		return float64(e.timeOf(confirmed).UnixNano()) / 1e9
	})
	m.to.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "atalaya_stream_limit", Help: "The bound on open streams and held polls together (--max-streams); 0 for none.",
	}, func() float64 { return float64(e.cfg.MaxStreams) })
}

// streamEnded counts a stream. The id of its request leads from a bucket to its log lines
// (an OpenMetrics exemplar).
func (m *metrics) streamEnded(reason string, life time.Duration, requestID string) {
	of := m.duration.WithLabelValues(reason)
	if e, ok := of.(prometheus.ExemplarObserver); ok && requestID != "" {
		e.ObserveWithExemplar(life.Seconds(), prometheus.Labels{"request_id": requestID})
	} else {
		of.Observe(life.Seconds())
	}
	if reason == endWriteDeadline {
		m.errors.WithLabelValues(reason).Inc()
	}
}
