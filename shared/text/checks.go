package text

// CheckText says what a check is about. All three are plain text.
type CheckText struct {
	// Title names the fault, Why what it costs, Fix what to do.
	Title, Why, Fix string
}

type checkEntry struct {
	id string
	in [langs]CheckText
}

// Check gives the words for a check's id; ok is false for an unknown one, whose
// title is then the id itself.
func Check(l Lang, id string) (t CheckText, ok bool) {
	if l >= langs {
		l = EN
	}
	for i := range checks {
		if checks[i].id == id {
			return checks[i].in[l], true
		}
	}
	return CheckText{Title: id}, false
}

// CheckIDs lists the checks that have words.
func CheckIDs() []string {
	ids := make([]string, len(checks))
	for i := range checks {
		ids[i] = checks[i].id
	}
	return ids
}

var checks = [...]checkEntry{
	// crawlability
	{"robots-txt-unreachable", [langs]CheckText{
		{"robots.txt cannot be reached",
			"When robots.txt answers with a server error or not at all, search engines assume that they may not read anything.",
			"Serve robots.txt with status 200. If you do not need one, answer 404."},
		{"No se puede acceder a robots.txt",
			"Si robots.txt responde con un error del servidor o no responde, los buscadores suponen que no pueden leer nada.",
			"Sirve robots.txt con el estado 200. Si no lo necesitas, responde 404."},
	}},
	{"robots-txt-invalid", [langs]CheckText{
		{"robots.txt has faulty lines",
			"Crawlers skip a rule that they cannot read, and may then do the opposite of what you meant.",
			"Correct the lines named here. Every rule needs a User-agent line above it."},
		{"robots.txt tiene líneas defectuosas",
			"Los rastreadores omiten una regla que no pueden leer y pueden hacer lo contrario de lo que querías.",
			"Corrige las líneas indicadas. Cada regla necesita una línea User-agent antes."},
	}},
	{"robots-blocks-search", [langs]CheckText{
		{"robots.txt blocks a search engine",
			"A search engine that may not read the home page cannot show the site, and answers built on its index leave the site out.",
			"Remove the rule, or allow Googlebot and Bingbot."},
		{"robots.txt bloquea un buscador",
			"Un buscador que no puede leer la página de inicio no puede mostrar el sitio, y las respuestas basadas en su índice lo omiten.",
			"Elimina la regla o permite el acceso a Googlebot y Bingbot."},
	}},
	{"page-noindex", [langs]CheckText{
		{"Page asks not to be indexed",
			"Search engines drop a page with noindex, and AI answers that rely on them cannot cite it.",
			"Remove noindex if people should find the page. Keep it if that is what you want."},
		{"La página pide no ser indexada",
			"Los buscadores descartan una página con noindex, y las respuestas de IA que dependen de ellos no pueden citarla.",
			"Quita noindex si quieres que la gente encuentre la página. Déjalo si es lo que buscas."},
	}},
	{"http-4xx", [langs]CheckText{
		{"Page not found or refused",
			"Links to this address lead readers and crawlers to an error.",
			"Restore the page, redirect the address to its successor, or remove the links."},
		{"Página no encontrada o rechazada",
			"Los enlaces a esta dirección llevan a lectores y rastreadores a un error.",
			"Recupera la página, redirige la dirección a su sucesora o quita los enlaces."},
	}},
	{"http-5xx", [langs]CheckText{
		{"Server error",
			"The page cannot be read. When this lasts, search engines crawl the site less and drop the page.",
			"Look at the server's log for this address and repair the cause."},
		{"Error del servidor",
			"La página no se puede leer. Si dura, los buscadores rastrean menos el sitio y descartan la página.",
			"Mira el registro del servidor para esta dirección y repara la causa."},
	}},
	{"fetch-timeout", [langs]CheckText{
		{"Page did not answer",
			"A crawler that gets no answer gives up, even after a second try.",
			"Check that the server answers this address within a few seconds, and that no firewall drops the request."},
		{"La página no respondió",
			"Un rastreador que no recibe respuesta se rinde, incluso después de un segundo intento.",
			"Comprueba que el servidor responde a esta dirección en pocos segundos y que ningún cortafuegos descarta la petición."},
	}},
	{"redirect-chain", [langs]CheckText{
		{"Several redirects in a row",
			"Each redirect costs time, and crawlers stop following after a few.",
			"Redirect straight to the last address, and link to it directly."},
		{"Varias redirecciones seguidas",
			"Cada redirección cuesta tiempo, y los rastreadores dejan de seguirlas al cabo de unas pocas.",
			"Redirige directamente a la última dirección y enlaza a ella."},
	}},
	{"redirect-loop", [langs]CheckText{
		{"Redirects never end",
			"Nobody can open the page: each redirect leads to another one.",
			"Change one of the redirects listed here so that it ends at a page."},
		{"Las redirecciones no terminan nunca",
			"Nadie puede abrir la página: cada redirección lleva a otra.",
			"Cambia una de las redirecciones indicadas para que termine en una página."},
	}},
	{"canonical-missing", [langs]CheckText{
		{"Page names no canonical address",
			"When the same page is reachable under several addresses, search engines choose one by themselves.",
			"Add a link element with rel=\"canonical\" and the page's full address to its head."},
		{"La página no indica su dirección canónica",
			"Si la misma página existe en varias direcciones, los buscadores eligen una por su cuenta.",
			"Añade a la cabecera un elemento link con rel=\"canonical\" y la dirección completa de la página."},
	}},
	{"canonical-conflict", [langs]CheckText{
		{"Canonical address is contradictory",
			"Search engines ignore canonical addresses that contradict each other. One on another site tells them to leave this page out.",
			"Keep exactly one canonical address per page: complete, starting with https, on your own site."},
		{"La dirección canónica es contradictoria",
			"Los buscadores ignoran las direcciones canónicas que se contradicen. Una que apunta a otro sitio les pide omitir esta página.",
			"Deja una sola dirección canónica por página: completa, que empiece por https y en tu propio sitio."},
	}},
	{"sitemap-missing", [langs]CheckText{
		{"No sitemap found",
			"Without a sitemap, crawlers find new and deep pages late or not at all.",
			"Publish a sitemap and name it in robots.txt with a Sitemap line."},
		{"No se encontró ningún sitemap",
			"Sin un sitemap, los rastreadores descubren tarde, o nunca, las páginas nuevas y profundas.",
			"Publica un sitemap e indícalo en robots.txt con una línea Sitemap."},
	}},
	{"sitemap-invalid", [langs]CheckText{
		{"Sitemap has errors",
			"Search engines skip faulty entries, and sometimes the whole file.",
			"Generate the sitemap again: valid XML, full addresses of your own site, at most 50,000 per file."},
		{"El sitemap tiene errores",
			"Los buscadores omiten las entradas defectuosas y, a veces, el archivo entero.",
			"Vuelve a generar el sitemap: XML válido, direcciones completas de tu propio sitio y 50.000 por archivo como máximo."},
	}},
	{"page-orphan", [langs]CheckText{
		{"Page without any link to it",
			"The page is in the sitemap, but nothing on the site links to it. Readers do not find it, and search engines take it for unimportant.",
			"Link to the page from a related one, or take it out of the sitemap."},
		{"Página sin ningún enlace que lleve a ella",
			"La página está en el sitemap, pero nada en el sitio enlaza a ella. Los lectores no la encuentran y los buscadores la consideran poco importante.",
			"Enlaza la página desde otra relacionada o quítala del sitemap."},
	}},

	// ai-access
	{"ai-search-bot-blocked", [langs]CheckText{
		{"An AI search engine may not read the site",
			"An answer engine that may not read your pages does not cite them.",
			"Allow this agent in robots.txt if you want to appear in its answers."},
		{"Un buscador de IA no puede leer el sitio",
			"Un motor de respuestas que no puede leer tus páginas no las cita.",
			"Permite este agente en robots.txt si quieres aparecer en sus respuestas."},
	}},
	{"ai-user-fetch-blocked", [langs]CheckText{
		{"Assistants may not open pages for their users",
			"When somebody asks an assistant about your page, it cannot open it and answers without you.",
			"Allow this agent in robots.txt. It fetches single pages on a person's request."},
		{"Los asistentes no pueden abrir páginas para sus usuarios",
			"Cuando alguien pregunta a un asistente por tu página, no puede abrirla y responde sin ti.",
			"Permite este agente en robots.txt. Solo pide páginas sueltas cuando una persona lo solicita."},
	}},
	{"ai-training-policy", [langs]CheckText{
		{"Who may train AI models on this site",
			"This is your choice and does not change the score. Blocking training does not hide the site from AI search.",
			"Nothing to do. Change robots.txt if the list does not show what you want."},
		{"Quién puede entrenar modelos de IA con este sitio",
			"Es decisión tuya y no cambia la puntuación. Bloquear el entrenamiento no oculta el sitio en las búsquedas con IA.",
			"No hay nada que hacer. Cambia robots.txt si la lista no muestra lo que quieres."},
	}},
	{"content-needs-js", [langs]CheckText{
		{"Text appears only with JavaScript",
			"Most AI crawlers do not run scripts. To them this page is nearly empty.",
			"Send the text in the HTML: render the page on the server, or when you build the site."},
		{"El texto solo aparece con JavaScript",
			"La mayoría de los rastreadores de IA no ejecutan scripts. Para ellos esta página está casi vacía.",
			"Envía el texto en el HTML: genera la página en el servidor o al construir el sitio."},
	}},

	// content
	{"thin-content", [langs]CheckText{
		{"Page says little",
			"A page with few words seldom answers a question well enough to be found or cited.",
			"Say more about the subject, join the page with a related one, or mark it noindex."},
		{"La página dice poco",
			"Una página con pocas palabras rara vez responde a una pregunta lo bastante bien como para que la encuentren o la citen.",
			"Amplía el contenido, une la página con otra relacionada o márcala con noindex."},
	}},
	{"duplicate-content", [langs]CheckText{
		{"Pages with the same text",
			"Search engines show only one of several equal pages, and not always the one you prefer.",
			"Merge the pages, or give all of them the same canonical address."},
		{"Páginas con el mismo texto",
			"Los buscadores muestran solo una de varias páginas iguales, y no siempre la que prefieres.",
			"Une las páginas o dales a todas la misma dirección canónica."},
	}},

	// metadata
	{"title-missing", [langs]CheckText{
		{"Page has no title",
			"The title is the link text in search results and the name of the source in AI answers.",
			"Write a title element that says what this page is about."},
		{"La página no tiene título",
			"El título es el texto del enlace en los buscadores y el nombre de la fuente en las respuestas de IA.",
			"Escribe un elemento title que diga de qué trata esta página."},
	}},
	{"title-length", [langs]CheckText{
		{"Title is too short or too long",
			"A very short title says little. A long one is cut off in search results.",
			"Use between 15 and 65 characters, with the important words first."},
		{"El título es demasiado corto o demasiado largo",
			"Un título muy corto dice poco. Uno largo aparece cortado en los resultados.",
			"Usa entre 15 y 65 caracteres, con las palabras importantes al principio."},
	}},
	{"title-duplicate", [langs]CheckText{
		{"Several pages share one title",
			"Readers and search engines cannot tell the pages apart in a list.",
			"Give each page a title of its own."},
		{"Varias páginas comparten el mismo título",
			"Ni los lectores ni los buscadores pueden distinguir las páginas en una lista.",
			"Dale a cada página un título propio."},
	}},
	{"description-missing", [langs]CheckText{
		{"Page has no description",
			"Without a description, search results show a piece of text picked by chance.",
			"Add a meta description that sums up the page in one or two sentences."},
		{"La página no tiene descripción",
			"Sin descripción, los resultados muestran un fragmento de texto elegido al azar.",
			"Añade una meta description que resuma la página en una o dos frases."},
	}},
	{"description-length", [langs]CheckText{
		{"Description is too short or too long",
			"A short description wins few readers. A long one is cut off in search results.",
			"Use between 50 and 165 characters."},
		{"La descripción es demasiado corta o demasiado larga",
			"Una descripción corta atrae a pocos lectores. Una larga aparece cortada en los resultados.",
			"Usa entre 50 y 165 caracteres."},
	}},
	{"h1-missing", [langs]CheckText{
		{"Page has no main heading",
			"The main heading tells readers, screen readers and AI agents what the page is about.",
			"Add one h1 element with text near the top of the content."},
		{"La página no tiene un encabezado principal",
			"El encabezado principal dice a los lectores, a los lectores de pantalla y a los agentes de IA de qué trata la página.",
			"Añade un elemento h1 con texto al principio del contenido."},
	}},
	{"og-incomplete", [langs]CheckText{
		{"Sharing preview is incomplete",
			"Links to this page look bare when people share them in chats and networks.",
			"Add the Open Graph properties named here to the page's head."},
		{"La vista previa para compartir está incompleta",
			"Los enlaces a esta página se ven pobres cuando la gente los comparte en chats y redes.",
			"Añade a la cabecera de la página las propiedades Open Graph indicadas."},
	}},
	{"lang-missing", [langs]CheckText{
		{"Page does not say its language",
			"Screen readers may use the wrong voice, and translators and search engines have to guess.",
			"Set the lang attribute of the html element, for example lang=\"en\"."},
		{"La página no indica su idioma",
			"Los lectores de pantalla pueden usar la voz equivocada, y los traductores y buscadores tienen que adivinar.",
			"Pon el atributo lang en el elemento html, por ejemplo lang=\"es\"."},
	}},

	// links
	{"broken-external", [langs]CheckText{
		{"Link to another site is broken",
			"Readers who follow the link end at an error, and the page seems neglected.",
			"Update the link or remove it."},
		{"Un enlace a otro sitio está roto",
			"Quien sigue el enlace acaba en un error, y la página parece descuidada.",
			"Actualiza el enlace o quítalo."},
	}},
	{"link-not-crawlable", [langs]CheckText{
		{"Link works only with JavaScript",
			"Crawlers follow addresses in href. They do not click, so they never see what is behind this link.",
			"Put the address into the href attribute. Use a button for actions that lead nowhere."},
		{"El enlace solo funciona con JavaScript",
			"Los rastreadores siguen las direcciones de href. No hacen clic, así que nunca ven lo que hay detrás de este enlace.",
			"Pon la dirección en el atributo href. Usa un botón para las acciones que no llevan a otra página."},
	}},
}
