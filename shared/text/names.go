package text

import "atalaya/shared"

// Status names a status of an audit.
func Status(l Lang, code string) string { return nameOr(l.language().statuses, code, code) }

// Stage names a stage in a word or two, as the steps row shows it.
func Stage(l Lang, code string) string { return nameOr(l.language().stages, code, code) }

// StageNow says what an audit in the stage is doing; an unknown or empty stage
// gives "Running".
func StageNow(l Lang, code string) string {
	return nameOr(l.language().stagesNow, code, Status(l, "running"))
}

// LogLine says what turn an audit took.
func LogLine(l Lang, line shared.LogLine) string {
	if line.Stage != shared.StageNone {
		return StageNow(l, string(line.Stage))
	}
	return Status(l, string(line.Status))
}

// Severity names a severity.
func Severity(l Lang, code string) string { return nameOr(l.language().severities, code, code) }

// Category names a category of checks.
func Category(l Lang, code string) string { return nameOr(l.language().categories, code, code) }

// StopReason says why an audit ended before it saw the whole site.
func StopReason(l Lang, code string) string {
	return nameOr(l.language().stopReasons, code, l.T(StoppedEarly))
}

// Unvisited says why addresses were left out.
func Unvisited(l Lang, reason string) string { return nameOr(l.language().unvisited, reason, reason) }

// Cap names a fault that limits the whole score.
func Cap(l Lang, id string) string { return nameOr(l.language().caps, id, l.T(GraveFault)) }

// CapLimit says how far a cap holds the score down, and what it costs if it does.
func CapLimit(l Lang, c shared.Cap) string {
	if c.PointsLost == 0 {
		return l.T(ReportCap, c.Limit)
	}
	return l.T(ReportCapCost, c.Limit, loss(l, c.PointsLost))
}

// Cost is what a check lost, given in 1/100 of a point; empty when that is nothing.
func Cost(l Lang, lost int) string {
	if lost <= 0 {
		return ""
	}
	return l.T(PointsLost, loss(l, lost))
}

// loss writes points given in 1/100 as a loss with one decimal, rounded up so that a price
// is never nothing.
func loss(l Lang, lost int) string { return "−" + l.Tenths((lost+9)/10) }

// Fixes says what the fixes bring the score to, and FixScore what one of them and those
// before it do.
func Fixes(l Lang, s *shared.Score) string {
	if len(s.Fixes) == 0 {
		return ""
	}
	return l.N(FixesBring, len(s.Fixes), s.Value, s.Fixes[len(s.Fixes)-1].Score)
}

// FixScore is described with [Fixes].
func FixScore(l Lang, f shared.Fix) string { return l.T(ReportFixScore, f.Score) }

// Option says how a setting of an audit is to be written that was refused, by its field in
// forms; empty for what is none.
func Option(l Lang, field string) string {
	switch field {
	case shared.FieldInclude, shared.FieldExclude:
		return l.T(OptionPaths, l.Number(shared.MaxPaths))
	case shared.FieldPages, shared.FieldDepth:
		return l.T(OptionNumbers, l.Number(shared.PageLimitMax), l.Number(shared.MaxDepthMax))
	case shared.FieldRate:
		return l.T(OptionRate, l.Decimal(shared.RateMin))
	case shared.FieldHeaders:
		return l.T(OptionHeaders, l.Number(shared.MaxHeaders))
	case shared.FieldURL:
		return l.T(OptionAddress)
	}
	return ""
}

// Rhythm says how often a schedule starts an audit.
func Rhythm(l Lang, cron string) string {
	switch hours, ok := shared.HoursOf(cron); {
	case !ok:
		return l.T(RhythmCron, cron)
	case hours%24 == 0:
		return l.N(DaysApart, hours/24)
	default:
		return l.N(HoursApart, hours)
	}
}

// ChangeReason says why a finding of one audit is neither new nor fixed; empty if it is.
func ChangeReason(l Lang, r shared.ChangeReason) string {
	switch r {
	case shared.ReasonPage:
		return l.T(ReasonPage)
	case shared.ReasonCheck:
		return l.T(ReasonCheck)
	case shared.ReasonPartial:
		return l.T(ReasonPartial)
	}
	return string(r)
}

// Asides say how far a comparison is not one of the whole site, or that nothing changed.
func Asides(l Lang, c *shared.Comparison) (asides []string) {
	for _, a := range [...]*shared.AuditProgress{&c.Base, &c.Head} {
		if a.Partial {
			asides = append(asides, l.T(ReportEvidence, l.T(AuditNumber, a.AuditID), l.T(ReportPartial)))
		}
	}
	switch {
	case c.Counts.BaseOnly.Total()+c.Counts.HeadOnly.Total() > 0:
		asides = append(asides, l.T(CompareUnseen))
	case c.Counts.New.Total()+c.Counts.Fixed.Total() == 0:
		asides = append(asides, l.T(CompareNothing))
	}
	return asides
}

// ChangeState is the heading of the findings of one state.
func ChangeState(l Lang, s shared.ChangeState) string {
	switch s {
	case shared.ChangeNew:
		return l.T(CompareNew)
	case shared.ChangeFixed:
		return l.T(CompareFixed)
	case shared.ChangePersistent:
		return l.T(ComparePersistent)
	case shared.ChangeBaseOnly:
		return l.T(CompareBaseOnly)
	case shared.ChangeHeadOnly:
		return l.T(CompareHeadOnly)
	}
	return string(s)
}

