// Package check judges a website: it reads a fetched page once and answers, for
// every check of one table, whether the check applies, passes or fails, and
// what was seen.
//
// # Use
//
//	page := check.Parse(check.Input{URL: url, Status: 200, ContentType: "text/html", Body: body})
//	result := check.RunPage(page)            // findings of the page, and facts to keep
//	facts = append(facts, result.Facts)
//	site, err := check.RunSite(ctx, check.SiteInput{Home: url, Pages: facts, Complete: true})
//
// # Order of use
//
// [Parse] turns one fetched URL into a [Page] in a single pass over its tags, placed as
// a browser's tree would have them; no tree is built. [RunPage] asks every page check
// about it and gives the findings and the page's [Facts], the small part that outlives
// the page. When all pages are known, [RunSite] answers the checks that concern the site
// as a whole from the facts, robots.txt, the sitemaps and the external links.
//
// # Checks are data
//
// [All] holds them in the order reports show them. A check is an id that never
// changes its meaning, a category, a severity, the source of its rule, and one
// of two rules: [PageRule] or [SiteRule]. The runner asks Applies once and runs
// the rule only when it does, so no rule repeats a guard. A check that does not
// apply says why with a [Reason]; the words for ids, reasons and the names of
// evidence are in package shared/text. Checks that are the steps of one scale, such as
// having markup, markup that can be read and markup that is complete, name the item of the
// score that they share: [Step].
//
// # Guarantees
//
// Everything here is pure: no clock, no network, no state, no goroutine. What may take
// long ends early when it is told to ([Input].Stopped, the context of RunSite). All
// functions may be called concurrently. Results are deterministic: the order in
// which pages were fetched does not change them, and lists in evidence have a
// fixed order. Any bytes may be given: Parse never panics, its work grows
// with the size of the body, and beside what is kept it takes little more room than
// the decoded text. A page that reaches a bound says which one:
// [Page.Cut]. What a page says is hostile; text taken from it is valid UTF-8 without
// control characters and bounded in length, but it is not escaped: that is the reader's
// part. [Page.Prose] alone is as the page has it.
//
// # What counts as text
//
// Visible words are those of the body outside script, style, template,
// noscript, closed dialogs, svg and elements with the hidden attribute. Main
// words are visible words outside nav, aside, form controls and the page's own
// header and footer (or the ARIA roles for them); a header inside an article or
// main is part of the text. A word is a run of letters, marks and digits; in
// scripts written without spaces two ideographs or kana count as one word, and
// five letters of Thai, Lao, Khmer or Burmese do. Lengths are characters:
// combining marks and joiners are not counted, bytes never are. Those of titles and
// descriptions count an ideograph, a kana or a syllable of Korean as two.
//
// An article is a page with one main heading and 300 main words or more, of which six in
// ten stand in paragraphs; a page of a manual is none, nor is a start page that does not
// call itself one. Nobody sees a page that sends its readers on at once: checks of what it
// says of itself do not apply. Checks that look for words, such
// as the name of a month, apply to articles in the languages of lexicon.go alone: those
// that the page names or, where it names none, sounds like.
//
// # How far findings can be trusted
//
// Every page check is held to testdata/corpus, pages that were judged by hand, and the simple
// ones to what another parser counts on real sites: testdata/golden. In November 2026 109
// findings of sites that nobody here wrote, mostly errors and warnings, were read beside the
// source of their pages:
//
//	site                                     pages  read  wrong
//	admin-lte 3.2.0                             68    21      6
//	gentelella 4.2.0                            48    17      8
//	startbootstrap-sb-admin-2 4.1.4             15    11      1
//	star-admin-free 2.0.0                       13     7      0
//	reveal.js 6.0.2                              1     4      0
//	eight more themes of startbootstrap         25    39     18
//	VitePress 1.6.4, made of 12 packages' notes 12    10      1
//
// None of the 34 was an error. 17 blamed what other sites have for the network of the reading
// machine, 7 a start page that sends everybody on at once, 5 start pages for not being
// articles, three took a mail in a demonstration for an article, one a period and two the
// entries of a timeline for dates of a page: all those kinds are mended.
//
// A second reading in that month took themes again, and Debian's documentation of SQLite,
// Python, Apache, Git and Postfix, 40 pages of each at most. 1,838 findings of 17 checks were
// judged anew with another parser, and the 13 that it did not confirm were right when read. One
// to three of each other check of each site were read, the doubtful beside the source: beside
// the kinds known before, four were wrong, all of them notices about stale dates: of a line of
// a log, of a sentence that tells when something was posted, of the posts that a page lists,
// and of the invoice that a demonstration shows. All are mended: a date is that of a page where
// markup of the page says so, where a line says that something was published or changed and
// names nothing else that has dates, and where it stands alone or beside an author on a page
// that shows no record or event. So Google asks for it (Search Central: publication dates): one
// with a label such as "Updated", or datePublished and dateModified, and none of what the page
// is about.
//
// A third reading took 363 pages of admin-lte 3.2.0, gentelella 4.2.0, material-dashboard 3.1.0,
// startbootstrap-clean-blog 6.0.9 and tabler-preview 1.2.0, and 74 findings: one of each check of
// each site beside those that nearly every page has, more of what articles are asked for, the
// doubtful beside the source. All 4 errors were among them, and right; the invoice has no finding
// any more. Four were wrong, all of one page: it advertises, but is no start page, and was missed
// an author, a date, sources and quotations. That kind is left.
//
// # The files, in reading order
//
//	run.go           RunPage and RunSite: every check is asked once
//	table.go         All: the checks in their order
//	content.go       the checks of category content; article.go has those of articles, with the
//	                 dates of dates.go and the words of lexicon.go; reading.go has those of how
//	                 they read, language.go and about.go are each one of its checks
//	structured.go    of category structured-data; schema.go is its table of types, headline.go
//	                 has its check of what markup and text say
//	metadata.go      of category metadata; hreflang.go is one of its checks
//	links.go         of category links; resources.go and fragments.go are its
//	                 checks of what pages load and of places within pages, sheets.go reads
//	                 what styles load, onward.go has those of where a page as a whole
//	                 leads, generic.go the texts that say nothing
//	performance.go   of category performance
//	accessibility.go of category accessibility
//	security.go      of category security; headers.go has those of what protects browsers
//	ai.go            of category ai-access; agents.go is its table of crawlers,
//	                 hidden.go, walls.go, llms.go, markdown.go and challenge.go are each one
//	                 of its checks
//	crawlability.go  of category crawlability; redirects.go has its rules about redirects
//	address.go       its rule about the addresses of pages
//	reach.go         its rule about sites without a start page
//	missing.go       its rule about addresses that no page has
//	sitemap.go       its rules about sitemaps
//	robots.go        its rules about robots.txt
//	probes.go        Probes: what was asked for checks alone, and rules that need little more
//	targets.go       its rules about what canonical URLs, sitemaps and links lead to
//	site.go          SiteInput: what is known of the whole site
//	facts.go         Facts: what outlives a page
//	check.go         Check, its rules, reasons and outcomes
//	page.go          Page and Parse
//	charset.go       the text of a body, and what is declared of it
//	reader.go        the tags and texts of an HTML document
//	elements.go      which elements they open and close, by the rules of kinds.go
//	plain.go         the tokens that most documents consist of
//	xml.go           those of an XML document
//	collect.go       what is kept of a document; its parts are head.go, anchor.go, marks.go,
//	                 parts.go, tables.go, controls.go and loads.go
//	region.go        the kinds of places that its elements stand in
//	prose.go         its visible text, in lines
//	jsonld.go        what its JSON-LD describes
//	evidence.go      what was seen, bounded
//	host.go          which hosts are public
//	words.go         words, similarity and the length of texts
//	input.go         Input: one fetched URL
package check
