//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "load: needs Linux: it reads its streams with epoll")
	os.Exit(2)
}
