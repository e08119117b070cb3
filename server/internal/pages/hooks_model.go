package pages

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"atalaya/shared"
	"atalaya/shared/text"
)

// hooksModel is the page of all webhooks.
type hooksModel struct {
	Frame                frameModel
	Nav                  []teamLink
	Heading, Help, Wrong string
	Once, Secret         string // Secret is empty unless one was made just now
	ListHeading, Empty   string
	Columns              []string
	Rows                 []hookRow
	New                  hookFormModel
}

// hookRow is a webhook, with what it was told last.
type hookRow struct {
	Link  link
	Cells []cell
}

// hookFormModel is the form that makes a webhook, or changes one. Fields without a label are left
// out.
type hookFormModel struct {
	Action, Do, Heading               string
	Revision                          string // empty for a new one
	KindLabel, KindWrong              string
	Kinds                             []option
	URLLabel, URL, URLHelp, URLWrong  string
	MaxURL                            int
	EventsLabel, EventsWrong          string
	Events                            []option
	LanguageLabel, LanguageHelp       string
	Languages                         []option
	TokenLabel, TokenHelp, TokenWrong string
	MaxToken                          int
}

func newHooksModel(
	r *http.Request, l text.Lang, all []shared.Webhook, newest map[int64]shared.Delivery,
) hooksModel {
	words := text.Team(l)
	m := hooksModel{
		Nav: newTeamNav(r, l), Heading: words.HookTitle, Help: words.HookHelp, Once: words.HookOnce,
		ListHeading: words.HookList, Empty: words.HookEmpty, New: newHookForm(r, l),
		Columns: []string{words.HookTo, words.HookForm, words.HookEvents, words.HookLast},
	}
	for _, w := range all {
		last := words.HookNothing
		if d, ok := newest[w.ID]; ok {
			last = hookOutcome(l, &d) + ", " + stamp(l, whenSaid(&d))
		}
		m.Rows = append(m.Rows, hookRow{
			Link: link{Href: withLang(r, shared.PathHookPage(w.ID)), Text: w.Shown().URL},
			Cells: []cell{
				{"", words.HookKind(string(w.Kind))}, {m.Columns[2], hookEvents(words, w.Events)}, {m.Columns[3], last},
			},
		})
	}
	return m
}

// hookEvents names events in one line.
func hookEvents(words *text.TeamWords, events []shared.Event) string {
	said := make([]string, len(events))
	for i, event := range events {
		said[i] = words.HookEvent(string(event))
	}
	return strings.Join(said, "; ")
}

// hookOutcome says what became of a message, and what its receiver answered.
func hookOutcome(l text.Lang, d *shared.Delivery) string {
	says := text.Team(l).HookState(string(d.State))
	if d.Status != nil {
		says += " (" + strconv.Itoa(*d.Status) + ")"
	}
	return says
}

// whenSaid is when a message was tried last, or was made.
func whenSaid(d *shared.Delivery) shared.Time {
	if d.TriedAt != nil {
		return *d.TriedAt
	}
	return d.CreatedAt
}

func newHookForm(r *http.Request, l text.Lang) hookFormModel {
	words := text.Team(l)
	m := hookFormModel{
		Action: withLang(r, shared.PathHooksPage), Do: doMake, Heading: words.HookNew, KindLabel: words.HookForm,
		URLLabel: words.HookTo, URLHelp: words.HookAddressHelp, MaxURL: shared.MaxURL, EventsLabel: words.HookEvents,
		LanguageLabel: words.HookLanguage, LanguageHelp: words.HookLanguageHelp,
		TokenLabel: words.HookKey, TokenHelp: words.HookKeyHelp, MaxToken: shared.MaxReceiverToken,
	}
	for _, kind := range shared.WebhookKinds {
		m.Kinds = append(m.Kinds, option{Value: string(kind), Text: words.HookKind(string(kind))})
	}
	for _, event := range shared.Events {
		m.Events = append(m.Events, option{string(event), words.HookEvent(string(event)), true})
	}
	for _, one := range text.Langs {
		m.Languages = append(m.Languages, option{one.Tag(), one.OwnName(), one == l})
	}
	return m
}

// take fills in what was typed and refused.
func (m *hookFormModel) take(typed url.Values) {
	m.URL, m.Revision = typed.Get(fieldHookURL), typed.Get(fieldRevision)
	for i := range m.Kinds {
		m.Kinds[i].Selected = m.Kinds[i].Value == typed.Get(fieldKind)
	}
	for i := range m.Events {
		m.Events[i].Selected = typed.Get(m.Events[i].Value) != ""
	}
	for i := range m.Languages {
		m.Languages[i].Selected = m.Languages[i].Value == typed.Get(fieldLanguage)
	}
}

