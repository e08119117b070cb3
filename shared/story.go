package shared

// Bounds of a [ClientStory]. Clients tell of what was more as of so much.
const (
	StoryUsefulMax = 3_600_000 // milliseconds
	StoryCountMax  = 1000
	StoryCauseMax  = 40      // bytes
	StoryBodyMax   = 1 << 10 // bytes of what a story travels in
)

// ClientStory is how one visit of a browser fared with its streams. It names nobody and
// nothing: neither who came nor what was watched.
type ClientStory struct {
	// UsefulAfterMS is the time from the opening of the page to the first stream that brought
	// something, in milliseconds; null when none did.
	UsefulAfterMS *int64 `json:"useful_after_ms"`
	// Reconnects is how often a lost stream came back.
	Reconnects int `json:"reconnects"`
	// Stalls is how often a stream stood open and was silent for too long.
	Stalls int `json:"stalls"`
	// Fallback is why the browser first turned to polling, by the client's names; null when it
	// did not.
	Fallback *string `json:"fallback"`
}
