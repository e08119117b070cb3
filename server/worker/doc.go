// Package worker lets programs do external audits of a server over HTTP: take one up,
// report how far it is, and end it. Everybody who watches the audit sees each report.
//
//	client, err := worker.New(worker.Config{URL: "https://audits.example", Token: token})
//	...
//	job, err := client.Claim(ctx) // the audit that has waited longest
//	...
//	err = job.Report(ctx, worker.Progress{Percent: 40, Message: "reading page 12", Pages: 12})
//	err = job.Finish(ctx, worker.Result{Score: new(82), Pages: 310})
//
// Contract:
//
//   - Every write is done once, however often it has to be sent: a new audit carries an
//     Idempotency-Key, and a report the revision that it changes (If-Match). The server
//     answers a repetition with the outcome of the first.
//   - A request is repeated while nothing answers it, and after 429, 502, 503 and 504. The
//     pauses grow up to some 10 s, are drawn at random, and are no shorter than Retry-After
//     asks for. Only the context ends this. Each failure is logged.
//   - No audit is taken up twice: of several workers that try, one gets it.
//   - [ErrEnded] says that the audit has ended or was deleted, by somebody who cancelled it as
//     a rule: the work can stop. [ErrTaken] says that somebody else reports on it. Whatever
//     else a server refuses is a [*ProblemError].
//   - A worker that says nothing for five minutes counts as silent, and whoever wanted to
//     know is told. A report that changes nothing is a sign of life.
//
// To take up and to report needs a token of the role worker, to create one of the role
// auditor; admins may do both, and so may everybody where nobody has to sign in.
//
// A [Client] may be used by any number of goroutines, a [Job] by one at a time. What travels
// is described by package shared alone. The folder samples has the same worker in Go, Python,
// shell and SQL.
//
// The files, in reading order:
//
//	worker.go   the client: to create audits and to take them up
//	job.go      one audit: to report on it and to end it
//	request.go  a request, repeated until it is answered
package worker
