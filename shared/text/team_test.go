package text

import (
	"reflect"
	"testing"
)

// TestEveryLanguageSpeaksToTheTeam holds each text beside the English one.
func TestEveryLanguageSpeaksToTheTeam(t *testing.T) {
	if len(teamTexts) != len(languages) {
		t.Fatalf("%d languages speak to the team, of %d", len(teamTexts), len(languages))
	}
	english := reflect.ValueOf(englishTeam)
	for i, words := range teamTexts {
		v := reflect.ValueOf(*words)
		for n := range v.NumField() {
			if err := hold(v.Field(n).String(), english.Field(n).String()); err != nil {
				t.Errorf("%s: %s %v", languages[i].tag, v.Type().Field(n).Name, err)
			}
		}
	}
	if Team(99) != &englishTeam {
		t.Error("a language without words is not English")
	}
}
