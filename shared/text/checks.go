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

// CheckIDs lists the checks that have words.
func CheckIDs() []string {
	ids := make([]string, len(english.checks))
	for i, c := range english.checks {
		ids[i] = c.id
	}
	return ids
}
