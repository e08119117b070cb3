package pages

import (
	"net/http"
	"net/url"

	"atalaya/shared/text"
)

// askModel is the page between a link that would end something for good and the form that does.
type askModel struct {
	Frame          frameModel
	Nav            []teamLink // empty on the pages of one audit
	Question, Says string
	Facts          []fact
	Action         string
	Hidden         []fact // the fields that say what is ended
	Do, Button     string
	Keep           link
}

// asked is what a page is to ask before it is done; empty where it is to show what there is.
func asked(r *http.Request) string { return r.URL.Query().Get(paramAsk) }

// pathAsking is where a page asks whether to do something to what the fields name.
func pathAsking(r *http.Request, page, do string, fields ...fact) string {
	query := url.Values{paramAsk: {do}}
	for _, f := range fields {
		query.Set(f.Name, f.Value)
	}
	return withLang(r, page+"?"+query.Encode())
}

// ask writes a question.
func (p *plain) ask(w http.ResponseWriter, r *http.Request, l text.Lang, m askModel) {
	m.Frame = p.frame(r, l, m.Question, "/")
	m.Keep.Text = text.Team(l).Keep
	p.write(w, r, http.StatusOK, "ask.html", m)
}

// rowFacts are what a table says in one of its rows.
func rowFacts(columns []string, first string, rest []cell) []fact {
	facts := []fact{{columns[0], first}}
	for i, c := range rest {
		facts = append(facts, fact{columns[i+1], c.Text})
	}
	return facts
}
