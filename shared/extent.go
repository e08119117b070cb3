package shared

// Extent says what the findings of a check are about.
type Extent uint8

// The extents.
const (
	ExtentPages Extent = iota // one page each
	ExtentSome                // some pages together, which the evidence names
	ExtentSite                // the site as a whole
)

// extents are those of the checks that look at the site and not at a page. A test of
// the checks holds it to their table.
var extents = map[string]Extent{
	"broken-external": ExtentSome, "duplicate-content": ExtentSome, "page-orphan": ExtentSome, "title-duplicate": ExtentSome,
	"canonical-broken": ExtentSome, "hreflang-invalid": ExtentSome, "robots-blocks-page": ExtentSome,
	"sitemap-bad-url": ExtentSome, "noindex-blocked-conflict": ExtentSome, "robots-blocks-assets": ExtentSome,

	"broken-resource": ExtentSome, "broken-fragment": ExtentSome,

	"description-duplicate": ExtentSome, "link-to-redirect": ExtentSome, "security-headers-missing": ExtentSome,
	"favicon-missing": ExtentSite, "hsts-missing": ExtentSite, "tls-expiring": ExtentSite,

	"organization-missing": ExtentSite, "about-contact-missing": ExtentSite,
	"sitemap-lastmod-bad": ExtentSite, "crawl-delay-high": ExtentSite,

	"ai-search-bot-blocked": ExtentSite, "ai-training-policy": ExtentSite, "ai-user-fetch-blocked": ExtentSite,
	"robots-blocks-search": ExtentSite, "robots-txt-invalid": ExtentSite, "robots-txt-unreachable": ExtentSite,
	"sitemap-invalid": ExtentSite, "sitemap-missing": ExtentSite,
	"content-signal-restrictive": ExtentSite, "not-https": ExtentSite, "http-no-redirect": ExtentSite,
	"ai-bot-http-blocked": ExtentSite, "llms-txt": ExtentSite, "markdown-twin": ExtentSite, "site-unreachable": ExtentSite, "soft-404": ExtentSite,
}

// ExtentOf is the extent of a check.
func ExtentOf(checkID string) Extent { return extents[checkID] }

// unmeasured are the reasons why checks did not apply for want of knowledge.
var unmeasured = map[string]bool{
	"no-answer": true, "rate-limited": true, "address-blocked": true, "needs-js": true, "part-read": true,
	"language-unknown": true, "robots-unknown": true, "robots-unreachable": true, "incomplete": true,
	"links-unchecked": true, "resources-unchecked": true, "not-asked": true,
}

// Unmeasured reports whether a check that did not apply, for the reason that its
// [CheckResult] has, lacked what it needs to know; otherwise nothing of its kind was there.
func Unmeasured(reason string) bool { return unmeasured[reason] }
