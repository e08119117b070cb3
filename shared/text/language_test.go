package text

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"atalaya/shared"
)

// cutVerb finds the first verb of a message, its explicit position, 0 for none, and
// what follows. A letter of 0 means that there is no verb.
func cutVerb(message string) (position int, letter byte, rest string) {
	for {
		_, after, found := strings.Cut(message, "%")
		if !found {
			return 0, 0, ""
		}
		message, position = after, 0
		if number, after, ok := strings.Cut(message, "]"); ok && strings.HasPrefix(number, "[") {
			if n, err := strconv.Atoi(number[1:]); err == nil {
				message, position = after, n
			}
		}
		if message != "" && (message[0] == '%' || 'a' <= message[0] && message[0] <= 'z') {
			return position, message[0], message[1:]
		}
	}
}

// parameters lists the verbs of a message in the order of their arguments, so
// that a translation may move them (%[2]s), and its percent signs after them.
func parameters(message string) []string {
	var verbs []string
	next, signs := 0, ""
	for position, letter, rest := cutVerb(message); letter != 0; position, letter, rest = cutVerb(rest) {
		if letter == '%' {
			signs += "%"
			continue
		}
		if position > 0 {
			next = position - 1
		}
		for len(verbs) <= next {
			verbs = append(verbs, "")
		}
		verbs[next] = string(letter)
		next++
	}
	return append(verbs, signs)
}

// hold says what is wrong with a text beside the English one.
func hold(message, want string) error {
	if strings.TrimSpace(message) == "" {
		return fmt.Errorf("is empty")
	}
	if got, want := parameters(message), parameters(want); !slices.Equal(got, want) {
		return fmt.Errorf("is %q: its parameters are %q, want %q", message, got, want)
	}
	// T leaves a message without arguments as it is.
	if _, letter, _ := cutVerb(message); letter == 0 && strings.Contains(message, "%") {
		return fmt.Errorf("has a lone percent sign: %q", message)
	}
	return nil
}

func TestParameters(t *testing.T) {
	for message, want := range map[string][]string{
		"":                 {""},
		"%d of %s":         {"d", "s", ""},
		"%[2]s: %[1]d":     {"d", "s", ""},
		"%d %% of %s, 5%%": {"d", "s", "%%"},
	} {
		if got := parameters(message); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", message, got, want)
		}
	}
}

func TestEveryLanguageSaysEveryMessage(t *testing.T) {
	names := constants(t, "messages.go")
	for _, l := range Langs {
		words := l.language()
		for k, message := range words.messages {
			if err := hold(message, english.messages[k]); err != nil {
				t.Errorf("%s: %s %v", l.Tag(), names[k], err)
			}
		}
	}
}

func TestEveryLanguageHasEveryPluralForm(t *testing.T) {
	names := constants(t, "messages.go")[keys+1:]
	for _, l := range Langs {
		words := l.language()
		forms := 0
		for n := range 1_000 {
			forms = max(forms, words.plural(n)+1)
		}
		forms = max(forms, words.plural(1_000_000)+1)
		for k, list := range words.plurals {
			if len(list) != forms {
				t.Errorf("%s: %s has %d forms, want %d", l.Tag(), names[k], len(list), forms)
			}
			want := english.plurals[k][len(english.plurals[k])-1]
			if verbs := parameters(want); verbs[0] != "s" {
				t.Errorf("%s: the first verb of %q is not for the number", names[k], want)
			}
			for _, form := range list {
				if err := hold(form, want); err != nil {
					t.Errorf("%s: %s %v", l.Tag(), names[k], err)
				}
			}
		}
	}
}

func TestEveryLanguageSaysEverySentence(t *testing.T) {
	want := map[string][]string{}
	for _, s := range english.sentences {
		want[s.code] = s.forms
	}
	for _, l := range Langs {
		words := l.language()
		var said []string
		for _, s := range words.sentences {
			said = append(said, s.code)
			en := want[s.code]
			if len(en) == 0 {
				continue // holdCodes says so
			}
			if many := len(words.plurals[0]); len(s.forms) != 1 && len(s.forms) != many || (len(s.forms) > 1) != (len(en) > 1) {
				t.Errorf("%s: sentence %s has %d forms, want 1 or %d, as English", l.Tag(), s.code, len(s.forms), many)
			}
			for _, form := range s.forms {
				if err := hold(form, en[0]); err != nil {
					t.Errorf("%s: sentence %s %v", l.Tag(), s.code, err)
				}
				if l != EN && slices.Contains(en, form) {
					t.Errorf("%s: sentence %s is not translated", l.Tag(), s.code)
				}
				verbs := parameters(form)
				verbs = verbs[:len(verbs)-1]
				for _, verb := range verbs {
					if verb != "s" && verb != "d" {
						t.Errorf("%s: sentence %s has the verb %q, want s or d", l.Tag(), s.code, verb)
					}
				}
				if strings.Count(form, "%") != len(verbs) || len(verbs) > shared.MaxArgs || len(s.forms) > 1 && verbs[0] != "d" {
					t.Errorf("%s: sentence %s needs each parameter once, at most %d, and the number that chooses the form first: %q",
						l.Tag(), s.code, shared.MaxArgs, form)
				}
			}
			if !shared.ValidKey(&s.code, []string{}) {
				t.Errorf("%s: %q is no key", l.Tag(), s.code)
			}
		}
		holdCodes(t, l.Tag()+" sentences", said, slices.Collect(maps.Keys(want)))
	}
}

