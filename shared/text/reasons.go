package text

// codeEntry is a code of the wire with its words.
type codeEntry struct {
	code string
	in   [langs]string
}

func lookup(table []codeEntry, l Lang, code string) string {
	if l >= langs {
		l = EN
	}
	for i := range table {
		if table[i].code == code {
			return table[i].in[l]
		}
	}
	return code
}

func codes(table []codeEntry) []string {
	out := make([]string, len(table))
	for i := range table {
		out[i] = table[i].code
	}
	return out
}

// Reason says why a check did not apply; an unknown code is its own text.
func Reason(l Lang, code string) string { return lookup(reasons[:], l, code) }

// ReasonCodes lists the reasons that have words.
func ReasonCodes() []string { return codes(reasons[:]) }

// EvidenceName is the label of a piece of evidence; an unknown name is its own
// label.
func EvidenceName(l Lang, name string) string { return lookup(evidence[:], l, name) }

// EvidenceNames lists the names that have labels.
func EvidenceNames() []string { return codes(evidence[:]) }

var reasons = [...]codeEntry{
	{"no-answer", [langs]string{"The request got no answer.", "La petición no obtuvo respuesta."}},
	{"not-ok", [langs]string{"The page did not answer with status 200.", "La página no respondió con el estado 200."}},
	{"not-html", [langs]string{"The address is not an HTML page.", "La dirección no es una página HTML."}},
	{"alias", [langs]string{"The page is checked under the address it redirects to.", "La página se comprueba en la dirección a la que redirige."}},
	{"rate-limited", [langs]string{"The site asked us to slow down.", "El sitio nos pidió ir más despacio."}},
	{"address-blocked", [langs]string{"The address is private, so it was not opened.", "La dirección es privada, por eso no se abrió."}},
	{"noindex", [langs]string{"The page asks not to be indexed.", "La página pide no ser indexada."}},
	{"canonicalised", [langs]string{"The page names another address as the canonical one.", "La página indica otra dirección como canónica."}},
	{"no-redirect", [langs]string{"There is no redirect.", "No hay ninguna redirección."}},
	{"no-title", [langs]string{"There is no title.", "No hay título."}},
	{"no-description", [langs]string{"There is no description.", "No hay descripción."}},
	{"no-canonical", [langs]string{"There is no canonical address.", "No hay dirección canónica."}},
	{"no-links", [langs]string{"There are no links.", "No hay enlaces."}},
	{"listing", [langs]string{"The page is mainly a list of links.", "La página es sobre todo una lista de enlaces."}},
	{"needs-js", [langs]string{"The text appears only with JavaScript.", "El texto solo aparece con JavaScript."}},
	{"robots-unknown", [langs]string{"robots.txt was not read.", "No se leyó robots.txt."}},
	{"robots-absent", [langs]string{"There is no robots.txt.", "No hay robots.txt."}},
	{"robots-unreachable", [langs]string{"robots.txt gave no usable answer.", "robots.txt no dio una respuesta utilizable."}},
	{"sitemap-absent", [langs]string{"There is no sitemap with addresses.", "No hay ningún sitemap con direcciones."}},
	{"incomplete", [langs]string{"The audit did not see the whole site.", "La auditoría no vio el sitio completo."}},
	{"too-few-pages", [langs]string{"There are too few pages to compare.", "Hay muy pocas páginas para comparar."}},
	{"no-external-links", [langs]string{"No link to another site gave a clear answer.", "Ningún enlace a otro sitio dio una respuesta clara."}},
	{"links-unchecked", [langs]string{"Links to other sites were not checked.", "No se comprobaron los enlaces a otros sitios."}},
}

var evidence = [...]codeEntry{
	{"agent", [langs]string{"Agent", "Agente"}},
	{"allowed", [langs]string{"Allowed", "Permitidos"}},
	{"attempts", [langs]string{"Attempts", "Intentos"}},
	{"blocked", [langs]string{"Blocked by its own rule", "Bloqueado por su propia regla"}},
	{"blocked-by-wildcard", [langs]string{"Blocked by the rule for all", "Bloqueado por la regla para todos"}},
	{"blocked-pages", [langs]string{"Blocked pages", "Páginas bloqueadas"}},
	{"canonical-header", [langs]string{"In the Link header", "En la cabecera Link"}},
	{"canonical-html", [langs]string{"In the page", "En la página"}},
	{"count", [langs]string{"Number", "Cantidad"}},
	{"description", [langs]string{"Description", "Descripción"}},
	{"directive", [langs]string{"Directive", "Directiva"}},
	{"failure", [langs]string{"Failure", "Fallo"}},
	{"file", [langs]string{"File", "Archivo"}},
	{"final-url", [langs]string{"Leads to", "Lleva a"}},
	{"heading", [langs]string{"First heading", "Primer encabezado"}},
	{"hop", [langs]string{"Redirect", "Redirección"}},
	{"lang", [langs]string{"Language given", "Idioma indicado"}},
	{"length", [langs]string{"Characters", "Caracteres"}},
	{"line", [langs]string{"Line", "Línea"}},
	{"marker", [langs]string{"Sign of an application", "Indicio de una aplicación"}},
	{"markup", [langs]string{"Markup", "Código"}},
	{"missing", [langs]string{"Missing", "Falta"}},
	{"more", [langs]string{"More, not listed", "Más, sin listar"}},
	{"more-findings", [langs]string{"More findings, not listed", "Más hallazgos, sin listar"}},
	{"ms", [langs]string{"Milliseconds", "Milisegundos"}},
	{"noscript-words", [langs]string{"Words without scripts", "Palabras sin scripts"}},
	{"page", [langs]string{"Page", "Página"}},
	{"referrer", [langs]string{"Linked from", "Enlazada desde"}},
	{"reviewed", [langs]string{"List of agents reviewed", "Lista de agentes revisada"}},
	{"rule", [langs]string{"Rule", "Regla"}},
	{"script-bytes", [langs]string{"Bytes of scripts in the page", "Bytes de scripts en la página"}},
	{"scripts", [langs]string{"Scripts", "Scripts"}},
	{"status", [langs]string{"Status", "Estado"}},
	{"text", [langs]string{"Link text", "Texto del enlace"}},
	{"title", [langs]string{"Title", "Título"}},
	{"tried", [langs]string{"Tried", "Probado"}},
	{"url", [langs]string{"Address", "Dirección"}},
	{"vendor", [langs]string{"Owner", "Empresa"}},
	{"words", [langs]string{"Words", "Palabras"}},

	// problems of robots.txt and of sitemaps
	{"bad-url", [langs]string{"Not an address", "No es una dirección"}},
	{"bad-value", [langs]string{"Value cannot be read", "Valor ilegible"}},
	{"depth", [langs]string{"Index within an index", "Índice dentro de otro índice"}},
	{"foreign-host", [langs]string{"Address of another site", "Dirección de otro sitio"}},
	{"html", [langs]string{"A web page, not robots.txt", "Una página web, no robots.txt"}},
	{"loop", [langs]string{"Index that names itself", "Índice que se nombra a sí mismo"}},
	{"misspelt", [langs]string{"Misspelt", "Mal escrito"}},
	{"orphan-rule", [langs]string{"Rule without User-agent", "Regla sin User-agent"}},
	{"syntax", [langs]string{"Syntax", "Sintaxis"}},
	{"too-large", [langs]string{"Too large", "Demasiado grande"}},
	{"too-many-urls", [langs]string{"Too many addresses", "Demasiadas direcciones"}},
	{"unknown", [langs]string{"Unknown line", "Línea desconocida"}},
}
