package main

import (
	"math/rand/v2"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"atalaya/server/internal/access"
	"atalaya/server/internal/api"
	"atalaya/shared"
)

// clientStories are the metrics of how browsers fare with their streams, as they tell it.
type clientStories struct {
	visits     prometheus.Counter
	useful     prometheus.Histogram
	reconnects prometheus.Counter
	stalls     prometheus.Counter
	fallbacks  *prometheus.CounterVec
}

func newClientStories(registry prometheus.Registerer) clientStories {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help + ", as browsers tell it."})
	}
	c := clientStories{
		visits: counter("atalaya_client_visits_total", "Visits: from the opening of a page of the app to its end"),
		useful: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "atalaya_client_useful_stream_seconds",
			Help:    "Time from the opening of a page to the first stream that brought something, as browsers tell it.",
			Buckets: []float64{.1, .25, .5, 1, 2, 5, 10, 30, 60, 300},
		}),
		reconnects: counter("atalaya_client_reconnects_total", "Lost streams that came back"),
		stalls:     counter("atalaya_client_stalls_total", "Streams that stood open and were silent for too long"),
		fallbacks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "atalaya_client_fallbacks_total",
			Help: "Visits that turned to polling, by the first cause, as browsers tell it.",
		}, []string{"cause"}),
	}
	for _, cause := range causes {
		c.fallbacks.WithLabelValues(cause) // all are there from the start
	}
	registry.MustRegister(c.visits, c.useful, c.reconnects, c.stalls, c.fallbacks)
	return c
}

// causes are the values of the fallbacks' label: the reasons of package live, and the last one
// for whatever else a browser sends.
var causes = []string{"lost", "unavailable", "blocked", "missing", "other"}

// take adds a visit to the sums.
func (c clientStories) take(told shared.ClientStory) {
	c.visits.Inc()
	c.reconnects.Add(float64(told.Reconnects))
	c.stalls.Add(float64(told.Stalls))
	if told.UsefulAfterMS != nil {
		c.useful.Observe(float64(*told.UsefulAfterMS) / 1000)
	}
	if told.Fallback == nil {
		return
	}
	cause := *told.Fallback
	if !slices.Contains(causes, cause) {
		cause = causes[len(causes)-1]
	}
	c.fallbacks.WithLabelValues(cause).Inc()
}

// takeStory has a visit counted, for an address that has not told too many.
func takeStory(quota *access.Stories, into clientStories) func(*http.Request, shared.ClientStory) error {
	return func(r *http.Request, told shared.ClientStory) error {
		if left, full := quota.Count(r); full {
			return &api.Error{
				Code:       shared.CodeStoryLimited,
				Detail:     "Your address has told as many stories as one may in an hour.",
				RetryAfter: left + rand.N(hourRetry),
			}
		}
		into.take(told)
		return nil
	}
}
