package text

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDisguise(t *testing.T) {
	for message, want := range map[string]string{
		"":                  "⟦⟧",
		"Done: %d, %s":      "⟦Dóòñéè: %d, %s⟧",
		"%d%% of %[2]s":     "⟦%d%% óòf %[2]s⟧",
		"<1 ms":             "⟦<1 mš⟧",
		"an Easy text":      "⟦áàñ ÉÈáàšý téèxt⟧",
		"%s · Atalaya":      "⟦%s · ÁÀtáàláàýáà⟧",
		"lone sign at 5 %!": "⟦lóòñéè šíìgñ áàt 5 %!⟧",
	} {
		if got := disguise(message); got != want {
			t.Errorf("%q: got %q, want %q", message, got, want)
		}
	}
}

// A text that a language gains later must be disguised as well.
func TestPseudoLanguageDisguisesEverything(t *testing.T) {
	l, remove := AddPseudo()
	if got, ok := Parse(PseudoTag); !ok || got != l || Langs[len(Langs)-1] != l {
		t.Errorf("the tag is read as %s, %v", got.Tag(), ok)
	}
	outside := map[string]bool{"tag": true, "decimal": true, "thousands": true, "code": true, "id": true}
	letters, more, texts := 0, 0, 0
	var look func(name string, v, en reflect.Value)
	look = func(name string, v, en reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			if outside[name] {
				return
			}
			s := v.String()
			if !strings.HasPrefix(s, PseudoStart) || !strings.HasSuffix(s, PseudoEnd) || hold(s, en.String()) != nil {
				t.Errorf("%s: %q is not %q in the pseudo-language", name, s, en.String())
			}
			n := utf8.RuneCountInString(en.String())
			texts, letters, more = texts+1, letters+n, more+utf8.RuneCountInString(s)-n
		case reflect.Struct:
			for i := range v.NumField() {
				look(v.Type().Field(i).Name, v.Field(i), en.Field(i))
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				look(name, v.Index(i), en.Index(i))
			}
		}
	}
	look("", reflect.ValueOf(l.language()).Elem(), reflect.ValueOf(&english).Elem())
	if part := more * 100 / letters; texts < 300 || part < 30 || part > 50 {
		t.Errorf("%d texts are %d %% longer, want some 40 %%", texts, part)
	}
	remove()
	if got, ok := Parse(PseudoTag); ok || len(Langs) != len(languages) {
		t.Errorf("removed, the pseudo-language is still read as %s", got.Tag())
	}
}

func TestUndisguised(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "bare": "bare", "⟦x⟧": "", "a⟦b⟦c⟧d⟧e ⟦f⟧": "ae ", "⟦never closed": "",
	} {
		if got := Undisguised(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}
