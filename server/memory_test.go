package main

import (
	"log/slog"
	"math"
	"runtime/debug"
	"testing"
)

func TestAvailableMemoryIsTheLeastLimit(t *testing.T) {
	const meminfo = "MemTotal:       24000000 kB\nMemFree:         1000 kB\n"
	for name, test := range map[string]struct {
		v2, v1, machine string
		want            int64
	}{
		"a container's":         {"536870912\n", "", meminfo, 512 << 20},
		"an old container's":    {"", "1073741824\n", meminfo, 1 << 30},
		"no limit":              {"max\n", "9223372036854771712\n", meminfo, 24000000 << 10},
		"more than the machine": {"99999999999999\n", "", meminfo, 24000000 << 10},
		"nothing known":         {"", "", "", 0},
		"nonsense":              {"-1", "x", "MemTotal: 9223372036854775807 kB\nMemTotal:\n", 0},
	} {
		files := map[string]string{
			"/sys/fs/cgroup/memory.max":                   test.v2,
			"/sys/fs/cgroup/memory/memory.limit_in_bytes": test.v1,
			"/proc/meminfo":                               test.machine,
		}
		if got := availableMemory(func(name string) []byte { return []byte(files[name]) }); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
		}
	}
}

func TestReserveIsASmallPartOfTheMemory(t *testing.T) {
	for available, want := range map[int64]int64{0: 0, 128 << 20: 2 << 20, 1 << 30: 16 << 20, 64 << 30: 16 << 20} {
		if got := reserveOf(available); got != want {
			t.Errorf("of %d bytes %d are held, want %d", available, got, want)
		}
	}
}

func TestTheOperatorsMemoryLimitStands(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	debug.SetMemoryLimit(math.MaxInt64)
	limitMemory(func(string) string { return "1GiB" }, slog.New(slog.DiscardHandler))
	if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 {
		t.Errorf("GOMEMLIMIT is set, and the limit becomes %d", got)
	}
	limitMemory(func(string) string { return "" }, slog.New(slog.DiscardHandler))
	if got := debug.SetMemoryLimit(-1); got == math.MaxInt64 || got < 1<<20 {
		t.Errorf("on a machine with /proc the limit becomes %d", got)
	}
}
