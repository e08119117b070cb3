package crawl

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxRobots is how many bytes of a robots.txt are read (RFC 9309 section 2.5
// asks for at least 500 KiB).
const MaxRobots = 500 << 10

const (
	maxRobotsProblems = 100
	maxRobotsSignals  = 100
	maxRobotsText     = 200
)

// ParseRobots returns the rules of a robots.txt that was found. It accepts every
// input; lines that say nothing it understands are in Problems.
func ParseRobots(body []byte) *Robots {
	r := &Robots{State: RobotsFound, Size: len(body), groups: map[string]*robotsGroup{}}
	if len(body) > MaxRobots {
		// The line the limit cuts through would be a different, wider rule.
		body = body[:MaxRobots]
		body = body[:bytes.LastIndexAny(body, "\r\n")+1]
		r.Truncated = true
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	p := robotsParser{r: r, block: &robotsBlock{}}
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		p.addProblem(1, ProblemHTML, firstLine(body))
	}
	text := strings.ReplaceAll(string(body), "\r\n", "\n")
	line := 0
	for s := range strings.SplitSeq(strings.ReplaceAll(text, "\r", "\n"), "\n") {
		line++
		p.readLine(line, s)
	}
	for _, g := range r.groups {
		for _, b := range g.blocks {
			if !b.sorted { // several agents share it
				b.sort()
			}
		}
	}
	if r.Truncated {
		p.addProblem(line, ProblemTooLarge, strconv.Itoa(r.Size)+" bytes or more")
	}
	return r
}

func firstLine(body []byte) string {
	s, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	return strings.TrimSpace(s)
}

type robotsParser struct {
	r      *Robots
	block  *robotsBlock // where the next rule belongs
	closed bool         // a rule was seen: the next user-agent starts a new block
}

func (p *robotsParser) addProblem(line int, kind RobotsProblemKind, text string) {
	if len(p.r.Problems) < maxRobotsProblems {
		p.r.Problems = append(p.r.Problems, RobotsProblem{Line: line, Kind: kind, Text: cutBytes(text, maxRobotsText)})
	}
}

func (p *robotsParser) readLine(n int, s string) {
	s, _, _ = strings.Cut(s, "#")
	s = strings.TrimSpace(s)
	if s == "" {
		return
	}
	key, value, colon := strings.Cut(s, ":")
	if !colon {
		// Two words without a colon are obeyed by Googlebot, so owners rely on it.
		words := strings.Fields(s)
		if len(words) != 2 {
			p.addProblem(n, ProblemUnknown, s)
			return
		}
		key, value = words[0], words[1]
	}
	value = strings.TrimSpace(value)
	name, exact := directiveName(strings.ToLower(strings.TrimSpace(key)))
	if name == "" {
		p.addProblem(n, ProblemUnknown, s)
		return
	}
	if !exact || !colon {
		p.addProblem(n, ProblemMisspelt, s)
	}
	switch name {
	case "user-agent":
		p.addAgent(n, value, s)
	case "allow", "disallow":
		p.addRule(n, name == "allow", value, s)
	case "crawl-delay":
		p.setCrawlDelay(n, value, s)
	case "sitemap":
		p.r.Sitemaps = append(p.r.Sitemaps, value)
	case "content-signal":
		p.addSignal(n, value, s)
	}
}

// directiveName returns the directive a key stands for and whether it is spelt so.
// The spellings beside the right one are those Googlebot obeys.
func directiveName(key string) (name string, exact bool) {
	switch key {
	case "user-agent", "allow", "disallow", "crawl-delay", "sitemap", "content-signal":
		return key, true
	case "host", "clean-param", "request-rate", "visit-time", "content-usage", "license", "noindex", "nofollow":
		return "other", true
	}
	for _, alias := range [...]struct{ prefix, name string }{
		{"user-agent", "user-agent"}, {"useragent", "user-agent"}, {"user agent", "user-agent"},
		{"allow", "allow"},
		{"disallow", "disallow"}, {"dissallow", "disallow"}, {"dissalow", "disallow"}, {"disalow", "disallow"},
		{"diaslow", "disallow"}, {"diasllow", "disallow"}, {"disallaw", "disallow"},
		{"sitemap", "sitemap"}, {"site-map", "sitemap"},
	} {
		if strings.HasPrefix(key, alias.prefix) {
			return alias.name, false
		}
	}
	return "", false
}

func (p *robotsParser) addAgent(n int, value, text string) {
	if p.closed {
		p.block, p.closed = &robotsBlock{}, false
	}
	token := productToken(value)
	if token == "" {
		p.addProblem(n, ProblemBadValue, text)
		return
	}
	p.block.agents = append(p.block.agents, token)
	p.r.addBlock(token, p.block)
}

// productToken returns what an agent line names: "Googlebot/2.1" is Googlebot.
// Digits and the other token characters of RFC 9110 belong to the name, beyond
// RFC 9309, because agents such as AI2Bot have them.
func productToken(value string) string {
	if rest, ok := strings.CutPrefix(value, "*"); ok && (rest == "" || strings.TrimLeft(rest, " \t\v\f") != rest) {
		return "*"
	}
	for i := range len(value) {
		c := value[i]
		if !unreserved(c) && strings.IndexByte("!#$%&'*+^`|", c) < 0 {
			return value[:i]
		}
	}
	return value
}

// sort puts first what decides first. Of equal rules the first line counts.
func (b *robotsBlock) sort() {
	b.sorted = true
	slices.SortStableFunc(b.rules, func(x, y robotsRule) int {
		if x.allow != y.allow && x.pattern.octets == y.pattern.octets {
			if x.allow {
				return -1
			}
			return 1
		}
		return y.pattern.octets - x.pattern.octets
	})
}

func (p *robotsParser) addRule(n int, allow bool, value, text string) {
	if len(p.block.agents) == 0 {
		p.addProblem(n, ProblemOrphanRule, text)
		return
	}
	p.closed = true
	if value == "" {
		return
	}
	if value[0] != '/' && value[0] != '*' {
		p.addProblem(n, ProblemBadValue, text)
	}
	p.block.rules = append(p.block.rules, robotsRule{
		allow: allow, pattern: newPattern(value), line: n, text: cutBytes(text, maxRobotsText),
	})
}

// setCrawlDelay keeps the longest delay of a block. It does not close the block:
// RFC 9309 section 2.2.4 lets other records not interfere with the rules.
func (p *robotsParser) setCrawlDelay(n int, value, text string) {
	seconds, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(seconds) || seconds < 0 || seconds > 1e6 {
		p.addProblem(n, ProblemBadValue, text)
		return
	}
	if len(p.block.agents) == 0 {
		p.addProblem(n, ProblemOrphanRule, text)
		return
	}
	if d := time.Duration(seconds * float64(time.Second)); d > p.block.delay {
		p.block.delay, p.block.delayLine = d, n
	}
}

func (p *robotsParser) addSignal(n int, value, text string) {
	s := RobotsSignal{Line: n, Text: cutBytes(text, maxRobotsText), Agents: p.block.agents, Values: map[string]string{}}
	for field := range strings.SplitSeq(value, ",") {
		if name, v, ok := strings.Cut(field, "="); ok {
			s.Values[strings.ToLower(strings.TrimSpace(name))] = strings.ToLower(strings.TrimSpace(v))
		}
	}
	if len(s.Values) == 0 {
		p.addProblem(n, ProblemBadValue, text)
		return
	}
	if len(p.r.Signals) < maxRobotsSignals {
		p.r.Signals = append(p.r.Signals, s)
	}
}
