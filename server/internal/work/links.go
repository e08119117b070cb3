package work

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// PageLinks are where a page leads, as the state of its record has them.
type PageLinks struct {
	// Links are addresses of the site, in order of appearance: the target of a redirect, or
	// those of the page's links. Texts are those of the links; without them none is known, as
	// in states of earlier versions.
	Links []string `json:"l,omitempty"`
	Texts []string `json:"t,omitempty"`
	// Outward are the links to other sites.
	Outward []TextLink `json:"o,omitempty"`
}

// TextLink is a link with its text.
type TextLink struct {
	URL  string `json:"u"`
	Text string `json:"t,omitempty"`
}

// All lists the links, those of the site first.
func (l *PageLinks) All() []TextLink {
	all := make([]TextLink, 0, len(l.Links)+len(l.Outward))
	for i, u := range l.Links {
		link := TextLink{URL: u}
		if len(l.Texts) == len(l.Links) {
			link.Text = l.Texts[i]
		}
		all = append(all, link)
	}
	return append(all, l.Outward...)
}

// TextTo is the text of the link to an address of the site; empty when it is not known.
func (l *PageLinks) TextTo(address string) string {
	if len(l.Texts) != len(l.Links) {
		return ""
	}
	for i, u := range l.Links {
		if u == address {
			return l.Texts[i]
		}
	}
	return ""
}

// ErrTooLarge says that a state has more bytes than its reader takes.
var ErrTooLarge = errors.New("larger than what is read")

// LinksOf reads the links in the state of a record ([PageRecord.State]), and how many bytes
// that has unpacked. A state of more than most is [ErrTooLarge].
func LinksOf(state []byte, most int) (links PageLinks, size int, err error) {
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(state)), int64(most)+1))
	switch {
	case err != nil:
		return PageLinks{}, len(plain), fmt.Errorf("work: unpack a page's state: %w", err)
	case len(plain) > most:
		return PageLinks{}, len(plain), fmt.Errorf("work: a page's state: %w", ErrTooLarge)
	}
	if err := json.Unmarshal(plain, &links); err != nil {
		return PageLinks{}, len(plain), fmt.Errorf("work: decode a page's state: %w", err)
	}
	return links, len(plain), nil
}

// LinksIn tells which pages of an audit lead to which.
type LinksIn struct {
	// Pages are the addresses of the audit's pages.
	Pages []string
	// From has for each of them the places in Pages of those that lead to it.
	From [][]int32
}
