// Package doctor examines a server as its users reach it, through whatever proxies stand
// between, and says in plain words what is wrong and how to cure it:
//
//	for _, d := range doctor.NewServer("https://audits.example", "", false).Examine(ctx) {
//		fmt.Println(d.State, d.Part, d.Says, d.Cure)
//	}
//
// It asks as a browser would. To see a change arrive it makes an external audit, which it
// deletes again; a server that is only to be read is watched without one. Nothing takes
// longer than its bound, all of it about a minute: most of that is the wait for a
// heartbeat on a quiet stream.
//
// What is in a server's answers is quoted, so that it cannot drive a terminal.
//
// # Files, in reading order
//
//   - diagnosis.go: what is said of one part
//   - server.go: the examination, and whether the server is reached
//   - headers.go: Host, Origin, compression and HTTP version
//   - stream.go: the round trip of a change, and a quiet stream
package doctor
