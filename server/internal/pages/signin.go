package pages

import (
	"net/http"
	"strings"

	"atalaya/shared"
	"atalaya/shared/text"
)

// Doorkeeper lets people in and out.
type Doorkeeper interface {
	// Who is who sent a request.
	Who(r *http.Request) Visitor
	// SignIn gives the browser a session of a token. made is a token that this one was
	// good for making, and empty otherwise.
	SignIn(w http.ResponseWriter, r *http.Request, token string) (made string, err error)
	// Provider is what people call the provider by which they can sign in, empty without
	// one, and why they cannot at present.
	Provider() (name string, trouble error)
	// Begin has the browser keep an attempt, and returns the provider's address to go to.
	Begin(w http.ResponseWriter, r *http.Request, to string) (address string, err error)
	// Finish gives the browser that comes back from there a session of who it is.
	Finish(w http.ResponseWriter, r *http.Request) (who, to string, err error)
	// SignOut ends the browser's session, or every session of its token.
	SignOut(w http.ResponseWriter, r *http.Request, everywhere bool) error
}

// Visitor is who sent a request.
type Visitor struct {
	// Free says that nobody has to sign in.
	Free bool
	// SignedIn says that the browser has a session, for Name in Role.
	SignedIn bool
	Name     string
	Role     shared.Role
}

// may is the role in which somebody is here: whoever does not have to sign in may do everything.
func (v Visitor) may() shared.Role {
	if v.Free && !v.SignedIn {
		return shared.RoleAdmin
	}
	return v.Role
}

// manages reports whether somebody may do everything here.
func (v Visitor) manages() bool { return v.may() == shared.RoleAdmin }

// starts reports whether somebody may start audits and share them.
func (v Visitor) starts() bool { return v.may() == shared.RoleAuditor || v.manages() }

// maxToken bounds what is typed as a token, in bytes.
const maxToken = 100

// maxTo bounds the way back, in bytes.
const maxTo = 2000

// signInModel is the page where people sign in, or out.
type signInModel struct {
	Frame                           frameModel
	Heading, Says, Secret           string
	Action, To, Label, Button, Help string // Action is empty without a form to sign in
	Max                             int
	Error                           string
	Leave, Out, OutEverywhere       string // Leave is empty without a form to sign out
	Onward                          *link
	// With leads to the provider, and Trouble says why there is no way to it at present.
	With    *link
	Trouble string
	Refused string // why the provider's answer was refused
}

// signIn shows the form; by POST it signs in.
func (p *plain) signIn(w http.ResponseWriter, r *http.Request) {
	p.byMethod(w, r, func() {
		says := ""
		if code := r.URL.Query().Get(paramWhy); code == string(shared.CodeForbidden) {
			says = text.Problem(p.choose(w, r), code)
		}
		p.showSignIn(w, r, http.StatusOK, r.URL.Query().Get(shared.ParamTo), wrong(says))
	}, func() { p.trySignIn(w, r) })
}

// paramWhy has the code of the problem that brought somebody to the page.
const paramWhy = "why"

// PathRefused is where somebody goes on whose role does not allow a page.
func PathRefused(path string) string {
	return shared.PathSignInTo(path) + "&" + paramWhy + "=" + string(shared.CodeForbidden)
}

// trySignIn signs in with the token of the form, and goes on to where somebody wanted to.
func (p *plain) trySignIn(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	if _, status := readValues(w, r); status != http.StatusOK {
		p.showSignIn(w, r, status, "", wrong(l.T(text.BasicBadForm)))
		return
	}
	to := r.PostForm.Get(shared.ParamTo)
	made, err := p.Door.SignIn(w, r, strings.TrimSpace(r.PostForm.Get("token")))
	switch {
	case err != nil:
		problem := p.Problem(err)
		says := text.Problem(l, string(problem.Code))
		if problem.Code == shared.CodeUnauthorized {
			says = l.T(text.SignInWrong)
		}
		p.showSignIn(w, r, problem.Status, to, wrong(says))
	case made != "":
		p.showMade(w, r, made)
	default:
		http.Redirect(w, r, onward(to), http.StatusSeeOther)
	}
}

// wrong says what was wrong with a token, or with the form.
func wrong(says string) func(*signInModel) {
	return func(m *signInModel) { m.Error = says }
}

// showSignIn writes the page for whoever asks, with what add says. Before anybody signed in
// it has the form alone.
func (p *plain) showSignIn(w http.ResponseWriter, r *http.Request, status int, to string, add func(*signInModel)) {
	l, who := p.choose(w, r), p.Door.Who(r)
	m := signInModel{
		Frame: p.frame(r, l, l.T(text.SignIn), onward(to)), Heading: l.T(text.SignIn),
	}
	if who.Free && !who.SignedIn {
		m.Says = l.T(text.SignInFree)
	} else {
		m.Action, m.To = withLang(r, shared.PathSignIn), onward(to)
		m.Label, m.Button, m.Help, m.Max = l.T(text.SignInToken), l.T(text.SignIn), l.T(text.SignInHelp), maxToken
		p.offerProvider(l, &m)
	}
	if who.SignedIn {
		m.Says = l.T(text.SignedInAs, who.Name, text.Role(l, string(who.Role)))
		m.Leave = withLang(r, shared.PathSignOut)
		m.Out, m.OutEverywhere = l.T(text.SignOut), l.T(text.SignOutEverywhere)
	}
	add(&m)
	p.write(w, r, status, "signin.html", m)
}

// showMade shows the first admin's token, once.
func (p *plain) showMade(w http.ResponseWriter, r *http.Request, secret string) {
	l := p.choose(w, r)
	p.write(w, r, http.StatusOK, "signin.html", signInModel{
		Frame: p.frame(r, l, l.T(text.FirstAdmin), "/"), Heading: l.T(text.FirstAdmin), Says: l.T(text.FirstAdminHelp),
		Secret: secret, Onward: &link{Href: withLang(r, shared.PathBasic), Text: l.T(text.AllAudits)},
	})
}

// signOut ends a session and returns to the form. What the browser keeps of audits goes too.
func (p *plain) signOut(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		p.NotAllowed(w, r, http.MethodPost)
		return
	}
	l := p.choose(w, r)
	if _, status := readValues(w, r); status != http.StatusOK {
		p.showSignIn(w, r, status, "", wrong(l.T(text.BasicBadForm)))
		return
	}
	if err := p.Door.SignOut(w, r, r.PostForm.Get("everywhere") != ""); err != nil {
		problem := p.Problem(err)
		p.showSignIn(w, r, problem.Status, "", wrong(text.Problem(l, string(problem.Code))))
		return
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	http.Redirect(w, r, withLang(r, shared.PathSignIn), http.StatusSeeOther)
}

// onward is the way to a page of ours; to the list if to is none.
func onward(to string) string {
	if len(to) > maxTo || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") ||
		strings.ContainsFunc(to, func(c rune) bool { return c <= ' ' || c == '\\' || c == 0x7f }) {
		return "/"
	}
	return to
}
