package shared

import (
	"encoding/json"
	"fmt"
	"time"
)

// timeLayout is RFC 3339 in UTC with exactly three decimals, so that times of
// one kind compare as text and equal states encode to equal bytes.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Time is an instant on the wire: RFC 3339, UTC, milliseconds. A pointer to it
// is null when the instant is unknown.
type Time struct{ time.Time }

// At converts an instant for the wire, cut to milliseconds in UTC.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

// AtPtr is [At] for instants that may be unknown: the zero time gives nil.
func AtPtr(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	v := At(t)
	return &v
}

// MarshalJSON writes the instant in UTC with three decimals.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(t.UTC().Format(`"` + timeLayout + `"`)), nil
}

// UnmarshalJSON accepts any RFC 3339 instant; other JSON types are an error.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return fmt.Errorf("not an RFC 3339 time: %.40q", s)
	}
	*t = At(v)
	return nil
}
