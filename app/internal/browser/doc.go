// Package browser asks the browser for what go-app does not: notifications, also with no
// page open, the badge of the installed app, a last word to the server, and whether the user
// wants to be tracked.
//
// Not every browser has all of it, an insecure origin lacks most, and the user may
// refuse. Every function says so by its result and never panics. Those that wait for a
// promise, which may be one that the user settles, block: they are called from goroutines
// of their own, in a handler of the click that they are an answer to.
//
// # Files
//
//	wish.go            what there is to ask for, and to get
//	browser_js.go      the browser
//	browser_native.go  what stands in for it elsewhere
package browser
