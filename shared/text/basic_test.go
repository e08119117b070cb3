package text

import (
	"regexp"
	"slices"
	"testing"
)

func TestBasics(t *testing.T) {
	verb := regexp.MustCompile(`%[a-z%]`)
	for k, in := range basics {
		for _, l := range Langs {
			if in[l] == "" {
				t.Errorf("message %d has no text in %s", k, l.Tag())
			}
			if got, want := verb.FindAllString(in[l], -1), verb.FindAllString(in[EN], -1); !slices.Equal(got, want) {
				t.Errorf("message %d has the verbs %v in %s, want %v", k, got, l.Tag(), want)
			}
		}
	}
	if got, want := Lang(9).B(BasicPercent, 7), "7%"; got != want {
		t.Errorf("unknown language: got %q, want %q", got, want)
	}
}
