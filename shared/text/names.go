package text

// pair is one text in every language.
type pair = [langs]string

func in(l Lang, p pair) string {
	if l >= langs {
		l = EN
	}
	return p[l]
}

// Status names a status of an audit.
func Status(l Lang, code string) string {
	switch code {
	case "pending":
		return in(l, pair{"Queued", "En cola"})
	case "running":
		return in(l, pair{"Running", "En curso"})
	case "completed":
		return in(l, pair{"Done", "Terminada"})
	case "failed":
		return in(l, pair{"Failed", "Fallida"})
	case "cancelled":
		return in(l, pair{"Cancelled", "Cancelada"})
	}
	return code
}

// Stage names a stage in a word or two, as the steps row shows it.
func Stage(l Lang, code string) string {
	switch code {
	case "discover":
		return in(l, pair{"Discover", "Descubrir"})
	case "crawl":
		return in(l, pair{"Crawl", "Rastrear"})
	case "links":
		return in(l, pair{"Links", "Enlaces"})
	case "site":
		return in(l, pair{"Site checks", "Sitio entero"})
	case "score":
		return in(l, pair{"Score", "Puntuar"})
	}
	return code
}

// StageNow says what an audit in the stage is doing; an unknown or empty stage
// gives "Running".
func StageNow(l Lang, code string) string {
	switch code {
	case "discover":
		return in(l, pair{"Reading robots.txt and sitemaps", "Leyendo robots.txt y mapas del sitio"})
	case "crawl":
		return in(l, pair{"Crawling pages", "Rastreando páginas"})
	case "links":
		return in(l, pair{"Checking external links", "Comprobando enlaces externos"})
	case "site":
		return in(l, pair{"Comparing the pages", "Comparando las páginas"})
	case "score":
		return in(l, pair{"Working out the score", "Calculando la puntuación"})
	}
	return Status(l, "running")
}

// Severity names a severity.
func Severity(l Lang, code string) string {
	switch code {
	case "error":
		return in(l, pair{"Critical", "Crítico"})
	case "warning":
		return in(l, pair{"Warning", "Aviso"})
	case "notice":
		return in(l, pair{"Notice", "Nota"})
	case "info":
		return in(l, pair{"Information", "Información"})
	}
	return code
}

// Category names a category of checks.
func Category(l Lang, code string) string {
	switch code {
	case "crawlability":
		return in(l, pair{"Crawlability", "Rastreo"})
	case "ai-access":
		return in(l, pair{"AI access", "Acceso de la IA"})
	case "content":
		return in(l, pair{"Content", "Contenido"})
	case "metadata":
		return in(l, pair{"Metadata", "Metadatos"})
	case "structured-data":
		return in(l, pair{"Structured data", "Datos estructurados"})
	case "links":
		return in(l, pair{"Links", "Enlaces"})
	case "performance":
		return in(l, pair{"Performance", "Rendimiento"})
	case "accessibility":
		return in(l, pair{"Accessibility", "Accesibilidad"})
	case "security":
		return in(l, pair{"Security", "Seguridad"})
	}
	return code
}

// StopReason says why an audit ended before it saw the whole site.
func StopReason(l Lang, code string) string {
	switch code {
	case "limit":
		return in(l, pair{"The page limit was reached", "Se alcanzó el límite de páginas"})
	case "time":
		return in(l, pair{"The time was up", "Se agotó el tiempo"})
	case "cancelled":
		return in(l, pair{"The audit was cancelled", "La auditoría se canceló"})
	case "site":
		return in(l, pair{"The site stopped answering", "El sitio dejó de responder"})
	}
	return in(l, pair{"The audit did not see the whole site", "La auditoría no vio el sitio entero"})
}

// Unvisited says why addresses were left out.
func Unvisited(l Lang, reason string) string {
	switch reason {
	case "limit":
		return in(l, pair{"Beyond the page limit", "Más allá del límite de páginas"})
	case "depth":
		return in(l, pair{"Too many clicks from the start", "A demasiados clics del inicio"})
	case "robots":
		return in(l, pair{"Refused by robots.txt", "Vetadas por robots.txt"})
	case "scope":
		return in(l, pair{"Outside the site", "Fuera del sitio"})
	case "stopped":
		return in(l, pair{"Left when the audit stopped", "Pendientes al detenerse la auditoría"})
	}
	return reason
}