// Outcome says how a check ended, and what it cost; lost is in 1/100 of a point.
func Outcome(l Lang, o shared.Outcome, lost int) string {
	word := l.T(OutcomeNone)
	switch o {
	case shared.OutcomePass:
		word = l.T(OutcomePass)
	case shared.OutcomeFail:
		word = l.T(OutcomeFail)
	case shared.OutcomeNotApplicable:
	}
	if cost := Cost(l, lost); cost != "" {
		return l.T(CompareOutcome, word, cost)
	}
	return word
}

// Problem says what a failed request means and how to mend it, by the code of
// the answer, or "network" or "foreign" when the server was not reached.
func Problem(l Lang, code string) string {
	return nameOr(l.language().problems, code, l.T(ProblemOther))
}

// Role names what the holder of a token may do; an unknown role is its own name.
func Role(l Lang, role string) string {
	switch shared.Role(role) {
	case shared.RoleViewer:
		return l.T(RoleViewer)
	case shared.RoleAuditor:
		return l.T(RoleAuditor)
	case shared.RoleWorker:
		return l.T(RoleWorker)
	case shared.RoleAdmin:
		return l.T(RoleAdmin)
	}
	return role
}

// Deed says what somebody did; an unknown one is its own name.
func Deed(l Lang, code string) string { return nameOr(l.language().deeds, code, code) }

// Remedy says what would make a failed audit work; it is empty when nobody knows.
func Remedy(l Lang, p *shared.AuditProgress) string {
	if p.ErrorKey == nil {
		return ""
	}
	return nameOr(l.language().remedies, *p.ErrorKey, "")
}

// Band is the verdict on a score: good from 90, poor below 50.
func Band(l Lang, score int) string {
	switch {
	case score >= 90:
		return l.T(BandGood)
	case score >= 50:
		return l.T(BandFair)
	}
	return l.T(BandPoor)
}

// Reason says why a check did not apply; an unknown code is its own text.
func Reason(l Lang, code string) string { return nameOr(l.language().reasons, code, code) }

// ReasonCodes lists the reasons that have words.
func ReasonCodes() []string { return codes(english.reasons) }

// Extent says how far a failed check reaches: n pages, or what of the site. Where pages
// have the same fault it says how many faults there are; 0 groups are not known.
func Extent(l Lang, check string, n, groups int) string {
	switch {
	case shared.ExtentOf(check) != shared.ExtentPages:
		return Place(l, &shared.Finding{CheckID: check})
	case groups == 0 || groups >= n:
		return l.N(Pages, n)
	}
	return l.T(ExtentOfFaults, l.N(FaultsCount, groups), l.N(Pages, n))
}

// Others says how many more pages have the fault of a finding; empty for none.
func Others(l Lang, f *shared.Finding) string {
	if f.Count < 2 {
		return ""
	}
	return l.N(MorePages, f.Count-1)
}

// Place says where a finding is: the address of its page, if it is about one page.
func Place(l Lang, f *shared.Finding) string {
	switch {
	case f.PageURL != "":
		return f.PageURL
	case shared.ExtentOf(f.CheckID) == shared.ExtentSome:
		return l.T(SomePages)
	}
	return l.T(WholeSite)
}

// AllGroups offers all groups of findings of a failed check, and says how many they are if
// that is known; empty where the report carries all.
func AllGroups(l Lang, c *shared.CheckResult) string {
	n := len(c.Samples)
	switch {
	case n == 0 || c.Groups > 0 && c.Groups <= n:
		return ""
	case c.Groups > 0:
		return l.T(ReportAllFaults, l.Number(c.Groups))
	case c.Failed > n: // a report of an earlier version
		return l.T(ReportAll, l.Number(c.Failed))
	case n < shared.MaxSamples || shared.ExtentOf(c.ID) == shared.ExtentPages:
		return ""
	}
	return l.T(ReportAllPlaces)
}

// AllPages offers all pages that have the fault of a finding; empty where it is the only one,
// or none is known by its group.
func AllPages(l Lang, f *shared.Finding) string {
	if f.Count < 2 || f.Group == "" {
		return ""
	}
	return l.T(ReportAll, l.Number(f.Count))
}

// EvidenceName is the label of a piece of evidence; an unknown name is its own
// label.
func EvidenceName(l Lang, name string) string { return nameOr(l.language().evidence, name, name) }

// EvidenceValue is what a piece of evidence says: the words for what came instead of a
// page, anything else as it is.
func EvidenceValue(l Lang, name, value string) string {
	switch name {
	case "failure", "answer":
		return nameOr(l.language().answers, value, value)
	}
	return value
}

// Seen is one piece of evidence as a line: its label and what it says.
func Seen(l Lang, e shared.Evidence) string {
	return l.T(ReportEvidence, EvidenceName(l, e.Name), EvidenceValue(l, e.Name, e.Value))
}

// AnswerCodes lists the failures and answers that have words.
func AnswerCodes() []string { return codes(english.answers) }

// EvidenceNames lists the names that have labels.
func EvidenceNames() []string { return codes(english.evidence) }

// nameOr is the text of a code, or other for an unknown one.
func nameOr(table []named, code, other string) string {
	for i := range table {
		if table[i].code == code {
			return table[i].text
		}
	}
	return other
}

func codes(table []named) []string {
	out := make([]string, len(table))
	for i := range table {
		out[i] = table[i].code
	}
	return out
}
