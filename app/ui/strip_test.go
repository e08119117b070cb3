//go:build !js

package ui

import (
	"testing"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// Every state of the connection and of the audit, in words, in both languages.
func TestStrip(t *testing.T) {
	running, done, waiting := sample(t, "running"), sample(t, "completed"), sample(t, "external")
	running.UpdatedAt = *at7(t, "14:04:28")
	failed, cancelled, silent := *running, *running, *running
	reason := "Could not resolve the host name"
	failed.Status, failed.ErrorMessage, failed.FinishedAt = shared.StatusFailed, &reason, at7(t, "14:02:23")
	cancelled.Status, cancelled.FinishedAt = shared.StatusCancelled, at7(t, "14:06:00")
	silent.WorkerSeenAt, silent.UpdatedAt = nil, *at7(t, "14:03:24")

	now := moment(t, "14:04:30")
	with := func(phase live.Phase, why live.Reason, p *shared.AuditProgress) connection {
		return connection{View: live.View{Topic: live.Audit(7), Phase: phase, Reason: why, Progress: p,
			Since: now.Add(-10 * time.Second), ConfirmedAt: now.Add(-2 * time.Second)}}
	}
	change := func(c connection, f func(*connection)) connection { f(&c); return c }

	for name, c := range map[string]struct {
		in     connection
		tone   tone
		en, es string
		end    string // in English
		button string // in English
	}{
		"connecting": {change(with(live.Connecting, "", nil), func(c *connection) { c.View.ConfirmedAt = time.Time{} }), toneNone,
			"Connecting: Opening the live channel…", "Conectando: Abriendo el canal en directo…", "", ""},
		"live": {with(live.Live, "", running), toneNone,
			"Live: Updates arrive as they happen", "En directo: Los cambios llegan al momento", "Last update 2 s ago", ""},
		"back": {change(with(live.Live, "", running), func(c *connection) { c.BackAt = now.Add(-3900 * time.Millisecond) }), toneGood,
			"Live again: Nothing was missed", "De nuevo en directo: No se ha perdido nada", "Last update 2 s ago", ""},
		"back is over": {change(with(live.Live, "", running), func(c *connection) { c.BackAt = now.Add(-4 * time.Second) }), toneNone,
			"Live: Updates arrive as they happen", "En directo: Los cambios llegan al momento", "Last update 2 s ago", ""},
		"lost just now": {change(with(live.Retrying, live.ReasonLost, running),
			func(c *connection) { c.View.Since = now.Add(-time.Second) }), toneNone,
			"Connecting: Opening the live channel…", "Conectando: Abriendo el canal en directo…", "Last update 2 s ago", ""},
		"lost, the browser tries": {with(live.Retrying, live.ReasonLost, running), toneWarn,
			"Connection lost: Trying again", "Conexión perdida: Reintentando", "Last update 2 s ago", "Retry now"},
		"lost, waiting": {change(with(live.Retrying, live.ReasonLost, running),
			func(c *connection) { c.View.Attempt, c.View.RetryAt = 2, now.Add(3200*time.Millisecond) }), toneWarn,
			"Connection lost: Trying again in 4 s (attempt 3)", "Conexión perdida: Reintento en 4 s (intento 3)",
			"Last update 2 s ago", "Retry now"},
		"lost, trying": {change(with(live.Retrying, live.ReasonSilent, running), func(c *connection) { c.View.Attempt = 3 }), toneWarn,
			"Connection lost: Trying again now (attempt 3)", "Conexión perdida: Reintentando ahora (intento 3)",
			"Last update 2 s ago", "Retry now"},
		"restarting": {with(live.Retrying, live.ReasonDrain, running), toneWarn,
			"The server is restarting: Trying again", "El servidor se está reiniciando: Reintentando", "Last update 2 s ago", "Retry now"},
		"no database": {with(live.Retrying, live.ReasonUnavailable, running), toneWarn,
			"The server cannot read its database: Trying again",
			"El servidor no puede leer su base de datos: Reintentando", "Last update 2 s ago", "Retry now"},
		"polling, blocked": {with(live.Polling, live.ReasonBlocked, running), toneInfo,
			"Checking every few seconds: The live channel is blocked, so progress is fetched instead",
			"Consulta cada pocos segundos: El canal en directo está bloqueado; se consulta el progreso",
			"Last update 2 s ago", "Try live again"},
		"polling, no EventSource": {with(live.Polling, live.ReasonMissing, running), toneInfo,
			"Checking every few seconds: This browser has no live channel, so progress is fetched instead",
			"Consulta cada pocos segundos: Este navegador no tiene canal en directo; se consulta el progreso",
			"Last update 2 s ago", ""},
		"polling fails": {change(with(live.Polling, live.ReasonLost, running), func(c *connection) {
			c.View.PollFailures, c.View.Fault, c.View.Status = 1, live.FaultStatus, 502
		}), toneWarn,
			"Checking every few seconds: The last check failed: the server answered with code 502. The next one follows shortly", "Consulta cada pocos segundos: La última consulta falló: el servidor respondió con el código 502. Pronto se hará otra", "Last update 2 s ago", "Try live again"},
		"offline": {change(with(live.Offline, live.ReasonNetwork, running),
			func(c *connection) { c.View.Saved, c.View.SavedAt = true, moment(t, "14:03:00") }), toneNone,
			"You are offline: Showing what was known at 15:03. The audit goes on at the server",
			"Sin conexión: Se muestra lo último conocido: 15:03. La auditoría sigue en el servidor", "", ""},
		"offline, yesterday's copy": {change(with(live.Offline, live.ReasonNetwork, running), func(c *connection) {
			c.View.Saved, c.View.SavedAt = true, moment(t, "14:03:00").AddDate(0, 0, -1)
		}), toneNone,
			"You are offline: Showing what was known at 22 Nov, 15:03. The audit goes on at the server",
			"Sin conexión: Se muestra lo último conocido: 22 nov, 15:03. La auditoría sigue en el servidor", "",
			""},
		"offline, nothing kept": {change(with(live.Offline, live.ReasonNetwork, nil),
			func(c *connection) { c.View.ConfirmedAt = time.Time{} }), toneNone,
			"You are offline: No copy of this audit is kept on this device",
			"Sin conexión: No hay copia de esta auditoría en este dispositivo", "", ""},
		"server silent": {with(live.Offline, live.ReasonServer, running), toneWarn,
			"The server does not answer: Last data from 15:04. Trying again",
			"El servidor no responde: Últimos datos: 15:04. Reintentando", "", "Retry now"},
		"stalled": {change(with(live.Live, "", &silent), func(c *connection) { c.Cancellable = true }), toneWarn,
			"No news for 1 min: You are connected, but the worker has reported nothing since 15:03",
			"Sin novedades desde hace 1 min: Hay conexión, pero el proceso no informa. Último informe: 15:03", "",
			"Cancel"},
		"stalled when the page was drawn": {with(live.Connecting, "", &silent), toneWarn,
			"No news for 1 min: You are connected, but the worker has reported nothing since 15:03",
			"Sin novedades desde hace 1 min: Hay conexión, pero el proceso no informa. Último informe: 15:03", "", ""},
		"not stalled: the worker was asked": {change(with(live.Live, "", &silent), func(c *connection) {
			c.Asked = signs{silent.AuditID: moment(t, "14:04:28")}
		}), toneNone,
			"Live: Updates arrive as they happen", "En directo: Los cambios llegan al momento", "Last update 2 s ago", ""},
		"not stalled: it waits for a worker": {with(live.Live, "", waiting), toneNone,
			"Live: Updates arrive as they happen", "En directo: Los cambios llegan al momento", "", ""},
		"waiting when the page was drawn": {with(live.Connecting, "", waiting), toneNone,
			"Connecting: Opening the live channel…", "Conectando: Abriendo el canal en directo…", "", ""},
		"done": {with(live.Closed, live.ReasonFinished, done), toneGood,
			"Done in 3:50: 340 pages, 93 findings, score 76", "Terminada en 3:50: 340 páginas, 93 hallazgos, puntuación 76", "", ""},
		"failed": {with(live.Closed, live.ReasonFinished, &failed), toneBad,
			"Failed after 11 s: Could not resolve the host name", "Falló a los 11 s: Could not resolve the host name", "", ""},
		"cancelled": {with(live.Closed, live.ReasonFinished, &cancelled), toneNone,
			"Cancelled: Stopped after 287 pages. What was found is kept",
			"Cancelada: Detenida tras 287 páginas. Se conserva lo encontrado", "", ""},
		"deleted": {with(live.Closed, live.ReasonDeleted, running), toneNone,
			"This audit no longer exists: A copy saved at 15:04 is shown",
			"Esta auditoría ya no existe: Se muestra una copia guardada: 15:04", "", "All audits"},
		"forbidden": {with(live.Closed, live.ReasonForbidden, nil), toneBad,
			"You cannot see this audit: Sign in or ask for access",
			"No puedes ver esta auditoría: Inicia sesión o pide acceso", "", "All audits"},
	} {
		m := locale{Lang: text.EN, Now: now, Zone: madrid}.strip(c.in)
		es := locale{Lang: text.ES, Now: now, Zone: madrid}.strip(c.in)
		if got := m.Lead + ": " + m.Text; got != c.en {
			t.Errorf("%s: got %q, want %q", name, got, c.en)
		}
		if got := es.Lead + ": " + es.Text; got != c.es {
			t.Errorf("%s: got %q, want %q", name, got, c.es)
		}
		if m.Tone != c.tone || m.End != c.end || m.Button != c.button {
			t.Errorf("%s: got tone %q, end %q, button %q; want %q, %q, %q", name, m.Tone, m.End, m.Button, c.tone, c.end, c.button)
		}
		if (m.Button != "") != (m.Action != actNothing || m.Link != "") {
			t.Errorf("%s: button %q with action %d and link %q", name, m.Button, m.Action, m.Link)
		}
		if m.Dot == "" && m.Icon == iconNone {
			t.Errorf("%s has neither dot nor icon", name)
		}
	}
}

func at7(t *testing.T, clock string) *shared.Time { return shared.AtPtr(moment(t, clock)) }

// The pill says "live" only while it is true.
func TestPill(t *testing.T) {
	loc := localeAt(t, text.EN, "14:00:00")
	for phase, want := range map[live.Phase]string{
		live.Connecting: "Connecting", live.Live: "Live", live.Retrying: "Reconnecting", live.Polling: "Checking",
		live.Offline: "Offline", live.Closed: "Ended",
	} {
		if got := loc.pill(live.View{Phase: phase}, pulse{}).Text; got != want {
			t.Errorf("%s: got %q, want %q", phase, got, want)
		}
	}
	if got, want := loc.pill(live.View{Phase: live.Retrying, Since: loc.Now}, pulse{}).Text, "Connecting"; got != want {
		t.Errorf("just lost: got %q, want %q", got, want)
	}
	drawn := live.View{Phase: live.Connecting, Progress: sample(t, "completed")}
	if got, want := loc.pill(drawn, pulse{}).Text, "Ended"; got != want {
		t.Errorf("an ended audit when its page was drawn: got %q, want %q", got, want)
	}
}
