// Package notify tells people of what happens to audits: it sends the messages that the
// store keeps for webhooks.
//
//	sender := notify.New(notify.Config{
//		Rows: rows, Send: notify.NewCarrier(dialer.DialContext, vapid, mail).Send, Count: count, Log: log,
//	})
//	err := sender.Run(ctx) // until ctx ends
//
// Messages follow Standard Webhooks (https://www.standardwebhooks.com): the body is a
// [shared.Notice]; webhook-id names the message and is the same in every try;
// webhook-timestamp is the time of the try; webhook-signature is an HMAC-SHA256 of the
// three by each secret of the webhook.
//
// Other kinds of webhooks are for people: they get words in their language, from package
// text, in the form that ntfy, Slack or Matrix take, or by e-mail. What sites and workers wrote is
// nothing but text in each.
//
// Browsers that have subscribed get words too, by Web Push: sealed so that their push service
// cannot read them (RFC 8291), under a key by which that knows the sender (RFC 8292). Package
// webpush does both and sends by our own client, with all that this refuses.
//
// Any number of servers of one database may run a sender: which of them tries a message
// is decided in the database. A message is tried five times, at growing intervals and not
// before a receiver's Retry-After, and a receiver that answers 410 is not tried again. A server that ends while it waits for an
// answer leaves the message to be tried once more, so a receiver may get it twice: it
// knows that by webhook-id.
//
// Receivers are strangers. They are reached through the dialer that is given, which refuses
// what the crawler refuses; redirects are not followed; an answer has bounded time and
// size, and nothing of it is kept but the status. (The server that takes e-mail is the
// operator's own, and is not refused.) Secrets and addresses are in no log.
//
// # Files, in reading order
//
//   - target.go: where messages may go
//   - sign.go: secrets and signatures
//   - retry.go: what becomes of a message after a try
//   - words.go: what people read
//   - vapid.go, push.go: a message for a browser: who sends it, and what it says
//   - request.go: the request that a message is, for each kind of webhook
//   - post.go: making that request
//   - mail.go: e-mail, which is no request
//   - carry.go: which of the two a message needs
//   - send.go: the loop that has all of it happen
package notify
