// Package openid signs people in by the OpenID Connect provider of their team:
//
//	p := openid.New(config, log)
//	go p.Run(ctx) // discovers the provider
//
//	address, err := p.Begin(w, origin, "/audits/7") // the browser goes there, and comes back
//	who, to, err := p.Finish(w, r, origin)          // with a code
//
// Contract:
//
//   - It is the authorization code flow with PKCE, state and nonce. All three follow from one
//     secret in a cookie that lives for some minutes, so that an answer is good only in
//     the browser that asked for it, once, and at any server of the team.
//   - The provider may be down when the server starts, and later. [Provider.Run] asks again,
//     at most every minute, and [Provider.Trouble] says what people are told meanwhile.
//   - Nothing that the provider says is believed before the ID token's signature, issuer,
//     audience, time and nonce are right. Then an address counts that the provider has verified,
//     and the first of [Roles] that fits gives a role. Whom none fits is refused; there is no
//     role by default.
//   - What is refused is a [*Refusal] with a code of its own. Its words hold no code, token
//     or secret.
//   - Answers are bounded in size and time, lead nowhere else, and some questions at most are
//     asked at once. The provider may be in a private network: the operator has named it.
//
// Sessions are not its business: whoever comes in gets one from package access. Everything
// here is safe for concurrent use.
//
// The files, in reading order:
//
//	roles.go    who has which role
//	provider.go what the provider says of itself
//	attempt.go  what binds an answer to the browser that asked
//	signin.go   to the provider and back
//	identity.go whom it vouches for
//	examine.go  whether it works, for the doctor
//	wire.go     the bounds of its answers
//	refusal.go  why somebody may not come in
//
// Package openidtest has a provider for tests.
package openid
