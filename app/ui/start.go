package ui

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/app/internal/outbox"
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
	// Address is what the field holds at first.
	Address string
	// Changes is the key of the entry of the outbox that the form changes; empty when it
	// starts an audit.
	Changes string

	busy bool
	kept bool   // what was asked for waits for the connection
	code string // names what is wrong; "" when nothing is
	// field is the setting that is wrong; empty for the address.
	field string
	// met are the newest audits of the site that is about to be started.
	met []shared.AuditProgress
	// warned is the address of which the reader was told that it is being audited.
	warned string
	// key lets the server recognise keyFor when it is sent again after a failure.
	key    string
	keyFor shared.NewAudit
}

func (s *startBox) Render() app.UI {
	m := startModel{Lang: s.Lang, Busy: s.busy, Code: s.code, Field: s.field, Address: s.Address}
	switch {
	case len(s.met) > 0:
		m.Met = s.locale().met(s.met, s.warned != "")
	case s.kept:
		m.Met = metModel{Text: s.Lang.T(text.StartWaits)}
	}
	m.Changes = s.Changes != ""
	return startView(m, s.onSubmit, s.onInput)
}

func (s *startBox) locale() locale {
	return locale{Lang: s.Lang, Now: time.Now(), Clock: s.Device.skew, Zone: time.Local}
}

type startModel struct {
	Lang    text.Lang
	Busy    bool
	Code    string
	Field   string
	Address string
	Met     metModel
	// Changes has the button say that it changes what waits.
	Changes bool
}

// metModel says that a site was audited before, or is being audited.
type metModel struct {
	Text, Link string
	// Running has the button say that it starts another audit anyway.
	Running bool
}

// met puts into words what is known of a site by its newest audits; the zero model when
// that is nothing.
func (loc locale) met(audits []shared.AuditProgress, warned bool) metModel {
	l := loc.Lang
	if p := goingOn(audits); p != nil {
		return metModel{l.T(text.StartRunning, p.Progress), shared.PathPage(p.AuditID), warned}
	}
	for i := range audits {
		if p := &audits[i]; p.GeoScore != nil && p.FinishedAt != nil {
			words := l.T(text.StartBefore, loc.when(p.FinishedAt.Time), l.Number(*p.GeoScore))
			return metModel{Text: words, Link: shared.PathReportPage(p.AuditID)}
		}
	}
	return metModel{}
}

// goingOn is the first audit that has not ended, or nil.
func goingOn(audits []shared.AuditProgress) *shared.AuditProgress {
	for i := range audits {
		if !audits[i].Status.Terminal() {
			return &audits[i]
		}
	}
	return nil
}

// The page's own codes, beside the server's.
const (
	codeEmpty   = "empty"   // the field is blank
	codeStarted = "started" // what was to be changed is not there any more
	codeUnsent  = "headers_unsent"
)

func startView(m startModel, onSubmit, onInput app.EventHandler) app.UI {
	l := m.Lang
	box, sentence, invalid := "field", "", ""
	switch {
	case m.Code == "", m.Field != "":
	case m.Code == codeEmpty:
		box, sentence, invalid = "field bad", l.T(text.StartEmpty), "true"
	case m.Code == codeStarted:
		sentence = l.T(text.WaitingGone)
	default:
		box, sentence, invalid = "field bad", text.Problem(l, m.Code), "true"
	}
	label, waits := l.T(text.StartButton), ""
	switch {
	case m.Busy:
		label, waits = l.T(text.StartBusy), "true"
	case m.Changes:
		label = l.T(text.WaitingSave)
	case m.Met.Running:
		label = l.T(text.StartAnyway)
	}
	field := at{
		"id", startFieldID, "name", "url", "type", "text", "placeholder", "https://www.example.com",
		"aria-describedby", startHelpID + " " + startErrorID, "aria-invalid", invalid,
		"inputmode", "url", "autocomplete", "url", "autocapitalize", "off", "spellcheck", "false", "value", m.Address,
	}
	return form("card start", at{"method", "post", "action", shared.PathBasic, "novalidate", "true"}, onSubmit,
		elWith("label", "vh", at{"for", startFieldID}, app.Text(l.T(text.StartLabel))),
		el("span", box, iconGlobe.draw(""), input(field, onInput)),
		submit("btn-primary", at{"disabled", waits}, app.Text(label)),
		elWith("p", "field-error", at{"id", startErrorID, "role", "alert"}, app.Text(sentence)),
		metView(m.Met),
		elWith("p", "opts", at{"id", startHelpID}, app.Text(l.T(text.StartHelp))),
		el("details", "opts more", elText("summary", "", l.T(text.StartOptions)),
			optionsView(optionsForm{Lang: l, Place: startPlace, Bad: m.Field, Headers: true}, &shared.NewAudit{})),
	)
}

