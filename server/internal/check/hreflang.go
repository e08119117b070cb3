package check

import (
	"net/url"
	"slices"
	"strings"

	"atalaya/shared"
)

// hreflangRule is about a page and the versions it names, which must name it in return:
// so it is asked when all pages are known.
var hreflangRule = Check{
	ID: "hreflang-invalid", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
	Source: "Google Search Central: localized versions", Site: &SiteRule{hasAlternates, hreflangInvalid},
}

// Alternates are what outlives a page of the versions in other languages it names.
type Alternates struct {
	// Self is true when the page is among them.
	Self bool `json:"s,omitempty"`
	// Targets are the hashes of the URLs of the others.
	Targets []uint64 `json:"t,omitempty"`
	// Faults are those that the page alone shows; Total counts them.
	Faults []shared.Evidence `json:"f,omitempty"`
	Total  int               `json:"n,omitempty"`
}

// maxAlternateFaults bounds the faults that are kept of one page.
const maxAlternateFaults = 5

// alternates sums up the versions that p names; nil when it names none.
func (p *Page) alternates() *Alternates {
	if len(p.Alternates) == 0 {
		return nil
	}
	all := &Alternates{}
	for _, a := range p.Alternates {
		if fault := a.fault(); fault != "" {
			all.Total++
			if len(all.Faults) < maxAlternateFaults {
				all.Faults = append(all.Faults, fact(fault, cutMarked(a.Code+" → "+a.Href, maxAnchor)))
			}
		}
		if a.URL == p.final() || a.URL == p.URL {
			all.Self = true
		} else if a.URL != "" {
			all.Targets = append(all.Targets, hashString(a.URL))
		}
	}
	return all
}

// fault names what is wrong with one version, or is empty.
func (a Alternate) fault() string {
	u, err := url.Parse(a.Href)
	switch {
	case !isHreflang(a.Code):
		return "bad-code"
	case err != nil || !u.IsAbs() || a.URL == "":
		return "relative"
	}
	return ""
}

func hasAlternates(s *site) Reason {
	if slices.ContainsFunc(s.listed, func(f *Facts) bool { return f.Alternates != nil }) {
		return applies
	}
	return NoHreflang
}

func hreflangInvalid(s *site) (int, []Fault) {
	byHash := make(map[uint64]*Facts, len(s.Pages))
	for i := range s.Pages {
		byHash[hashString(s.Pages[i].URL)] = &s.Pages[i]
	}
	var faults []Fault
	total := 0
	for _, f := range s.listed {
		if f.Alternates == nil {
			continue
		}
		total++
		if ev := f.hreflangFaults(byHash); len(ev) > 0 {
			faults = append(faults, Fault{Evidence: append([]shared.Evidence{fact("page", f.final())}, ev...)})
		}
	}
	return grade(len(faults), total), faults
}

// hreflangFaults are the faults of a page that names versions of itself. Of a version
// that was not fetched nothing is known, nor of the end of a page that was cut.
func (f *Facts) hreflangFaults(byHash map[uint64]*Facts) []shared.Evidence {
	ev := slices.Clone(f.Alternates.Faults)
	if more := f.Alternates.Total - len(ev); more > 0 {
		ev = append(ev, number("more", more))
	}
	if !f.Alternates.Self && f.Cut == "" {
		ev = append(ev, fact("missing", f.final()))
	}
	for _, hash := range f.Alternates.Targets {
		to := byHash[hash]
		switch {
		case to == nil:
		case to.isElsewhere():
			ev = append(append(ev, fact("target", to.URL)), to.elsewhere()...)
		case to.Analysed && to.Cut == "" && !to.names(f):
			ev = append(ev, fact("no-return", to.URL))
		}
	}
	return ev
}

// names reports whether f names the other page as a version of itself.
func (f *Facts) names(other *Facts) bool {
	return f.Alternates != nil && (slices.Contains(f.Alternates.Targets, hashString(other.final())) ||
		slices.Contains(f.Alternates.Targets, hashString(other.URL)))
}

// isHreflang reports whether a code is x-default, or a language that may have a script
// and a region after it. Codes of three letters or digits are taken on trust.
func isHreflang(code string) bool {
	code = strings.ToLower(code)
	if code == "x-default" {
		return true
	}
	parts := strings.Split(code, "-")
	language := parts[0]
	if !isLanguageTag(code) || len(language) != 3 && !isListed(languageCodes, language) {
		return false
	}
	return !slices.ContainsFunc(parts[1:], func(part string) bool {
		return len(part) == 2 && !isListed(regionCodes, part)
	})
}

// isListed reports whether a code of two letters is in a list.
func isListed(list, code string) bool { return strings.Contains(list, " "+code+" ") }

// languageCodes are those of ISO 639-1, and regionCodes those of ISO 3166-1.
const (
	languageCodes = " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da " +
		"de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz " +
		"ia id ie ig ii ik in io is it iu iw ja ji jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb " +
		"lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or " +
		"os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta " +
		"te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
	regionCodes = " ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs " +
		"bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee " +
		"eg eh er es et fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm " +
		"hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc " +
		"li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na " +
		"nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw " +
		"sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to " +
		"tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws xk ye yt za zm zw "
)
