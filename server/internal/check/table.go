package check

import "slices"

// All are the checks in the order reports show them. It is never changed.
var All = slices.Concat(crawlability, aiAccess, content, metadata, structuredData, links, performance, accessibility, security)

var (
	pageChecks = slices.DeleteFunc(slices.Clone(All), func(c Check) bool { return c.Page == nil })
	siteChecks = slices.DeleteFunc(slices.Clone(All), func(c Check) bool { return c.Site == nil })
)

// PageChecks are the checks of a page; [Facts.Outcomes] has one entry for each,
// in this order. The caller must not change the slice.
func PageChecks() []Check { return pageChecks }
