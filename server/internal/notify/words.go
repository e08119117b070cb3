package notify

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"atalaya/server/internal/work"
	"atalaya/shared"
	"atalaya/shared/text"
)

const (
	// titleMax bounds a title, in characters.
	titleMax = 120
	// wordsMax bounds a message for people, in bytes: ntfy has a longer one be a file.
	wordsMax = 3_500
)

// words is a message as people read it.
type words struct {
	event       shared.Event
	hasReport   bool
	lang        text.Lang
	title, text string
}

// wordsOf says a message in the language of its webhook. What sites and workers wrote is
// text in it: one line in the title, and nothing that writes from right to left over the
// rest or moves a cursor.
func wordsOf(d work.Delivery) (words, error) {
	var n shared.Notice
	if err := json.Unmarshal(d.Body, &n); err != nil {
		return words{}, fmt.Errorf("a message cannot be read: %w", err)
	}
	lang, _ := text.Parse(d.Language)
	title := strings.ReplaceAll(plain(text.NoticeTitle(lang, &n)), "\n", " ")
	return words{
		event: n.Type, hasReport: n.Data.HasReport(), lang: lang, title: cutRunes(title, titleMax),
		text: cutBytes(plain(text.NoticeText(lang, &n)), wordsMax),
	}, nil
}

// plain drops control characters but the ends of lines, and those that order text anew.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if c != '\n' && (unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c)) {
			return -1
		}
		return c
	}, s)
}

// cutRunes cuts to a number of characters, and shows where.
func cutRunes(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// cutBytes does so to a number of bytes, between characters.
func cutBytes(s string, most int) string {
	if len(s) <= most {
		return s
	}
	const mark = "…"
	return strings.ToValidUTF8(s[:most-len(mark)], "") + mark
}
