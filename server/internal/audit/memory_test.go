package audit

import (
	"strings"
	"testing"

	"atalaya/server/internal/crawl"
)

func TestEveryPageTakesTheShareOfAProcessorAtLeast(t *testing.T) {
	for _, c := range []struct {
		size, processors int
		want             int64
	}{
		{0, 2, parseBudget / 2},
		{parseBudget / 2, 2, parseBudget / 2},
		{parseBudget/2 + 1, 2, parseBudget/2 + 1},
		{parseBudget + 1, 2, parseBudget},
		{100, 1, parseBudget},
		{1 << 20, 64, 1 << 20},
	} {
		if got := parseShare(c.size, c.processors); got != c.want {
			t.Errorf("%d bytes on %d processors: %d, want %d", c.size, c.processors, got, c.want)
		}
	}
}

// Behind a page that does not come, links of later ones wait, up to a bound; but the
// page itself can always be asked for again.
func TestNoPageIsAskedForWhileManyLinksWait(t *testing.T) {
	s := newSite(0, 0)
	c := newCollector(&run{}, s, newBook())
	s.frontier.Add(crawl.Item{URL: "https://example.com/slow"})
	s.frontier.Add(crawl.Item{URL: "https://example.com/large"})
	s.frontier.Add(crawl.Item{URL: "https://example.com/next"})
	slow, _ := c.nextTask(t.Context())
	large, _ := c.nextTask(t.Context())
	c.followLinks(t.Context(), arrival{task: large, visit: &visit{links: []string{strings.Repeat("x", maxWaiting+1)}}})
	if next, ok := c.nextTask(t.Context()); ok {
		t.Errorf("%s is asked for while %d bytes of links wait", next.item.URL, c.waiting)
	}
	c.again = append(c.again, slow)
	if next, ok := c.nextTask(t.Context()); !ok || next.n != slow.n {
		t.Errorf("got %+v, %v, want what the links wait for", next, ok)
	}
	s.robots = &crawl.Robots{}
	s.setHome(address(t, "https://example.com/"))
	c.followLinks(t.Context(), arrival{task: slow})
	if next, ok := c.nextTask(t.Context()); !ok || c.waiting != 0 {
		t.Errorf("got %+v, %v and %d bytes waiting, want the next page", next, ok, c.waiting)
	}
}
