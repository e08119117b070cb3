// Package api answers the JSON requests under /api/v1.
//
// Contract:
//
//   - Every answer that is not a success is application/problem+json (RFC 9457)
//     with a stable code (package shared); it changed nothing. Statuses and
//     titles stand in one table by code, and errors of the parts below are tied
//     to codes by the rules given to [NewProblems]: nothing else under /api
//     decides the status of an error.
//   - Requests are read strictly: at most 1 MiB, valid UTF-8, one JSON object,
//     no unknown field, no wrong type. Numbers are checked against their ranges
//     here and again by the database.
//   - An error that is the server's fault (5xx) is logged here, once, with its
//     cause; the answer names the request id and not the cause.
//   - Handlers keep no state. Each call is one call of [Service], which reads or
//     writes the database afresh; concurrency is the database's matter.
package api
