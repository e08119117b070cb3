// Package access decides who may speak to the server: which Host names it
// answers to, which web pages may call it and which may read from it, how many streams one address may hold,
// and how many audits it may start.
//
// Contract:
//
//   - [Guard] protects a server without tokens, bound to loopback, from the web
//     pages that its user visits. A page of another site reaches 127.0.0.1
//     through the browser in two ways: by asking for it directly, which the
//     Origin and Sec-Fetch-Site headers betray, and by letting its own host name
//     resolve to 127.0.0.1 (DNS rebinding), which the Host header betrays. Both
//     are refused. Programs send none of these headers and are not hindered.
//     An Origin of http is another site too when we speak TLS ourselves, for
//     anybody on the way may have written that page. Behind a proxy the scheme
//     is the proxy's matter and is left aside.
//   - [Readers] are the exceptions: sites whose pages may read streams and the API.
//     They may not write, and what they read is what anybody may: no answer
//     depends on who asks, so none allows credentials.
//   - [Streams] bounds the streams of one address, so that one peer cannot use
//     up the descriptors. It never evicts: a refused newcomer backs off, an
//     evicted stream would come back at once.
//   - [Starts] bounds the audits that one address starts in an hour, so that one
//     caller does not take all the workers there are.
//
// Everything here is safe for concurrent use.
package access
