// Package pause cuts the start of the program into pieces. WebAssembly runs on the
// thread that scrolls, types and paints; a start in one piece would hold them up for
// as long as it takes. Whoever does a part of the start calls [Take] before it.
//
// A pause is a moment for the browser, not a wait: what it has to do is done, and the
// program goes on. Events that come meanwhile are kept by go-app's queue, which is
// emptied after the first page is mounted, and that page replaces the drawn one in a
// single step, so nobody sees a half one. [End] ends the pauses for good: later work
// changes a page in place, where a pause could show half of a change.
//
// This package depends on little, so that Go sets it up before most others: a pause
// falls between the set-up of the runtime and theirs.
package pause
