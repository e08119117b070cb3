// Package live keeps one topic, an audit or the list of audits, current in a
// browser: by a stream while one gets through, by polling while none does, from
// the copy kept on the device while neither does. It tells the user interface one
// immutable [View] after the other and knows nothing about it.
//
// # Use
//
//	session := live.Open(live.Options{
//		Topic:    live.Audit(7),
//		Platform: live.Browser(),
//		Initial:  live.Copy{Progress: drawnByTheServer},
//		Keep:     kept.Browser(),
//		OnChange: func(v live.View) { show(v.Phase, v.Progress) },
//	})
//	defer session.Close()
//
// [GetJSON], [PostJSON], [GetText] and [Ask] ask the server's API. [Next] is the heart of it, a pure function: an example shows one story.
//
// # What follows what
//
//	platform      EventSource, fetch, page events: everything js. In the app package
//	              tabs stands between: its sources are fed by one tab's for all
//	  → session   one goroutine; carries out commands, feeds back what happens
//	  → replica   the state known, and what may replace it
//	  → machine   [Next]: what follows from an event; pure
//	  → view      told to OnChange, kept on the device by a [Keeper]
//
// # Phases
//
//	           first beat or data                 lost, silent, drain
//	Connecting ──────────────────▶ Live ◀──────────────────────────▶ Retrying
//	     │                          ▲        first beat or data          │
//	     │ no first beat in 5 s,    │                                    │ 5 failures,
//	     │ no EventSource           │ a probe that beats again           │ useless streams
//	     │                          │ after 1 s                          │
//	     └────────────────────▶ Polling ◀────────────────────────────────┘
//	                                ▲
//	                       answered │ 2 polls failed
//	                                ▼
//	  browser says no network ▶ Offline ▶ as it was, with the next sign of life
//
//	terminal state, deleted, 401, 403, 404, Close: from anywhere ▶ Closed
//
// The phase is derived from the facts the machine holds ([State.Phase]), so it
// cannot contradict them. Live is said only while a stream is open, was heard
// and has met no error; the one exception is the silent renewal of a stream at
// its lifetime, for the 5 s in which the next one must beat.
//
// # Rules
//
// A source is an EventSource object. It may carry several connections, because
// the browser reconnects by itself. The times stand in times.go.
//
//	event                          while            what follows
//	onerror, CONNECTING, the       streaming        nothing but a grace of 15 s: the browser
//	first since the last beat                       is reconnecting, sooner than we would
//	onerror again, or the grace    streaming        a failure: close; own source after a
//	ends                                            random part of 1, 2, 4, 8, 10, 10 … s
//	onerror, CLOSED, and no        streaming        a failure, and one poll to learn why;
//	pagehide within 0.2 s                           done if the terminal state is known (204)
//	a fifth failure                streaming        polling
//	no first beat within 5 s       streaming        polling at once: retrying does not cure
//	                                                a proxy that holds streams back
//	a third stream in a row that   streaming        polling at once
//	lived under 1 s
//	no EventSource                 any              polling, without probes
//	first beat or data             streaming        live; failures are forgotten. The
//	                                                opening alone forgets nothing
//	nothing for 50 s               live             close, and a new source at once
//	end: max_age                   live             a new source at once; stays live
//	end: drain                     live             a new source after retry_ms and up to
//	                                                1 s; no failure
//	end: unavailable               live             a failure; retry_ms is the least wait
//	end: finished, state unknown,  live             one poll; a new source after retry_ms
//	or an unknown reason                            and up to 1 s; no failure
//	end: deleted                   any              closed
//	30 s, 60 s, 2 min, 5 min …;    polling          a probe: a source beside polling
//	online; visible; the user;
//	a poll answered after outage
//	beat or data 1 s or more       polling, probe   live; polling stops, a request under way
//	after the connection's first                    is aborted
//	beat or data of a probe        polling, probe   polls failed so far are forgotten: the
//	                                                server is there
//	any failure of the probe       polling, probe   the next probe, later; polling goes on
//	a poll answered                polling          the next at once, but 3 s after the
//	                                                start of the last; answers are held 25 s
//	a poll failed                  polling          the next up to 1, 2, 4, 8, 10 s later, or
//	                                                after Retry-After; counted in the view
//	online; the user               retrying         the wait, or the browser's, ends now
//	visible                        retrying         the wait ends now; like online, not before
//	                                                the server allows (retry_ms, Retry-After)
//	pagehide                       any              everything closed, no deadline left
//	pageshow, visible              after pagehide   starts over as a new page
//
// Sources opened by hand carry the cursor as a parameter, because a new
// EventSource sends no Last-Event-ID.
//
// A probe proves itself with an event that comes 1 s or more after its first
// one, because a proxy may let the first flush (beat and snapshot) through and
// hold back the rest. On an idle audit that is the second heartbeat, 15 to 30 s
// later; polling goes on until then.
//
// Deadlines are points in time and are looked at on every event, so a throttled
// timer or a sleep makes nothing late for longer than until the next wake. Time
// asleep counts. A deadline for hearing something that ran out while nobody
// listened is put off once, by 2 s: what came meanwhile may still be queued.
//
// navigator.onLine = false is taken as a hint: the phase is offline at once, but
// the stream stays open and its next sign of life ends the phase. A server on the
// same machine is heard without a network.
//
// # What replaces what
//
// The newest revision wins, whichever way it came. There is one exception: the
// first frame of an audit on a connection, and every answer to a poll, are believed
// whatever their revision, if they were asked for after the held state arrived. A
// restored database may count from below. Copies of the device replace nothing.
// Data that breaks the contract is skipped, and the console is told.
//
// A list stream does not mark the end of its snapshot. It is taken as complete
// 1 s after its last frame (3 s after the first beat if no frame comes, 5 s if
// they never pause); held audits that it did not name are dropped, as those are of
// which a deleted event tells. A list holds at most [shared.ListLimitMax] audits,
// unless more of them have not ended.
//
// # Guarantees
//
//   - A session has at most one source open, and polls nothing beside a healthy stream.
//     How many streams the tabs of a browser have together, package tabs decides.
//   - Requests of the polling address start at least 3 s apart, whatever happens.
//   - Closed is final and leaves nothing behind: source closed, request aborted,
//     timer stopped, listeners removed, callbacks released, goroutines ended.
//   - Without a reason to close it never gives up: a source is open or a
//     deadline is set.
//   - OnChange is called from one goroutine, with views in order, at most four
//     times a second except for urgent ones; intermediate states may be left
//     out, the last one never is.
//   - No method of [Session] blocks. When the handler of pagehide returns, the
//     source is closed: in a browser all goroutines run until they wait before a
//     callback returns.
//   - No panic leaves a callback: it is told to console.error.
//
// # On the device
//
// Sessions keep their state at most every 2 s, and at the end and on pagehide at
// once. Keeping does not hold them up; of a page that goes away for good, what
// the browser did not get to write is lost. A session that begins with nothing
// shows the copy on the device when it is read, unless the server was heard before.
//
// # Elsewhere than in a browser
//
// The package compiles natively, for prerendering and for tests. [Browser] is
// then a platform on which nothing ever happens, [DeviceValues] are none
// and API calls answer [ErrNetwork].
//
// # Files
//
// In reading order. Uses run down this list, but for two files that continue the
// one above them, session_view.go and machine_poll.go.
//
//	session.go       the goroutine: messages in, commands carried out
//	session_view.go  the session's view: what changes it, when it is told and kept
//	machine.go       Next: the events of a stream
//	machine_poll.go  Next: polling, probes, and changes around the page
//	replica.go       the state of the topic, and what may replace it
//	call.go          requests to the API, for the user interface
//	path.go          whether something on the way holds streams back
//	storage_js.go    localStorage
//	source_js.go     EventSource, fetch and page events
//	callback_js.go   functions that JavaScript can call, however late
//	source_native.go what stands in for them outside a browser
//	answer.go        what the answer to a request means
//	state.go         the machine's state, events and commands
//	stopwatch.go     time that really passed, sleep included
//	platform.go      what a session needs of a browser
//	story.go         how a visit fared, by its views, as the server is told of it
//	view.go          what a session tells: phases, reasons, the view
//	topic.go         what a session follows, and its addresses
//	times.go         how long everything may take
//	status.go        HTTP statuses
package live
