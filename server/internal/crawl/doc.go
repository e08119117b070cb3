// Package crawl fetches the pages of one site politely: it knows URLs,
// robots.txt, sitemaps and HTTP, and nothing of audits, scores or databases.
//
// # Use
//
//	fetcher := crawl.NewFetcher(crawl.Config{})
//	defer fetcher.Close()
//	seed, err := crawl.ParseSeed("example.com")             // https://example.com/
//	robots := crawl.NewRobotsCache(fetcher)
//	allowed, err := robots.Allowed(ctx, seed)               // may we fetch it?
//	res, err := fetcher.Fetch(ctx, crawl.Request{URL: seed}) // waits for its turn
//	if res.Failure != nil {                                  // whatever the site did is in res
//		fmt.Println(res.Failure)
//	}
//
// The parts, in the order an audit meets them:
//
//   - [ParseSeed] and [Canonical] make canonical URLs; the string of a canonical
//     URL is the key of a page everywhere. [Resolve] keeps the spelling of a link,
//     which is what the site is asked for, and [Normal] is the key of that. [Scope]
//     says which of them belong to the site.
//   - [RobotsCache] fetches robots.txt once per origin and answers from it;
//     [Fetcher.SitemapsOf] reads the sitemaps it names, or those at usual places.
//   - [Frontier] holds what is known and hands it out breadth first.
//   - [Fetcher.Fetch] makes one fetch: turns at the host, redirects, a retry,
//     limits, and what the site did wrong as a [Failure].
//   - [Fetcher.Counting] tells how many bytes one of its users reads.
//   - [Limits] is the politeness, one per process: all audits take their turns from
//     the same budgets, one for each host, each registrable domain and each address
//     that names resolve to. With a [Ledger], servers share them. A [Watch] knows what
//     the requests of one audit wait for.
//
// # What a caller may rely on
//
// Blocking: Fetch, Robots and Sitemaps block until they have an answer, waiting
// for the host's turn as long as it takes; only the end of ctx makes them return
// an error. Whatever the site did is in the result, never an error.
//
// Bounds: every figure a site controls is bounded: time per request, header and
// body bytes (decoded, so compression bombs stop at the limit), redirects, URL
// length, robots.txt bytes, sitemap files, bytes and entries. A bound that was
// reached is always visible in the result.
//
// Addresses: unless Config.AllowPrivate is set, no connection is made to an
// address that is not publicly routable or to a port other than 80 and 443. The
// check stands in the dialer, after name resolution, so it holds for redirects,
// robots.txt, sitemaps and for names that change their address between two
// requests. Proxies of the environment are not used.
//
// TLS: what browsers accept is accepted. Key exchange with RSA is offered, and a
// certificate that the server forgot to send is fetched from where the one below it
// says, also out of a bundle (PKCS #7): at most three times, by http, through the same
// guard and turns, and kept for all fetches of the Fetcher. What is refused says which
// part is at fault: the name, the dates, the authority or the handshake.
//
// Heads: what net/http refuses and browsers pass over (lines that are no fields, equal
// lengths in one field, the coding identity) is left out, at the cost of another request
// with a turn of its own. A body must be framed as HTTP says.
//
// Politeness: in any stretch of time a budget gets the rate and one request more (a
// tenth of a second's worth at rates above ten a second), and no more than so many
// requests are under way. The first two requests after a rest may come together, which
// are robots.txt and the start page where an audit begins; the third comes when it would
// have come anyway. At less than one request a second, none come together.
//
// Politeness of several servers: each rents the budgets that it uses for 3 s, once a
// second, and has an equal share of rate and parallelism. A server that joins others
// begins 3 s later, when each of them has counted it or has fallen silent; so their
// shares never add up to more than the whole, and together they ask as one server
// would, with one request more for each of them. What was under way when a server
// joined comes on top for as long as it takes; each has at least one request under way.
// A server that died or has no more to ask frees its share after 3 s. A pause and a
// slower rate that one learns are told at once, and hold for the others a second later.
// A server whose ledger does not answer for 3 s goes on at 1/64 of the rate, beyond the
// others' shares. Nothing is locked, and the ledger's own clock never meets ours.
//
// Robots: Fetch does not consult robots.txt; its caller asks [RobotsCache.Allowed]
// before, because what to do with a refused URL is the caller's decision.
//
// Times: [Result].TTFB and Duration measure the site, never our own waiting.
// Durations are wall time.
//
// Concurrency: Fetcher, Limits and RobotsCache are safe for concurrent use;
// Frontier and the values handed out are not.
//
// # Where the rules come from
//
// RFC 9309 (robots.txt; 5xx and no answer mean "do not crawl", 4xx means "no
// rules"), sitemaps.org protocol 0.9 (50,000 URLs and 50 MB per file), RFC 3986
// section 6 (URL equivalence), RFC 9110 section 10.2.3 (Retry-After), RFC 6890
// and the IANA special-purpose registries (addresses), the public suffix list
// (what a site is), the URL standard (what a link leads to), RFC 6265 (cookies, kept
// for one fetch).
//
// # The files, in reading order
//
//	seed.go           what a person typed becomes the seed URL
//	robots_fetch.go   RobotsCache: robots.txt of each origin, fetched once
//	sitemap_fetch.go  the sitemaps of a site, through their indexes
//	fetch.go          Fetcher: turns, redirects, a retry, one exchange
//	frontier.go       Frontier: what is known, and what comes next
//	compact.go        many texts and names in little memory
//	scope.go          Scope: which URLs belong to the site
//	paths.go          Paths: which of them are wanted
//	sitemap.go        reads one sitemap
//	robots_parse.go   reads one robots.txt
//	robots.go         Robots: its rules, and what they say of a URL
//	robots_match.go   compares a path with many rules
//	head.go           heads that net/http does not read
//	body.go           bodies, bounded on the wire and decoded
//	zstd.go           where the frames of zstd end
//	sniff.go          what a body is, whatever its header says
//	own.go            OwnHeaders: such as the password of a staging site
//	slowly.go         an audit that is to ask less than it may
//	cookies.go        the cookies of one fetch
//	result.go         Request and Result, and what a status means
//	header.go         the headers that are kept
//	failure.go        Failure: what went wrong, in our words
//	guard.go          which addresses may be connected to
//	tls.go            secure connections, and what is wrong with them
//	issuers.go        certificates that servers leave out of their chains
//	bundle.go         the forms in which authorities send certificates
//	url.go            Resolve and Canonical: the two forms of a URL
//	escape.go         its dot segments and escapes
//	limits.go         Limits: turns at hosts
//	turns.go          how many requests are under way at a host
//	pace.go           how fast a host is asked
//	watch.go          Watch: what the requests of one audit wait for
//	spacing.go        how far requests are apart
//	share.go          Ledger: what several servers may each ask
//	text.go           text of a site, cut
package crawl
