package pages

import (
	"net/http"
	"net/url"

	"atalaya/shared"
	"atalaya/shared/text"
)

// offerProvider puts the way to the provider on the page, or why there is none at present.
func (p *plain) offerProvider(l text.Lang, m *signInModel) {
	name, trouble := p.Door.Provider()
	switch {
	case trouble != nil:
		m.Trouble = text.Problem(l, string(p.Problem(trouble).Code))
	case name != "":
		m.With = &link{
			Href: shared.PathSignInWith + "?" + url.Values{shared.ParamTo: {m.To}}.Encode(), Text: l.T(text.SignInWith, name),
		}
	}
}

// toProvider sends people to the provider by which they sign in.
func (p *plain) toProvider(w http.ResponseWriter, r *http.Request) {
	to := onward(r.URL.Query().Get(shared.ParamTo))
	address, err := p.Door.Begin(w, r, to)
	p.leave(w, r, address, to, err)
}

// fromProvider takes people in whom the provider sends back.
func (p *plain) fromProvider(w http.ResponseWriter, r *http.Request) {
	_, to, err := p.Door.Finish(w, r)
	p.leave(w, r, onward(to), to, err)
}

// leave goes on to an address, or says on the page why not. None of this may be kept by
// anybody.
func (p *plain) leave(w http.ResponseWriter, r *http.Request, address, to string, err error) {
	if err == nil {
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, address, http.StatusSeeOther)
		return
	}
	problem := p.Problem(err)
	if problem.Code == shared.CodeNotFound { // there is no provider
		p.nothing(w, r)
		return
	}
	refused := text.Problem(p.choose(w, r), string(problem.Code))
	p.showSignIn(w, r, problem.Status, to, func(m *signInModel) { m.Refused = refused })
}

// getOnly lets GET through: what a HEAD would do cannot be done again.
func (c Config) getOnly(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			c.NotAllowed(w, r, http.MethodGet)
			return
		}
		next(w, r)
	})
}
