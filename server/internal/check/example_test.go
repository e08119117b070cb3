package check_test

import (
	"fmt"

	"atalaya/server/internal/check"
)

func ExampleParse() {
	page := check.Parse(check.Input{
		URL: "https://example.com/", Home: true, Status: 200, ContentType: "text/html",
		Body: []byte(`<!doctype html><html lang="en"><head><title>Bread</title></head>
			<body><h1>How to bake bread</h1><a onclick="more()">Read on</a></body></html>`),
	})
	for _, finding := range check.RunPage(page).Findings {
		fmt.Println(finding.Severity, finding.CheckID)
		for _, seen := range finding.Evidence {
			fmt.Printf("\t%s: %s\n", seen.Name, seen.Value)
		}
	}
	// Output:
	// notice canonical-missing
	// warning thin-content
	// 	words: 6
	// notice title-length
	// 	length: 5
	// 	title: Bread
	// warning description-missing
	// notice og-incomplete
	// 	missing: og:title
	// 	missing: og:description
	// 	missing: og:image
	// 	missing: og:url
	// warning charset-problem
	// 	charset-used: utf-8
	// warning viewport-missing
	// warning structured-data-missing
	// warning link-not-crawlable
	// 	count: 1
	// 	markup: <a onclick="more()">Read on
	// notice no-cache-validators
	// notice no-main-landmark
}
