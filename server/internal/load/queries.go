package main

import (
	"strconv"
	"strings"
)

// statements are the operations that count as queries: not BEGIN and COMMIT.
var statements = [...]string{`operation="SELECT"`, `operation="INSERT"`, `operation="UPDATE"`, `operation="DELETE"`}

// queries adds up the statements that a server counts, from the text of its
// metrics.
func queries(metrics string) (sum float64) {
	for line := range strings.Lines(metrics) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name != queriesName && !isStatement(name) {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err == nil {
			sum += n
		}
	}
	return sum
}

func isStatement(name string) bool {
	labels, ok := strings.CutPrefix(name, "atalaya_query_seconds_count{")
	for _, s := range statements {
		if ok && strings.Contains(labels, s) {
			return true
		}
	}
	return false
}
