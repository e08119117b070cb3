package store

import (
	"encoding/json"

	"github.com/uptrace/bun"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// setMessage writes message with its key.
func setMessage(s work.Sentence) func(*bun.UpdateQuery) *bun.UpdateQuery {
	return setSentence("message", "message", s, shared.MaxMessage)
}

// setError writes error_message with its key.
func setError(s work.Sentence) func(*bun.UpdateQuery) *bun.UpdateQuery {
	return setSentence("error_message", "error", s, shared.MaxErrorMessage)
}

// setSentence writes a text of at most so many characters, and its key and
// parameters.
func setSentence(column, prefix string, s work.Sentence, most int) func(*bun.UpdateQuery) *bun.UpdateQuery {
	return func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Set("? = ?", bun.Ident(column), nullable(cutRunes(s.Text, most))).
			Set("? = ?", bun.Ident(prefix+"_key"), nullable(s.Key)).
			Set("? = ?", bun.Ident(prefix+"_args"), encodeArgs(s))
	}
}

// encodeArgs is the list of a sentence's parameters, each cut to what the contract
// allows; null without a key.
func encodeArgs(s work.Sentence) any {
	if s.Key == "" {
		return nil
	}
	args := make([]string, len(s.Args))
	for i, arg := range s.Args {
		args[i] = cutRunes(arg, shared.MaxArg)
	}
	b, err := json.Marshal(args)
	if err != nil {
		return nil
	}
	return string(b)
}

// sentenceKey reads the key and the parameters of a text. whole is false when they
// break the contract, or have no text; the text alone is shown then.
func sentenceKey(english, key, list *string) (k *string, args []string, whole bool) {
	if key == nil {
		return nil, nil, list == nil
	}
	args = []string{}
	if list != nil && json.Unmarshal([]byte(*list), &args) != nil || english == nil || !shared.ValidKey(key, args) {
		return nil, nil, false
	}
	return key, args, true
}
