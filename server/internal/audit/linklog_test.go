package audit

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// The log knows the same links as a table of them would.
func TestLinksAreTurnedRound(t *testing.T) {
	const pages = 300
	rng := rand.New(rand.NewPCG(7, 8))
	address := func(i int) string { return fmt.Sprintf("https://example.com/%d", i) }
	log := newLinkLog()
	want := map[string][]string{}
	for _, from := range rng.Perm(pages) {
		var links []string
		for _, to := range rng.Perm(2 * pages)[:rng.IntN(2*pages)] { // half of them are no pages
			links = append(links, address(to))
			if to < pages && to != from {
				want[address(to)] = append(want[address(to)], address(from))
			}
		}
		log.add(address(from), links)
	}
	in := log.turned()
	got := map[string][]string{}
	for i, page := range in.Pages {
		if !slices.IsSorted(in.From[i]) {
			t.Errorf("%s: not in order: %v", page, in.From[i])
		}
		for _, from := range in.From[i] {
			got[page] = append(got[page], in.Pages[from])
		}
	}
	if len(in.Pages) != pages || !reflect.DeepEqual(got, want) {
		t.Errorf("%d pages, got %v\nwant %v", len(in.Pages), got, want)
	}
}

// A log that is full knows nothing: some of the links would pass for all of them.
func TestAFullLinkLogForgetsAll(t *testing.T) {
	log := newLinkLog()
	log.add("/first", []string{"/second"})
	links := make([]string, maxLoggedAddresses+1)
	for i := range links {
		links[i] = fmt.Sprint("/", i)
	}
	log.add("/second", links)
	log.add("/third", []string{"/first"})
	if in := log.turned(); len(in.Pages) != 0 || len(in.From) != 0 {
		t.Errorf("got %d pages, want none", len(in.Pages))
	}
}

// A million links take some megabytes.
func TestALinkTakesLittleRoom(t *testing.T) {
	const pages, shared, own = 10_000, 80, 20
	log := newLinkLog()
	menu := make([]string, shared)
	for i := range menu {
		menu[i] = fmt.Sprint("/menu/", i)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range pages {
		links := slices.Clone(menu)
		for range own {
			links = append(links, fmt.Sprint("/page/", rng.IntN(pages)))
		}
		log.add(fmt.Sprint("/page/", i), links)
	}
	if log.bytes > 3<<20/2 {
		t.Errorf("%d links take %d bytes", pages*(shared+own), log.bytes)
	}
}
