package check

import (
	"encoding/json"
	"strconv"

	"atalaya/shared"
)

// Bounds of evidence, beside shared.MaxEvidence.
const (
	maxValue  = 1_000 // bytes of one value
	maxListed = 10    // values of one kind
	// roomForMore is kept for the entry that counts what was left out.
	roomForMore = 40
)

func fact(name, value string) shared.Evidence { return shared.Evidence{Name: name, Value: value} }

func number(name string, n int) shared.Evidence { return fact(name, strconv.Itoa(n)) }

// answerText is what an address answered, in one word.
func answerText(status int, failure string) string {
	if failure != "" {
		return failure
	}
	return strconv.Itoa(status)
}

// writtenEvidence is how many elements are at fault, and the first of them.
func writtenEvidence(name string, w Written) []shared.Evidence {
	return append([]shared.Evidence{number("count", w.Total)}, listEvidence(name, w.First, w.Total)...)
}

// writtenFault is a fault if any element is at fault.
func writtenFault(name string, w Written) *Fault {
	if w.Total == 0 {
		return nil
	}
	return &Fault{Evidence: writtenEvidence(name, w)}
}

// listEvidence is one fact per value, the first ones only; the rest is counted.
func listEvidence(name string, values []string, total int) []shared.Evidence {
	out := make([]shared.Evidence, 0, min(len(values), maxListed)+1)
	for _, v := range values[:min(len(values), maxListed)] {
		out = append(out, fact(name, v))
	}
	if more := total - len(out); more > 0 {
		out = append(out, number("more", more))
	}
	return out
}

// boundEvidence makes evidence fit to be stored: plain text of at most
// [shared.MaxEvidence] bytes of JSON. What does not fit is counted in a last
// entry named more.
func boundEvidence(in []shared.Evidence) []shared.Evidence {
	out := make([]shared.Evidence, 0, len(in))
	left := shared.MaxEvidence - len("[]") - roomForMore
	for i, e := range in {
		e.Value = sanitise(e.Value, maxValue)
		for jsonSize(e) > left && len(e.Value) > 64 {
			e.Value = cutMarked(e.Value, len(e.Value)/2)
		}
		n := jsonSize(e)
		if n > left {
			return append(out, number("more", len(in)-i))
		}
		left -= n
		out = append(out, e)
	}
	return out
}

// jsonSize is the length of e in a JSON array, its comma included.
func jsonSize(e shared.Evidence) int {
	b, err := json.Marshal(e)
	if err != nil { // two strings always encode
		return shared.MaxEvidence
	}
	return len(b) + 1
}
