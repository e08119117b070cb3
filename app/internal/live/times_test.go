package live

import (
	"testing"

	"atalaya/shared"
)

func TestTimes(t *testing.T) {
	if staleAfter <= shared.HeartbeatMax {
		t.Errorf("the watchdog (%v) would bite between two heartbeats of %v", staleAfter, shared.HeartbeatMax)
	}
	if got := backoffBound(99); got != backoffBounds[len(backoffBounds)-1] {
		t.Errorf("backoffBound(99) = %v", got)
	}
	if got := probeAfter(0); got != probeWaits[0] {
		t.Errorf("probeAfter(0) = %v", got)
	}
}
