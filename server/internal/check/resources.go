package check

import (
	"bytes"
	"iter"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html/atom"

	"atalaya/shared"
)

// resourceRule is about what pages load. Frames are links, and have the findings of those.
var resourceRule = Check{
	ID: "broken-resource", Category: shared.CategoryLinks, Severity: shared.SeverityWarning,
	Source: "RFC 9110 section 15", Site: &SiteRule{resourcesChecked, brokenResource},
}

// Resource is something that a page loads.
type Resource struct {
	URL string
	// Markup says what loads it, such as "img src".
	Markup string
}

// Bounds of what is kept of one page.
const (
	maxResources     = 1_000
	maxResourceBytes = 256 << 10
)

// resources are what a page loads, distinct as written.
type resources struct {
	list  []Resource // URL is as written
	known map[string]bool
	bytes int
}

// add notes what something loads. data: and the like are a part of the page.
func (rs *resources) add(markup string, ref []byte) {
	ref = bytes.TrimSpace(ref)
	if len(ref) == 0 || ref[0] == '#' || rs.known[string(ref)] || len(rs.list) >= maxResources {
		return
	}
	if scheme, _, found := bytes.Cut(ref[:min(len(ref), 32)], []byte(":")); found && !isWebScheme(scheme) && isScheme(scheme) {
		return
	}
	if rs.bytes += len(ref); rs.bytes > maxResourceBytes {
		return
	}
	if rs.known == nil {
		rs.known = map[string]bool{}
	}
	written := string(ref)
	rs.known[written] = true
	rs.list = append(rs.list, Resource{URL: written, Markup: markup})
}

func isWebScheme(scheme []byte) bool {
	return bytes.EqualFold(scheme, []byte("http")) || bytes.EqualFold(scheme, []byte("https"))
}

// isScheme tells a scheme from the beginning of a path that has a colon.
func isScheme(s []byte) bool {
	return len(s) > 0 && !bytes.ContainsFunc(s, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && r != '+' && r != '-' && r != '.'
	})
}

// loads gives what an element loads, with the markup that says so.
func loads(a atom.Atom, at attrs) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		name := a.String()
		for i := range at {
			key, value := string(at[i].key), at[i].val
			switch {
			case key == "src" && (a != atom.Input || strings.EqualFold(at.get("type"), "image")),
				key == "poster" && a == atom.Video, key == "data" && a == atom.Object:
			case key == "href" && a == atom.Link && isLoaded(at.get("rel")):
				key = sanitise(strings.ToLower(at.get("rel")), 40)
			case key == "srcset" && (a == atom.Img || a == atom.Source):
				for candidate := range candidates(value) {
					if !yield(name+" srcset", candidate) {
						return
					}
				}
				continue
			default:
				continue
			}
			if !yield(name+" "+key, value) {
				return
			}
		}
	}
}

// candidates are the addresses of a srcset, by the HTML standard: each ends at white space,
// or at commas before it, and what says when it is for ends at a comma outside brackets.
func candidates(srcset []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for rest := srcset; ; {
			rest = bytes.TrimLeft(rest, " \t\r\n\f,")
			if len(rest) == 0 {
				return
			}
			end := bytes.IndexAny(rest, " \t\r\n\f")
			if end < 0 {
				end = len(rest)
			}
			address := rest[:end]
			rest = rest[end:]
			bare := bytes.TrimRight(address, ",")
			if len(bare) == len(address) {
				rest = rest[descriptorsEnd(rest):]
			}
			if !yield(bare) {
				return
			}
		}
	}
}

// descriptorsEnd is where a comma outside brackets stands, or the end.
func descriptorsEnd(s []byte) int {
	open := 0
	for i, c := range s {
		switch {
		case c == '(':
			open++
		case c == ')' && open > 0:
			open--
		case c == ',' && open == 0:
			return i
		}
	}
	return len(s)
}

// concludeResources resolves what the page loads, when its base is known. Frames are among
// its links.
func (c *collector) concludeResources(base *url.URL) {
	for _, og := range c.p.OG {
		if og.Name == "og:image" || og.Name == "og:image:url" {
			c.loaded.add(og.Name, []byte(og.Content))
		}
	}
	seen := map[string]bool{}
	for _, r := range c.loaded.list {
		u, err := c.p.Resolve(base, r.URL, c.p.Encoding)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || seen[u.String()] {
			continue
		}
		seen[u.String()] = true
		c.p.Resources = append(c.p.Resources, Resource{URL: u.String(), Markup: r.Markup})
	}
}

// resourcesChecked applies when what pages load was asked for: all of it, or enough to find
// something that is not there.
func resourcesChecked(s *site) Reason {
	isBroken := func(l ExternalLink) bool { broken, _ := Broken(l); return broken }
	isVerified := func(l ExternalLink) bool { _, verified := Broken(l); return verified }
	switch {
	case slices.ContainsFunc(s.Resources, isBroken):
		return applies
	case !s.ResourcesDone:
		return ResourcesUnchecked
	case !slices.ContainsFunc(s.Resources, isVerified):
		return NoResources
	}
	return applies
}

func brokenResource(s *site) (int, []Fault) {
	dead, verified := brokenLinks(s.Resources)
	faults := make([]Fault, 0, len(dead))
	for _, l := range dead {
		faults = append(faults, l.fault("markup"))
	}
	return grade(len(dead), verified), faults
}
