package work

// Sentence is what an engine tells people. It is stored twice: in English, for
// whoever reads the database or the API, and as a key with parameters, so that a
// page can say it in the language of its reader. The zero value says nothing.
type Sentence struct {
	Text string // in English
	Key  string // of package text; "" when Text is all there is
	Args []string
}
