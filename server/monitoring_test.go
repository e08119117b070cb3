package main

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"atalaya/shared"
)

// exposed is what a running server says at /metrics: the values of each label of
// each name.
type exposed map[string]map[string][]string

var sampleLine = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? \S+$`)
var labelPair = regexp.MustCompile(`([a-z_]+)="([^"]*)"`)

func (p *process) exposed() exposed {
	p.t.Helper()
	status, body := p.request("GET", shared.PathMetrics, "")
	if status != 200 {
		p.t.Fatalf("metrics: %d %s", status, body)
	}
	e := exposed{}
	for line := range strings.Lines(string(body)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		sample := sampleLine.FindStringSubmatch(line)
		if sample == nil {
			p.t.Fatalf("not a sample: %s", line)
		}
		labels := e[sample[1]]
		if labels == nil {
			labels = map[string][]string{"job": nil, "instance": nil} // from Prometheus
			e[sample[1]] = labels
		}
		for _, pair := range labelPair.FindAllStringSubmatch(sample[2], -1) {
			if !slices.Contains(labels[pair[1]], pair[2]) {
				labels[pair[1]] = append(labels[pair[1]], pair[2])
			}
		}
	}
	return e
}

var (
	metricName = regexp.MustCompile(`\b((?:atalaya|go|process)_[a-z_]+)(\{[^}]*\})?`)
	matcher    = regexp.MustCompile(`([a-z_]+)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"`)
	grouping   = regexp.MustCompile(`(?:by|on) \(([^)]*)\)`)
	legend     = regexp.MustCompile(`\{\{ ?(?:\$labels\.)?([a-z_]+) ?\}\}`)
)

// check reports whatever in an expression, or in the words about it, is not
// exposed, and returns the names it uses.
func (e exposed) check(t *testing.T, where, expression, words string) (names []string) {
	t.Helper()
	grouped := []string{}
	for _, by := range grouping.FindAllStringSubmatch(expression, -1) {
		for label := range strings.SplitSeq(by[1], ",") {
			grouped = append(grouped, strings.TrimSpace(label))
		}
	}
	labels := map[string]bool{}
	for _, m := range metricName.FindAllStringSubmatch(expression, -1) {
		have, ok := e[m[1]]
		if !ok {
			t.Errorf("%s: no metric %s", where, m[1])
			continue
		}
		names = append(names, m[1])
		for label := range have {
			labels[label] = true
		}
		for _, c := range matcher.FindAllStringSubmatch(m[2], -1) {
			values, ok := have[c[1]]
			if !ok {
				t.Errorf("%s: %s has no label %s", where, m[1], c[1])
			}
			if strings.HasPrefix(c[3], "$") {
				continue // a variable of the dashboard
			}
			for want := range strings.SplitSeq(c[3], "|") {
				fits := regexp.MustCompile("^(?:" + strings.ReplaceAll(want, `\\`, `\`) + ")$")
				if !slices.ContainsFunc(values, fits.MatchString) {
					t.Errorf("%s: no %s has %s=%q, only %q", where, m[1], c[1], want, values)
				}
			}
		}
	}
	if len(names) == 0 {
		t.Errorf("%s: no metric in %q", where, expression)
	}
	for _, label := range grouped {
		if !labels[label] {
			t.Errorf("%s: grouped by %s, which nothing in it has", where, label)
		}
	}
	for _, label := range legend.FindAllStringSubmatch(words, -1) {
		if !labels[label[1]] || len(grouped) > 0 && !slices.Contains(grouped, label[1]) {
			t.Errorf("%s: the words name %s, which the result has not", where, label[1])
		}
	}
	return names
}

type panel struct {
	ID          int
	Title, Type string
	Description string
	GridPos     struct{ X, Y, W, H int }
	Targets     []struct{ Expr, LegendFormat string }
}

// TestOperatorsFiles holds the dashboard and the alert rules to the names, labels
// and values of a real process, and the dashboard to showing all of ours.
func TestOperatorsFiles(t *testing.T) {
	id := newIdentity(t, -1e12, 1e12)
	p := start(t, append(id.write(t).flags(), "--data-dir", t.TempDir(), "--workers", "0")...)
	p.http = newClient(t, "h2", id).Client
	have := p.exposed()

	var board struct {
		UID        string
		Panels     []panel
		Templating struct {
			List []struct {
				Name, Type string
				Query      any
			}
		}
	}
	data, err := os.ReadFile("monitoring/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &board); err != nil {
		t.Fatal(err)
	}
	shown, ids := map[string]bool{}, map[int]bool{}
	var taken [24][]bool // by column and line
	for _, p := range board.Panels {
		if ids[p.ID] || p.Title == "" || (p.Description == "" || len(p.Targets) == 0) != (p.Type == "row") {
			t.Errorf("panel %d %q: an id twice, or no words, or nothing to show", p.ID, p.Title)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				for len(taken[x]) <= y {
					taken[x] = append(taken[x], false)
				}
				if taken[x][y] {
					t.Fatalf("panel %q lies on another", p.Title)
				}
				taken[x][y] = true
			}
		}
		for _, target := range p.Targets {
			for _, name := range have.check(t, p.Title, target.Expr, target.LegendFormat) {
				shown[family(name)] = true
			}
		}
	}
	for name := range have {
		if strings.HasPrefix(name, "atalaya_") && !shown[family(name)] {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
	for _, v := range board.Templating.List {
		if q, ok := v.Query.(map[string]any); ok {
			have.check(t, "variable "+v.Name, q["query"].(string), "")
		}
	}

	rules, err := os.ReadFile("monitoring/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	alerts := strings.Split(string(rules), "- alert: ")[1:]
	for _, alert := range alerts {
		name, rest, _ := strings.Cut(alert, "\n")
		expression, words, ok := strings.Cut(rest, "\n")
		expression, isExpr := strings.CutPrefix(strings.TrimSpace(expression), "expr: ")
		if !ok || !isExpr || !strings.Contains(words, "severity:") || !strings.Contains(words, "summary:") {
			t.Errorf("alert %s: want expr, severity and summary", name)
		}
		have.check(t, name, expression, words)
	}
	if len(alerts) < 10 {
		t.Errorf("%d alerts", len(alerts))
	}
}

// family is a metric's name without what a histogram adds.
func family(name string) string {
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		name = strings.TrimSuffix(name, suffix)
	}
	return name
}
