package text

// language is everything that a language needs. Each has a file of its own,
// where one value of this type is written down; the tests hold every language
// against English.
type language struct {
	// tag is the BCP 47 tag of the language alone, without a region: "es".
	tag string
	// name is what the language calls itself, as the first word of a line, and
	// short the same in two or three letters.
	name, short string

	// decimal stands before tenths, and thousands between groups of three digits
	// in numbers of groupFrom digits or more.
	decimal, thousands string
	groupFrom          int
	// months are short names, for dates such as 2 Jan.
	months [12]string
	// plural tells which of a plural's forms is for the number n.
	plural func(n int) int

	messages [keys]string
	// plurals hold as many forms each as plural tells apart. The first verb is
	// the number.
	plurals [pluralKeys][]string

	sentences []sentence

	checks []checkEntry
	// passed says what is right where a check, named by its id, passed.
	passed []named

	// The names of codes that travel on the wire. They are lists and not maps
	// because a list is static data, while a map is built at every start.
	statuses, stages, stagesNow, severities, categories []named
	stopReasons, unvisited, caps, problems              []named
	reasons, evidence, answers                          []named
	remedies, deeds                                     []named
}

// named is a code of the wire with its words.
type named struct{ code, text string }

// checkEntry is the id of a check with its words.
type checkEntry struct {
	id string
	CheckText
}

// oneOrMore is the plural rule of English, Spanish and many others: the first
// form for one, the second for every other number.
func oneOrMore(n int) int {
	if n == 1 {
		return 0
	}
	return 1
}
