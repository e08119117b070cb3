// Package text holds every sentence a person reads, in every language: the
// app's, the plain pages' and the titles of the checks.
//
// A message is a whole sentence with its numbers inside, never a sentence put
// together from parts, so a translator can move the parts. Keys are integers
// and texts lie in arrays indexed by them: static data, which costs the
// WebAssembly client nothing at start.
//
// Everything that a language needs stands in one file, such as es.go, and the
// list of languages in lang.go. To add a language, copy es.go, translate it and
// add its word to the list. A key without a text in some language does not pass
// the tests, nor does a translation with other verbs.
//
// Names that travel on the wire (a status, a stage, a code of an error) are
// translated by the functions of names.go. Codes of later versions are unknown
// to them: they then answer with a general sentence or with the code itself,
// never with nothing.
//
// What the engine says of an audit stands in its row twice: in English, and as a key
// with parameters. [Message] and [ErrorMessage] say it in any language; of a key
// that a later version wrote they show the English. The engine takes its English
// from here as well, so each sentence is written once per language.
//
// What those read who are told of audits outside of the pages ([NoticeTitle],
// [NoticeText]), or look after the team ([Team]), stands apart, at the end of each language's
// file, so that the client does not carry it.
//
// What is passed in for a verb is not escaped; that is the business of whoever
// writes the page.
//
// All functions are pure and safe for concurrent use.
package text
