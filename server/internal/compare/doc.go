// Package compare says what changed from one audit of a site, the base, to another, the
// head: what is fixed, what is new, what persists.
//
//	result, err := compare.Audits(
//		compare.Side{Report: &base, Pages: compare.Stored(ctx, rows, base.Audit.AuditID)},
//		compare.Side{Report: &head, Pages: compare.Stored(ctx, rows, head.Audit.AuditID)},
//		list.Take,
//	)
//
// Contract:
//
//   - Two findings are the same when their check and the address of their page are. Checks
//     of several pages at once have a subject beside them: what they looked at. In which
//     order the pages were fetched does not matter, nor do numbers in evidence.
//   - Nobody lies: a finding of one audit is fixed, or new, only when the other could have
//     had it. It could not have when it did not see the page, did not run the check, or not
//     surely on this page, because it asks to be left out of search, or is
//     partial where the check needs the whole site; the change then says which of these. An
//     audit that saw all pages of the site knows that one it lacks was not there: what is
//     found on it is new, or fixed with it.
//   - Audits swapped give the same with fixed and new swapped; an audit and itself give
//     nothing but what persists.
//   - Nothing is gathered: both sides come in the order of addresses and are walked in
//     step, so that 10,000 pages take the memory of a few. Each change is told as it is met.
//   - There is no clock, database or network in here. Errors are those of the sides, or say
//     what cannot be compared or read: [ErrSites], [ErrFile], [ErrCursor].
//
// The files, in reading order:
//
//	compare.go  Audits: the walk along both sides
//	change.go   what a finding of one side, or of both, amounts to
//	summary.go  what the two reports say: categories and checks
//	list.go     the changes that one answer holds, and where the next goes on
//	rows.go     pages and findings that a store keeps, in the order of addresses
//	file.go     pages and findings of a report in JSON
package compare
