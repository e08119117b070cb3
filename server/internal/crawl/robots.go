package crawl

import (
	"net/url"
	"strings"
	"time"
)

// RobotsState says what asking for robots.txt led to (RFC 9309 section 2.3.1).
type RobotsState string

const (
	// RobotsFound: answered 2xx; the rules of the file hold.
	RobotsFound RobotsState = "found"
	// RobotsAbsent: answered 3xx without end or 4xx; everything may be crawled.
	RobotsAbsent RobotsState = "absent"
	// RobotsUnreachable: answered 5xx or not at all; nothing may be crawled.
	RobotsUnreachable RobotsState = "unreachable"
)

// Robots is one robots.txt, parsed once. It is read-only after it was made and
// safe for concurrent use.
type Robots struct {
	State RobotsState

	// Of the fetch; zero when the file came from ParseRobots.
	URL     string
	Status  int
	TTFB    time.Duration
	Failure *Failure

	Size      int  // bytes of the body as read
	Truncated bool // the file is larger than MaxRobots; the rest was ignored

	Sitemaps []string        // as written
	Signals  []RobotsSignal  // for the check content-signal-restrictive
	Problems []RobotsProblem // at most 100, in order of lines

	groups map[string]*robotsGroup // by product token in lower case, or "*"
}

// RobotsSignal is one Content-Signal line: a preference of the owner, not access
// control.
type RobotsSignal struct {
	Line   int
	Agents []string          // of the group it stands in, as written
	Text   string            // the line
	Values map[string]string // "search", "ai-input", "ai-train" and others to "yes" or "no", lower case
}

// RobotsProblemKind names what is wrong with a line of robots.txt.
type RobotsProblemKind string

const (
	ProblemHTML       RobotsProblemKind = "html"        // the body is a page, not a robots.txt
	ProblemTooLarge   RobotsProblemKind = "too-large"   // the file is larger than MaxRobots
	ProblemUnknown    RobotsProblemKind = "unknown"     // no known directive
	ProblemMisspelt   RobotsProblemKind = "misspelt"    // obeyed as the directive it resembles, as Googlebot does
	ProblemOrphanRule RobotsProblemKind = "orphan-rule" // stands before any user-agent: nobody obeys it
	ProblemBadValue   RobotsProblemKind = "bad-value"   // the value can have no effect
)

// RobotsProblem is one line that does not say what its author meant. Text is the
// line, at most 200 bytes.
type RobotsProblem struct {
	Line int
	Kind RobotsProblemKind
	Text string
}

// Decision answers whether an agent may fetch a URL, with the evidence.
type Decision struct {
	Allowed bool
	Agent   string // whose group decided: the token as written, "*", or "" when no group applies
	Line    int    // of the deciding rule; 0 when no rule matched
	Rule    string // the line of the deciding rule
}

// robotsGroup is what the file says to one agent: every block that names it. A
// block is kept once however many agents it names, so that a hostile file cannot
// multiply its rules by its agents.
type robotsGroup struct {
	agent  string // as first written
	blocks []*robotsBlock
}

type robotsBlock struct {
	agents    []string
	rules     []robotsRule // by length, the longest first, and Allow before Disallow
	delay     time.Duration
	delayLine int
	sorted    bool
}

type robotsRule struct {
	allow   bool
	pattern pattern
	line    int
	text    string
}

// Query reports whether the agent with this product token ("Googlebot") may
// fetch the canonical URL u, whose origin must be that of the file. The token is
// compared whole and without case: rules for Applebot say nothing about
// Applebot-Extended. The longest matching rule decides, Allow before Disallow.
func (r *Robots) Query(agent string, u *url.URL) Decision {
	switch r.State {
	case RobotsAbsent:
		return Decision{Allowed: true}
	case RobotsUnreachable:
		return Decision{}
	}
	g := r.group(agent)
	if g == nil {
		return Decision{Allowed: true}
	}
	d := Decision{Allowed: true, Agent: g.agent}
	path := robotsPath(u)
	if path == "/robots.txt" {
		return d
	}
	m := robotsMatcher{path: path}
	best := 0
	for _, b := range g.blocks {
		for i := range b.rules {
			rule := &b.rules[i]
			if rule.pattern.octets < best {
				break // as are all that follow
			}
			longer := rule.pattern.octets > best
			tie := rule.pattern.octets == best && rule.allow && !d.Allowed
			if (longer || tie) && m.matches(&rule.pattern) {
				best = rule.pattern.octets
				d.Allowed, d.Line, d.Rule = rule.allow, rule.line, rule.text
			}
		}
	}
	return d
}

// CrawlDelay returns the pause between two requests that the file asks of the agent
// with this product token, and the line that says so, for the check
// crawl-delay-high; 0, 0 when none does.
func (r *Robots) CrawlDelay(agent string) (d time.Duration, line int) {
	if g := r.group(agent); g != nil {
		for _, b := range g.blocks {
			if b.delay > d {
				d, line = b.delay, b.delayLine
			}
		}
	}
	return d, line
}

// group returns the rules for an agent: its own group if it is named anywhere,
// otherwise that of "*".
func (r *Robots) group(agent string) *robotsGroup {
	if g := r.groups[strings.ToLower(agent)]; g != nil {
		return g
	}
	return r.groups["*"]
}

// robotsPath is the part of a URL that rules are compared with.
func robotsPath(u *url.URL) string {
	path := wirePath(u)
	if u.RawQuery != "" || u.ForceQuery {
		path += "?" + u.RawQuery
	}
	path = normaliseEscapes(path, robotsByte, "%25")
	if strings.ContainsAny(path, "*$") {
		path = robotsLiteral.Replace(path)
	}
	return path
}

func robotsByte(c byte) bool { return c == '?' || pathByte(c) }

// robotsLiteral makes the two characters that are special in a pattern equal to
// their escapes where they are meant literally (RFC 9309 section 2.2.3).
var robotsLiteral = strings.NewReplacer("*", "%2A", "$", "%24")

// pattern is the path of a rule, split at its wildcards.
type pattern struct {
	parts  []string // between the "*"; the first is anchored at the start
	end    bool     // "$": the last part is anchored at the end
	octets int      // specificity: the length of the pattern as written, escapes normalised
}

func newPattern(value string) pattern {
	p := pattern{octets: len(normaliseEscapes(value, func(c byte) bool { return c < 0x80 }, "%"))}
	value, p.end = strings.CutSuffix(value, "$")
	p.parts = strings.Split(normaliseEscapes(value, robotsByte, "%25"), "*")
	for i := range p.parts {
		p.parts[i] = robotsLiteral.Replace(p.parts[i])
	}
	return p
}

func (r *Robots) addBlock(token string, b *robotsBlock) {
	key := strings.ToLower(token)
	g := r.groups[key]
	if g == nil {
		g = &robotsGroup{agent: token}
		r.groups[key] = g
	}
	if n := len(g.blocks); n == 0 || g.blocks[n-1] != b {
		g.blocks = append(g.blocks, b)
	}
}
