package openid

import (
	"strings"
	"testing"

	"atalaya/shared"
)

func rolesOf(t *testing.T, rules ...string) (roles Roles) {
	t.Helper()
	for _, text := range rules {
		var err error
		if roles, err = roles.ParseRule(text); err != nil {
			t.Fatal(err)
		}
	}
	return roles
}

func TestRoles(t *testing.T) {
	roles := rolesOf(t, "intern@example.com = viewer", "group:/ops=eu=admin", "@Example.com=auditor",
		"Ana@other.example=viewer", "kim@other.example=admin")
	for _, tc := range []struct {
		email  string
		groups string
		want   shared.Role
	}{
		{"intern@example.com", "/ops=eu", shared.RoleViewer}, // the first rule that fits holds
		{"ana@example.com", "/ops=eu", shared.RoleAdmin},
		{"ana@example.com", "/OPS=EU", shared.RoleAuditor}, // groups are as they are written
		{"ANA@EXAMPLE.COM", "", shared.RoleAuditor},
		{"ana@other.example", "", shared.RoleViewer},
		{"bea@other.example", "", ""},
		{"\u212Aim@other.example", "", ""}, // its lower case is kim, of Unicode
		{"kim@other.example", "", shared.RoleAdmin},
		{"ana@evil-example.com", "", ""},
		{"ana@sub.example.com", "", ""},
		{"ana@example.com@evil.example", "", ""},
		{"ana@evil.example", "@example.com", ""},
		{"", "", ""},
	} {
		if got := roles.Of(tc.email, strings.Fields(tc.groups)); got != tc.want {
			t.Errorf("%s in %q is %q, want %q", tc.email, tc.groups, got, tc.want)
		}
	}
	if !roles.Give(shared.RoleAdmin) || rolesOf(t, "@example.com=viewer").Give(shared.RoleAdmin) {
		t.Error("it is not known whether somebody can be an admin")
	}
}

func TestRulesThatAreNone(t *testing.T) {
	for text, says := range map[string]string{
		"":                       "no rule",
		"@example.com":           "no rule",
		"@example.com=":          `the role ""`,
		"@example.com=root":      `the role "root"`,
		"bot@example.com=worker": "people are viewer",
		"=viewer":                "for nobody",
		"example.com=viewer":     "for nobody",
		"@=viewer":               "for nobody",
		"@*.example.com=viewer":  "for nobody",
		"a@b@example.com=viewer": "for nobody",
		"group:=viewer":          "for nobody",
		"ana@=viewer":            "for nobody",
	} {
		if _, err := Roles(nil).ParseRule(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
}
