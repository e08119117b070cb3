package compare

import (
	"slices"

	"atalaya/shared"
)

// view is what an audit could see.
type view struct {
	whole   bool            // every page of the site
	outside bool            // and where every link to another site leads
	looked  map[string]bool // the checks that ran, also where nothing of their kind was there
}

func viewOf(r *shared.Report) view {
	v := view{whole: r.SawAllPages(), outside: !r.Audit.Partial, looked: map[string]bool{}}
	for i := range r.Checks {
		c := &r.Checks[i]
		v.looked[c.ID] = c.Outcome != shared.OutcomeNotApplicable || !shared.Unmeasured(c.Reason)
	}
	return v
}

// become says what a finding of either page amounts to.
func (w *walk) become(f Finding, base, head *Page) (shared.ChangeState, shared.ChangeReason) {
	inBase, inHead := base.has(f), head.has(f)
	if inBase && inHead {
		return shared.ChangePersistent, ""
	}
	if inBase {
		if reason := w.head.blindTo(f, base, head); reason != "" {
			return shared.ChangeBaseOnly, reason
		}
		return shared.ChangeFixed, ""
	}
	if reason := w.base.blindTo(f, head, base); reason != "" {
		return shared.ChangeHeadOnly, reason
	}
	return shared.ChangeNew, ""
}

// has reports whether f was found on the page.
func (p *Page) has(f Finding) bool {
	return p != nil && slices.ContainsFunc(p.Findings, func(g Finding) bool { return byIdentity(f, g) == 0 })
}

// blindTo is why an audit could not have f, which the other audit found on the page found;
// it is empty when it could. own is this audit's page of the same address.
func (v view) blindTo(f Finding, found, own *Page) shared.ChangeReason {
	switch {
	case own == nil && v.whole:
		return "" // the site had no such page
	case !own.shows(found):
		return shared.ReasonPage
	case !v.looked[f.CheckID], own.keptOut() && found.Analysed && f.CheckID != checkNoindex:
		return shared.ReasonCheck
	case found.URL == "" && shared.ExtentOf(f.CheckID) == shared.ExtentSome && !v.compares(f.CheckID):
		return shared.ReasonPartial
	}
	return ""
}

// compares reports whether the audit saw all that a check of several pages looks at.
func (v view) compares(checkID string) bool {
	return v.outside || v.whole && checkID != checkExternal
}

// checkExternal is the check that asks for links to other sites.
const checkExternal = "broken-external"

// checkNoindex is the check that finds each page which asks to be left out of search. Many
// checks excuse such a page, so what it lacks of others is no sign that they passed.
const checkNoindex = "page-noindex"

func (p *Page) keptOut() bool { return p.has(Finding{CheckID: checkNoindex}) }

// shows reports whether the page was seen as far as the other was: what is found in a
// content asks for a content, what is found in an answer, such as its status, for an answer.
func (p *Page) shows(other *Page) bool {
	if p == nil {
		return false
	}
	return p.Analysed || p.Answered && !other.Analysed
}