// metView keeps its place while it is empty, because a screen reader reads only what
// changes.
func metView(m metModel) app.UI {
	said := elText("span", "", m.Text)
	if m.Link != "" {
		said = elWith("a", "", at{"href", m.Link}, app.Text(m.Text))
	}
	return elWith("p", "opts met", at{"role", "status"}, said)
}

// startPlace begins the ids of the fields of the options.
const startPlace = "start-"

// wish reads the form.
func (s *startBox) wish(address string) shared.NewAudit {
	wish := shared.NewAudit{URL: address}
	wish.TakeOptions(formValues(startFieldID))
	return wish
}

// onInput looks up the site once the reader stops typing.
func (s *startBox) onInput(ctx app.Context, _ app.Event) {
	s.code, s.field, s.met, s.warned, s.kept = "", "", nil, "", false
	address := startAddress()
	ctx.After(typingPause, func(ctx app.Context) {
		if address == startAddress() {
			s.meet(ctx, address, func(app.Context) {})
		}
	})
}

func startAddress() string {
	return strings.TrimSpace(app.Window().GetElementByID(startFieldID).Get("value").String())
}

// meet asks what is known of the site of an address, and then goes on. A server that does
// not say is no hindrance.
func (s *startBox) meet(ctx app.Context, address string, then func(app.Context)) {
	name := siteOf(address)
	if name == "" {
		then(ctx)
		return
	}
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), meetTimeout)
		defer cancel()
		list, err := askList(c, shared.PathList(shared.ListQuery{Site: name, Limit: metAudits}))
		ctx.Dispatch(func(ctx app.Context) {
			if err == nil && address == startAddress() {
				s.met = list.Audits
			}
			then(ctx)
		})
	})
}

const (
	// metAudits is how many audits of a site are looked at.
	metAudits = 5
	// meetTimeout bounds a question whose answer is only good to know.
	meetTimeout = 2 * time.Second
)

// siteOf is the name of the site that an address is about to be audited as; a bare host
// will do. It is empty where that is no address yet.
func siteOf(address string) string {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	name := strings.ToLower(shared.SiteName(address))
	if strings.Contains(name, "://") || !strings.ContainsAny(name, ".:") {
		return ""
	}
	return name
}

func (s *startBox) onSubmit(ctx app.Context, e app.Event) {
	e.PreventDefault()
	if s.busy {
		return
	}
	address := startAddress()
	if address == "" {
		s.fail(codeEmpty)
		return
	}
	s.busy, s.code, s.field, s.kept = true, "", "", false
	switch {
	case s.Changes != "":
		s.change(ctx, address)
		return
	case s.warned == address || !live.Browser().Online():
		s.start(ctx, address)
		return
	}
	s.meet(ctx, address, func(ctx app.Context) {
		if goingOn(s.met) != nil {
			s.busy, s.warned = false, address
			return
		}
		s.start(ctx, address)
	})
}

