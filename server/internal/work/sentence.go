package work

import (
	"fmt"

	"atalaya/shared/text"
)

// Sentence is what an engine tells people. It is stored twice: in English, for
// whoever reads the database or the API, and as a key with parameters, so that a
// page can say it in the language of its reader. The zero value says nothing.
type Sentence struct {
	Text string // in English
	Key  string // of package text; "" when Text is all there is
	Args []string
}

// Say makes the sentence with a key of package text. Its parameters are texts, whole
// numbers and whatever else fmt.Sprint writes in a form that is no language's.
func Say(key string, args ...any) Sentence {
	s := Sentence{Key: key, Args: make([]string, len(args))}
	for i, arg := range args {
		s.Args[i] = fmt.Sprint(arg)
	}
	english, ok := text.Sentence(text.EN, key, s.Args)
	if !ok { // a mistake that the tests of package text find
		return Sentence{Text: fmt.Sprint(append([]any{key}, args...)...)}
	}
	s.Text = english
	return s
}
