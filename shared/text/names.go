package text

// Status names a status of an audit.
func Status(l Lang, code string) string { return lookup(statuses[:], l, code) }

// Stage names a stage in a word or two, as the steps row shows it.
func Stage(l Lang, code string) string { return lookup(stages[:], l, code) }

// StageNow says what an audit in the stage is doing; an unknown or empty stage
// gives "Running".
func StageNow(l Lang, code string) string {
	return lookupOr(stagesNow[:], l, code, Status(l, "running"))
}

// Severity names a severity.
func Severity(l Lang, code string) string { return lookup(severities[:], l, code) }

// Category names a category of checks.
func Category(l Lang, code string) string { return lookup(categories[:], l, code) }

// StopReason says why an audit ended before it saw the whole site.
func StopReason(l Lang, code string) string {
	return lookupOr(stopReasons[:], l, code, l.T(StoppedEarly))
}

// Unvisited says why addresses were left out.
func Unvisited(l Lang, reason string) string { return lookup(unvisited[:], l, reason) }

// Cap names a fault that limits the whole score.
func Cap(l Lang, id string) string { return lookupOr(caps[:], l, id, l.T(GraveFault)) }

// Problem says what a failed request means and how to mend it, by the code of
// the answer, or "network" or "foreign" when the server was not reached.
func Problem(l Lang, code string) string { return lookupOr(problems[:], l, code, l.T(ProblemOther)) }

// Band is the verdict on a score: good from 90, poor below 50.
func Band(l Lang, score int) string {
	switch {
	case score >= 90:
		return l.T(BandGood)
	case score >= 50:
		return l.T(BandFair)
	}
	return l.T(BandPoor)
}

// lookupOr is [lookup] with a sentence for unknown codes.
func lookupOr(table []codeEntry, l Lang, code, other string) string {
	for i := range table {
		if table[i].code == code {
			return lookup(table[i:i+1], l, code)
		}
	}
	return other
}

var statuses = [...]codeEntry{
	{"pending", [langs]string{"Queued", "En cola"}},
	{"running", [langs]string{"Running", "En curso"}},
	{"completed", [langs]string{"Done", "Terminada"}},
	{"failed", [langs]string{"Failed", "Fallida"}},
	{"cancelled", [langs]string{"Cancelled", "Cancelada"}},
}

var stages = [...]codeEntry{
	{"discover", [langs]string{"Discover", "Descubrir"}},
	{"crawl", [langs]string{"Crawl", "Rastrear"}},
	{"links", [langs]string{"Links", "Enlaces"}},
	{"site", [langs]string{"Site checks", "Sitio entero"}},
	{"score", [langs]string{"Score", "Puntuar"}},
}

var stagesNow = [...]codeEntry{
	{"discover", [langs]string{"Reading robots.txt and sitemaps", "Leyendo robots.txt y mapas del sitio"}},
	{"crawl", [langs]string{"Crawling pages", "Rastreando páginas"}},
	{"links", [langs]string{"Checking external links", "Comprobando enlaces externos"}},
	{"site", [langs]string{"Comparing the pages", "Comparando las páginas"}},
	{"score", [langs]string{"Working out the score", "Calculando la puntuación"}},
}

var severities = [...]codeEntry{
	{"error", [langs]string{"Critical", "Crítico"}},
	{"warning", [langs]string{"Warning", "Aviso"}},
	{"notice", [langs]string{"Notice", "Nota"}},
	{"info", [langs]string{"Information", "Información"}},
}

var categories = [...]codeEntry{
	{"crawlability", [langs]string{"Crawlability", "Rastreo"}},
	{"ai-access", [langs]string{"AI access", "Acceso de la IA"}},
	{"content", [langs]string{"Content", "Contenido"}},
	{"metadata", [langs]string{"Metadata", "Metadatos"}},
	{"structured-data", [langs]string{"Structured data", "Datos estructurados"}},
	{"links", [langs]string{"Links", "Enlaces"}},
	{"performance", [langs]string{"Performance", "Rendimiento"}},
	{"accessibility", [langs]string{"Accessibility", "Accesibilidad"}},
	{"security", [langs]string{"Security", "Seguridad"}},
}

var stopReasons = [...]codeEntry{
	{"limit", [langs]string{"The page limit was reached", "Se alcanzó el límite de páginas"}},
	{"time", [langs]string{"The time was up", "Se agotó el tiempo"}},
	{"cancelled", [langs]string{"The audit was cancelled", "La auditoría se canceló"}},
	{"site", [langs]string{"The site stopped answering", "El sitio dejó de responder"}},
}

