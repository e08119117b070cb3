package ui

import (
	"strings"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// lostAfter is how long a connection must be gone before the user is told: most
// connections come back sooner.
const lostAfter = 1500 * time.Millisecond

// backFor is how long the page mentions that the connection came back.
const backFor = 4 * time.Second

// tone colours a part of the page. The words say the same.
type tone string

const (
	toneNone tone = ""
	toneInfo tone = "info"
	toneGood tone = "good"
	toneWarn tone = "warn"
	toneBad  tone = "bad"
	toneMute tone = "mute"
)

// action is what a button asks its page to do.
type action uint8

const (
	actNothing   action = iota
	actRetry            // ask the connection to try now
	actAskCancel        // ask whether to cancel the audit
	actCancel           // cancel it
	actDiscard          // cancel it, and delete it where that can be taken back
	actReload           // fetch the report again
	actAgain            // start the audit anew
	actCopyLink         // copy the page's address
	actNotify           // notify the reader when the audit ends
	actFollow           // hold the list of pages, or follow it again
	actLog              // show the log in place of the list of pages, or no longer
	actEvery            // show all pages in place of the newest
)

// stripModel is the line that says how the user is connected and, once an
// audit has ended, how it ended.
type stripModel struct {
	Tone tone
	// Dot is the class of the dot; empty when there is an icon.
	Dot  string
	Icon icon
	Lead string
	Text string
	// End is the age of what is shown; it stands at the end of the line.
	End string
	// Growing is End when that goes on.
	Growing *growing
	// The line has a button with the text Button when Action is set, and a link
	// with this text when Link is set.
	Action action
	Link   string
	Button string
}

// connection is what the strip is drawn from.
type connection struct {
	View live.View
	// BackAt is when a lost connection came back; zero when none was lost.
	BackAt time.Time
	// Asked are the signs of life that this page asked for.
	Asked signs
	// Cancellable is true when the user may stop the audit.
	Cancellable bool
}

// strip makes the line. It says one thing: the one that matters most.
func (loc locale) strip(c connection) stripModel {
	v := c.View
	var m stripModel
	switch k := loc.pulse(v, v.Progress, c.Asked); {
	case v.Terminal() && v.Reason != live.ReasonDeleted:
		m = loc.ended(*v.Progress)
	case v.Phase == live.Closed:
		m = loc.closed(v)
	case v.Phase == live.Offline:
		m = loc.offline(v)
	case v.Phase == live.Retrying && loc.Now.Sub(v.Since) >= lostAfter:
		m = loc.retrying(v)
	case v.Phase == live.Polling && (v.PollFailures > 0 || !k.Stalled):
		m = loc.polling(v)
	case k.Stalled && heard(v):
		return loc.silent(c, k) // which says how old the news is
	case v.Phase == live.Live && loc.Now.Sub(c.BackAt) < backFor:
		m = stripModel{Tone: toneGood, Dot: "live", Lead: loc.Lang.T(text.ConnBack), Text: loc.Lang.T(text.ConnBackText)}
	case v.Phase == live.Live:
		m = stripModel{Dot: "live", Lead: loc.Lang.T(text.ConnLive), Text: loc.Lang.T(text.ConnLiveText)}
	default:
		m = stripModel{Dot: "hollow", Lead: loc.Lang.T(text.ConnConnecting), Text: loc.Lang.T(text.ConnConnectingText)}
	}
	m.End, m.Growing = loc.age(c)
	return m
}

// heard reports whether what is shown is what the server says now: there is a connection,
// or there is about to be one and the server drew the page a moment ago.
func heard(v live.View) bool {
	return v.Phase == live.Live || v.Phase == live.Polling || v.Phase == live.Connecting
}

// age says how old the news shown is, whatever the transport. For a running audit
// that is the worker's last sign of life: that the server was heard since then is no
// news. Where the line names the time of the data, nothing is left to say.
func (loc locale) age(c connection) (string, *growing) {
	v := c.View
	k := loc.pulse(v, v.Progress, c.Asked)
	switch {
	case v.Terminal() || v.Phase == live.Offline || v.Phase == live.Closed:
		return "", nil
	case v.Saved:
		return loc.copyAge(v), nil
	case !k.Last.IsZero():
		return loc.growing(k.Last, loc.Lang.T(text.LastUpdate, "{ago}"))
	case v.Phase == live.Live || v.Phase == live.Connecting || v.ConfirmedAt.IsZero():
		return "", nil // nothing is expected to change, or the page was drawn just now
	}
	return loc.growing(loc.Clock.server(v.ConfirmedAt), loc.Lang.T(text.LastUpdate, "{ago}"))
}

// copyAge says when what is shown was kept on this device.
func (loc locale) copyAge(v live.View) string {
	if v.SavedAt.IsZero() {
		return ""
	}
	return loc.Lang.T(text.SavedCopy, loc.clockHere(v.SavedAt))
}

// asOf is the time of the data shown.
func asOf(v live.View) time.Time {
	if v.Saved {
		return v.SavedAt
	}
	return v.ConfirmedAt
}

// at sets the moment drawn to the time of the data when there is no connection.
// Otherwise durations would go on growing although nobody knows what happens.
func (loc locale) at(v live.View) locale {
	if as := asOf(v); (v.Saved || v.Phase == live.Offline || v.Phase == live.Closed) && !as.IsZero() {
		loc.Now, loc.Grows = as, nil
	}
	return loc
}

func (loc locale) ended(p shared.AuditProgress) stripModel {
	l := loc.Lang
	switch p.Status {
	case shared.StatusFailed:
		m := stripModel{
			Tone: toneBad, Icon: iconCross,
			Lead: l.T(text.ConnFailedUnstarted), Text: l.T(text.ConnFailedText),
		}
		if p.StartedAt != nil && p.FinishedAt != nil {
			m.Lead = l.T(text.ConnFailed, loc.stopwatch(p.FinishedAt.Sub(p.StartedAt.Time)))
		}
		if why := text.ErrorMessage(l, &p); why != "" {
			m.Text = strings.TrimSpace(why + " " + text.Remedy(l, &p))
		}
		return m
	case shared.StatusCancelled:
		return loc.cancelled(p)
	}
	m := stripModel{Tone: toneGood, Icon: iconCheck, Lead: text.Status(l, string(p.Status))}
	if p.StartedAt != nil && p.FinishedAt != nil {
		m.Lead = l.T(text.ConnDone, loc.stopwatch(p.FinishedAt.Sub(p.StartedAt.Time)))
	}
	pages, findings := l.N(text.Pages, p.TotalPages), l.N(text.FindingsCount, p.Findings.Total())
	if p.GeoScore == nil {
		m.Text = l.T(text.ConnDoneNoScore, pages, findings)
	} else {
		m.Text = l.T(text.ConnDoneText, pages, findings, *p.GeoScore)
	}
	return m
}

func (loc locale) cancelled(p shared.AuditProgress) stripModel {
	l := loc.Lang
	m := stripModel{Icon: iconMinus, Lead: l.T(text.ConnCancelled)}
	switch {
	case p.TotalPages == 0:
		m.Text = l.T(text.ConnCancelledEarly)
	default:
		m.Text = l.T(text.ConnCancelledText, l.N(text.Pages, p.TotalPages))
	}
	return m
}

func (loc locale) closed(v live.View) stripModel {
	l := loc.Lang
	m := stripModel{Icon: iconMinus, Link: "/", Button: l.T(text.AllAudits)}
	switch v.Reason {
	case live.ReasonDeleted:
		m.Lead, m.Text = l.T(text.ConnDeleted), l.T(text.ConnDeletedNothing)
		if at := asOf(v); v.Progress != nil && !at.IsZero() {
			m.Text = l.T(text.ConnDeletedSaved, loc.clockHere(at))
		}
	case live.ReasonUnauthorized:
		m.Tone, m.Lead, m.Text = toneBad, l.T(text.ConnForbidden), l.T(text.ConnForbiddenText)
		m.Link, m.Button = shared.PathSignInTo(pageOf(v.Topic)), l.T(text.SignIn)
	case live.ReasonForbidden:
		m.Tone, m.Lead, m.Text = toneBad, l.T(text.ConnForbidden), l.T(text.ConnForbiddenText)
	case live.ReasonNotFound:
		m.Lead, m.Text = l.T(text.MissingAudit, v.Topic.ID()), l.T(text.MissingAuditHelp)
		if at := asOf(v); v.Progress != nil && !at.IsZero() {
			m.Text = l.T(text.ConnDeletedSaved, loc.clockHere(at))
		}
	default:
		m.Lead, m.Text = l.T(text.ConnConnecting), l.T(text.ConnConnectingText)
		m.Link, m.Button = "", ""
	}
	return m
}

// pageOf is the page that shows a topic, where somebody goes on who had to sign in.
func pageOf(t live.Topic) string {
	if t.IsList() {
		return "/"
	}
	return shared.PathPage(t.ID())
}

func (loc locale) offline(v live.View) stripModel {
	l, at := loc.Lang, asOf(v)
	if v.Reason == live.ReasonServer {
		m := stripModel{
			Tone: toneWarn, Dot: "warn", Lead: l.T(text.ConnServer), Text: l.T(text.ConnServerNothing),
			Action: actRetry, Button: l.T(text.ConnRetryButton),
		}
		if !at.IsZero() {
			m.Text = l.T(text.ConnServerText, loc.clockHere(at))
		}
		return m
	}
	m := stripModel{Icon: iconNoWifi, Lead: l.T(text.ConnOffline)}
	switch {
	case v.Topic.IsList() && v.Audits != nil && !at.IsZero():
		m.Text = l.T(text.ConnOfflineList, loc.clockHere(at))
	case v.Topic.IsList():
		m.Text = l.T(text.ListUnknown)
	case v.Progress != nil && !at.IsZero():
		m.Text = l.T(text.ConnOfflineText, loc.clockHere(at))
	default:
		m.Text = l.T(text.ConnOfflineNothing)
	}
	return m
}

func (loc locale) retrying(v live.View) stripModel {
	l := loc.Lang
	m := stripModel{
		Tone: toneWarn, Dot: "warn", Lead: l.T(text.ConnLost),
		Action: actRetry, Button: l.T(text.ConnRetryButton),
	}
	switch v.Reason {
	case live.ReasonDrain:
		m.Lead = l.T(text.ConnRestarting)
	case live.ReasonUnavailable:
		m.Lead = l.T(text.ConnNoDatabase)
	}
	left := int((v.RetryAt.Sub(loc.Now) + time.Second - 1) / time.Second)
	switch {
	case !v.RetryAt.IsZero() && left > 0:
		m.Text = l.T(text.ConnRetryIn, left, v.Attempt+1)
	case v.Attempt > 0:
		m.Text = l.T(text.ConnRetryNow, v.Attempt)
	default:
		m.Text = l.T(text.ConnBrowserRetries)
	}
	return m
}

func (loc locale) polling(v live.View) stripModel {
	l := loc.Lang
	m := stripModel{
		Tone: toneInfo, Dot: "info", Lead: l.T(text.ConnPolling),
		Action: actRetry, Button: l.T(text.ConnLiveButton),
	}
	switch v.Reason {
	case live.ReasonMissing:
		m.Text, m.Action, m.Button = l.T(text.ConnPollingMissing), actNothing, ""
	case live.ReasonBlocked:
		m.Text = l.T(text.ConnPollingBlocked)
	default:
		m.Text = l.T(text.ConnPollingLost)
	}
	if v.PollFailures > 0 {
		m.Tone, m.Dot, m.Text = toneWarn, "warn", l.T(text.ConnPollingFails, loc.fault(v))
	}
	return m
}

func (loc locale) fault(v live.View) string {
	switch v.Fault {
	case live.FaultTimeout:
		return loc.Lang.T(text.FaultTimeout)
	case live.FaultForeign:
		return loc.Lang.T(text.FaultForeign)
	case live.FaultStatus:
		return loc.Lang.T(text.FaultStatus, v.Status)
	case live.FaultBadData:
		return loc.Lang.T(text.FaultBadData)
	}
	return loc.Lang.T(text.FaultNetwork)
}

func (loc locale) silent(c connection, k pulse) stripModel {
	m := stripModel{
		Tone: toneWarn, Icon: iconTriangle,
		Lead: loc.Lang.T(text.ConnStalled, loc.span(k.Silent)),
		Text: loc.Lang.T(text.ConnStalledText, loc.clock(k.Last)),
	}
	if c.Cancellable {
		m.Action, m.Button = actAskCancel, loc.Lang.T(text.CancelButton)
	}
	return m
}

// sweepEvery is how many seconds lie between two sweeps of the lamp's beam. A sweep draws
// as many frames as a page on which nothing happens draws in two minutes.
const sweepEvery = 60

// lamp is how the tower's lamp shows the connection, as the class of a dot: its beam
// sweeps while the page is live and stands while it polls; only the lamp is lit while the
// connection is lost, and it is dark offline. Without a state it is as in the sign.
func (loc locale) lamp(v live.View) string {
	switch {
	case v.Phase == live.Live:
		return "live"
	case v.Phase == live.Polling:
		return "info"
	case v.Phase == live.Retrying && loc.Now.Sub(v.Since) >= lostAfter,
		v.Phase == live.Offline && v.Reason == live.ReasonServer:
		return "warn"
	case v.Phase == live.Offline:
		return "hollow"
	}
	return ""
}

// pillModel is the connection in one word, for the header.
type pillModel struct {
	Dot  string
	Text string
}

// pill is the word for a view; k is the pulse of the audit that it shows.
func (loc locale) pill(v live.View, k pulse) pillModel {
	l := loc.Lang
	switch {
	case k.Stalled && heard(v):
		return pillModel{"warn", l.T(text.Stalled)}
	case v.Phase == live.Live:
		return pillModel{"live", l.T(text.PillLive)}
	case v.Phase == live.Retrying && loc.Now.Sub(v.Since) >= lostAfter:
		return pillModel{"warn", l.T(text.PillLost)}
	case v.Phase == live.Polling:
		return pillModel{"info", l.T(text.PillPolling)}
	case v.Phase == live.Offline && v.Reason == live.ReasonServer:
		return pillModel{"warn", l.T(text.PillServer)}
	case v.Phase == live.Offline:
		return pillModel{"hollow", l.T(text.PillOffline)}
	case v.Phase == live.Closed, v.Terminal():
		return pillModel{"hollow", l.T(text.PillSaved)}
	}
	return pillModel{"hollow", l.T(text.PillConnecting)}
}