func TestEveryLanguageNamesEveryCode(t *testing.T) {
	for _, l := range Langs {
		own := lists(l.language())
		if len(own) < 11 {
			t.Fatalf("only %d lists of names seen: the test looks past them", len(own))
		}
		for name, want := range lists(&english) {
			holdCodes(t, l.Tag()+" "+name, codes(own[name]), codes(want))
			for _, n := range own[name] {
				if err := hold(n.text, ""); err != nil || n.code == "" {
					t.Errorf("%s: the text of %s %q %v", l.Tag(), name, n.code, err)
				}
			}
		}
		for _, code := range ReasonCodes() {
			if s := Reason(l, code); !strings.HasSuffix(s, ".") {
				t.Errorf("%s %s: got %q, want a sentence", l.Tag(), code, s)
			}
		}
	}
}

// lists finds the lists of names of a language by their field.
func lists(words *language) map[string][]named {
	found := map[string][]named{}
	v := reflect.ValueOf(words).Elem()
	for i := range v.NumField() {
		if v.Field(i).Type() != reflect.TypeFor[[]named]() {
			continue
		}
		var list []named
		for j := range v.Field(i).Len() {
			n := v.Field(i).Index(j)
			list = append(list, named{n.Field(0).String(), n.Field(1).String()})
		}
		found[v.Type().Field(i).Name] = list
	}
	return found
}

// holdCodes says which codes a list lacks, and which it has twice or for
// nothing.
func holdCodes(t *testing.T, what string, got, want []string) {
	t.Helper()
	for _, code := range want {
		if !slices.Contains(got, code) {
			t.Errorf("%s: no words for %q", what, code)
		}
	}
	for i, code := range got {
		if !slices.Contains(want, code) {
			t.Errorf("%s: words for %q, which English does not know", what, code)
		}
		if slices.Contains(got[:i], code) {
			t.Errorf("%s: %q is there twice", what, code)
		}
	}
}

func TestEveryLanguageExplainsEveryCheck(t *testing.T) {
	for _, l := range Langs {
		var ids []string
		for _, c := range l.language().checks {
			ids = append(ids, c.id)
		}
		holdCodes(t, l.Tag()+" checks", ids, CheckIDs())
		for _, id := range CheckIDs() {
			c, ok := Check(l, id)
			title := c.Title != "" && !strings.HasSuffix(c.Title, ".")
			if !ok || !title || !strings.HasSuffix(c.Why, ".") || !strings.HasSuffix(c.Fix, ".") {
				t.Errorf("%s %s: got %+v, %v; want a title and two sentences", l.Tag(), id, c, ok)
			}
			if l == EN {
				continue
			}
			if en, _ := Check(EN, id); en.Title == c.Title || en.Why == c.Why || en.Fix == c.Fix {
				t.Errorf("%s %s: not translated", l.Tag(), id)
			}
		}
	}
}

// A value that is no language speaks English.
func TestUnknownLanguage(t *testing.T) {
	none := Lang(200)
	got := []string{
		none.Tag(), none.T(NavAudits), none.N(Pages, 1), none.Number(1234), none.T(BasicPercent, 7),
		EvidenceName(none, "page"), Reason(none, "no-title"), Status(none, "failed"),
	}
	want := []string{"en", "Audits", "1 page", "1,234", "7%", "Page", "There is no title.", "Failed"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEveryLanguageHasItsMarksAndMonths(t *testing.T) {
	for i, l := range Langs {
		words := l.language()
		if words.tag == "" || words.name == "" || words.short == "" || words.decimal == "" || words.groupFrom < 4 {
			t.Errorf("%q: a tag, a name, its short form, a decimal mark or the digits of a group are missing", words.tag)
		}
		for m, name := range words.months {
			if name == "" || slices.Contains(words.months[:m], name) {
				t.Errorf("%s: month %d is %q", l.Tag(), m+1, name)
			}
		}
		if parsed, ok := Parse(l.Tag()); !ok || parsed != l {
			t.Errorf("%s: the tag is read as %s", l.Tag(), parsed.Tag())
		}
		if got := Accept("xx, " + l.Tag() + "-XX;q=0.5"); got != l {
			t.Errorf("%s: a browser that asks for it gets %s", l.Tag(), got.Tag())
		}
		var read Lang
		if tag, err := l.MarshalText(); err != nil || read.UnmarshalText(tag) != nil || read != l {
			t.Errorf("%s: written and read again it is %s, %v", l.Tag(), read.Tag(), err)
		}
		if int(l) != i {
			t.Errorf("%s: its place in the list is %d, want %d", l.Tag(), i, l)
		}
	}
}

// What passed is not said in the words of the fault.
func TestEveryLanguageSaysWhatIsRight(t *testing.T) {
	holdCodes(t, "passed", codes(english.passed), CheckIDs())
	for _, l := range Langs {
		for _, id := range CheckIDs() {
			if check, _ := Check(l, id); Passed(l, id) == check.Title {
				t.Errorf("%s: what passed is called %q", l.Tag(), check.Title)
			}
		}
	}
	if got, want := Passed(EN, "unheard-of"), "Nothing found: unheard-of"; got != want {
		t.Errorf("a check without words: got %q, want %q", got, want)
	}
}