// start has the server audit an address.
func (s *startBox) start(ctx app.Context, address string) {
	wish := s.wish(address)
	if !reflect.DeepEqual(s.keyFor, wish) {
		s.key, s.keyFor = rand.Text(), wish
	}
	key, box, now := s.key, s.Device.outbox, time.Now()
	ctx.Async(func() {
		audit, err := createAudit(wish, key)
		kept := unreached(err) && keepEntry(box, outbox.Entry{Key: key, Wish: wish, At: now})
		ctx.Dispatch(func(ctx app.Context) {
			s.busy = false
			switch {
			case !s.Mounted(): // the user has left the page meanwhile
			case kept:
				s.wait(ctx)
			case unreached(err) && len(wish.Headers) > 0:
				s.fail(codeUnsent)
			case err != nil:
				s.field = refusedOption(s.Lang, err)
				s.fail(failureCode(err))
			default:
				s.keyFor, s.Device.created = shared.NewAudit{}, &audit
				ctx.Navigate(shared.PathPage(audit.AuditID))
			}
		})
	})
}

// keepEntry keeps an audit until the connection is back, and reports whether it could.
func keepEntry(box *outbox.Outbox, e outbox.Entry) bool {
	c, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	return box.Add(c, e) == nil
}

// wait says that what was asked for waits for the connection, where it is listed.
func (s *startBox) wait(ctx app.Context) {
	s.kept, s.met, s.warned, s.keyFor = true, nil, "", shared.NewAudit{}
	fillStart(shared.NewAudit{})
	if !onDashboard() {
		ctx.Navigate("/")
	}
}

// change has what waits ask for what is in the form.
func (s *startBox) change(ctx app.Context, address string) {
	wish, key, box := s.wish(address), s.Changes, s.Device.outbox
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		err := box.Change(c, key, wish)
		ctx.Dispatch(func(app.Context) {
			s.busy = false
			switch {
			case !s.Mounted():
			case errors.Is(err, outbox.ErrGone):
				s.fail(codeStarted)
			case errors.Is(err, outbox.ErrSecret):
				s.fail(codeUnsent)
			case err != nil:
				s.fail(codeOffline)
			default:
				s.Changes, s.Device.changes = "", outbox.Entry{}
				fillStart(shared.NewAudit{})
			}
		})
	})
}

// fillStart writes into the form what an audit is asked for with.
func fillStart(wish shared.NewAudit) {
	field := func(id string) node { return app.Window().GetElementByID(id) }
	option := func(name string) node { return field(startPlace + name) }
	field(startFieldID).Set("value", wish.URL)
	option(shared.FieldPages).Set("value", orUsual(wish.PageLimit))
	option(shared.FieldDepth).Set("value", orUsual(wish.MaxDepth))
	option(shared.FieldInclude).Set("value", strings.Join(wish.Include, "\n"))
	option(shared.FieldExclude).Set("value", strings.Join(wish.Exclude, "\n"))
	option(shared.FieldAgents).Set("checked", wish.SkipAIAgents)
	option(shared.FieldRate).Set("value", shared.RateText(wish.Rate))
	option(shared.FieldHeaders).Set("value", "")
}

// fail shows what is wrong and moves the focus back into the field that it is about.
func (s *startBox) fail(code string) {
	s.code = code
	if code == string(shared.CodeIdempotency) {
		s.keyFor = shared.NewAudit{}
	}
	id := startFieldID
	if s.field != "" {
		id = startPlace + s.field
	}
	if f := app.Window().GetElementByID(id); f.Truthy() {
		if folded := f.Call("closest", "details"); folded.Truthy() {
			folded.Set("open", true)
		}
		f.Call("focus")
	}
}

// createAudit asks the server to audit an address; a bare host will do.
func createAudit(wish shared.NewAudit, key string) (shared.AuditProgress, error) {
	body, err := json.Marshal(wish)
	if err != nil {
		return shared.AuditProgress{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	return created(live.PostJSON(ctx, shared.PathAudits, body, key))
}
