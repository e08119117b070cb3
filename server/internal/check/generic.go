package check

import "strings"

// genericTexts are texts of links that say nothing of where they lead, in the languages that
// the checks know. Words that may be a name as well, such as more or link, are not among
// them.
var genericTexts = func() map[string]bool {
	known := map[string]bool{}
	for text := range strings.SplitSeq(strings.Join([]string{
		"here, click here, right here, see here, tap here, click this, this link, read more, learn more, see more, view more, " +
			"find out more, more info, more information, continue reading",
		"aquí, aqui, haz clic aquí, haga clic aquí, clic aquí, click aquí, pincha aquí, pulsa aquí, pulse aquí, " +
			"este enlace, leer más, ver más, saber más, conoce más, descubre más, más información, seguir leyendo, sigue leyendo",
		"hier, hier klicken, klicken sie hier, klick hier, dieser link, mehr lesen, weiterlesen, mehr erfahren, mehr infos, " +
			"mehr informationen, weitere informationen",
		"ici, cliquez ici, cliquer ici, ce lien, lire la suite, lire plus, voir plus, en savoir plus, plus d'infos, " +
			"plus d'informations",
		"clique aqui, este link, leia mais, ler mais, saiba mais, saber mais, ver mais, veja mais, mais informações, " +
			"continue lendo",
		"qui, clicca qui, questo link, leggi tutto, leggi di più, scopri di più, per saperne di più, maggiori informazioni, " +
			"continua a leggere",
	}, ", "), ", ") {
		known[text] = true
	}
	return known
}()

// maxGeneric is more than the longest of them has bytes.
const maxGeneric = 40

// isGeneric reports whether the text of a link says nothing of where it leads.
func isGeneric(text string) bool {
	if len(text) > maxGeneric {
		return false
	}
	return genericTexts[strings.Trim(strings.ToLower(strings.ReplaceAll(text, "’", "'")), " .…:!»›>→[]()")]
}
