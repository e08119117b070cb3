package crawl

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func drain(f *Frontier) (urls []string) {
	for it, ok := f.Next(); ok; it, ok = f.Next() {
		urls = append(urls, it.URL)
	}
	return urls
}

func TestFrontierOrder(t *testing.T) {
	f := NewFrontier(0, 3)
	for _, it := range []Item{
		{URL: "home", Depth: 0, Referrer: ""}, {URL: "orphan", Depth: NoDepth, Referrer: ""},
		{URL: "linked later", Depth: NoDepth, Referrer: ""},
		{URL: "deep", Depth: 3, Referrer: "p"}, {URL: "b", Depth: 1, Referrer: "home"},
		{URL: "c", Depth: 1, Referrer: "home"}, {URL: "too deep", Depth: 4, Referrer: "q"},
		{URL: "shortened", Depth: 4, Referrer: "q"}, {URL: "moved", Depth: 2, Referrer: "b"},
	} {
		if !f.Add(it) {
			t.Errorf("%s was known", it.URL)
		}
	}
	for _, it := range []Item{
		{URL: "b", Depth: 2, Referrer: "x"}, {URL: "moved", Depth: 1, Referrer: "home"},
		{URL: "linked later", Depth: 2, Referrer: "c"}, {URL: "shortened", Depth: 3, Referrer: "r"},
		{URL: "orphan", Depth: NoDepth, Referrer: ""},
	} {
		if f.Add(it) {
			t.Errorf("%s was new", it.URL)
		}
	}
	if got := [...]int{f.Discovered(), f.waiting, f.Taken()}; got != [...]int{9, 8, 0} {
		t.Errorf("discovered, waiting, taken: %v", got)
	}
	want := []string{"home", "b", "c", "moved", "linked later", "deep", "shortened", "orphan"}
	if got := drain(f); !reflect.DeepEqual(got, want) {
		t.Errorf("order %q\nwant %q", got, want)
	}
	wantItems := []Item{{URL: "moved", Depth: 1, Referrer: "b"}, {URL: "linked later", Depth: 2, Referrer: "c"},
		{URL: "shortened", Depth: 3, Referrer: "q"}, {URL: "orphan", Depth: NoDepth, Referrer: ""}}
	for _, want := range wantItems {
		if got, ok := f.Find(want.URL); got != want || !ok {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	f.Add(Item{URL: "deep", Depth: 1, Referrer: "home"})
	if it, _ := f.Find("deep"); it.Depth != 1 {
		t.Errorf("a shorter way found late is lost: %+v", it)
	}
	if got := drain(f); got != nil {
		t.Errorf("handed out twice: %q", got)
	}
	if got, want := slices.Collect(f.Unvisited()), []Unvisited{{Item{URL: "too deep", Depth: 4, Referrer: "q"},
		ReasonDepth}}; !reflect.DeepEqual(got, want) {
		t.Errorf("unvisited %+v, want %+v", got, want)
	}
}

func TestFrontierLimit(t *testing.T) {
	f := NewFrontier(3, 0)
	f.Add(Item{URL: "home", Depth: 0, Referrer: ""})
	f.Next()
	f.Add(Item{URL: "home", Depth: 0, Referrer: ""})
	f.Skip(Item{URL: "private", Depth: 1, Referrer: "home"}, ReasonRobots)
	for _, u := range []string{"a", "private", "b", "c"} {
		f.Add(Item{URL: u, Depth: 1, Referrer: "home"})
	}
	if got := drain(f); !reflect.DeepEqual(got, []string{"a", "b"}) || !f.LimitReached() {
		t.Errorf("handed out %q, limit reached %v", got, f.LimitReached())
	}
	f.Skip(Item{URL: "b", Depth: 1, Referrer: "home"}, ReasonScope) // its redirect left the site
	if got := [...]int{f.Discovered(), f.waiting, f.Taken()}; got != [...]int{5, 1, 3} {
		t.Errorf("discovered, waiting, taken: %v", got)
	}
	want := []Unvisited{
		{Item{URL: "private", Depth: 1, Referrer: "home"}, ReasonRobots},
		{Item{URL: "b", Depth: 1, Referrer: "home"}, ReasonScope},
		{Item{URL: "c", Depth: 1, Referrer: "home"}, ReasonLimit},
	}
	if got := slices.Collect(f.Unvisited()); !reflect.DeepEqual(got, want) {
		t.Errorf("unvisited %+v\nwant %+v", got, want)
	}
	stopped := NewFrontier(3, 0)
	stopped.Add(Item{URL: "home"})
	if got, want := slices.Collect(stopped.Unvisited()),
		[]Unvisited{{Item{URL: "home"}, ReasonStopped}}; !reflect.DeepEqual(got, want) {
		t.Errorf("unvisited %+v, want %+v", got, want)
	}
}

func TestFrontierMemory(t *testing.T) {
	f := NewFrontier(0, 0)
	for range 2 { // what was forgotten is counted once
		for i := range maxKnown + 2 {
			f.Add(Item{URL: fmt.Sprint(i), Depth: 1})
		}
	}
	if f.Discovered() != maxKnown || f.Forgotten() != 2 {
		t.Errorf("%d known and %d forgotten, want %d and 2", f.Discovered(), f.Forgotten(), maxKnown)
	}
}

func TestFrontierBoundsTheTextItKeeps(t *testing.T) {
	f := NewFrontier(0, 0)
	for i := range 2 * maxKnownBytes / MaxURLLength {
		url := fmt.Sprintf("%0*d", MaxURLLength/2, i)
		f.Add(Item{URL: url, Wire: url, Depth: 1})
	}
	if got, want := f.Discovered(), maxKnownBytes/MaxURLLength; got != want || f.Forgotten() != want {
		t.Errorf("%d known and %d forgotten, want %d each", got, f.Forgotten(), want)
	}
}

func TestFrontierKnowsWhatIsLinked(t *testing.T) {
	f := NewFrontier(0, 0)
	f.Add(Item{URL: "a"})
	f.Add(Item{URL: "b"})
	f.Link("b")
	f.Link("unknown")
	if f.Linked("a") || !f.Linked("b") || f.Linked("unknown") {
		t.Error("b is linked, and nothing else")
	}
}

// A frontier gives back what it was given, however it keeps it.
func TestFrontierKeepsEveryText(t *testing.T) {
	f := NewFrontier(0, 0)
	var want []string
	for i := range 3000 {
		want = append(want, fmt.Sprintf("%d-%s", i, strings.Repeat("x", i%97*i%7000)))
		f.Add(Item{URL: want[i], Wire: "wire of " + want[i], Referrer: "from " + want[i/10]})
	}
	for i := range want {
		it, _ := f.Next()
		if it != (Item{URL: want[i], Wire: "wire of " + want[i], Referrer: "from " + want[i/10]}) {
			t.Fatalf("%d: got %.100v", i, it)
		}
	}
}

// Whatever happens in whatever order: each URL is handed out at most once, never
// beyond the limit, and every known one is either visited or listed with a reason.
func TestFrontierInvariants(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		limit, maxDepth := random.IntN(12), random.IntN(5)
		f := NewFrontier(limit, maxDepth)
		handed := map[string]bool{}
		for range 60 {
			it := Item{URL: fmt.Sprint(random.IntN(25)), Depth: random.IntN(7) - 1}
			switch random.IntN(8) {
			case 0:
				f.Skip(it, ReasonRobots)
			case 1, 2, 3:
				next, ok := f.Next()
				if ok && handed[next.URL] {
					t.Fatalf("%s handed out twice", next.URL)
				}
				if ok && maxDepth > 0 && next.Depth > maxDepth {
					t.Fatalf("%+v is deeper than %d", next, maxDepth)
				}
				if !ok && f.waiting > 0 && !f.LimitReached() {
					t.Fatalf("%d waiting, none handed out", f.waiting)
				}
				handed[next.URL] = ok
			default:
				f.Add(it)
			}
		}
		delete(handed, "")
		if limit > 0 && len(handed) > limit || f.Taken() != len(handed) {
			t.Fatalf("%d handed out, %d counted, limit %d", len(handed), f.Taken(), limit)
		}
		for u := range f.Unvisited() {
			handed[u.URL] = true
		}
		if len(handed) != f.Discovered() {
			t.Fatalf("%d visited or explained, %d known", len(handed), f.Discovered())
		}
	}
}
