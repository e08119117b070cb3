package text

// CheckText says what a check is about. All three are plain text.
type CheckText struct {
	// Title names the fault, Why what it costs, Fix what to do.
	Title, Why, Fix string
}

// Check gives the words for a check's id; ok is false for an unknown one, whose
// title is then the id itself.
func Check(l Lang, id string) (t CheckText, ok bool) {
	checks := l.language().checks
	for i := range checks {
		if checks[i].id == id {
			return checks[i].CheckText, true
		}
	}
	return CheckText{Title: id}, false
}

// Passed says what is right with a site that passes a check. A check without such words, as
// one of a later version, is named by its title, as one that found nothing.
func Passed(l Lang, id string) string {
	if words := nameOr(l.language().passed, id, ""); words != "" {
		return words
	}
	t, _ := Check(l, id)
	return l.T(ReportNothingFound, t.Title)
}

// CheckIDs lists the checks that have words.
func CheckIDs() []string {
	ids := make([]string, len(english.checks))
	for i, c := range english.checks {
		ids[i] = c.id
	}
	return ids
}
