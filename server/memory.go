package main

import (
	"bytes"
	"log/slog"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// memoryShare is how much of the memory there is the heap may take before the
// collector works harder, in percent. The rest is for stacks, the database's pages and
// the kernel.
const memoryShare = 80

// limitMemory has the collector work harder before the kernel has to end the process:
// the limit is a share of what the container allows, or of what the machine has, which it
// returns. An operator who sets GOMEMLIMIT decides alone. Where neither is known, nothing
// changes.
func limitMemory(getenv func(string) string, log *slog.Logger) (available int64) {
	if getenv("GOMEMLIMIT") != "" {
		return 0
	}
	available = availableMemory(func(name string) []byte {
		text, _ := os.ReadFile(name) // what is not there sets no limit
		return text
	})
	if available == 0 {
		return 0
	}
	limit := available / 100 * memoryShare
	debug.SetMemoryLimit(limit)
	log.Debug("memory limit", "available", available, "limit", limit)
	return available
}

// availableMemory is the least of the limits of cgroup v2, cgroup v1 and the machine,
// in bytes; 0 when none can be read.
func availableMemory(read func(name string) []byte) int64 {
	least := int64(math.MaxInt64)
	for _, name := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		// "max" and numbers beyond the machine mean no limit.
		if n, err := strconv.ParseInt(strings.TrimSpace(string(read(name))), 10, 64); err == nil && n > 0 {
			least = min(least, n)
		}
	}
	for line := range bytes.Lines(read("/proc/meminfo")) {
		fields := strings.Fields(string(line))
		if len(fields) == 3 && fields[0] == "MemTotal:" && fields[2] == "kB" {
			if n, err := strconv.ParseInt(fields[1], 10, 64); err == nil && n > 0 && n < math.MaxInt64>>10 {
				least = min(least, n<<10)
			}
		}
	}
	if least == math.MaxInt64 {
		return 0
	}
	return least
}

// The bounds of the reserve of an audit without a server. More would not be used again while
// the processor still has it at hand, and of a small machine it is one part in reserveShare.
const (
	maxReserve   = 16 << 20
	reserveShare = 64
)

// reserveOf is the size of a piece of memory that is never touched, so that it takes none. It
// counts as a part of the heap all the same, and the collector, which waits until a heap has
// doubled, leaves that much more to be used: below a heap of some megabytes, as that of one
// audit, it would run every few pages.
func reserveOf(available int64) int64 { return min(available/reserveShare, maxReserve) }
