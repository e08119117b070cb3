package check

import (
	"net/url"

	"atalaya/shared"
)

var security = []Check{
	{
		ID: "not-https", Category: shared.CategorySecurity, Severity: shared.SeverityError,
		Source: "Lighthouse: is-on-https", Site: &SiteRule{mayHaveHTTPS, notHTTPS},
	},
	{
		ID: "http-no-redirect", Category: shared.CategorySecurity, Severity: shared.SeverityWarning,
		Source: "RFC 9110 section 15.4; Lighthouse: redirects-http", Site: &SiteRule{insecureAnswered, httpNoRedirect},
	},
	{
		ID: "mixed-content", Category: shared.CategorySecurity, Severity: shared.SeverityWarning,
		Source: "W3C: Mixed Content", Page: &PageRule{servedByHTTPS, mixedContent},
	},
	{
		ID: "tls-expiring", Category: shared.CategorySecurity, Severity: shared.SeverityWarning,
		Source: "RFC 5280 section 4.1.2.5; common practice", Site: &SiteRule{isSecureInPublic, tlsExpiring},
	},
	{
		ID: "hsts-missing", Category: shared.CategorySecurity, Severity: shared.SeverityNotice,
		Source: "RFC 6797", Site: &SiteRule{mayDemandHTTPS, hstsMissing},
	},
	{
		ID: "security-headers-missing", Category: shared.CategorySecurity, Severity: shared.SeverityNotice,
		Source: "W3C: Content Security Policy Level 3; Fetch standard: nosniff",
		Site:   &SiteRule{isPublicSite, securityHeadersMissing},
	},
	{
		ID: "insecure-form", Category: shared.CategorySecurity, Severity: shared.SeverityError,
		Source: "W3C: Mixed Content, section 7.1; SEOnaut", Page: &PageRule{hasSecureForms, insecureForm},
	},
}

// mayHaveHTTPS applies to sites that have it, or could.
func mayHaveHTTPS(s *site) Reason {
	home, err := url.Parse(s.Home)
	if err != nil || home.Scheme != "https" && !LacksHTTPS(home) {
		return LocalSite
	}
	return applies
}

func notHTTPS(s *site) (int, []Fault) {
	home, err := url.Parse(s.Home)
	if err != nil || !LacksHTTPS(home) {
		return fullMarks, nil
	}
	return 0, []Fault{{Evidence: []shared.Evidence{fact("url", s.Home)}}}
}

var servedByHTTPS = unless(func(p *Page) bool { return !isHTTPS(p.final()) }, NoHTTPS, isHTML)

func mixedContent(p *Page) *Fault {
	if p.InsecureTotal == 0 {
		return nil
	}
	return &Fault{Evidence: append([]shared.Evidence{number("count", p.InsecureTotal)},
		listEvidence("address", p.Insecure, p.InsecureTotal)...)}
}

// hasSecureForms applies to pages of https with forms.
var hasSecureForms = unless(func(p *Page) bool { return p.Forms == 0 }, NoControls, servedByHTTPS)

func insecureForm(p *Page) *Fault { return writtenFault("markup", p.InsecureForms) }