// refuse says what is wrong beside the field that it is about, and returns what is about none.
func (m *hookFormModel) refuse(l text.Lang, problem *shared.Problem) (wrong string) {
	words := text.Team(l)
	switch {
	case problem.Code == shared.CodePrivateTarget:
		m.URLWrong = words.HookPrivate
	case problem.Field == fieldHookURL:
		m.URLWrong = words.HookBadAddress
	case problem.Field == fieldKind:
		m.KindWrong = words.HookNoMail
	case problem.Field == "events":
		m.EventsWrong = words.HookNoEvent
	case problem.Field == fieldToken:
		m.TokenWrong = words.HookBadKey
	case problem.Code == shared.CodeOutOfRange:
		return words.HookFull
	default:
		return text.Problem(l, string(problem.Code))
	}
	return ""
}

// hookModel is the page of one webhook.
type hookModel struct {
	Frame             frameModel
	Nav               []teamLink
	Heading, Wrong    string
	Once, Secret      string // Secret is empty unless one was made just now
	Action            string
	Facts             []fact
	Test              string
	Change, Remove    link   // to where it is asked
	Renew, RenewHelp  string // empty where messages are not signed
	LogHeading, Empty string
	Columns           []string
	Rows              []deliveryRow
	Again             string
	Next              link // without text at the end

	soon bool // a message is about to be tried
}

// deliveryRow is a message. About leads to its audit, if it is of one.
type deliveryRow struct {
	ID    int64
	Event string
	About link
	Cells []cell
}

func newHookModel(r *http.Request, l text.Lang, w shared.Webhook, list shared.DeliveryList) hookModel {
	words := text.Team(l)
	language, _ := text.Parse(w.Language)
	m := hookModel{
		Nav: newTeamNav(r, l), Heading: fmt.Sprintf(words.HookOne, strconv.FormatInt(w.ID, 10)), Once: words.HookOnce,
		Action: withLang(r, shared.PathHookPage(w.ID)),
		Facts: []fact{
			{words.HookTo, w.Shown().URL}, {words.HookForm, words.HookKind(string(w.Kind))},
			{words.HookEvents, hookEvents(words, w.Events)}, {l.T(text.TeamMade), stamp(l, w.CreatedAt)},
		},
		Test: words.HookTest, LogHeading: words.HookLog, Empty: words.HookLogEmpty,
		Columns: []string{
			words.HookMessage, l.T(text.TrailWhen), l.T(text.TeamState), words.HookTries, words.HookAnswer,
		},
		Again: words.HookAgain, Next: nextPart(r, l, list.NextCursor),
	}
	page := shared.PathHookPage(w.ID)
	m.Remove = link{Href: pathAsking(r, page, doRemove), Text: words.HookRemove}
	if w.Kind != shared.KindPush { // what a browser is told of, its own user decides
		m.Change = link{Href: pathAsking(r, page, doChange), Text: words.HookChange}
	}
	if w.Kind == shared.KindWebhook {
		m.Renew, m.RenewHelp = words.HookRenew, words.HookRenewHelp
	} else {
		m.Facts = slices.Insert(m.Facts, 3, fact{words.HookLanguage, language.OwnName()})
	}
	for i := range list.Deliveries {
		d := &list.Deliveries[i]
		m.Rows = append(m.Rows, newDeliveryRow(r, l, d, m.Columns))
		m.soon = m.soon || d.NextAt != nil && time.Until(d.NextAt.Time) < soonest
	}
	return m
}

// soonest is how near a try must be for the page to wait for it.
const soonest = 10 * time.Second

func newDeliveryRow(r *http.Request, l text.Lang, d *shared.Delivery, names []string) deliveryRow {
	words := text.Team(l)
	answer := optional(d.Error)
	if d.Status != nil {
		answer = strconv.Itoa(*d.Status)
	}
	row := deliveryRow{
		ID: d.ID, Event: words.HookEvent(string(d.Event)),
		Cells: []cell{
			{"", stamp(l, whenSaid(d))}, {"", words.HookState(string(d.State))}, {names[3], l.Number(d.Tries)},
			{names[4], cmp.Or(answer, "–")},
		},
	}
	if d.Event != shared.EventTest {
		row.About = link{Href: withLang(r, shared.PathBasicPage(d.AuditID)), Text: l.T(text.AuditNumber, d.AuditID)}
	}
	return row
}
