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
	begun  bool    // the rows are of this list; those of another choice stay until then
	busy   bool
	code   string // names why the last request failed
	lists  int    // counts the lists of which rows came
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
	if s.answered(next, err) {
		s.rows = append(s.rows, rows...)
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
		s.path, s.cursor, s.begun = path, nil, false
	case s.busy || s.begun && !more:
		return false
	}
	s.busy, s.code = true, ""
	s.asked++
	return true
}

// next is the address of the part that is missing.
func (s *parts) next() string {
	if s.cursor == nil {
		return s.path
	}
	sign := "?"
	if strings.Contains(s.path, "?") {
		sign = "&"
	}
	return s.path + sign + "cursor=" + url.QueryEscape(*s.cursor)
}

// answered takes note of an answer and reports whether it brought rows.
func (s *parts) answered(next *string, err error) bool {
	s.busy = false
	if err != nil {
		s.code = failureCode(err)
		return false
	}
	if !s.begun {
		s.lists++
	}
	s.begun, s.cursor = true, next
	return true
}

// waits reports whether nothing of this list is known yet.
func (s *parts) waits() bool { return !s.begun && s.code == "" }
