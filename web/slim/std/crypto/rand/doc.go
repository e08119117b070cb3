// Package rand stands in for the standard package of this name in the client. The
// standard one brings a generator of its own for the rules of FIPS 140; this one
// takes the browser's random bytes as they are.
package rand
