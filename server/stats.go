package main

import (
	"context"
	"fmt"
	"time"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

// statsOf returns how this process is doing, for people without Prometheus: the
// figures of streams are those behind /metrics, and so say the same.
func statsOf(rows *store.Store, m *metrics, streamLimit int) func(context.Context) (shared.Stats, error) {
	began := time.Now()
	return func(ctx context.Context) (shared.Stats, error) {
		counts, err := rows.Counts(ctx)
		if err != nil {
			return shared.Stats{}, err
		}
		figures, err := m.byLabel(map[string]string{
			"atalaya_streams": "transport", "atalaya_stream_writers": "writer",
			"atalaya_stream_duration_seconds": "reason", "atalaya_stream_rejections_total": "reason",
		})
		if err != nil {
			return shared.Stats{}, err
		}
		return shared.Stats{
			Version: version(), StartedAt: shared.At(began), UptimeSeconds: int64(time.Since(began) / time.Second),
			Streams: shared.StreamStats{
				Limit:      int64(streamLimit),
				Transports: figures["atalaya_streams"],
				Writers:    figures["atalaya_stream_writers"],
				Ended:      figures["atalaya_stream_duration_seconds"],
				Rejected:   figures["atalaya_stream_rejections_total"],
			},
			Audits: counts,
		}, nil
	}
}

// byLabel reads metrics, each with the label to part it by. A histogram counts as often
// as it was observed.
func (m *metrics) byLabel(labels map[string]string) (map[string]map[string]int64, error) {
	families, err := m.Gather()
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	figures := map[string]map[string]int64{}
	for _, family := range families {
		name := family.GetName()
		label, wanted := labels[name]
		if !wanted {
			continue
		}
		figures[name] = map[string]int64{}
		for _, sample := range family.GetMetric() {
			value := int64(sample.GetGauge().GetValue()+sample.GetCounter().GetValue()) +
				int64(sample.GetHistogram().GetSampleCount())
			for _, pair := range sample.GetLabel() {
				if pair.GetName() == label {
					figures[name][pair.GetValue()] += value
				}
			}
		}
	}
	return figures, nil
}
