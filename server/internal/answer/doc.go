// Package answer finishes what was answered in one piece: it compresses it, and gives
// it an entity tag.
//
//	handler := answer.Finish(mux)
//
// An answer of text (HTML, JSON, scripts, styles) is held back until its handler
// returns. From a kilobyte on it goes out in brotli or gzip, whichever the client
// prefers, brotli where it does not mind. JSON that has no tag of its own gets a weak
// one made of its content, and 304 where the client has it already. Nothing else is
// touched: streams, answers that are compressed already (the client's files), answers
// with a strong tag, which names their very bytes (a revision), and whatever is flushed
// before its end. HEAD is answered as the handler does.
//
// Pages of the app get no tag. Each carries the time at which it was drawn, from which
// the client learns how far its clock is off and how old its data is; a 304 would pass
// an old page off as a new one.
//
// # Compression and secrets
//
// Who can see the length of an encrypted answer and put text of his own into it can
// guess a secret that stands beside it (BREACH). There is none: no answer with a body
// carries a cookie, a token of a session, a password or the Authorization of the
// request. The key in the plain form is drawn anew for each page, and only keeps a form
// from starting two audits. Whoever adds a lasting secret to a body leaves that answer
// uncompressed.
//
// Handlers keep their ResponseController: everything here implements Unwrap.
package answer
