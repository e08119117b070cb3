package shared

import (
	"net/url"
	"strconv"
	"strings"
)

// The fields of forms that ask for an audit, named as in the API.
const (
	FieldURL     = "url"
	FieldPages   = "page_limit"
	FieldDepth   = "max_depth"
	FieldInclude = "include"
	FieldExclude = "exclude"
	FieldAgents  = "skip_ai_agents"
	FieldRate    = "rate"
	FieldHeaders = "headers"
)

// TakeOptions reads the settings of an audit from a form: all that such forms have but the
// address. A number that is none becomes one that is refused.
func (n *NewAudit) TakeOptions(typed url.Values) {
	n.PageLimit, n.MaxDepth = optionNumber(typed.Get(FieldPages)), optionNumber(typed.Get(FieldDepth))
	n.Include, n.Exclude = optionLines(typed.Get(FieldInclude)), optionLines(typed.Get(FieldExclude))
	n.SkipAIAgents = typed.Get(FieldAgents) != ""
	n.Rate, n.Headers = optionRate(typed.Get(FieldRate)), optionLines(typed.Get(FieldHeaders))
}

// optionNumber is 0, the server's own, for nothing typed, and -1 for what is no number of
// something.
func optionNumber(typed string) int {
	if typed = strings.TrimSpace(typed); typed == "" {
		return 0
	}
	if n, err := strconv.Atoi(typed); err == nil && n != 0 {
		return n
	}
	return -1
}

// optionRate is [optionNumber] for a number of requests a second, with a point or a comma.
func optionRate(typed string) float64 {
	if typed = strings.TrimSpace(typed); typed == "" {
		return 0
	}
	rate, err := strconv.ParseFloat(strings.Replace(typed, ",", ".", 1), 64)
	if err != nil || !(rate > 0 && rate <= RateMax) { // NaN is neither, and JSON has no infinity
		return -1
	}
	return rate
}

// optionLines are the lines of a text that say something.
func optionLines(typed string) (lines []string) {
	for _, line := range strings.Split(typed, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// RateText is a rate as forms show it; empty for the server's own.
func RateText(rate float64) string {
	if rate <= 0 {
		return ""
	}
	return strconv.FormatFloat(rate, 'f', -1, 64)
}
