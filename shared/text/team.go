package text

// TeamWords is what a language says on the pages where admins look after the team, beside
// the words that other pages have too. Like [noticeWords] it is no part of a [language]: the
// client shows none of these pages.
type TeamWords struct {
	MadeBy string

	// Of the links to audits.
	ShareTitle, ShareHelp, ShareList, ShareEmpty string
	ShareLink, ShareNew, ShareAudit              string
	ShareDays                                    string // how many when none is given
	ShareFull, ShareNoAudit                      string

	// Of the trail.
	TrailAnything, TrailFirst, TrailLast string
	TrailHelp, TrailNoDay, TrailNone     string
}

// teamTexts has the words of every language, as [languages] has all others.
var teamTexts = [...]*TeamWords{EN: &englishTeam, ES: &spanishTeam}

// Team has the words of the team's pages.
func Team(l Lang) *TeamWords {
	if int(l) < len(teamTexts) {
		return teamTexts[l]
	}
	return &englishTeam
}
