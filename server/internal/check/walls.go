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

// maxDoorFields is how many fields a page has at most that asks who its reader is: a name, a
// password, whether to remember them, and a search. More ask for something else.
const maxDoorFields = 4

// loginWall finds pages that are refused, or ask for a password in the place of their
// text. One whose address says that it is there to sign in is meant so, and one that makes
// accounts or shows what forms look like hides nothing.
func loginWall(p *Page) *Fault {
	switch {
	case p.isRefused():
		return &Fault{Evidence: p.fetchEvidence()}
	case p.Password == "" || p.MainWords >= fewWords || p.Controls > maxDoorFields || isDoor(p.final()) || p.showsForm():
		return nil
	}
	return &Fault{Evidence: append([]shared.Evidence{number("words", p.MainWords), fact("markup", p.Password)},
		p.referrerEvidence()...)}
}

// isDoor reports whether an address is that of a page to sign in.
func isDoor(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	path := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(u.Host+u.Path)) + "/"
	return slices.ContainsFunc(doorWords, func(word string) bool { return strings.Contains(path, word) })
}

// showsForm reports whether the title or a heading says that the page makes accounts or shows
// what forms look like.
func (p *Page) showsForm() bool {
	return saysForm(p.Title) || slices.ContainsFunc(p.Headings, func(h Heading) bool { return saysForm(h.Text) })
}

func saysForm(s string) bool {
	s = strings.ToLower(s)
	return slices.ContainsFunc(formWords, func(word string) bool { return strings.Contains(s, word) })
}
