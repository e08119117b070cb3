package ui

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

const (
	startFieldID = "start-url"
	startErrorID = "start-error"
	startHelpID  = "start-help"
)

// startBox takes an address and starts an audit. Without WebAssembly it is a
// plain form.
type startBox struct {
	app.Compo
	Lang   text.Lang
	Device *device

	busy bool
	code string // names what is wrong with the field; "" when nothing is
	// key lets the server recognise keyFor when it is sent again after a failure.
	key, keyFor string
}

func (s *startBox) Render() app.UI {
	return startView(startModel{Lang: s.Lang, Busy: s.busy, Code: s.code}, s.onSubmit, s.onInput)
}

type startModel struct {
	Lang text.Lang
	Busy bool
	Code string
}

// codeEmpty is this page's own code, beside the server's: the field is blank.
const codeEmpty = "empty"

func startView(m startModel, onSubmit, onInput app.EventHandler) app.UI {
	l := m.Lang
	box, sentence, invalid := "field", "", ""
	switch m.Code {
	case "":
	case codeEmpty:
		box, sentence, invalid = "field bad", l.T(text.StartEmpty), "true"
	default:
		box, sentence, invalid = "field bad", text.Problem(l, m.Code), "true"
	}
	label, waits := l.T(text.StartButton), ""
	if m.Busy {
		label, waits = l.T(text.StartBusy), "true"
	}
	field := at{
		"id", startFieldID, "name", "url", "type", "text", "placeholder", "https://www.example.com",
		"aria-describedby", startHelpID + " " + startErrorID, "aria-invalid", invalid,
		"inputmode", "url", "autocomplete", "url", "autocapitalize", "off", "spellcheck", "false",
	}
	return form("card start", at{"method", "post", "action", shared.PathBasic, "novalidate", "true"}, onSubmit,
		elWith("label", "vh", at{"for", startFieldID}, app.Text(l.T(text.StartLabel))),
		el("span", box, iconGlobe.draw(""), input(field, onInput)),
		submit("btn-primary", at{"disabled", waits}, app.Text(label)),
		elWith("p", "field-error", at{"id", startErrorID, "role", "alert"}, app.Text(sentence)),
		elWith("p", "opts", at{"id", startHelpID}, app.Text(l.T(text.StartHelp))),
	)
}

func (s *startBox) onInput(app.Context, app.Event) { s.code = "" }

func (s *startBox) onSubmit(ctx app.Context, e app.Event) {
	e.PreventDefault()
	if s.busy {
		return
	}
	field := app.Window().GetElementByID(startFieldID)
	address := strings.TrimSpace(field.Get("value").String())
	if address == "" {
		s.fail(codeEmpty)
		return
	}
	if s.keyFor != address {
		s.key, s.keyFor = rand.Text(), address
	}
	s.busy, s.code = true, ""
	key := s.key
	ctx.Async(func() {
		audit, err := createAudit(address, key)
		ctx.Dispatch(func(ctx app.Context) {
			s.busy = false
			switch {
			case !s.Mounted(): // the user has left the page meanwhile
			case err != nil:
				s.fail(failureCode(err))
			default:
				s.Device.created = &audit
				ctx.Navigate(shared.PathPage(audit.AuditID))
			}
		})
	})
}

// fail shows what is wrong and moves the focus back into the field.
func (s *startBox) fail(code string) {
	s.code = code
	if code == string(shared.CodeIdempotency) {
		s.keyFor = ""
	}
	if f := app.Window().GetElementByID(startFieldID); f.Truthy() {
		f.Call("focus")
	}
}

// createAudit asks the server to audit an address; a bare host will do.
func createAudit(address, key string) (shared.AuditProgress, error) {
	body, err := json.Marshal(shared.NewAudit{URL: address})
	if err != nil {
		return shared.AuditProgress{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	return created(live.PostJSON(ctx, shared.PathAudits, body, key))
}
