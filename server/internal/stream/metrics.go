package stream

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// The label values of a stream's end that are not end events.
const (
	endClientGone    = "client_gone"
	endWriteDeadline = "write_deadline"
)

// metrics are the figures of package stream. Label values come from fixed sets.
type metrics struct {
	sse, poll                   prometheus.Gauge
	writers                     map[Writer]prometheus.Gauge
	duration                    *prometheus.HistogramVec
	errors                      *prometheus.CounterVec
	progress, heartbeats, ended prometheus.Counter
	sweepSeconds, sweepRows     prometheus.Histogram
	conflated                   prometheus.Counter
}

func newMetrics(to prometheus.Registerer) *metrics {
	auto := promauto.With(to)
	streams := auto.NewGaugeVec(prometheus.GaugeOpts{
		Name: "atalaya_streams", Help: "Open streams (sse) and held polls (poll).",
	}, []string{"transport"})
	writers := auto.NewGaugeVec(prometheus.GaugeOpts{
		Name: "atalaya_stream_writers", Help: "Open streams by what carries them: epoll, conn or nethttp.",
	}, []string{"writer"})
	frames := auto.NewCounterVec(prometheus.CounterOpts{
		Name: "atalaya_stream_frames_total", Help: "Frames written to streams.",
	}, []string{"event"})
	return &metrics{
		sse:  streams.WithLabelValues("sse"),
		poll: streams.WithLabelValues("poll"),
		writers: map[Writer]prometheus.Gauge{
			WriterNetHTTP: writers.WithLabelValues(string(WriterNetHTTP)),
			WriterConn:    writers.WithLabelValues(string(WriterConn)),
			WriterEpoll:   writers.WithLabelValues(string(WriterEpoll)),
		},
		duration: auto.NewHistogramVec(prometheus.HistogramOpts{
			Name: "atalaya_stream_duration_seconds", Help: "Life of streams by why they ended.",
			Buckets: []float64{.1, 1, 5, 15, 30, 60, 120, 300, 540, 600},
		}, []string{"reason"}),
		errors: auto.NewCounterVec(prometheus.CounterOpts{
			Name: "atalaya_stream_errors_total", Help: "Refused requests, streams cut by the write deadline, failed sweeps.",
		}, []string{"reason"}),
		progress:   frames.WithLabelValues("progress"),
		heartbeats: frames.WithLabelValues("heartbeat"),
		ended:      frames.WithLabelValues("end"),
		sweepSeconds: auto.NewHistogram(prometheus.HistogramOpts{
			Name: "atalaya_sweep_seconds", Help: "Time of one sweep query.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2},
		}),
		sweepRows: auto.NewHistogram(prometheus.HistogramOpts{
			Name: "atalaya_sweep_rows", Help: "Rows returned by one sweep query.",
			Buckets: []float64{0, 1, 2, 5, 10, 50, 100, 500, 1000, 5000},
		}),
		conflated: auto.NewCounter(prometheus.CounterOpts{
			Name: "atalaya_stream_conflated_total", Help: "Frames replaced by a newer one before a subscriber took them.",
		}),
	}
}

func (m *metrics) streamEnded(reason string, life time.Duration) {
	m.duration.WithLabelValues(reason).Observe(life.Seconds())
	if reason == endWriteDeadline {
		m.errors.WithLabelValues(reason).Inc()
	}
}
