// Package regexp stands in for the standard package of this name in the client,
// where go-app uses it to find the page of an address. The browser has regular
// expressions already.
//
// It declares what go-app v10.1.11 and the programs made by go test name, so that
// whoever needs more does not compile, and it takes only patterns that mean the
// same in Go and in JavaScript.
package regexp
