// Package audit is the engine: it claims audits from the database, visits the
// sites, checks what it finds, scores it, and shows every step as it is made.
//
// # Use
//
//	engine := audit.New(store, audit.Config{
//		Owner:     "host-1234", // unique among all processes that live
//		LeaseLost: store.ErrLeaseLost,
//	})
//	go func() { done <- engine.Run(ctx) }() // ends, soon after ctx does, with every audit saved
//	engine.Wake()                           // there is a new audit; without this it is found within a second
//
// # One run
//
// A run is one attempt at one audit, in five stages: discover (robots.txt and start
// page), crawl (every page), links (to other sites), site (checks over all pages),
// score. The sitemaps are read beside the crawl, which waits for them only when every
// link is followed: a slow sitemap holds no page up. A page is parsed once, checked when
// it arrives, and saved with a state that holds all that later stages need of it.
//
// The URL of a redirect and the page it leads to are two visits: the first has
// the checks of the fetch, the second those of the page. A redirect that leads back
// to its own URL, as that of a page does that wants its own cookie, is a part of one
// visit. Every other counts as a click. What only a sitemap names is visited last,
// with depth [crawl.NoDepth]. The page limit counts fetched URLs, whatever they
// answered; the seed's own redirect is free. Page.Status of a redirect is its own,
// and its FinalURL where it led.
//
// # Which pages
//
// Pages arrive in any order; their links join the frontier in the order in which
// the pages were handed out. So the pages chosen under a limit, their depth and
// their referrer depend on the site alone. That also makes an audit resumable:
// the next attempt loads the stored pages, counts them once, and walks the same
// way, passing over what is stored. Its report is the one that an undisturbed
// audit would have had; the tests compare the two. robots.txt and the sitemaps are
// fetched again.
//
// # Ownership
//
// A claimed audit is ours while its lease lasts. The lease is renewed every
// [renewEvery]; the answer also carries the request to cancel, which is thereby honoured
// within a second: whatever takes long looks at its context in between, be it the rules
// of a robots.txt, a large page, the checks of the site or the pages of an earlier
// attempt, which are then only counted. The last write asks once more, so that what was
// cancelled never ends as completed. A lease that another worker took, or that could not
// be renewed before it ran out by our own clock, ends the run at once: nothing more is
// fetched or written. Every write carries the lease, so that the database refuses
// whatever comes too late.
//
// Store errors are repeated, 50 ms to 2 s apart, for as long as the lease holds
// and at most 30 s for one write; then the audit fails. A panic in a run ends that
// audit as failed and nothing else. When the engine is stopped, a run saves what
// it has and releases its lease, within 3 s, so that the next process goes on at
// once.
//
// # Suspects
//
// A job is a suspect when a worker that had it died and no page was added since. It
// comes last, and a process takes it up only when no other of its workers has a job;
// meanwhile they take up none. So a death names its culprit: a good audit that was
// beside it is a suspect only until it goes on, and then others run beside it again,
// but not the culprit. Until it has got over [probation] addresses it has less of
// everything: one page at a time, bodies of at most [suspectBody], Config.SuspectTime
// instead of Config.TimeLimit; after that it is an audit like any other. On one server
// new audits wait that long at most; of several servers the others go on. While it waits
// for others, its row says so, and theirs when they wait for it. The store
// gives up what workers died of five times without a page between.
//
// # Ends
//
// completed with a score; partial when a limit (stop_reason "limit": pages or
// depth), the time limit ("time"), the limit of bytes ("bytes") or five minutes
// without any answer ("site") left URLs unvisited. cancelled: partial, with a report
// but without a score; checks of the site that were not answered in time do not apply,
// and of a very long list of unvisited addresses a part is only counted. failed: the
// start page cannot be had, robots.txt forbids it or cannot be reached (RFC 9309 section
// 2.3.1.4: then nothing may be fetched), or a fault of ours; error_message says which,
// in plain words.
//
// The time limit is that of one attempt, counted from its claim. Bytes are those of
// bodies, decoded; what earlier attempts read for the pages they stored counts as
// well. A job can only lower either.
//
// # What is shown
//
// [recorder] writes the progress row at once on a change of stage, otherwise at
// most every 250 ms, and always after the last change. Pages are saved before a
// count includes them. progress never falls, not even from one attempt to the
// next; total_pages, discovered, findings and responses neither.
//
// While an audit waits for more than five seconds, its message says what for: a slow host,
// a pause that it asked for, a slow pace, or other audits that take turns at the same
// host.
//
// What message and error_message say is a [work.Sentence]: its words, in every
// language, stand in package text.
//
// # Groups
//
// What a check says alike of several pages, as of a fault in a template, is one group:
// [work.GroupKey]. A report shows one finding of each, that nearest to home, and how many
// pages have it.
//
// # Score
//
// For each check, the weighted share of pages that passed (home 4, one click 2,
// others 1; site-wide checks by their grade; checks that are steps of one scale
// together, as one item, see [check.Step]); errors squared; weighted mean in
// the category (error 5, warning 3, notice 1, info 0); weighted mean over the
// categories that have an applicable check; then the caps. All in integers of
// 1/10,000. Points lost add up to 100 minus the score before caps, exactly, and what the
// caps cost to the rest. What is not measured takes part neither way, so caps hold down a
// site that shows its pages elsewhere, and one of which too little was seen. The fixes that
// a report proposes come with the score computed anew as if their checks passed.
//
// # Politeness
//
// All audits of a process share one [crawl.Limits], and through [Config].Budgets the
// servers on one database share what it hands out. robots.txt is asked before every
// fetch within the site, also for redirect targets. Links to other sites, at most 1,000,
// get a HEAD, a GET where that gave no success or no type, and one more where the fault may
// pass (no answer in time, a connection cut, 5xx, 429): one request at a time for each host,
// half as fast as the audited one is asked. A host that answers HEAD for pages that are gone
// as if they were there, type included, is believed: to find it out takes a request for a
// page that does not exist, of every host that a site links to. They do not consult
// robots.txt: asking once whether a link works is not crawling. When none of several hosts
// answers, our own network is taken to be away and no link is called broken, nor anything
// that pages load from other sites.
//
// # Requests for checks alone
//
// Before the links to other sites, the site is asked what no page of it asks for: its
// start page by http; addresses that no page has (six at most); /llms.txt; /favicon.ico,
// where no page names an icon; the start page as Markdown; the start page in the name of
// three AI agents, unless Config.SkipAIAgents or the job says not to; and what pages name as
// canonical, or llms.txt names, and no page links to (100 of each at most). Each request
// asks robots.txt first, one in the name of an agent as that agent, and waits for its
// turn; together they have a minute. What was not asked for by then, its checks do not
// apply to.
//
// After the links, style sheets of the site are read, 50 of them and 1 MiB of each for a minute
// at most, for what they load: fonts, images and other sheets. Then that, and what pages load
// themselves (images, styles and what those within the page load, scripts, media, icons,
// og:image), is asked for in the way of links: each address once, not again where a page, a
// link or the reading of a sheet has answered, at most 1,000 for three minutes, within the site
// only where robots.txt lets us. Of more than 20,000 addresses, or 4 MiB of them, the rest is
// not known. What is broken is reported all the same; that nothing is, only when all was asked
// for.
//
// # The files, in reading order
//
// Uses run down this list.
//
//	engine.go    workers: claim a job, run it, write its end
//	suspect.go   room and trial: audits that may have killed a worker
//	stages.go    the stages in order, and what one leaves to the next
//	discover.go  the first stage: robots.txt and start page
//	crawl.go     the second stage: every page of the site, and what its sitemaps name
//	probe.go     the third stage, first half: requests that checks need and no page asks for
//	links.go     its second half: links to other sites
//	resources.go what pages load, asked for in the same way
//	sheets.go    what their style sheets load
//	end.go       the last two stages: how an audit ends, and with what result
//	report.go    the report as it is stored
//	run.go       run: what all stages of an attempt work with
//	waits.go     what a run waits for, said in its row
//	bounds.go    how long a run may ask a site, and how much it may read
//	lease.go     keeper: renews the lease and passes on a request to cancel
//	recorder.go  recorder: writes pages and the progress row
//	book.go      book: what the end of an audit needs of its pages
//	linklog.go   linkLog: which pages lead to which
//	estimate.go  estimate: how long a stage still takes
//	board.go     board: what has been seen so far, as users see it
//	state.go     the stored state of a page, from which another attempt goes on
//	parsing.go   how many bytes of pages all audits read at once
//	visit.go     visit: one fetched URL, checked
//	answer.go    what a page's sheet shows of its answer: headers, redirects
//	fixes.go     what raises the score most
//	score.go     the formula
//	caps.go      the faults that limit the whole score
//	input.go     all that is copied from package crawl to package check
//	site.go      site: what the discover stage finds out
//	refusal.go   why a site cannot be audited, in plain words
//	text.go      text of a site made fit to be stored
//	store.go     Store, Budgets: what the engine needs of the database; repeated writes
//	causes.go    why fetching ends early; panics turned into errors
package audit
