// Package api answers the JSON requests under /api/v1.
//
//	problems := api.NewProblems(log,
//		api.Rule{Err: store.ErrNotFound, Code: shared.CodeNotFound, Detail: "There is no such audit."})
//	api.New(api.Config{
//		Service: rows, Problems: problems, Seed: parseSeed, PageLimit: 500,
//		Stats: stats, Poll: http.HandlerFunc(streams.Poll),
//	}).Register(mux)
//	handler := api.Log(log, problems, api.Deadlines(mux))
//
// Contract:
//
//   - Every answer that is not a success is application/problem+json (RFC 9457)
//     with a stable code (package shared), and the request changed nothing. The
//     status and the title of a code stand in one table, in problem.go; the rules
//     given to [NewProblems] tie the errors of other packages to codes. Nothing
//     else under /api decides the status of an error.
//   - Requests are read strictly: at most 1 MiB, valid UTF-8, one JSON object,
//     no unknown field, no wrong type. Numbers are checked against their ranges
//     here and again by the database.
//   - An error that is the server's fault (5xx) is logged here, once, with its
//     cause; the answer names the request id and not the cause.
//   - Handlers keep no state. Each call is one call of [Service], which reads or
//     writes the database afresh; concurrency is the database's matter.
//   - openapi.json describes all of it, and every answer of this package's tests
//     is held against it.
//
// The files, in reading order:
//
//	api.go         Config, the registration of routes, how handlers answer
//	audits.go      the table of routes, what they need of the store, the handlers of audits
//	decode.go      reading a request: body, id, query, headers
//	validate.go    the rules for what a request asks for
//	problem.go     errors: codes, statuses, titles, answers
//	middleware.go  what stands around every request: id, log, deadlines, framing, methods
//	sites.go       the sites that audits are of
//	schedules.go   when a site is audited again
//	webhooks.go    whom to tell of what happens to audits
//	push.go        which browsers
//	tokens.go      who may come in
//	shares.go      links by which one audit can be read
//	trail.go       what people did
//	lists.go       the lists of a report: its pages, findings, links and what was left out
//	report.go      the report, as JSON and as the files of package export
//	compare.go     what changed between two audits
//	schema.go      the JSON Schema of a report, taken from openapi.json
//	stats.go       how this process is doing
//	story.go       how browsers fare with it
//	openapi.go     serving openapi.json
//
// A new route touches audits.go, openapi.json and a file of package store; a new
// code touches shared/problem.go, problem.go and openapi.json.
package api
