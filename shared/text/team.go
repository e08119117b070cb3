package text

// TeamWords is what a language says on the pages where admins look after the team, beside
// the words that other pages have too. Like [noticeWords] it is no part of a [language]: the
// client shows none of these pages.
type TeamWords struct {
	MadeBy string
	Keep   string // leaves things as they are, where a page asks whether to end one

	// What is asked before a token is revoked, or its browsers are signed out.
	TokenAsk, TokenAskHelp, SignOutAsk, SignOutAskHelp string

	// Of the links to audits.
	ShareTitle, ShareHelp, ShareList, ShareEmpty string
	ShareLink, ShareNew, ShareAudit              string
	ShareDays                                    string // how many when none is given
	ShareFull, ShareNoAudit                      string
	ShareAsk, ShareAskHelp                       string // before one is revoked

	// Of the webhooks.
	HookTitle, HookHelp, HookList, HookEmpty        string
	HookTo, HookForm, HookEvents, HookLast, HookNew string
	HookAddressHelp                                 string // what an address is like, of every kind
	HookLanguage, HookLanguageHelp                  string
	HookKey, HookKeyHelp                            string
	HookOnce, HookNothing                           string
	HookTest, HookRenew, HookRemove, HookAgain      string
	HookRenewHelp                                   string
	HookOne                                         string // its number
	HookLog, HookLogEmpty                           string
	HookMessage, HookTries, HookAnswer              string
	HookBadAddress, HookPrivate, HookNoMail         string
	HookNoEvent, HookBadKey, HookFull               string
	HookChange, HookChanged                         string // by somebody else meanwhile
	HookStays                                       string // what becomes of a field that is left empty
	HookAsk, HookAskHelp                            string // before one is removed, of which the first has its number
	hookKinds, hookEvents, hookStates               []named

	// Of the trail.
	TrailAnything, TrailFirst, TrailLast string
	TrailHelp, TrailNoDay, TrailNone     string
	TrailNobody                          string // whoever has not signed in
}

// teamTexts has the words of every language, as [languages] has all others.
var teamTexts = [...]*TeamWords{EN: &englishTeam, ES: &spanishTeam}

// HookKind names a kind of webhook, HookEvent what it is told of, and HookState what became of a
// message; an unknown code is its own name.
func (w *TeamWords) HookKind(code string) string  { return nameOr(w.hookKinds, code, code) }
func (w *TeamWords) HookEvent(code string) string { return nameOr(w.hookEvents, code, code) }
func (w *TeamWords) HookState(code string) string { return nameOr(w.hookStates, code, code) }

// Team has the words of the team's pages.
func Team(l Lang) *TeamWords {
	if int(l) < len(teamTexts) {
		return teamTexts[l]
	}
	return &englishTeam
}
