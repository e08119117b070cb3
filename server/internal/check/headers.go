package check

import (
	"strconv"
	"strings"
	"time"

	"atalaya/server/internal/netname"
	"atalaya/shared"
)

// lack is a set of headers that browsers look for to protect a page, and do not find.
type lack uint8

const (
	lacksPolicy lack = 1 << iota
	lacksNosniff
	lacksHSTS
)

// lacks are the headers that protect p and that it came without. A policy may stand in the
// page as well.
func (p *Page) lacks() (l lack) {
	if !p.Policy && p.Header.Get("Content-Security-Policy") == "" {
		l |= lacksPolicy
	}
	if !headerHas(p.Header, "X-Content-Type-Options", "nosniff") {
		l |= lacksNosniff
	}
	if !demandsHTTPS(p.Header.Get("Strict-Transport-Security")) {
		l |= lacksHSTS
	}
	return l
}

// demandsHTTPS reports whether a Strict-Transport-Security header holds for any time.
func demandsHTTPS(value string) bool {
	for directive := range strings.SplitSeq(value, ";") {
		name, age, _ := strings.Cut(directive, "=")
		if strings.EqualFold(strings.TrimSpace(name), "max-age") {
			seconds, err := strconv.ParseUint(strings.Trim(strings.TrimSpace(age), `"`), 10, 63)
			return err == nil && seconds > 0
		}
	}
	return false
}

// mayDemandHTTPS applies to public sites of https that have a name: browsers keep no such
// word about an address, and need none about a name that ends in what is theirs to know.
func mayDemandHTTPS(s *site) Reason {
	host := hostOf(s.Home)
	_, isAddress := netname.Address(host)
	switch {
	case !isHTTPS(s.Home):
		return NoHTTPS
	case isAddress, isPrivateHost(host), isPreloaded(host):
		return LocalSite
	case s.homePage() == nil:
		return NoAnswer
	}
	return applies
}

// isPreloaded reports whether browsers go by https to all names that end like this one.
func isPreloaded(host string) bool {
	switch topLabel(host) {
	case "app", "bank", "day", "dev", "foo", "ing", "insurance", "meme", "new", "page":
		return true
	}
	return false
}

// homePage is the start page, if it was read.
func (s *site) homePage() *Facts {
	for i := range s.Pages {
		if f := &s.Pages[i]; f.Home && f.Analysed {
			return f
		}
	}
	return nil
}

// hstsMissing finds sites that browsers go on asking by http.
func hstsMissing(s *site) (int, []Fault) {
	if s.homePage().Lacks&lacksHSTS == 0 {
		return fullMarks, nil
	}
	return 0, []Fault{{Evidence: []shared.Evidence{
		fact("url", s.Home), fact("missing", "Strict-Transport-Security"),
	}}}
}

// isPublicSite applies to sites that everybody can reach, with a page that was read.
func isPublicSite(s *site) Reason {
	switch {
	case isPrivateHost(hostOf(s.Home)):
		return LocalSite
	case s.homePage() == nil:
		return NoAnswer
	}
	return applies
}

// securityHeadersMissing finds pages that came without the headers that keep browsers from
// running what others have put into them.
func securityHeadersMissing(s *site) (int, []Fault) {
	var faults []Fault
	worst, total := 0, 0
	for _, f := range s.Pages {
		if f.Analysed {
			total++
		}
	}
	for _, header := range [...]struct {
		name string
		lack lack
	}{{"Content-Security-Policy", lacksPolicy}, {"X-Content-Type-Options", lacksNosniff}} {
		var urls []string
		for i := range s.Pages {
			if f := &s.Pages[i]; f.Analysed && f.Lacks&header.lack != 0 {
				urls = append(urls, f.final())
			}
		}
		if urls != nil {
			ev := []shared.Evidence{fact("missing", header.name), number("count", len(urls))}
			faults = append(faults, Fault{Evidence: append(ev, listEvidence("page", urls, len(urls))...)})
			worst = max(worst, len(urls))
		}
	}
	return grade(worst, total), faults
}

// soon is how long before its end a certificate should have been renewed.
const soon = 14 * 24 * time.Hour

// certificateEnds is the day on which the page's certificate ends, if that is soon. One that
// is good for a few days altogether is renewed in its last third.
func (p *Page) certificateEnds() string {
	left, whole := p.CertificateTo.Sub(p.FetchedAt), p.CertificateTo.Sub(p.CertificateFrom)
	if p.CertificateTo.IsZero() || p.FetchedAt.IsZero() || left >= soon || 3*left >= whole {
		return ""
	}
	return p.CertificateTo.UTC().Format(time.DateOnly)
}

// isSecureInPublic applies to public sites of https.
func isSecureInPublic(s *site) Reason {
	switch {
	case !isHTTPS(s.Home):
		return NoHTTPS
	case isPrivateHost(hostOf(s.Home)):
		return LocalSite
	}
	return applies
}

// tlsExpiring finds the hosts of the site whose certificates are about to end.
func tlsExpiring(s *site) (int, []Fault) {
	var faults []Fault
	told := map[string]bool{}
	for i := range s.Pages {
		f := &s.Pages[i]
		if origin := originOf(f.URL); f.CertificateEnds != "" && !told[origin] {
			told[origin] = true
			faults = append(faults, Fault{Evidence: []shared.Evidence{
				fact("url", origin), fact("expires", f.CertificateEnds),
			}})
		}
	}
	if faults == nil {
		return fullMarks, nil
	}
	return 0, faults
}
