package ui

import (
	"strings"

	"atalaya/app/internal/outbox"
	"atalaya/shared"
	"atalaya/shared/text"
)

// waitingModel lists the audits that wait for the connection.
type waitingModel struct {
	Heading, Help string
	Entries       []waitingEntry
}

// waitingEntry is one of them.
type waitingEntry struct {
	Key, Site string
	// Address is what was typed, Options what was chosen with it, Since when that was.
	Address, Options, Since string
	// Refused says why the server does not start it; empty while it waits.
	Refused string
	// Changes names the button that changes it; empty when it can only be removed.
	Changes, Removes string
}

// waiting puts into words what is in the outbox.
func (loc locale) waiting(entries []outbox.Entry) waitingModel {
	l := loc.Lang
	m := waitingModel{Heading: l.T(text.WaitingHeading), Help: l.T(text.WaitingHelp)}
	for _, e := range entries {
		w := waitingEntry{
			Key: e.Key, Site: shared.SiteName(e.Wish.URL), Address: e.Wish.URL, Options: loc.wish(e.Wish),
			Since: l.T(text.WaitingSince, loc.clockHere(e.At)), Removes: l.T(text.WaitingRemoveOf, e.Wish.URL),
		}
		switch {
		case e.Started():
			w.Refused = l.T(text.WaitingStarted)
		case !e.Waits():
			w.Refused = l.T(text.WaitingRefused, text.Problem(l, e.Refused))
		}
		if !e.Started() {
			w.Changes = l.T(text.WaitingChangeOf, e.Wish.URL)
		}
		m.Entries = append(m.Entries, w)
	}
	return m
}

// wish says what an audit was asked for with, beside its address.
func (loc locale) wish(wish shared.NewAudit) string {
	l, words := loc.Lang, ""
	add := func(s string) {
		if words != "" {
			words += " · "
		}
		words += s
	}
	if wish.PageLimit > 0 {
		add(l.T(text.WaitingOption, l.T(text.StartPages), l.Number(wish.PageLimit)))
	}
	if wish.MaxDepth > 0 {
		add(l.T(text.WaitingOption, l.T(text.StartDepth), l.Number(wish.MaxDepth)))
	}
	if len(wish.Include) > 0 {
		add(l.T(text.WaitingOption, l.T(text.StartInclude), strings.Join(wish.Include, " ")))
	}
	if len(wish.Exclude) > 0 {
		add(l.T(text.WaitingOption, l.T(text.StartExclude), strings.Join(wish.Exclude, " ")))
	}
	if wish.Rate > 0 {
		add(l.T(text.WaitingOption, l.T(text.StartRate), l.Decimal(wish.Rate)))
	}
	if wish.SkipAIAgents {
		add(l.T(text.StartAgents))
	}
	return words
}
