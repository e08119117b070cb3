package audit

import (
	"fmt"
	"time"

	"atalaya/server/internal/work"
)

// bounds are what one attempt at an audit may take of a site, and of us.
type bounds struct {
	time  time.Duration // of fetching
	bytes int64         // of bodies, decoded; 0 means no bound
}

// lowered are the bounds of a job: a job can only have less than the server allows.
func (b bounds) lowered(job work.Job) bounds {
	if job.MaxTime > 0 {
		b.time = min(b.time, job.MaxTime)
	}
	if job.MaxBytes > 0 && (b.bytes == 0 || job.MaxBytes < b.bytes) {
		b.bytes = job.MaxBytes
	}
	return b
}

// countBytes adds to what the audit has read, and ends the fetching when that is more
// than it may read. Every fetcher of the run calls it.
func (r *run) countBytes(n int) {
	if read := r.read.Add(int64(n)); r.bounds.bytes > 0 && read > r.bounds.bytes {
		r.stopFetching(errBytesUp)
	}
}

// timeText writes a duration with a symbol that every language has.
func timeText(d time.Duration) string {
	if d >= time.Minute && d%time.Minute == 0 {
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", int64(max(d.Round(time.Second), time.Second)/time.Second))
}

// bytesText writes a number of bytes in the largest unit of which it is a whole number.
func bytesText(n int64) string {
	units := [...]string{"B", "KiB", "MiB", "GiB", "TiB"}
	i := 0
	for n > 0 && n%1024 == 0 && i < len(units)-1 {
		n /= 1024
		i++
	}
	return fmt.Sprintf("%d %s", n, units[i])
}
