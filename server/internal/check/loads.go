package check

import (
	"bytes"
	"net/url"
	"strings"

	"atalaya/server/internal/netname"

	"golang.org/x/net/html/atom"
)

// load notes what an element loads, and of pages of https what it loads by http.
func (c *collector) load(a atom.Atom, at attrs) {
	switch a {
	case atom.Img, atom.Script, atom.Iframe, atom.Frame, atom.Embed, atom.Track, atom.Audio, atom.Video, atom.Source,
		atom.Input, atom.Object, atom.Link:
	default:
		return
	}
	for markup, ref := range loads(a, at) {
		if c.secure {
			c.loadFrom(ref)
		}
		if a != atom.Iframe && a != atom.Frame {
			c.loaded.add(markup, ref)
		}
	}
}

// isLoaded reports whether a page loads what a link element of this relation names.
func isLoaded(rel string) bool {
	for _, name := range [...]string{"stylesheet", "icon", "apple-touch-icon", "preload", "modulepreload", "manifest"} {
		if hasWord(rel, name) {
			return true
		}
	}
	return false
}

// isInsecure reports whether an address is one of http. To browsers the reader's own machine
// is as good as https.
func isInsecure(ref []byte) bool {
	const scheme = "http:"
	ref = bytes.TrimSpace(ref)
	if len(ref) < len(scheme) || !bytes.EqualFold(ref[:len(scheme)], []byte(scheme)) {
		return false
	}
	u, err := url.Parse(string(ref))
	return err == nil && u.Host != "" && !netname.IsLoopback(u.Hostname())
}

// loadFrom notes an address if it is insecure.
func (c *collector) loadFrom(ref []byte) {
	if !isInsecure(ref) {
		return
	}
	c.p.InsecureTotal++
	if len(c.p.Insecure) < maxKept {
		c.p.Insecure = append(c.p.Insecure, sanitise(string(bytes.TrimSpace(ref)), maxText))
	}
}

// policy reads what a security policy says of such loads, and of forms: browsers may be told
// to ask by https for all that the page names.
func (c *collector) policy(value string) {
	for directive := range strings.SplitSeq(value, ";") {
		if strings.EqualFold(strings.TrimSpace(directive), "upgrade-insecure-requests") {
			c.upgraded = true
		}
	}
}

// concludeLoads forgets the loads and the forms by http that browsers send by https.
func (c *collector) concludeLoads() {
	for _, value := range c.p.Header.Values("Content-Security-Policy") {
		c.policy(value)
	}
	if c.upgraded {
		c.p.Insecure, c.p.InsecureTotal = nil, 0
		c.p.InsecureForms = Written{}
	}
}

func isHTTPS(raw string) bool { return strings.HasPrefix(raw, "https://") }
