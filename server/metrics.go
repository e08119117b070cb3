package main

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// metrics is the registry behind /metrics. The parts register their own; here
// are the process's and the database's.
type metrics struct {
	*prometheus.Registry
	queries     *prometheus.HistogramVec
	scheduled   *prometheus.CounterVec
	regressions prometheus.Counter
	deliveries  *prometheus.CounterVec
	stories     clientStories
}

// newMetrics takes the certificate in use; nil for none.
func newMetrics(cert *certificate) *metrics {
	m := &metrics{
		Registry: prometheus.NewRegistry(),
		queries: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "atalaya_query_seconds",
			Help:    "Time of database queries, by operation and result.",
			Buckets: []float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 5},
		}, []string{"operation", "result"}),
		scheduled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "atalaya_scheduled_audits_total",
			Help: "Audits of schedules that were due and that this server started (started) or could not (missed).",
		}, []string{"outcome"}),
		regressions: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "atalaya_regressions_total",
			Help: "Audits that this server saw end worse than the audit of their site before: " +
				"a score lower by 5 points or more errors.",
		}),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "atalaya_delivery_tries_total",
			Help: "Tries of this server to send a message to a webhook: delivered, to be tried again (pending), " +
				"or given up (failed).",
		}, []string{"outcome"}),
	}
	for _, state := range []shared.DeliveryState{shared.DeliveryDelivered, shared.DeliveryPending, shared.DeliveryFailed} {
		m.deliveries.WithLabelValues(string(state)) // all are there from the start
	}
	m.stories = newClientStories(m.Registry)
	m.schedules(0, 0) // both are there from the start
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "atalaya_build_info", Help: "Always 1; the label names the build.",
		ConstLabels: prometheus.Labels{"version": version()},
	}, func() float64 { return 1 })
	for _, operation := range operations {
		for _, result := range []string{"ok", "error"} {
			m.queries.WithLabelValues(operation, result) // all are there from the start
		}
	}
	if cert != nil {
		m.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "atalaya_tls_certificate_expiry_timestamp_seconds",
			Help: "When the certificate in use expires, Unix time. Only with --tls-cert.",
		}, func() float64 { return float64(cert.expires().Unix()) }))
	}
	m.MustRegister(m.queries, m.scheduled, m.regressions, m.deliveries, build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// operations are the values of the queries' label; the last one is for what
// migrations do.
var operations = []string{"SELECT", "INSERT", "UPDATE", "DELETE", "BEGIN", "COMMIT", "ROLLBACK", "other"}

// query is store's observer.
func (m *metrics) query(operation string, d time.Duration, err error) {
	if !slices.Contains(operations, operation) {
		operation = operations[len(operations)-1]
	}
	result := "ok"
	if err != nil {
		result = "error"
	}
	m.queries.WithLabelValues(operation, result).Observe(d.Seconds())
}

// schedules counts what became of audits that were due.
func (m *metrics) schedules(started, missed int) {
	m.scheduled.WithLabelValues("started").Add(float64(started))
	m.scheduled.WithLabelValues("missed").Add(float64(missed))
}

// delivery counts what became of a try to send a message.
func (m *metrics) delivery(o work.Outcome) { m.deliveries.WithLabelValues(string(o.State)).Inc() }

func (m *metrics) pools(pools []store.Pool) {
	for _, p := range pools {
		m.MustRegister(collectors.NewDBStatsCollector(p.DB, p.Name))
	}
}

// audits counts, at each scrape, the audits that have not ended.
func (m *metrics) audits(count func(context.Context) (shared.AuditCounts, error)) {
	m.MustRegister(auditCollector{count, prometheus.NewDesc("atalaya_audits",
		"Audits that wait for a worker (waiting) or have one (running), in the whole database. "+
			"Absent while the database cannot be read.", []string{"state"}, nil)})
}

// auditCollector asks the database when it is asked.
type auditCollector struct {
	count func(context.Context) (shared.AuditCounts, error)
	desc  *prometheus.Desc
}

// scrapeWithin keeps a scrape from waiting for a database that does not answer.
const scrapeWithin = time.Second

func (c auditCollector) Describe(to chan<- *prometheus.Desc) { to <- c.desc }

func (c auditCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	counts, err := c.count(ctx)
	if err != nil {
		return // the other metrics say that the database is down
	}
	to <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(counts.Waiting), "waiting")
	to <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(counts.Running), "running")
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{Registry: m.Registry, EnableOpenMetrics: true})
}
