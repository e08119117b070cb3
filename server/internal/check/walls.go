package check

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"atalaya/shared"
)

// loginWallRule is about pages that show a door instead of what is behind it.
var loginWallRule = Check{
	ID: "paywall-or-login-wall", Category: shared.CategoryAIAccess, Severity: shared.SeverityWarning,
	Source: "RFC 9110 sections 15.5.2 and 15.5.4; Google Search Central: paywalled content",
	Page:   &PageRule{readOrRefused, loginWall},
}

// readOrRefused applies to pages that were read, and to those that may not be.
func readOrRefused(p *Page) Reason {
	if p.isRefused() {
		return applies
	}
	return indexable(p)
}

func (p *Page) isRefused() bool {
	return p.Failure == "" && (p.Status == http.StatusUnauthorized || p.Status == http.StatusForbidden)
}

// loginWall finds pages that are refused, or ask for a password in the place of their
// text. One whose address says that it is there to sign in is meant so.
func loginWall(p *Page) *Fault {
	switch {
	case p.isRefused():
		return &Fault{Evidence: p.fetchEvidence()}
	case p.Password == "" || p.MainWords >= fewWords || isDoor(p.final()):
		return nil
	}
	return &Fault{Evidence: append([]shared.Evidence{number("words", p.MainWords), fact("markup", p.Password)},
		p.referrerEvidence()...)}
}

// isDoor reports whether an address is that of a page to sign in, in words that sites use
// for it.
func isDoor(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	path := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(u.Host + u.Path))
	return slices.ContainsFunc([]string{
		"login", "logon", "signin", "signup", "register", "registro", "account", "auth", "password", "admin", "sso",
		"acceso", "acceder", "entrar", "iniciarsesion", "cuenta", "anmeld", "konto", "connexion", "compte", "accedi", "conta",
	}, func(word string) bool { return strings.Contains(path, word) })
}
