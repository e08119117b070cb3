// Package idb keeps values in IndexedDB, the only storage of a browser that its service
// worker can read, too, and that holds more than 5 MB.
//
// Every function opens the database, does what it does in one transaction, and closes it: a
// tab never stands in the way of another whose program has a newer version of the database,
// and a page in the back/forward cache holds nothing. An older program gets an error from a
// newer database, as from one that is forbidden, broken or full; all of them wrap [ErrRefused],
// and that of a full one [ErrFull], too. One that another tab holds is waited for ten seconds
// by each of them; [Freed] says when it opens after that.
//
// A value is an object with its key in the field "key". The service worker (web/worker.js)
// knows the names of the database and of its stores.
//
// # Files
//
//	idb_js.go  the database
//	error.go   what it answers when it does not do what it is asked
package idb
