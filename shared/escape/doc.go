// Package escape makes texts of audited sites harmless where they are written down: in a
// file, a ticket, a log. HTML is not its business; whoever writes a page escapes for it.
//
// The files, in reading order:
//
//	escape.go    what is not seen, and addresses
//	markdown.go  words and addresses in Markdown
//
// All functions are pure and safe for concurrent use.
package escape
