package live

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// told is a story of views, each written as "phase reason" and a second after the last, as JSON;
// empty when there is nothing to tell.
func told(t *testing.T, views string) string {
	t.Helper()
	var s Story
	for i, v := range strings.Split(views, ", ") {
		phase, reason, _ := strings.Cut(v, " ")
		s = s.Next(View{Phase: Phase(phase), Reason: Reason(reason)}, time.Duration(i)*time.Second)
	}
	story, ok := s.Told()
	if !ok {
		return ""
	}
	body, err := json.Marshal(story)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestStory(t *testing.T) {
	for views, want := range map[string]string{
		"connecting, live, live, closed finished": `{"useful_after_ms":1000,"reconnects":0,"stalls":0,"fallback":null}`,
		"connecting":      `{"useful_after_ms":null,"reconnects":0,"stalls":0,"fallback":null}`,
		"closed finished": ``, // the report of an audit that ended long ago
		// A visit goes on over its pages: each has a session of its own, and none is a reconnection.
		"connecting, live, connecting, live, connecting, live": `{"useful_after_ms":1000,"reconnects":0,"stalls":0,"fallback":null}`,
		// A retry has several views, and is one reconnection.
		"connecting, live, retrying lost, retrying lost, retrying lost, live, live":                                       `{"useful_after_ms":1000,"reconnects":1,"stalls":0,"fallback":null}`,
		"connecting, live, retrying silent, retrying silent, retrying lost, live, retrying silent, offline network, live": `{"useful_after_ms":1000,"reconnects":2,"stalls":2,"fallback":null}`,
		// What the reader left while it was lost has not come back.
		"connecting, live, retrying lost, connecting, live": `{"useful_after_ms":1000,"reconnects":0,"stalls":0,"fallback":null}`,
		// The browser said that there is no network, and the stream went on.
		"connecting, live, offline network, live": `{"useful_after_ms":1000,"reconnects":0,"stalls":0,"fallback":null}`,
		// Of several causes the first counts. What comes after them for the first time comes not back.
		"connecting, polling blocked, offline server, polling lost, live": `{"useful_after_ms":4000,"reconnects":0,"stalls":0,"fallback":"blocked"}`,
		"connecting, live, polling lost, live":                            `{"useful_after_ms":1000,"reconnects":1,"stalls":0,"fallback":"lost"}`,
		"connecting, polling missing":                                     `{"useful_after_ms":null,"reconnects":0,"stalls":0,"fallback":"missing"}`,
	} {
		if got := told(t, views); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", views, got, want)
		}
	}
}

// A story keeps to the bounds of the contract, whatever the visit was like.
func TestStoryIsBounded(t *testing.T) {
	views := "retrying silent" + strings.Repeat(", live, retrying silent", 2000)
	if got, want := told(t, views), `"reconnects":1000,"stalls":1000,`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	s, _ := Story{}.Next(View{Phase: Live}, 48*time.Hour).Told()
	if *s.UsefulAfterMS != 3_600_000 {
		t.Errorf("useful after %d ms", *s.UsefulAfterMS)
	}
}
