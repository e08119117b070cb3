// Package md5 stands in for the standard package of this name in the client.
// go-app's module for UUIDs names it. As in the stand-in for net/http, a client
// from which its function could be called does not link.
package md5

import "hash"

func New() hash.Hash { reached(); return nil }

func notInClient()

var reached = notInClient
