// Command program does what a program asks of its runtime: a deep stack that grows
// and moves, garbage collected below it, goroutines, maps, closures, a panic that is
// caught and one that is not.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
)

func main() {
	fmt.Println("deep:", deep(10_000))
	var all sync.WaitGroup
	words := make(map[string]int)
	var mu sync.Mutex
	for i := range 100 {
		all.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			words[strings.Repeat("a", i%7)] += i
			runtime.GC()
		})
	}
	all.Wait()
	fmt.Println("words:", words)
	fmt.Println("caught:", caught(nil))
	if len(os.Args) > 1 {
		fail(nil)
	}
}

// deep uses a pointer into every frame of a stack that the collector walks.
func deep(n int) int {
	if n == 0 {
		runtime.GC()
		return 0
	}
	local := &struct{ n, pad [8]int }{n: [8]int{n}}
	defer runtime.KeepAlive(local)
	return deep(n-1) + local.n[0]%3
}

func caught(p *int) (err any) {
	defer func() { err = recover() }()
	return *p
}

//go:noinline
func fail(p *int) { fmt.Println(*p) }
