// Package shared is the wire contract between the server, its clients and
// foreign workers: what travels in JSON, the names of the SSE events, the paths,
// and the times of the server that clients rely on.
//
// It imports the standard library only and knows neither database nor browser,
// so it is compiled into the server and into the WebAssembly client alike.
// The files in testdata are the contract's examples: both sides read them in
// their tests, and an old one is never changed, only joined by a new one.
//
// Three rules hold for everything here:
//
//   - One representation. [AuditProgress] is the data of an SSE frame, the body
//     of a polling answer and the copy kept for offline use. Its Revision is the
//     SSE id and the ETag, so changing transport loses nothing.
//   - Strict in types and ranges, tolerant of novelty. Decoding refuses what is
//     missing, of the wrong type or out of range, and ignores unknown fields, so
//     a client one release old keeps working.
//   - Absent is not zero. A field whose value is unknown is null, never left out
//     and never a made-up number.
//
// All values are plain data and safe to copy; nothing here starts a goroutine,
// reads a clock or keeps state.
package shared
