package shared

import "testing"

func TestIfNoneMatch(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  bool
	}{
		{"none", nil, false},
		{"empty", []string{""}, false},
		{"the tag", []string{`"23"`}, true},
		{"another", []string{`"1"`}, false},
		{"a longer one", []string{`"234"`}, false},
		{"weak", []string{`W/"23"`}, true},
		{"weak in lower case", []string{`w/"23"`}, false},
		{"as Apache compressed it", []string{`"23-gzip"`}, true},
		{"with another separator, weak", []string{`W/"23;gzip"`}, true},
		{"brotli, in a list", []string{`"1-br", "23-br"`}, true},
		{"another, compressed", []string{`"2-gzip"`}, false},
		{"a longer one, compressed", []string{`"123-gzip"`}, false},
		{"compressed twice", []string{`"23-gzip-gzip"`}, false},
		{"a coding alone", []string{`"-gzip"`}, false},
		{"any", []string{"*"}, true},
		{"any, in a list", []string{`"1" , * `}, true},
		{"last of a list", []string{`"1", "23"`}, true},
		{"first of a list", []string{`"23", "1"`}, true},
		{"list without spaces", []string{`"1","23","4"`}, true},
		{"weak in a list", []string{`W/"1",	W/"23" ,"4"`}, true},
		{"empty members", []string{`, ,"1",, "23",`}, true},
		{"several headers", []string{`"1"`, `"23"`}, true},
		{"a comma in a tag", []string{`"1,2", "23"`}, true},
		{"inside of a tag", []string{`"1,"23",3"`}, false},
		{"a backslash escapes nothing", []string{`"1\", "23"`}, true},
		{"without quotes", []string{"23"}, false},
		{"without quotes before the tag", []string{`1, "23"`}, true},
		{"half a tag before it", []string{`"1, "23"`}, false},
		{"half a tag in the line before", []string{`"1`, `"23"`}, true},
		{"half the tag", []string{`"23`}, false},
		{"words behind the tag", []string{`"23" x`}, false},
		{"W alone", []string{`W/`}, false},
		{"star in quotes", []string{`"*"`}, false},
	} {
		if got := IfNoneMatch(c.lines).Match(ETag(23)); got != c.want {
			t.Errorf("%s: %q: got %v, want %v", c.name, c.lines, got, c.want)
		}
	}
	if !IfNoneMatch([]string{`"a"`}).Match(`W/"a"`) {
		t.Error("a weak tag of ours: got no match")
	}
	if (EntityTags{}).Match("") {
		t.Error("the zero value matches")
	}
}
