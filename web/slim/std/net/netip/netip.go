// Package netip stands in for the standard package of this name in the client, where
// net/url asks it whether what stands in the brackets of a host is an address.
package netip

import (
	"errors"
	"strconv"
	"strings"
)

// Addr is an address of which no more is known than its kind.
type Addr struct{ four bool }

// Is4 reports whether the address is written in four numbers.
func (a Addr) Is4() bool { return a.four }

var errNoAddress = errors.New("not an IP address")

// ParseAddr tells what is an address from what is none, as the standard package does.
func ParseAddr(s string) (Addr, error) {
	if !strings.Contains(s, ":") {
		if !isFour(s) {
			return Addr{}, errNoAddress
		}
		return Addr{true}, nil
	}
	s, zone, hasZone := strings.Cut(s, "%")
	if hasZone && zone == "" || !isSix(s) {
		return Addr{}, errNoAddress
	}
	return Addr{}, nil
}

// isFour reports whether s is four numbers of at most 255, without leading zeros.
func isFour(s string) bool {
	numbers := strings.Split(s, ".")
	for _, number := range numbers {
		n, err := strconv.ParseUint(number, 10, 8)
		if err != nil || strconv.FormatUint(n, 10) != number {
			return false
		}
	}
	return len(numbers) == 4
}

// isSix reports whether s is eight groups of hexadecimal digits, of which one "::" may
// stand for some and four numbers for the last two.
func isSix(s string) bool {
	before, after, gap := strings.Cut(s, "::")
	groups, ok := countGroups(before, !gap)
	if !gap {
		return ok && groups == 8
	}
	more, okToo := countGroups(after, true)
	return ok && okToo && groups+more < 8
}

// countGroups counts the groups of a part of an address, which may be empty.
func countGroups(s string, last bool) (n int, ok bool) {
	if s == "" {
		return 0, true
	}
	groups := strings.Split(s, ":")
	for i, group := range groups {
		if last && i == len(groups)-1 && isFour(group) {
			return n + 2, true
		}
		if _, err := strconv.ParseUint(group, 16, 16); err != nil || len(group) > 4 {
			return 0, false
		}
		n++
	}
	return n, true
}
