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
)

// TakeOptions reads the settings of an audit from a form: all that such forms have but the
// address. A number that is none becomes one that is refused.
func (n *NewAudit) TakeOptions(typed url.Values) {
	n.PageLimit, n.MaxDepth = optionNumber(typed.Get(FieldPages)), optionNumber(typed.Get(FieldDepth))
	n.Include, n.Exclude = optionPaths(typed.Get(FieldInclude)), optionPaths(typed.Get(FieldExclude))
	n.SkipAIAgents = typed.Get(FieldAgents) != ""
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

// optionPaths are the patterns of a text that has one a line.
func optionPaths(typed string) (patterns []string) {
	for _, line := range strings.Split(typed, "\n") {
		if pattern := strings.TrimSpace(line); pattern != "" {
			patterns = append(patterns, pattern)
		}
	}
	return patterns
}
