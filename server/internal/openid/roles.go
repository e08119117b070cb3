package openid

import (
	"fmt"
	"slices"
	"strings"

	"atalaya/shared"
)

// Roles says who has which role: a list of rules, of which the first that fits somebody
// holds. Whom none fits has no role.
type Roles []rule

// rule gives a role to one address, to all of a domain, or to a group.
type rule struct {
	kind ruleKind
	name string // see lower; but groups are as they are written
	role shared.Role
}

// ruleKind is what a rule looks at.
type ruleKind uint8

const (
	ofAddress ruleKind = iota
	ofDomain
	ofGroup
)

// groupMark begins the name of a group.
const groupMark = "group:"

// personRoles are those that people have. Workers are programs, which have tokens.
var personRoles = []shared.Role{shared.RoleViewer, shared.RoleAuditor, shared.RoleAdmin}

// ParseRule adds a rule, such as ana@example.com=admin, @example.com=viewer or
// group:web-team=auditor.
func (rs Roles) ParseRule(text string) (Roles, error) {
	end := strings.LastIndexByte(text, '=') // a group's name may have one too
	if end < 0 {
		return nil, fmt.Errorf("%q is no rule such as @example.com=viewer", text)
	}
	r := rule{role: shared.Role(strings.TrimSpace(text[end+1:]))}
	if !slices.Contains(personRoles, r.role) {
		return nil, fmt.Errorf("%q gives the role %q, but people are viewer, auditor or admin", text, r.role)
	}
	whom := strings.TrimSpace(text[:end])
	group, isGroup := strings.CutPrefix(whom, groupMark)
	local, domain, isAddress := strings.Cut(whom, "@")
	switch {
	case isGroup && group != "":
		r.kind, r.name = ofGroup, group
	case isGroup || !isAddress || domain == "" || strings.ContainsAny(domain, "@* "):
		return nil, fmt.Errorf("%q is for nobody: write ana@example.com, @example.com or group:name before the =", text)
	case local == "":
		r.kind, r.name = ofDomain, lower(domain)
	default:
		r.kind, r.name = ofAddress, lower(whom)
	}
	return append(rs, r), nil
}

// Of is the role of somebody with a verified address and in some groups; empty for none.
func (rs Roles) Of(email string, groups []string) shared.Role {
	email = lower(email)
	domain := email[strings.LastIndexByte(email, '@')+1:]
	for _, r := range rs {
		fits := false
		switch r.kind {
		case ofAddress:
			fits = r.name == email
		case ofDomain:
			fits = r.name == domain
		case ofGroup:
			fits = slices.Contains(groups, r.name)
		}
		if fits {
			return r.role
		}
	}
	return ""
}

// lower is a text with the letters of ASCII in lower case. Unicode's lower case of the Kelvin sign is
// k, which would make one address of two.
func lower(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, text)
}

// Give reports whether somebody can have a role.
func (rs Roles) Give(role shared.Role) bool {
	return slices.ContainsFunc(rs, func(r rule) bool { return r.role == role })
}

// lookAtGroups reports whether the groups of people matter.
func (rs Roles) lookAtGroups() bool {
	return slices.ContainsFunc(rs, func(r rule) bool { return r.kind == ofGroup })
}
