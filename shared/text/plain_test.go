package text

import (
	"reflect"
	"testing"
)

func TestPlainWords(t *testing.T) {
	if len(plainTexts) != len(languages) {
		t.Fatalf("%d languages speak on the plain pages, of %d", len(plainTexts), len(languages))
	}
	english := reflect.ValueOf(*Plain(EN))
	for l, words := range plainTexts {
		for name, word := range reflect.ValueOf(*words).Fields() {
			if word.String() == "" || Lang(l) != EN && word.String() == english.FieldByIndex(name.Index).String() {
				t.Errorf("%s: %s is %q", Lang(l).Tag(), name.Name, word)
			}
		}
	}
	if Plain(99) != Plain(EN) {
		t.Error("an unknown language does not speak English")
	}
}
