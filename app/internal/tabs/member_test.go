package tabs

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/app/internal/live"
)

// Each story is what happens to one tab, m, and what it does about it. Times are in
// milliseconds.
func TestMember(t *testing.T) {
	const beat = `{"server_time":"2026-11-26T09:00:00.000Z"}`
	audit := func(id int) string { return fmt.Sprintf(`{"audit_id":%d}`, id) }
	frame := func(id int) live.Signal { return live.Signal{Kind: live.SignalMessage, Data: audit(id)} }
	type happening func(m *member)
	at := func(ms int, what happening) happening {
		return func(m *member) { m.at = time.Duration(ms) * time.Millisecond; what(m) }
	}
	opens := func(id int, url string) happening { return func(m *member) { m.opened(id, url) } }
	hears := func(g message) happening { return func(m *member) { m.received(g) } }
	stream := func(generation int, g live.Signal) happening {
		return func(m *member) { m.heard(generation, g) }
	}
	lead := func(term int, from string) happening { return hears(message{Kind: leads, From: from, Term: term}) }
	tick := happening((*member).ticked)

	for _, tt := range []struct {
		name  string
		story []happening
		want  string // what the last happening makes it do
	}{
		{"the lock makes a leader, that opens what it watches itself",
			[]happening{at(1, opens(1, "/sse/audits/7/progress?last_event_id=3")), at(2, (*member).granted)},
			"post leads 1, open /sse/audits/7/progress?last_event_id=3"},
		{"a follower asks once the leader was silent",
			[]happening{at(1, opens(1, "/sse/audits")), at(2, lead(4, "a")), at(601, tick), at(602, tick)}, "post asks 4"},
		{"another's question does for all",
			[]happening{at(1, opens(1, "/sse/audits")), at(2, lead(4, "a")),
				at(500, hears(message{Kind: asks, From: "b"})), at(700, tick)}, ""},
		{"no answer: the lock is taken",
			[]happening{at(1, opens(1, "/sse/audits")), at(2, lead(4, "a")), at(602, tick), at(1702, tick)}, "take"},
		{"noticed late: the question is asked again",
			[]happening{at(1, opens(1, "/sse/audits")), at(2, lead(4, "a")), at(602, tick), at(1952, tick)}, "post asks 4"},
		{"after an early change the leader has twice the time",
			[]happening{at(1, opens(1, "/sse/audits")), at(2, lead(4, "a")), at(3, lead(5, "b")), at(603, tick), at(1803, tick)}, ""},
		{"and not for ever",
			[]happening{at(1, opens(1, "/sse/audits")), at(2, lead(4, "a")), at(3, lead(5, "b")), at(603, tick), at(2803, tick)}, "take"},
		{"a tab whose timers are always late takes it in the end",
			[]happening{at(1, opens(1, "/sse/audits")), at(2000, tick), at(4000, tick), at(6000, tick), at(8000, tick),
				at(10000, tick), at(12000, tick)}, "take"},
		{"the lock is not given: it leads without",
			[]happening{at(1, opens(1, "/sse/audits")), at(1102, tick), at(2102, tick)},
			"post leads 1, open /sse/audits"},
		{"a leader of a later term is followed, and asked for the same",
			[]happening{at(1, opens(1, "/sse/audits/7/progress")), at(2, lead(4, "a")), at(3, lead(5, "b"))},
			"post watches 5 /sse/audits/7/progress"},
		{"one of an earlier term is not",
			[]happening{at(1, opens(1, "/sse/audits/7/progress")), at(2, lead(4, "b")), at(3, lead(3, "z"))}, ""},
		{"of two leaders of one term the later name leads on",
			[]happening{at(1, opens(1, "/sse/audits")), at(2, (*member).granted), at(3, lead(1, "z"))},
			"close, return, post watches 1 /sse/audits"},
		{"and tells the other",
			[]happening{at(1, opens(1, "/sse/audits")), at(2, (*member).granted), at(3, lead(1, "a"))}, "post leads 1"},
		{"a newcomer gets the state first",
			[]happening{at(1, opens(1, "/sse/audits/7/progress")), at(2, (*member).granted),
				stream(1, live.Signal{Kind: live.SignalOpen}),
				stream(1, live.Signal{Kind: live.SignalHeartbeat, Data: beat}), stream(1, frame(7)),
				hears(message{Kind: watches, From: "b", Source: 9, URL: "/sse/audits/7/progress"})},
			"post leads 1, post open b/9, post beat b/9, post data b/9"},
		{"unless only a cursor's owner has it",
			[]happening{at(1, opens(1, "/sse/audits/7/progress?last_event_id=3")), at(2, (*member).granted),
				stream(1, live.Signal{Kind: live.SignalHeartbeat, Data: beat}),
				at(10, hears(message{Kind: watches, From: "b", Source: 9, URL: "/sse/audits/7/progress"})), at(110, tick)},
			"close, open /sse/audits/7/progress"},
		{"once, however often it asks",
			[]happening{at(1, opens(1, "/sse/audits")), at(2, (*member).granted),
				stream(1, live.Signal{Kind: live.SignalHeartbeat, Data: beat}),
				hears(message{Kind: watches, From: "b", Source: 9, URL: "/sse/audits"}),
				hears(message{Kind: watches, From: "b", Source: 9, URL: "/sse/audits"})},
			"post leads 1"},
		{"what concerns nobody else is not posted",
			[]happening{at(1, opens(1, "/sse/audits/7/progress")), at(2, (*member).granted), stream(1, frame(7))},
			"tell 1 open, tell 1 data"},
		{"signals of an older stream are ignored",
			[]happening{at(1, opens(1, "/sse/audits/7/progress")), at(2, (*member).granted), stream(0, frame(7))}, ""},
		{"a live source comes back to a new leader's stream as after a lifetime",
			[]happening{at(1, opens(1, "/sse/audits")), at(2, lead(4, "a")),
				at(3, hears(message{Kind: tells, From: "a", Term: 4, To: "m", Source: 1, Signal: &live.Signal{Kind: live.SignalOpen}})),
				at(2000, lead(5, "b")),
				at(2001, hears(message{Kind: tells, From: "b", Term: 5, To: "m", Source: 1, Signal: &live.Signal{Kind: live.SignalOpen}}))},
			"tell 1 end"},
		{"nobody left to carry for: the stream is closed",
			[]happening{at(1, opens(1, "/sse/audits")), at(2, (*member).granted), func(m *member) { m.closed(1) }}, "close"},
		{"beside the list an audit has events of its own, and either hears its own",
			[]happening{at(1, opens(1, "/sse/audits")), opens(2, "/sse/audits/7/progress"), at(2, (*member).granted),
				at(102, tick), stream(2, live.Signal{Kind: live.SignalOpen}),
				stream(2, live.Signal{Kind: live.SignalAudit, Data: audit(7)})},
			"tell 2 data"},
		{"a stream opened anew renews the list, whose deletions nobody saw",
			[]happening{at(1, opens(1, "/sse/audits")), at(2, (*member).granted), stream(1, frame(7)),
				at(2000, opens(2, "/sse/audits/7/progress")), at(2100, tick), at(2101, stream(2, live.Signal{Kind: live.SignalOpen})),
				stream(2, frame(7))},
			"tell 1 data, tell 1 end"},
		{"a deletion is told to the list, and ends who watches the audit",
			[]happening{at(1, opens(1, "/sse/audits")), opens(2, "/sse/audits/7/progress"), at(2, (*member).granted),
				at(102, tick), stream(2, live.Signal{Kind: live.SignalOpen}),
				stream(2, live.Signal{Kind: live.SignalAudit, Data: audit(7)}),
				stream(2, live.Signal{Kind: live.SignalDeleted, Data: audit(7)})},
			"tell 1 deleted, tell 2 end"},
		{"a frame that cannot be read concerns all",
			[]happening{at(1, opens(1, "/sse/audits/7/progress")), at(2, (*member).granted),
				stream(1, live.Signal{Kind: live.SignalMessage, Data: "nonsense"})}, "tell 1 open, tell 1 data"},
	} {
		m := &member{me: "m"}
		var got string
		for _, what := range tt.story {
			m.commands = nil
			what(m)
			got = describe(m.commands)
		}
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// describe puts commands into words.
func describe(commands []command) string {
	signals := map[live.SignalKind]string{
		live.SignalOpen: "open", live.SignalHeartbeat: "beat", live.SignalMessage: "data",
		live.SignalDeleted: "deleted", live.SignalEnd: "end", live.SignalError: "error",
	}
	var words []string
	for _, c := range commands {
		switch c.do {
		case post:
			g := c.message
			switch g.Kind {
			case tells:
				words = append(words, fmt.Sprintf("post %s %s/%d", signals[g.Signal.Kind], g.To, g.Source))
			case watches:
				words = append(words, fmt.Sprintf("post %s %d %s", g.Kind, g.Term, g.URL))
			default:
				words = append(words, fmt.Sprintf("post %s %d", g.Kind, g.Term))
			}
		case tell:
			words = append(words, fmt.Sprintf("tell %d %s", c.source, signals[c.signal.Kind]))
		case openStream:
			words = append(words, "open "+c.url)
		case closeStream:
			words = append(words, "close")
		case takeLock:
			words = append(words, "take")
		case returnLock:
			words = append(words, "return")
		}
	}
	return strings.Join(words, ", ")
}

func TestTopicOf(t *testing.T) {
	for _, tt := range []struct {
		url      string
		topic    topic
		cursored bool
		ok       bool
	}{
		{"/sse/audits", theList, false, true},
		{"/sse/audits/7/progress", 7, false, true},
		{"/sse/audits/7/progress?last_event_id=3", 7, true, true},
		{"/sse/audits?id=7", theList, false, false},
		{"/sse/audits/7", 0, false, false},
		{"/sse/audits/x/progress", 0, false, false},
		{"/elsewhere", 0, false, false},
	} {
		got, cursored, ok := topicOf(tt.url)
		if ok != tt.ok || ok && (got != tt.topic || cursored != tt.cursored) {
			t.Errorf("%s: got %d, %v, %v", tt.url, got, cursored, ok)
		}
	}
}

func TestMessages(t *testing.T) {
	g := message{Kind: tells, From: "a", Term: 3, To: "b", Source: 2, Signal: &live.Signal{Kind: live.SignalMessage, Data: "été"}}
	got, ok := decodeMessage(g.encode())
	if !ok || *got.Signal != *g.Signal {
		t.Errorf("got %+v, %v", got, ok)
	}
	for _, text := range []string{"", "{}", "null", `{"kind":"tells","from":"a"}`, `{"from":7}`} {
		if g, ok := decodeMessage(text); ok {
			t.Errorf("%s was taken for %+v", text, g)
		}
	}
	for want, topics := range map[string][]topic{
		"/sse/audits":                {theList},
		"/sse/audits/7/progress":     {7},
		"/sse/audits?id=7&id=9":      {7, 9},
		"/sse/audits?list=true&id=7": {theList, 7},
	} {
		if got := unionURL(topics); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if !slices.Equal([]topic{auditIn(`{"audit_id":7}`), auditIn("x"), auditIn("{}")}, []topic{7, 0, 0}) {
		t.Error("audits are not read from frames")
	}
}
