package browser

// Wish is what a page asks of the service worker, in its words.
type Wish string

// What there is to ask for: that the server tells this browser of an audit, that it does so
// no longer, and whether it does.
const (
	Tell Wish = "tell"
	Stop Wish = "stop"
	Ask  Wish = "ask"
)

// Reach is how far this browser lets a reader be notified.
type Reach uint8

// From no notifications to those with no page open.
const (
	Nowhere    Reach = iota // the user allows none, or asked for none
	Insecure                // the browser has none, because the page came over plain HTTP
	Here                    // while the page is open
	Everywhere              // with no page open
)
