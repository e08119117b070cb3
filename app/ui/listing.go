package ui

import (
	"context"
	"net/url"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
)

// listing is a list that the server gives in parts, as far as it was asked for.
type listing[T any] struct {
	parts
	rows []T
}

// parts says how much of a list is there. It is apart from the rows because the client would
// have its code once for every type of them.
type parts struct {
	path   string  // of the first part; it names the list
	cursor *string // of what follows; nil when nothing does
	// last is the address of the part that came last, and known how many rows it had. A list
	// that grows is asked for it again where nothing follows.
	last  string
	known int
	begun bool // the rows are of this list; those of another choice stay until then
	busy  bool
	code  string // names why the last request failed
	lists int    // counts the lists of which rows came
	// asked counts the requests: answers to any but the last are dropped.
	asked int
}

// reader reads one part of a list.
type reader[T any] func(body []byte) (rows []T, next *string, err error)

// ask fetches the first part of the list at path unless it is there, or with more set the
// part that follows.
func (s *listing[T]) ask(ctx app.Context, path string, more bool, read reader[T]) {
	s.fetch(ctx, path, more, func(body []byte, err error) {
		var rows []T
		var next *string
		if err == nil {
			rows, next, err = read(body)
		}
		s.receive(rows, next, err)
	})
}

// receive takes an answer.
func (s *listing[T]) receive(rows []T, next *string, err error) {
	if err == nil && !s.begun {
		s.rows = nil
	}
	if known, ok := s.answered(len(rows), next, err); ok {
		s.rows = append(s.rows, rows[known:]...)
	}
}

// fetch has take read the answer, on the UI goroutine.
func (s *parts) fetch(ctx app.Context, path string, more bool, take func(body []byte, err error)) {
	if !s.begin(path, more) {
		return
	}
	from, asked := s.next(), s.asked
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		_, body, err := live.GetJSON(c, from)
		ctx.Dispatch(func(app.Context) {
			if s.asked == asked {
				take(body, err)
			}
		})
	})
}

// begin turns to the list at path, and reports whether something must be asked for.
func (s *parts) begin(path string, more bool) bool {
	switch {
	case s.path != path:
		s.path, s.cursor, s.last, s.known, s.begun = path, nil, path, 0, false
	case s.busy || s.begun && !more:
		return false
	}
	s.busy, s.code = true, ""
	s.asked++
	return true
}

// next is the address of the part that is missing; of the last one where nothing follows.
func (s *parts) next() string {
	if s.cursor == nil {
		return s.last
	}
	sign := "?"
	if strings.Contains(s.path, "?") {
		sign = "&"
	}
	return s.path + sign + "cursor=" + url.QueryEscape(*s.cursor)
}

// answered takes note of an answer with so many rows, and reports whether there was one and how
// many of them were known.
func (s *parts) answered(rows int, next *string, err error) (known int, ok bool) {
	s.busy = false
	if err != nil {
		s.code = failureCode(err)
		return 0, false
	}
	if !s.begun {
		s.lists++
	}
	if asked := s.next(); asked != s.last {
		s.last, s.known = asked, 0
	}
	known = min(s.known, rows)
	s.begun, s.cursor, s.known = true, next, max(s.known, rows)
	return known, true
}

// waits reports whether nothing of this list is known yet.
func (s *parts) waits() bool { return !s.begun && s.code == "" }
