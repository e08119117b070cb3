// Package access decides who may speak to the server: which Host names it
// answers to, which web pages may call it and which may read from it, how many streams one address may hold,
// and how many audits it may start.
//
// Contract:
//
//   - [Guard] protects the server from the web pages that its users visit. A page of
//     another site reaches it through the browser in two ways: by asking for it
//     directly, which the Origin and Sec-Fetch-Site headers betray, and by letting its
//     own host name resolve to the server's address (DNS rebinding), which the Host
//     header betrays. Both are refused: only addresses, the names of loopback and the
//     public names are served. Programs send none of these headers and are not hindered.
//     An Origin of http is another site too under a public name of https, and when we
//     speak TLS ourselves, for anybody on the way may have written that page.
//   - [Outside] is the address that callers know, for whatever repeats it to them.
//   - [Readers] are the exceptions: sites whose pages may read streams and the API.
//     They may not write, and what they read is what anybody may, or what
//     a token allows that they send themselves: no cookie counts there.
//   - [Gate] knows who sends a request: a token in the Authorization header, or the
//     session of a browser that has signed in with one. It lets through what the caller's
//     role allows ([Rules]), and has streams end within 5 s of the end of their caller's
//     rights. Of tokens and sessions only hashes are kept, and compared in constant time.
//   - [Signer] signs links by which whoever has one can read one audit: its pages, its
//     report, its streams and its part of the API. They expire and can be revoked.
//   - [Attempts] bounds how often somebody may try to sign in with a wrong token.
//   - [Streams] bounds the streams of one address, so that one peer cannot use
//     up the descriptors. It never evicts: a refused newcomer backs off, an
//     evicted stream would come back at once.
//   - [Stories] bounds what one address tells of its visits.
//   - [Starts] bounds the audits that one address, and one token, starts in an hour, so
//     that one caller does not take all the workers there are.
//   - [Requests] bounds what else one address, and one token, asks for in a minute, so that
//     one caller does not take the whole database. Its answers, and those of Starts and
//     Attempts, say how much is left (RateLimit).
//
// Everything here is safe for concurrent use.
//
// The files, in reading order:
//
//	guard.go    other sites' pages
//	readers.go  those that may read
//	outside.go  the server as its callers see it
//	harden.go   the headers of every answer
//	role.go     what each route asks for, and each role may do
//	secret.go   tokens, and what is kept of them
//	gate.go     who sends a request, and whether that one may
//	session.go  browsers that have signed in
//	share.go    links by which one audit can be read
//	peer.go     who is on the other side
//	quota.go    what may be done in a window of time, and how answers say so
//	attempts.go wrong tokens
//	streams.go  streams of one address
//	stories.go  stories of visits that one address tells
//	starts.go   audits that one address, or one token, starts
//	requests.go requests that one address, or one token, sends
package access
