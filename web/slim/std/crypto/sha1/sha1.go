// Package sha1 stands in for the standard package of this name in the client.
// go-app's server half and its module for UUIDs name it. As in the stand-in for
// net/http, a client from which its functions could be called does not link.
package sha1

import "hash"

const Size = 20

func New() hash.Hash        { reached(); return nil }
func Sum([]byte) [Size]byte { reached(); return [Size]byte{} }

func notInClient()

var reached = notInClient
