// Package kept keeps on this device what its reader has seen, for when the server cannot be
// asked: the list, the 50 audits and the 50 reports used last, each with the time when it was
// kept.
//
// # Use
//
//	store := kept.Browser()
//	session := live.Open(live.Options{Keep: store})      // keeps the states that it hears of
//	store.SaveReport(ctx, &report.Audit, body, time.Now())
//	report, ok := store.Report(ctx, 7)
//
// # Where it lies
//
// In the browser's database (package idb): an entry for each, which says of when and how much
// it is, and apart from it what is kept, in parts, so that all entries can be read at once and
// no part takes long. The lists of a report, of its pages, findings and addresses left out,
// may have thousands of rows: the service worker (web/worker.js) asks the server for them,
// keeps them beside the report, and answers in the server's place when that is not reached.
// It does so off the thread that draws. An earlier version kept all of it in localStorage;
// what is found there is carried over when the program starts, and removed.
//
// # What goes wrong
//
//	the browser has no database, forbids it     nothing is kept or found; the console is told
//	(private mode, blocked storage), or another  once, and the settings say so ([Store.Forgets])
//	tab has a newer version of it, or holds an
//	older one
//	the device is full                          what was used least recently is given up, some
//	                                            times the size of what comes at most; where
//	                                            that brings no room, the settings say so
//	an entry cannot be read                     it counts as absent, and the next one replaces it
//	the tab dies in the middle                  an entry and its part are written together
//	the server or the room runs out while       the report stays without them, and they are
//	lists are kept                              asked for when it is opened again
//
// # Concurrency
//
// All methods are safe for concurrent use. Those without a context do not block; states are
// written one after the other in the background, and of each only the newest. A nil Store
// keeps nothing.
//
// # Files, in reading order
//
//	store.go           states: written in the background, read, counted, cleared
//	report.go          reports
//	carry.go           what an earlier version kept
//	browser_js.go      the browser's database
//	browser_native.go  what stands in for it elsewhere
package kept
