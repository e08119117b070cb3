package ui

import (
	"encoding/json"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// Watch is the address of the script that keeps a page of the server true while
// the program does not run, and that starts the program and watches it.
const Watch = "/web/static/watch.js"

// Compile is the address of the script that compiles the program in a worker.
const Compile = "/web/static/compile.js"

// watchRecord is what the script needs to know of a page, in the page's language.
type watchRecord struct {
	// At is the server's time of drawing, in milliseconds.
	At int64 `json:"at"`
	// Stream is what the page follows; empty when nothing of it can change any more.
	Stream string `json:"stream,omitempty"`
	// Cancel is where a POST stops the page's audit.
	Cancel string `json:"cancel,omitempty"`

	Loading      string `json:"loading"` // {n} is a percentage
	Failed       string `json:"failed"`
	Stopped      string `json:"stopped"`
	Forgets      string `json:"forgets"`
	Reload       string `json:"reload"`
	CancelFailed string `json:"cancelFailed"`

	Live    watchState `json:"live"`
	Polling watchState `json:"polling"`
	Lost    watchState `json:"lost"`

	Now     string `json:"now"` // an age of less than a second; {n} stands in the others
	Seconds string `json:"seconds"`
	Minutes string `json:"minutes"`
	Hours   string `json:"hours"`
	Lasted  string `json:"lasted"` // a duration of less than a minute
}

// watchState is how the script is connected: in a word for the header, and in a
// lead and a sentence for the page.
type watchState struct {
	Pill string `json:"pill"`
	Lead string `json:"lead"`
	Text string `json:"text"`
	Dot  string `json:"dot"`
	Tone tone   `json:"tone"`
}

// newWatchRecord makes the record for a page drawn from b.
func newWatchRecord(b boot) watchRecord {
	l, number := b.Lang, text.Hole("{n}")
	w := watchRecord{
		At:      b.At.UnixMilli(),
		Stream:  b.follows(),
		Loading: l.T(text.AppLoading, number), Failed: l.T(text.AppFailed), Stopped: l.T(text.AppStopped),
		Forgets: l.T(text.AppForgets), Reload: l.T(text.Reload),
		CancelFailed: l.T(text.CancelFailed, text.Problem(l, "network")),
		Live:         watchState{l.T(text.PillLive), l.T(text.ConnLive), l.T(text.ConnLiveText), "live", toneNone},
		Polling:      watchState{l.T(text.PillPolling), l.T(text.ConnPolling), l.T(text.ConnPollingBlocked), "info", toneInfo},
		Lost:         watchState{l.T(text.PillServer), l.T(text.ConnServer), l.T(text.ConnBrowserRetries), "warn", toneWarn},
		Now:          l.T(text.AgoNow), Seconds: l.T(text.AgoSeconds, number), Minutes: l.T(text.AgoMinutes, number),
		Hours: l.T(text.AgoHours, number), Lasted: l.T(text.DurationSeconds, number),
	}
	if b.ID != 0 {
		w.Cancel = shared.PathCancel(b.ID)
	}
	loc := locale{Lang: l, Now: b.At.Time, Zone: time.UTC}
	if k := loc.pulse(live.View{Phase: live.Connecting}, b.Progress, nil); k.Stalled {
		w.Live = loc.stalledState(k)
		w.Polling = w.Live
	}
	return w
}

// stalledState is what the script says of a connection that works, while the worker of the
// audit shown is silent: what the server drew, and what the program is about to say.
func (loc locale) stalledState(k pulse) watchState {
	pill, strip := loc.pill(live.View{Phase: live.Live}, k), loc.silent(connection{}, k)
	return watchState{pill.Text, strip.Lead, strip.Text, pill.Dot, strip.Tone}
}

// follows is the stream of whatever may still change in a page drawn from b. The
// shell stands for a page that the server could not draw: any sign of life on a
// stream means that it can now.
func (b boot) follows() string {
	switch {
	case b.Missing:
		return ""
	case b.Page == pageDashboard, b.Page == pageShell:
		return shared.PathStreams
	case b.Page == pageAudit && (b.Progress == nil || !b.Progress.Status.Terminal()),
		b.Page == pageReport && (b.Report == nil || !b.Report.Audit.Status.Terminal()):
		return shared.PathStream(b.ID)
	}
	return ""
}

// encode writes the record for the data-watch attribute.
func (w watchRecord) encode() string {
	raw, err := json.Marshal(w)
	if err != nil {
		return "" // the page then waits for the program
	}
	return string(raw)
}

// tellWatch calls a function of the script, which is missing where the script did
// not run, and gives the text that it answers.
func tellWatch(function string) string {
	w := app.Window().Get("atalaya")
	if !w.Truthy() {
		return ""
	}
	return w.Call(function).String()
}

// beat tells the script that the program lives. Without a beat for two seconds it
// takes the page back.
func beat() { tellWatch("beat") }

// takeOver reads from the script what it has heard since the page was drawn, and
// how it is connected: the program goes on with the script's stream.
func takeOver(b *boot) live.Phase {
	b.overlay(tellWatch("heard"))
	if tellWatch("phase") == string(live.Live) {
		return live.Live
	}
	return live.Connecting
}

// overlay brings the record up to date by a JSON list of what the stream's events
// carried. Only states of audits count here; deletions and heartbeats the script
// repeats to the program's session.
func (b *boot) overlay(list string) {
	var events []json.RawMessage
	if json.Unmarshal([]byte(list), &events) != nil {
		return
	}
	for _, event := range events {
		p, err := shared.DecodeAuditProgress(event)
		if err != nil {
			continue
		}
		if b.Progress != nil && b.Progress.AuditID == p.AuditID && b.Progress.Revision < p.Revision {
			b.Progress = &p
		}
		if b.Page == pageDashboard {
			b.overlayAudit(p)
		}
	}
}

// overlayAudit brings one audit of the list up to date, or adds it to its front.
func (b *boot) overlayAudit(p shared.AuditProgress) {
	for i := range b.Audits {
		if b.Audits[i].AuditID == p.AuditID {
			if b.Audits[i].Revision < p.Revision {
				b.Audits[i] = p
			}
			return
		}
	}
	if b.Audits != nil {
		b.Audits = append([]shared.AuditProgress{p}, b.Audits...)
	}
}