// Band is the verdict on a score: good from 90, poor below 50.
func Band(l Lang, score int) string {
	switch {
	case score >= 90:
		return in(l, pair{"Good", "Bien"})
	case score >= 50:
		return in(l, pair{"Needs work", "Mejorable"})
	}
	return in(l, pair{"Poor", "Deficiente"})
}

// Problem says what a failed request means and how to mend it, by the code of
// the answer.
func Problem(l Lang, code string) string {
	switch code {
	case "bad_url":
		return in(l, pair{"This is not an address that can be audited. Write one such as https://www.example.com; only http and https can be audited.", "Esta dirección no se puede auditar. Escribe una como https://www.example.com; solo se auditan http y https."})
	case "private_target":
		return in(l, pair{"This address points to a private network, which this server does not audit.", "Esta dirección apunta a una red privada, que este servidor no audita."})
	case "out_of_range":
		return in(l, pair{"A value is outside its limits.", "Un valor está fuera de sus límites."})
	case "forbidden_origin", "forbidden_host":
		return in(l, pair{"The server refused the request because of where it came from. Open this page at the server's own address.", "El servidor rechazó la petición por su procedencia. Abre esta página en la dirección del propio servidor."})
	case "not_found":
		return in(l, pair{"There is no such audit.", "No existe esa auditoría."})
	case "audit_terminal":
		return in(l, pair{"The audit has already ended.", "La auditoría ya ha terminado."})
	case "conflict", "precondition_failed":
		return in(l, pair{"The audit has changed meanwhile.", "La auditoría ha cambiado entretanto."})
	case "body_too_large":
		return in(l, pair{"What you sent is too large.", "Lo enviado es demasiado grande."})
	case "idempotency_mismatch":
		return in(l, pair{"This request was sent before with other contents. Try again.", "Esta petición ya se envió con otro contenido. Inténtalo otra vez."})
	case "too_many_streams":
		return in(l, pair{"Too many connections are open from here. Close some tabs and try again.", "Hay demasiadas conexiones abiertas desde aquí. Cierra algunas pestañas e inténtalo otra vez."})
	case "unavailable":
		return in(l, pair{"The server cannot reach its database. Try again in a moment.", "El servidor no llega a su base de datos. Inténtalo dentro de un momento."})
	case "draining", "overloaded":
		return in(l, pair{"The server is busy or restarting. Try again in a moment.", "El servidor está ocupado o reiniciándose. Inténtalo dentro de un momento."})
	case "network":
		return in(l, pair{"The server does not answer. Check your connection and try again.", "El servidor no responde. Comprueba tu conexión e inténtalo otra vez."})
	case "foreign":
		return in(l, pair{"Something other than the server answered, perhaps a sign-in page of the network. Open a new tab to look.", "Respondió algo que no es el servidor, quizá una página de acceso de la red. Abre otra pestaña para verlo."})
	}
	return in(l, pair{"The server could not do that. Try again.", "El servidor no pudo hacerlo. Inténtalo otra vez."})
}

// Cap names a fault that limits the whole score.
func Cap(l Lang, id string) string {
	switch id {
	case "search-engines-blocked":
		return in(l, pair{"robots.txt keeps search engines off the home page", "robots.txt cierra la portada a los buscadores"})
	case "home-noindex":
		return in(l, pair{"The home page asks not to be indexed", "La portada pide no aparecer en los buscadores"})
	case "site-failing":
		return in(l, pair{"More than 30 of 100 requests failed", "Más de 30 de cada 100 peticiones fallaron"})
	case "ai-search-blocked":
		return in(l, pair{"robots.txt keeps every AI search agent out", "robots.txt cierra el paso a todos los buscadores de IA"})
	case "content-needs-js":
		return in(l, pair{"On most pages the text appears only with JavaScript", "En la mayoría de las páginas el texto solo aparece con JavaScript"})
	case "ai-main-blocked":
		return in(l, pair{"robots.txt keeps one of the main AI search agents out", "robots.txt cierra el paso a uno de los principales buscadores de IA"})
	case "not-https":
		return in(l, pair{"The site is served without encryption", "El sitio se sirve sin cifrar"})
	}
	return in(l, pair{"A grave fault", "Un fallo grave"})
}