var unvisited = [...]codeEntry{
	{"limit", [langs]string{"Beyond the page limit", "Más allá del límite de páginas"}},
	{"depth", [langs]string{"Too many clicks from the start", "A demasiados clics del inicio"}},
	{"robots", [langs]string{"Refused by robots.txt", "Vetadas por robots.txt"}},
	{"scope", [langs]string{"Outside the site", "Fuera del sitio"}},
	{"stopped", [langs]string{"Left when the audit stopped", "Pendientes al detenerse la auditoría"}},
}

var caps = [...]codeEntry{
	{"search-engines-blocked", [langs]string{"robots.txt keeps search engines off the home page", "robots.txt cierra la portada a los buscadores"}},
	{"home-noindex", [langs]string{"The home page asks not to be indexed", "La portada pide no aparecer en los buscadores"}},
	{"site-failing", [langs]string{"More than 30 of 100 requests failed", "Más de 30 de cada 100 peticiones fallaron"}},
	{"ai-search-blocked", [langs]string{"robots.txt keeps every AI search agent out", "robots.txt cierra el paso a todos los buscadores de IA"}},
	{"content-needs-js", [langs]string{"On most pages the text appears only with JavaScript", "En la mayoría de las páginas el texto solo aparece con JavaScript"}},
	{"ai-main-blocked", [langs]string{"robots.txt keeps one of the main AI search agents out", "robots.txt cierra el paso a uno de los principales buscadores de IA"}},
	{"not-https", [langs]string{"The site is served without encryption", "El sitio se sirve sin cifrar"}},
}

var problems = [...]codeEntry{
	{"bad_url", [langs]string{"This is not an address that can be audited. Write one such as https://www.example.com; only http and https can be audited.", "Esta dirección no se puede auditar. Escribe una como https://www.example.com; solo se auditan http y https."}},
	{"private_target", [langs]string{"This address points to a private network, which this server does not audit.", "Esta dirección apunta a una red privada, que este servidor no audita."}},
	{"out_of_range", [langs]string{"A value is outside its limits.", "Un valor está fuera de sus límites."}},
	{"forbidden_origin", [langs]string{"The server refused the request because of where it came from. Open this page at the server's own address.", "El servidor rechazó la petición por su procedencia. Abre esta página en la dirección del propio servidor."}},
	{"forbidden_host", [langs]string{"The server refused the request because of where it came from. Open this page at the server's own address.", "El servidor rechazó la petición por su procedencia. Abre esta página en la dirección del propio servidor."}},
	{"not_found", [langs]string{"There is no such audit.", "No existe esa auditoría."}},
	{"audit_terminal", [langs]string{"The audit has already ended.", "La auditoría ya ha terminado."}},
	{"conflict", [langs]string{"The audit has changed meanwhile.", "La auditoría ha cambiado entretanto."}},
	{"precondition_failed", [langs]string{"The audit has changed meanwhile.", "La auditoría ha cambiado entretanto."}},
	{"body_too_large", [langs]string{"What you sent is too large.", "Lo enviado es demasiado grande."}},
	{"idempotency_mismatch", [langs]string{"This request was sent before with other contents. Try again.", "Esta petición ya se envió con otro contenido. Inténtalo otra vez."}},
	{"too_many_streams", [langs]string{"Too many connections are open from here. Close some tabs and try again.", "Hay demasiadas conexiones abiertas desde aquí. Cierra algunas pestañas e inténtalo otra vez."}},
	{"unavailable", [langs]string{"The server cannot reach its database. Try again in a moment.", "El servidor no llega a su base de datos. Inténtalo dentro de un momento."}},
	{"draining", [langs]string{"The server is busy or restarting. Try again in a moment.", "El servidor está ocupado o reiniciándose. Inténtalo dentro de un momento."}},
	{"overloaded", [langs]string{"The server is busy or restarting. Try again in a moment.", "El servidor está ocupado o reiniciándose. Inténtalo dentro de un momento."}},
	{"network", [langs]string{"The server does not answer. Check your connection and try again.", "El servidor no responde. Comprueba tu conexión e inténtalo otra vez."}},
	{"foreign", [langs]string{"Something other than the server answered, perhaps a sign-in page of the network. Open a new tab to look.", "Respondió algo que no es el servidor, quizá una página de acceso de la red. Abre otra pestaña para verlo."}},
}
