package text

import (
	"reflect"
	"testing"

	"atalaya/shared"
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
			if names, ok := namesIn(v.Field(n), english.Field(n)); ok {
				holdCodes(t, languages[i].tag+": "+v.Type().Field(n).Name, names[0], names[1])
				continue
			}
			if err := hold(v.Field(n).String(), english.Field(n).String()); err != nil {
				t.Errorf("%s: %s %v", languages[i].tag, v.Type().Field(n).Name, err)
			}
		}
	}
	if Team(99) != &englishTeam {
		t.Error("a language without words is not English")
	}
}

// namesIn are the codes of two lists of names; ok is false when they are texts.
func namesIn(lists ...reflect.Value) (codes [2][]string, ok bool) {
	for i, list := range lists {
		if list.Kind() != reflect.Slice {
			return codes, false
		}
		for n := range list.Len() {
			if list.Index(n).Field(1).String() != "" {
				codes[i] = append(codes[i], list.Index(n).Field(0).String())
			}
		}
	}
	return codes, true
}

// TestHooksHaveWords holds the names of the wire's codes.
func TestHooksHaveWords(t *testing.T) {
	var kinds, events []string
	for _, kind := range shared.WebhookKinds {
		kinds = append(kinds, string(kind))
	}
	for _, event := range shared.Events {
		events = append(events, string(event))
	}
	for _, c := range []struct {
		names []named
		want  []string
	}{
		{englishTeam.hookKinds, kinds}, {englishTeam.hookEvents, append(events, string(shared.EventTest))},
		{englishTeam.hookStates, []string{"pending", "delivered", "failed"}},
	} {
		var codes []string
		for _, n := range c.names {
			codes = append(codes, n.code)
		}
		holdCodes(t, "a webhook", codes, c.want)
	}
	if got := Team(ES).HookState("lost"); got != "lost" {
		t.Errorf("an unknown state is %q", got)
	}
}
