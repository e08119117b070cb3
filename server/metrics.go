package main

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"atalaya/server/internal/store"
)

// metrics is the registry behind /metrics. The parts register their own; here
// are the process's and the database's.
type metrics struct {
	*prometheus.Registry
	queries *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		Registry: prometheus.NewRegistry(),
		queries: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "atalaya_query_seconds",
			Help:    "Time of database queries, by operation and result.",
			Buckets: []float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 5},
		}, []string{"operation", "result"}),
	}
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "atalaya_build_info", Help: "Always 1; the label names the build.",
		ConstLabels: prometheus.Labels{"version": version()},
	}, func() float64 { return 1 })
	m.MustRegister(m.queries, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// query is store's observer. Operations are few, so that the label stays small;
// what migrations do is "other".
func (m *metrics) query(operation string, d time.Duration, err error) {
	switch operation {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "BEGIN", "COMMIT", "ROLLBACK":
	default:
		operation = "other"
	}
	result := "ok"
	if err != nil {
		result = "error"
	}
	m.queries.WithLabelValues(operation, result).Observe(d.Seconds())
}

func (m *metrics) pools(pools []store.Pool) {
	for _, p := range pools {
		m.MustRegister(collectors.NewDBStatsCollector(p.DB, p.Name))
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{Registry: m.Registry})
}
