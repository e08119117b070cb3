package text

// PlainWords is what a language says on the plain pages alone. Like [noticeWords] it is no part
// of a [language]: the client shows none of these pages.
type PlainWords struct {
	// Bookmarklet is the bookmark that audits the page on which it is pressed, and
	// BookmarkletHelp what is done with the link to it.
	Bookmarklet, BookmarkletHelp string
}

// plainTexts has the words of every language, as [languages] has all others.
var plainTexts = [...]*PlainWords{
	EN: {
		Bookmarklet:     "Audit this page",
		BookmarkletHelp: "Drag this link to your bookmarks. Pressed on a page of any site, it offers to audit it.",
	},
	ES: {
		Bookmarklet:     "Auditar esta página",
		BookmarkletHelp: "Arrastra este enlace a tus marcadores. Pulsado en una página de cualquier sitio, ofrece auditarla.",
	},
}

// Plain has the words of the plain pages.
func Plain(l Lang) *PlainWords {
	if int(l) < len(plainTexts) {
		return plainTexts[l]
	}
	return plainTexts[EN]
}
