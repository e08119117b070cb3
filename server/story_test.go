package main

import (
	"testing"

	"atalaya/shared"
)

// What browsers tell is added up, under names that they cannot choose.
func TestClientStories(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	for _, told := range []string{
		`{"useful_after_ms":340,"reconnects":2,"stalls":1,"fallback":null}`,
		`{"useful_after_ms":null,"reconnects":0,"stalls":0,"fallback":"blocked"}`,
		`{"useful_after_ms":60,"reconnects":1,"stalls":0,"fallback":"x\"} 1"}`,
		`{"fallback":"of a later release"}`,
	} {
		if status, body := p.request("POST", shared.PathStory, told); status != 204 {
			t.Fatalf("%s: %d %s", told, status, body)
		}
	}
	for _, want := range []struct {
		name, label string
		sum         float64
	}{
		{"visits_total", "", 4},
		{"useful_stream_seconds_count", "", 2},
		{"useful_stream_seconds_sum", "", 0.4},
		{"reconnects_total", "", 3},
		{"stalls_total", "", 1},
		{"fallbacks_total", `cause="blocked"`, 1},
		{"fallbacks_total", `cause="lost"`, 0},
		{"fallbacks_total", `cause="other"`, 2},
		{"fallbacks_total", "", 3},
	} {
		if got := p.metric("atalaya_client_"+want.name, want.label); got != want.sum {
			t.Errorf("%s %s: got %v, want %v", want.name, want.label, got, want.sum)
		}
	}
}
