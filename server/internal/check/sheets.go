package check

import (
	"bytes"
	"path"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
)

// MarkupImport is the markup of a style sheet that another one imports.
const MarkupImport = "@import"

// IsSheet reports whether what some markup loads is a style sheet.
func (r Resource) IsSheet() bool {
	if strings.HasSuffix(r.Markup, MarkupImport) { // of a page's own style as well
		return true
	}
	bare, _, _ := strings.Cut(r.URL, "?")
	rel, isLink := strings.CutPrefix(r.Markup, "link ")
	return isLink && (hasWord(rel, "stylesheet") || strings.EqualFold(path.Ext(bare), ".css"))
}

// SheetResources are what a style sheet loads, distinct and with addresses as written: other
// sheets, fonts, images and the like. Of one that was cut the last block, or what may be a part
// of an address, is left out.
func SheetResources(sheet []byte, cut bool) []Resource {
	if cut {
		sheet = sheet[:bytes.LastIndexByte(sheet, '}')+1]
	}
	r := sheetReader{lexer: css.NewLexer(parse.NewInputBytes(sheet))}
	for {
		kind, data := r.lexer.Next()
		if kind == css.ErrorToken {
			r.closeBlock() // a sheet that ends within a block is read to its end
			return r.found.list
		}
		r.token(kind, data)
	}
}

// maxStyle is how much is read of the style elements of a page, in bytes.
const maxStyle = 64 << 10

// closeStyle notes what the style element that ends loads. Most load nothing, which takes less
// than reading them.
func (c *collector) closeStyle() {
	if c.raw != rawStyle || !bytes.Contains(c.styleText, []byte("url(")) && !bytes.Contains(c.styleText, []byte(MarkupImport)) {
		return
	}
	for _, r := range SheetResources(c.styleText, c.styleLeft == 0) {
		c.loaded.add("style "+r.Markup, []byte(r.URL))
	}
}

// sheetReader reads the tokens of a style sheet. Which rule applies to what is left to
// browsers; what they would pass over everywhere is left out.
type sheetReader struct {
	lexer *css.Lexer
	found resources
	// begun is true from the first block on: imports come before.
	begun bool
	// rule is the at-rule whose beginning is read, such as @import; property is that whose
	// value is read. Both are in lower case, and empty between.
	rule, property string
	face           fontFace
}

// fontFace is a block of @font-face while it is read.
type fontFace struct {
	open     bool
	source   string // what browsers load: the first they know of the last src
	chosen   bool   // the src that is read has its source
	next     string // the address that is read, until its format is known
	isFormat bool   // what is read is the name of a format
}

func (r *sheetReader) token(kind css.TokenType, data []byte) {
	switch kind {
	case css.WhitespaceToken, css.CommentToken, css.ColonToken:
	case css.AtKeywordToken:
		r.rule = lowerText(data)
	case css.LeftBraceToken:
		r.face.open = r.rule == "@font-face"
		r.begun, r.rule, r.property = true, "", ""
	case css.RightBraceToken:
		r.closeBlock()
	case css.SemicolonToken:
		r.face.take()
		r.rule, r.property = "", ""
	case css.CommaToken:
		r.face.take()
	case css.FunctionToken:
		r.face.isFormat = strings.EqualFold(string(data), "format(")
	case css.RightParenthesisToken:
		r.face.isFormat = false
	case css.StringToken:
		r.text(data)
	case css.URLToken:
		r.address(addressOf(data))
	case css.IdentToken, css.CustomPropertyNameToken:
		r.name(data)
	}
}

// closeBlock ends a block, and with that of a font it is known what is loaded.
func (r *sheetReader) closeBlock() {
	r.face.take()
	if r.face.source != "" {
		r.found.add("@font-face src", []byte(r.face.source))
	}
	r.face, r.rule, r.property = fontFace{}, "", ""
}

// name takes in a word: the name of a property, or of a format.
func (r *sheetReader) name(data []byte) {
	switch {
	case r.face.isFormat:
		r.face.format(lowerText(data))
	case r.rule == "" && r.property == "":
		r.property = lowerText(data)
		r.face.chosen = r.face.chosen && r.property != "src"
	}
}

// text takes in a string: what is imported, or the name of a format.
func (r *sheetReader) text(data []byte) {
	switch inner := strings.Trim(string(data), `"'`); {
	case r.rule == MarkupImport:
		r.address(inner)
	case r.face.isFormat:
		r.face.format(strings.ToLower(inner))
	}
}

// address takes in an address. Those of properties that are a site's own, or of one browser
// that is no more, may never be loaded; so may one with escapes not be what it looks like.
func (r *sheetReader) address(ref string) {
	isUnused := r.property == "behavior" || r.property == "-ms-behavior" || strings.HasPrefix(r.property, "--")
	switch {
	case isUnused, strings.Contains(ref, `\`):
	case r.rule == MarkupImport:
		if !r.begun {
			r.found.add(MarkupImport, []byte(ref))
		}
		r.rule = "@imported" // what follows says when
	case r.rule != "":
	case !r.face.open:
		r.found.add("url()", []byte(ref))
	case r.property == "src":
		r.face.next = ref
	}
}

// take makes the address that was read the font's source, if browsers know its type and
// none was chosen before it.
func (f *fontFace) take() {
	bare, _, _ := strings.Cut(f.next, "?")
	bare, _, _ = strings.Cut(bare, "#")
	if kind := strings.ToLower(path.Ext(bare)); !f.chosen && f.next != "" && kind != ".eot" && kind != ".svg" {
		f.source, f.chosen = f.next, true
	}
	f.next = ""
}

// format leaves out an address whose format no browser of today loads.
func (f *fontFace) format(name string) {
	if name == "embedded-opentype" || name == "svg" {
		f.next = ""
	}
}

// addressOf is the address in a token such as url("a.png").
func addressOf(token []byte) string {
	_, inner, _ := bytes.Cut(token, []byte("("))
	inner = bytes.TrimSpace(bytes.TrimSuffix(inner, []byte(")")))
	return strings.Trim(string(inner), `"'`)
}

func lowerText(data []byte) string { return strings.ToLower(string(data)) }
