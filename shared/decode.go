package shared

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrInvalid is wrapped by every error of [DecodeAuditProgress] and of the
// Validate methods: the data does not follow the contract.
var ErrInvalid = errors.New("invalid data")

// DecodeAuditProgress reads one AuditProgress. It is strict about presence, types
// and ranges, ignores unknown fields and matches names exactly. Errors wrap
// [ErrInvalid]; the result is then the zero value.
func DecodeAuditProgress(data []byte) (AuditProgress, error) {
	var p AuditProgress
	if len(data) > MaxProgressBytes {
		return p, fmt.Errorf("%w: audit progress of %d bytes", ErrInvalid, len(data))
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return p, fmt.Errorf("%w: audit progress: %v", ErrInvalid, err)
	}
	for _, f := range p.wire() {
		if err := f.read(raw); err != nil {
			return AuditProgress{}, fmt.Errorf("%w: audit progress: %s: %v", ErrInvalid, f.name, err)
		}
	}
	if err := p.Validate(); err != nil {
		return AuditProgress{}, err
	}
	return p, nil
}

// wireField ties a JSON name to its field. encoding/json alone would match names
// regardless of case and would take null, or a missing field, for zero.
type wireField struct {
	name string
	into any
	need need
}

type need uint8

const (
	value    need = iota // present, not null
	nullable             // present, may be null
	optional             // may be absent or null: earlier versions did not write it
)

func (f wireField) read(raw map[string]json.RawMessage) error {
	b, ok := raw[f.name]
	switch {
	case !ok && f.need == optional:
		return nil
	case !ok:
		return errors.New("missing")
	case f.need == value && string(b) == "null":
		return errors.New("null")
	}
	return json.Unmarshal(b, f.into)
}

// argList reads a list of strings. encoding/json alone would take a null in it for
// an empty string.
type argList []string

// UnmarshalJSON implements [json.Unmarshaler].
func (l *argList) UnmarshalJSON(b []byte) error {
	var args []*string
	if err := json.Unmarshal(b, &args); err != nil || args == nil {
		*l = nil
		return err
	}
	list := make([]string, len(args))
	for i, arg := range args {
		if arg == nil {
			return errors.New("null in a list")
		}
		list[i] = *arg
	}
	*l = list
	return nil
}

// Validate reports the first breach of the activity's bounds, wrapped in
// [ErrInvalid].
func (a *Activity) Validate() error {
	if len(a.Stages) > len(Stages) || len(a.Pages) > MaxActivityPages || len(a.Top) > MaxActivityTop {
		return fmt.Errorf("%w: activity: a list is too long", ErrInvalid)
	}
	for _, s := range a.Stages {
		if s.Name.Index() < 0 || s.StartedAt.IsZero() {
			return fmt.Errorf("%w: activity: a stage without name or start", ErrInvalid)
		}
	}
	for _, l := range a.Pages {
		if l.URL == "" || len(l.URL) > MaxURL || l.Status < 0 || l.Status > 999 || l.MS < 0 || !l.Findings.valid() {
			return fmt.Errorf("%w: activity: a page out of range", ErrInvalid)
		}
	}
	for _, c := range a.Top {
		if c.ID == "" || len(c.ID) > MaxMessage || !c.Severity.Valid() || c.Count < 0 || c.Groups < 0 ||
			len(c.Example) > MaxURL {
			return fmt.Errorf("%w: activity: a check out of range", ErrInvalid)
		}
	}
	return nil
}

// ValidKey reports whether a sentence's key and parameters are within the contract:
// both there, or none.
func ValidKey(key *string, args []string) bool {
	if key == nil || args == nil {
		return key == nil && args == nil
	}
	if *key == "" || len(*key) > MaxKey || strings.ContainsFunc(*key, notKeyLetter) || len(args) > MaxArgs {
		return false
	}
	for i := range args {
		if !fits(&args[i], MaxArg) {
			return false
		}
	}
	return true
}

func notKeyLetter(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-' && r != '.'
}

func (f Findings) valid() bool { return f.Error >= 0 && f.Warning >= 0 && f.Notice >= 0 }

func (r Responses) valid() bool {
	return r.OK >= 0 && r.Redirect >= 0 && r.ClientError >= 0 && r.ServerError >= 0 && r.Failed >= 0
}

func inPercent(n int) bool { return 0 <= n && n <= 100 }

func fits(s *string, max int) bool { return s == nil || utf8.RuneCountInString(*s) <= max }
