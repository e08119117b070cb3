package crawl_test

import (
	"fmt"
	"net/url"

	"atalaya/server/internal/crawl"
)

func ExampleParseRobots() {
	robots := crawl.ParseRobots([]byte("User-agent: *\nDisallow: /private/\nAllow: /private/press\n"))
	for _, path := range []string{"/", "/private/a", "/private/press"} {
		d := robots.Query(crawl.Product, &url.URL{Scheme: "https", Host: "example.com", Path: path})
		fmt.Printf("%s %v %d %q\n", path, d.Allowed, d.Line, d.Rule)
	}
	// Output:
	// / true 0 ""
	// /private/a false 2 "Disallow: /private/"
	// /private/press true 3 "Allow: /private/press"
}
