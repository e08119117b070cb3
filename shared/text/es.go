package text

// spanish addresses the reader with tú.
var spanish = language{
	tag:   "es",
	name:  "Español",
	short: "ES",

	decimal:   ",",
	thousands: ".",
	groupFrom: 5,
	months:    [12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"},
	plural:    oneOrMore,

	messages: [keys]string{
		SkipToContent:       "Saltar al contenido",
		NavMain:             "Principal",
		NavAudits:           "Auditorías",
		NavSites:            "Sitios",
		NavNew:              "Nueva",
		NavSettings:         "Ajustes",
		NavPath:             "Estás aquí",
		LanguageOther:       "Cambiar el idioma a español",
		PlainVersion:        "Versión sencilla",
		PlainHint:           "Funciona sin WebAssembly y sin JavaScript",
		WithoutScript:       "Sin JavaScript esta página no se mueve.",
		TitleSuffix:         "%s · Atalaya",
		TitleAudits:         "Auditorías",
		TitleRunning:        "%d %% %s",
		TitleStalled:        "Sin novedades: %s",
		TitleDone:           "Terminada: %d, %s",
		TitleFailed:         "Fallida: %s",
		TitleCancelled:      "Cancelada: %s",
		TitleQueued:         "En cola: %s",
		TitleReport:         "Informe: %s",
		TitleMissing:        "No encontrada",
		DescriptionAudits:   "Audita un sitio web y míralo en directo",
		DescriptionAudit:    "Progreso en directo de la auditoría de %s",
		DescriptionReport:   "Informe de la auditoría de %s",
		DescriptionSettings: "El aspecto y el comportamiento de Atalaya en este dispositivo",
		Loading:             "Cargando",
		Broken:              "Algo ha fallado en esta página. El trabajo del servidor no se ve afectado.",
		UpdateReady:         "Hay una versión nueva de Atalaya.",
		Reload:              "Recargar",
		AppLoading:          "Cargando la aplicación: %d %%",
		AppFailed:           "No se ha podido cargar la aplicación. Esta página sigue sin ella.",
		AppStopped:          "La aplicación se ha detenido. Esta página sigue sin ella.",
		AppForgets:          "Este navegador no guarda datos: sin conexión no se podrá mostrar nada.",

		SettingLanguage:  "Idioma",
		SettingTheme:     "Colores",
		ThemeSystem:      "Como el sistema",
		ThemeLight:       "Claros",
		ThemeDark:        "Oscuros",
		SettingDensity:   "Densidad",
		DensityRoomy:     "Amplia",
		DensityCompact:   "Compacta",
		SettingKeys:      "Atajos de teclado",
		SettingKeysHelp:  "Pulsa ? en cualquier página para verlos. Desactívalos si le hablas a tu ordenador.",
		On:               "Activados",
		Off:              "Desactivados",
		InstallHeading:   "Instalar Atalaya",
		InstallHelp:      "Se abre en su propia ventana y funciona sin conexión.",
		InstallButton:    "Instalar",
		InstallShare:     "Pulsa Compartir.",
		InstallAdd:       "Elige Añadir a pantalla de inicio, o Añadir al Dock en un Mac.",
		InstallDone:      "Atalaya está instalada: esta es su ventana.",
		InstallElsewhere: "Este navegador no ofrece instalarla aquí, o ya está instalada.",
		KeptHeading:      "Datos en este dispositivo",
		KeptHelp:         "Copias de lo que has abierto, que se muestran cuando no hay conexión.",
		KeptAudits:       "Auditorías",
		KeptReports:      "Informes",
		KeptSize:         "Tamaño",
		Kilobytes:        "%s KB",
		KeptClear:        "Borrar las copias",
		KeptCleared:      "Se han borrado las copias.",
		DiagHeading:      "Diagnóstico",
		DiagHelp:         "Para quien busque la causa cuando la vista en directo no funciona.",
		DiagTransport:    "Transporte",
		TransportStream:  "Canal en directo (SSE)",
		TransportPolling: "Consulta a intervalos (polling)",
		DiagTab:          "Esta pestaña",
		TabAlone:         "Tiene su propio canal",
		TabLeads:         "Lleva el canal de todas las pestañas",
		TabFollows:       "Recibe los datos de otra pestaña",
		DiagAttempts:     "Intentos",
		DiagRevision:     "Última revisión",
		DiagHeartbeat:    "Último latido",
		DiagError:        "Último error",
		DiagNone:         "Ninguno",
		DiagPath:         "Camino al servidor",
		DiagNotTested:    "Sin probar",
		DiagTest:         "Probar el camino",
		DiagTesting:      "Probando",
		PathFlows:        "Una respuesta tarda %d ms y los datos en directo %d ms: nada los retiene.",
		PathHeld: "Una respuesta tarda %d ms, pero en %d s no ha llegado ningún " +
			"dato en directo: algo los retiene por el camino, por ejemplo un proxy.",
		PathBroken:    "El servidor no responde.",
		DiagCopy:      "Copiar como texto",
		Copied:        "Copiado",
		CopyFailed:    "Este navegador no deja copiar a las páginas.",
		AboutHeading:  "Acerca de",
		AboutText:     "Atalaya audita sitios web y muestra cada paso en directo.",
		AboutVersion:  "Versión",
		AboutLicences: "Licencias de lo que lleva dentro",
		KeysHeading:   "Atajos de teclado",
		KeysSwitch:    "Se pueden desactivar en los ajustes.",
		KeyPause:      "Pausar o seguir las páginas más nuevas",
		KeyKiosk:      "El porcentaje en grande, para una pantalla en la pared",
		Close:         "Cerrar",
		CopyLink:      "Copiar enlace",
		NotifyMe:      "Avísame",
		NotifyOn:      "Te avisaremos",
		NotifyRefused: "Este navegador no permite avisos desde aquí. Puedes cambiarlo " +
			"en sus ajustes para este sitio.",
		NotifyScore: "%s: %d de 100",
		PagesPause:  "Pausar",
		PagesFollow: "Seguir",
		PagesPaused: "La lista está parada",

		StartLabel:  "Dirección del sitio web",
		StartButton: "Auditar",
		StartBusy:   "Iniciando",
		StartHelp: "Sigue los enlaces del sitio, respeta robots.txt y comprueba si lo leen bien las " +
			"personas, los buscadores y los asistentes de IA.",
		StartEmpty:      "Escribe una dirección como https://www.example.com",
		InProgress:      "En curso",
		History:         "Historial",
		ColumnSite:      "Sitio",
		ColumnStatus:    "Estado",
		ColumnScore:     "Puntuación",
		ColumnFindings:  "Hallazgos",
		ColumnPages:     "Páginas",
		ColumnFinished:  "Final",
		NoScore:         "Sin puntuación",
		NoFindings:      "Sin hallazgos",
		ListEmpty:       "Aún no hay auditorías",
		ListEmptyHelp:   "Pega una dirección arriba para empezar la primera y mira cómo se lee cada página.",
		ListNoHistory:   "Aún no ha terminado ninguna auditoría.",
		ListLoading:     "Cargando las auditorías",
		ListUnknown:     "No se puede mostrar la lista de auditorías",
		ListUnknownHelp: "No hay copia en este dispositivo. Aparecerá en cuanto el servidor responda.",
		AuditLabel:      "Auditoría %d",
		SoFar:           "%s hasta ahora",

		AuditNumber:       "Auditoría n.º %d",
		StartedAt:         "Inicio: %s",
		QueuedAt:          "En cola: %s",
		FinishedAt:        "Final: %s",
		UpToPages:         "Hasta %s páginas",
		AttemptNumber:     "Intento %d",
		ProgressHeading:   "Progreso",
		ProgressName:      "Progreso de la auditoría",
		ProgressValue:     "%d por ciento, %s",
		ProgressUnknown:   "Aún sin datos",
		WaitingWorker:     "Esperando turno",
		WaitingWorkerHelp: "La auditoría empieza en cuanto haya un proceso libre",
		ExternalWork:      "En manos de un proceso externo",
		Elapsed:           "Tiempo",
		TimeLeft:          "Falta",
		TimeAbout:         "aprox. %s",
		Speed:             "Ritmo",
		SpeedValue:        "%s pág./min",
		StepOf:            "Paso %d de %d",
		PagesHeading:      "Últimas páginas",
		PagesNone:         "No hay páginas que mostrar.",
		PagesUnknown:      "Este dispositivo no guarda cuáles fueron esas páginas.",
		ColumnCode:        "Código",
		ColumnPage:        "Página",
		ColumnTime:        "Tiempo",
		Milliseconds:      "%s ms",
		MillisecondsUnder: "<1 ms",
		CodeNone:          "sin resp.",
		None:              "Ninguno",
		ScoreSoFar:        "Puntuación hasta ahora",
		ScoreFinal:        "Puntuación",
		ScoreNotYet:       "La primera puntuación aparece tras algunas páginas.",
		ScoreOf:           "de 100",
		FindingsSoFar:     "Hallazgos hasta ahora",
		FindingsFinal:     "Hallazgos",
		FindingsNone:      "Nada que señalar por ahora.",
		Responses:         "Respuestas",
		ResponsesFailed:   "sin respuesta",
		ResponsesNone:     "No hay respuestas que mostrar.",
		OpenReport:        "Abrir informe",
		AllAudits:         "Todas las auditorías",
		CancelButton:      "Cancelar",
		CancelBusy:        "Cancelando",
		CancelQuestion:    "¿Detener la auditoría?",
		CancelConfirm:     "Detener y conservar",
		CancelGoOn:        "Dejar que siga",
		CancelFailed:      "No se pudo cancelar la auditoría. %s",
		AgainButton:       "Repetir",
		AgainFailed:       "No se pudo repetir la auditoría. %s",

		ConnConnecting:      "Conectando",
		ConnConnectingText:  "Abriendo el canal en directo…",
		ConnLive:            "En directo",
		ConnLiveText:        "Los cambios llegan al momento",
		ConnBack:            "De nuevo en directo",
		ConnBackText:        "No se ha perdido nada",
		ConnLost:            "Conexión perdida",
		ConnRestarting:      "El servidor se está reiniciando",
		ConnNoDatabase:      "El servidor no puede leer su base de datos",
		ConnBrowserRetries:  "Reintentando",
		ConnRetryIn:         "Reintento en %d s (intento %d)",
		ConnRetryNow:        "Reintentando ahora (intento %d)",
		ConnPolling:         "Consulta cada pocos segundos",
		ConnPollingBlocked:  "El canal en directo está bloqueado; se consulta el progreso",
		ConnPollingLost:     "El canal en directo se corta una y otra vez; se consulta el progreso",
		ConnPollingMissing:  "Este navegador no tiene canal en directo; se consulta el progreso",
		ConnPollingFails:    "La última consulta falló: %s. Pronto se hará otra",
		ConnOffline:         "Sin conexión",
		ConnOfflineText:     "Se muestra lo último conocido: %s. La auditoría sigue en el servidor",
		ConnOfflineNothing:  "No hay copia de esta auditoría en este dispositivo",
		ConnOfflineList:     "Se muestra lo último conocido: %s",
		ConnServer:          "El servidor no responde",
		ConnServerText:      "Últimos datos: %s. Reintentando",
		ConnServerNothing:   "Aún sin datos. Reintentando",
		Stalled:             "Sin novedades",
		ConnStalled:         "Sin novedades desde hace %s",
		ConnStalledText:     "Hay conexión, pero el proceso no informa. Último informe: %s",
		ConnDone:            "Terminada en %s",
		ConnDoneText:        "%s, %s, puntuación %d",
		ConnDoneNoScore:     "%s, %s, sin puntuación",
		ConnFailed:          "Falló a los %s",
		ConnFailedUnstarted: "Falló",
		ConnFailedText:      "El proceso no dio ningún motivo",
		ChangedUp:           "%s más que la última vez, %s",
		ChangedDown:         "%s menos que la última vez, %s",
		ChangedNot:          "La misma puntuación que la última vez, %s",
		ConnCancelled:       "Cancelada",
		ConnCancelledText:   "Detenida: %s, tras %s. Se conserva lo encontrado",
		ConnCancelledEarly:  "Detenida: %s, antes de analizar ninguna página",
		ConnDeleted:         "Esta auditoría ya no existe",
		ConnDeletedSaved:    "Se muestra una copia guardada: %s",
		ConnDeletedNothing:  "Se ha borrado en el servidor",
		ConnForbidden:       "No puedes ver esta auditoría",
		ConnForbiddenText:   "Inicia sesión o pide acceso",
		ConnRetryButton:     "Reintentar ya",
		ConnLiveButton:      "Probar en directo",
		LastUpdate:          "Último dato %s",
		SavedCopy:           "Copia guardada: %s",
		PillConnecting:      "Conectando",
		PillLive:            "En directo",
		PillLost:            "Reconectando",
		PillPolling:         "Consultando",
		PillOffline:         "Sin conexión",
		PillServer:          "Sin respuesta",
		PillSaved:           "Finalizada",
		FaultNetwork:        "no hubo respuesta",
		FaultTimeout:        "la respuesta tardó demasiado",
		FaultForeign:        "respondió algo que no es el servidor, quizá una página de acceso",
		FaultStatus:         "el servidor respondió con el código %d",
		FaultBadData:        "la respuesta no se pudo leer",

		SayProgress: "%d por ciento",
		SayStage:    "%s, %d por ciento",

		ReportHeading:         "Informe",
		ReportScore:           "Puntuación %d de 100: %s",
		ReportCategories:      "Puntuación por categoría",
		ReportCaps:            "Qué limita la puntuación",
		ReportCap:             "Con esto la puntuación no puede pasar de %d",
		ReportCapCost:         "Con esto la puntuación no puede pasar de %d: %s puntos",
		ReportFixScore:        "hasta unos %d",
		ReportPartial:         "Informe parcial",
		ReportPartialPages:    "%s: se analizaron como páginas %s de %s direcciones conocidas.",
		ReportAgainUpTo:       "Repetir con hasta %s páginas",
		ReportFindings:        "Hallazgos por comprobación",
		ReportNoFindings:      "Ninguna comprobación encontró nada que corregir.",
		ReportNothing:         "No se analizó nada.",
		ReportPassed:          "Superadas",
		ReportNotApplicable:   "No aplicables",
		ReportUnvisited:       "Sin visitar",
		ReportUnvisitedHelp:   "Direcciones encontradas en el sitio que no se leyeron",
		ReportLoading:         "Cargando el informe",
		ReportNotReady:        "Aún no hay informe",
		ReportNotReadyHelp:    "El informe aparece aquí en cuanto termina la auditoría.",
		ReportNoScore:         "Esta auditoría no tiene puntuación",
		ReportUnavailable:     "No se puede mostrar el informe",
		ReportUnavailableHelp: "%s No hay copia en este dispositivo.",
		ReportOffline:         "El servidor no responde",
		ReportSaved:           "Se muestra una copia guardada: %s",
		ReportRetry:           "Reintentar",
		ReportWhy:             "Por qué importa",
		ReportFix:             "Cómo corregirlo",
		ReportPages:           "Dónde",
		ReportEvidence:        "%s: %s",
		ReportAll:             "Ver las %s",
		ReportAllPlaces:       "Ver todas",
		ReportMore:            "Ver más",
		ReportNothingFound:    "Sin hallazgos: %s",
		ReportViews:           "Partes del informe",
		ReportByCheck:         "Por comprobación",
		ReportByPage:          "Por página",
		ReportFilter:          "Mostrar solo",
		ReportFilterChecks:    "Comprobación o página",
		ReportFilterPages:     "Dirección o título",
		ReportFilterURLs:      "Dirección",
		ReportEvery:           "Todo",
		ReportEveryCategory:   "Todas las categorías",
		ReportEveryAnswer:     "Todas las respuestas",
		ReportEveryReason:     "Todos los motivos",
		ReportOrder:           "Orden",
		ReportFixFirst:        "Lo que más resta",
		ReportGravestFirst:    "Lo más grave",
		ReportNoMatch:         "Nada coincide con lo elegido.",
		ReportShowEvery:       "Mostrar todo",
		ReportTrend:           "Evolución",
		ReportTrendScores:     "Puntuaciones de la auditoría más antigua a la más reciente: %s",
		ReportCompare:         "Comparar las dos auditorías",
		ReportGained:          "%d más que la última vez",
		ReportDropped:         "%d menos que la última vez",
		CopyTicket:            "Copiar para un ticket",
		SomePages:             "Algunas páginas",
		WholeSite:             "Todo el sitio",
		PointsLost:            "%s puntos",
		ExtentOfFaults:        "%s, %s",
		BackToAudit:           "Volver a la auditoría",

		SheetOpen:      "Todos los hallazgos de esta página",
		SheetBack:      "Volver al informe",
		SheetMissing:   "Esta auditoría no descargó ninguna página con esta dirección.",
		SheetFindings:  "Hallazgos en esta página",
		SheetNothing:   "Ninguna comprobación encontró nada en esta página.",
		SheetLeads:     "Encontradas primero en esta página",
		SheetAnswer:    "Respuesta",
		SheetFailure:   "Fallo",
		SheetRedirect:  "Lleva a",
		SheetReferrer:  "Encontrada primero en",
		SheetDepth:     "Clics desde el inicio",
		SheetTime:      "Tiempo hasta el primer byte",
		SheetSize:      "Tamaño",
		SheetKilobytes: "%s kB",
		SheetType:      "Tipo",
		SheetTitle:     "Título",
		SheetWords:     "Palabras",
		SheetFetched:   "Descargada",

		CompareHeading:    "Qué ha cambiado",
		CompareAudits:     "Auditorías",
		ComparePages:      "Páginas",
		ComparePagesOf:    "%s en ambas auditorías, %s solo en la primera, %s solo en la segunda",
		CompareNew:        "Nuevos",
		CompareFixed:      "Corregidos",
		ComparePersistent: "Sin corregir",
		CompareBaseOnly:   "Solo en la primera auditoría",
		CompareHeadOnly:   "Solo en la segunda auditoría",
		CompareUnseen:     "Lo que solo una de las auditorías pudo ver no es ni nuevo ni corregido.",
		CompareNothing:    "No hay nada nuevo ni nada corregido.",

		FilesHeading: "Llevarse el informe",
		FilePeople:   "Para personas: una página para abrir e imprimir (HTML)",
		FileSheets:   "Para hojas de cálculo: una fila por página y hallazgo (CSV)",
		FileTickets:  "Para incidencias y chats (Markdown)",
		FileReview:   "Para revisar código (SARIF)",
		FilePrograms: "Para programas: todo (JSON)",

		MissingPage:      "No hay nada en esta dirección",
		MissingPageHelp:  "Quizá el enlace es antiguo o se copió a medias.",
		MissingAudit:     "No existe la auditoría %d",
		MissingAuditHelp: "Se ha borrado o la dirección tiene una errata.",
		MissingStart:     "O audita un sitio web:",

		AgoSeconds:      "hace %d s",
		AgoMinutes:      "hace %d min",
		AgoHours:        "hace %d h",
		AgoNow:          "ahora mismo",
		DurationSeconds: "%d s",
		DurationMinutes: "%d min",
		DurationHours:   "%d h",
		DayMonth:        "%d %s",
		DayMonthYear:    "%d %s %d",
		DayTime:         "%s, %s",
		TimeUTC:         "%s UTC",

		StoppedEarly: "La auditoría no vio el sitio entero",
		GraveFault:   "Un fallo grave",
		ProblemOther: "El servidor no pudo hacerlo. Inténtalo otra vez.",
		BandGood:     "Bien",
		BandFair:     "Mejorable",
		BandPoor:     "Deficiente",

		// The plain pages.
		BasicFull:       "Versión completa",
		BasicOld:        "Este navegador no puede ejecutar la aplicación, que necesita WebAssembly de 2021 o posterior: esta es la versión sencilla.",
		BasicRenews:     "Esta página se renueva cada %d segundos hasta que termine la auditoría.",
		BasicRetries:    "Esta página lo intenta de nuevo cada %d segundos.",
		BasicPercent:    "%d %%",
		BasicQueued:     "En cola desde",
		BasicStarted:    "Inicio",
		BasicUpdated:    "Último cambio",
		BasicFinished:   "Final",
		BasicAnalysed:   "Páginas analizadas",
		BasicFound:      "Direcciones encontradas",
		BasicLimit:      "Límite de páginas",
		BasicMessage:    "Mensaje",
		BasicPoints:     "%d de 100: %s",
		BasicSeverities: "%s críticos, %s avisos, %s notas",
		BasicResponses: "%s correctas, %s redirecciones, %s errores de cliente, %s errores de servidor, %s " +
			"sin respuesta",
		BasicBadForm:       "No se pudo leer el formulario. Rellénalo otra vez.",
		BasicBadNumber:     "Eso no es el número de una auditoría",
		BasicBadNumberHelp: "Las auditorías se numeran 1, 2, 3, etcétera.",
		BasicUnavailable:   "No se pueden mostrar los datos",
	},
	plurals: [pluralKeys][]string{
		Audits:         {"%s auditoría", "%s auditorías"},
		Pages:          {"%s página", "%s páginas"},
		PagesAnalysed:  {"%s página analizada", "%s páginas analizadas"},
		AddressesFound: {"%s dirección encontrada", "%s direcciones encontradas"},
		PagesDone: {
			"Hay %s página revisada. Lo encontrado hasta ahora se conserva.",
			"Hay %s páginas revisadas. Lo encontrado hasta ahora se conserva.",
		},
		FromPages:        {"de %s página", "de %s páginas"},
		FindingsCount:    {"%s hallazgo", "%s hallazgos"},
		Points:           {"%s punto", "%s puntos"},
		RunningCount:     {"%s en curso", "%s en curso"},
		Addresses:        {"%s dirección", "%s direcciones"},
		AddressesFetched: {"%s dirección consultada", "%s direcciones consultadas"},
		SilentAudits:     {"Hace un minuto que %s auditoría no da novedades", "Hace un minuto que %s auditorías no dan novedades"},
		FaultsCount:      {"%s fallo", "%s fallos"},
		MorePages:        {"y %s página más", "y %s páginas más"},
		FixesBring: {
			"%s arreglo lleva la puntuación de %d a unos %d",
			"Estos %s arreglos llevan la puntuación de %d a unos %d",
		},
		MorePlacesCount: {"y en %s sitio más", "y en %s sitios más"},
		FixedCount:      {"%s resuelto", "%s resueltos"},
		NewCount:        {"%s nuevo", "%s nuevos"},
	},

	// What the engine says, by key: see sentences.go.
	sentences: []sentence{
		// What a running site audit does.
		{"reading-robots", []string{"Leyendo robots.txt"}},
		{"fetching-home", []string{"Descargando %s"}},
		{"fetching-pages", []string{"Descargando las páginas de %s"}},
		{"fetched", []string{"Descargada %s"}},
		{"waiting-for-sitemaps", []string{"Ya se siguió cada enlace; esperando los sitemaps de %s"}},
		{"waiting-for-answer", []string{"Esperando a %s: %d s sin respuesta"}},
		{"waiting-for-pause", []string{"En espera: %s pidió una pausa de %d s más"}},
		{"waiting-for-turn", []string{"Esperando turno: otras auditorías también consultan %s"}},
		{"waiting-between", []string{"En espera: %s pide %d s entre dos peticiones"}},
		{"trying-site", []string{"Probando cómo responde %s"}},
		{"waiting-alone", []string{"Apartada porque su proceso murió: seguirá sola cuando no haya otra en marcha"}},
		{"waiting-for-suspect", []string{
			"En espera: otra auditoría, cuyo proceso murió, sigue sola hasta demostrar que es inofensiva",
		}},
		{"checking-links", []string{"Comprobando %d enlace a otro sitio", "Comprobando %d enlaces a otros sitios"}},
		{"checking-resources", []string{
			"Comprobando %d archivo que cargan las páginas", "Comprobando %d archivos que cargan las páginas",
		}},
		{"comparing-pages", []string{"Comparando las páginas entre sí"}},
		{"computing-score", []string{"Calculando la puntuación"}},

		// How it ended.
		{"analysed", []string{"%d página analizada", "%d páginas analizadas"}},
		{"analysed-limit", []string{
			"%d página analizada; detenida en el límite de %d direcciones",
			"%d páginas analizadas; detenida en el límite de %d direcciones",
		}},
		{"analysed-time", []string{
			"%d página analizada; detenida en el límite de tiempo de %s",
			"%d páginas analizadas; detenida en el límite de tiempo de %s",
		}},
		{"analysed-bytes", []string{
			"%d página analizada; detenida en el límite de %s de contenido",
			"%d páginas analizadas; detenida en el límite de %s de contenido",
		}},
		{"analysed-cancelled", []string{
			"%d página analizada; auditoría cancelada",
			"%d páginas analizadas; auditoría cancelada",
		}},
		{"analysed-silent", []string{
			"%d página analizada; detenida porque el sitio dejó de responder",
			"%d páginas analizadas; detenida porque el sitio dejó de responder",
		}},
		{"analysed-busy", []string{
			"%d página analizada; detenida porque el sitio no dejaba de pedir una pausa",
			"%d páginas analizadas; detenida porque el sitio no dejaba de pedir una pausa",
		}},
		{"analysed-depth", []string{
			"%d página analizada; quedó fuera lo que está más allá del límite de clics",
			"%d páginas analizadas; quedó fuera lo que está más allá del límite de clics",
		}},
		{"analysed-cut", []string{
			"%d página analizada; una página o un sitemap era demasiado largo para leerlo entero",
			"%d páginas analizadas; una página o un sitemap era demasiado largo para leerlo entero",
		}},
		{"analysed-external", []string{
			"%d página analizada; no se comprobaron todos los enlaces a otros sitios",
			"%d páginas analizadas; no se comprobaron todos los enlaces a otros sitios",
		}},

		// Why it failed.
		{"bad-address", []string{"«%s» no es una dirección que se pueda auditar."}},
		{"robots-forbids", []string{"robots.txt no permite a %s descargar %s (línea %d: %s)."}},
		{"robots-status", []string{
			"%s respondió %s. Hasta que dé una respuesta, los rastreadores no deben descargar ninguna " +
				"página del sitio (RFC 9309).",
		}},
		{"robots-silent", []string{
			"%s no respondió. Hasta que lo haga, los rastreadores no deben descargar ninguna página del " +
				"sitio (RFC 9309).",
		}},
		{"no-address", []string{
			"No se encontró %s: el nombre no tiene dirección (DNS). Comprueba cómo está escrito.",
		}},
		{"connection-refused", []string{"%s rechazó la conexión: allí no responde ningún servidor web."}},
		{"no-answer-in-time", []string{"%s no respondió a tiempo."}},
		{"not-secure", []string{"No se pudo establecer una conexión segura con %s: %s."}},
		{"wrong-certificate", []string{
			"No se pudo establecer una conexión segura con %s: su certificado es para otro nombre (%s).",
		}},
		{"outdated-certificate", []string{
			"No se pudo establecer una conexión segura con %s: su certificado no es válido hoy (%s).",
		}},
		{"untrusted-certificate", []string{
			"No se pudo establecer una conexión segura con %s: su certificado no procede de una autoridad en la " +
				"que confíen los navegadores (%s).",
		}},
		{"private-address", []string{
			"%s lleva a una dirección de red privada o a un puerto inusual, que este servidor no puede auditar.",
		}},
		{"connection-closed", []string{"%s cerró la conexión sin responder."}},
		{"redirect-circle", []string{"%s redirige en círculo y nunca llega a una página."}},
		{"too-many-redirects", []string{"%s redirige demasiadas veces."}},
		{"bad-redirect", []string{
			"No se pudo descargar %s: redirige a «%s», que no es una dirección que se pueda descargar.",
		}},
		{"bad-encoding", []string{
			"No se pudo leer %s: la respuesta no está en la codificación que indica su cabecera (%s).",
		}},
		{"headers-too-large", []string{
			"No se pudo descargar %s: las cabeceras de la respuesta son demasiado grandes.",
		}},
		{"not-http", []string{"No se pudo descargar %s: la respuesta no es HTTP."}},
		{"not-fetched", []string{"No se pudo descargar %s: %s."}},
		{"redirect-forbidden", []string{"%s redirige a %s, donde robots.txt no admite rastreadores."}},
		{"redirect-private", []string{
			"%s redirige a %s, que está en una dirección de red privada o en un puerto inusual; este servidor no " +
				"puede auditarlo.",
		}},
		{"home-status", []string{"%s respondió %s. La portada debe responder 200 OK."}},
		{"home-not-html", []string{"%s no es una página HTML."}},
		{"home-type", []string{"%s no es una página HTML, sino %s."}},
		{"no-pages", []string{"%s no dio ninguna página que auditar en el tiempo disponible."}},
		{"no-pages-bytes", []string{"%s no dio ninguna página que auditar dentro del límite de %s de contenido."}},
		{"worker-died", []string{"El proceso murió %d veces con esta auditoría, así que se abandonó."}},
		{"internal-error", []string{
			"La auditoría no pudo terminar por un error interno. El registro del servidor tiene los detalles.",
		}},
	},

	// What would make a failed audit work, by the key of why it failed.
	remedies: []named{
		{"bad-address", "Escríbela como https://www.example.com."},
		{"robots-forbids", "Permite AtalayaBot en ese archivo y repite la auditoría."},
		{"robots-status", "Haz que robots.txt responda 200, o 404 si no existe."},
		{"robots-silent", "Haz que robots.txt responda 200, o 404 si no existe."},
		{"no-address", "Un nombre nuevo puede tardar unas horas en conocerse en todas partes."},
		{"connection-refused", "Arranca el servidor web o escribe el puerto en el que escucha."},
		{"no-answer-in-time", "Repite cuando el sitio responda más deprisa. Si en un navegador responde bien, quizá un " +
			"cortafuegos bloquee este servidor."},
		{"not-secure", "Corrige la configuración TLS del sitio o audita su dirección http://."},
		{"wrong-certificate", "Audita el nombre para el que se emitió el certificado o consigue uno para este " +
			"nombre."},
		{"outdated-certificate", "Renueva el certificado. Si es válido, pon en hora el reloj de este servidor."},
		{"untrusted-certificate", "Instala un certificado de una autoridad reconocida, como Let's Encrypt."},
		{"private-address", "Audita una dirección pública, o pide que este servidor arranque con " +
			"--allow-private-targets=true."},
		{"connection-closed", "Inténtalo de nuevo. Si se repite, quizá un cortafuegos rechace a los rastreadores."},
		{"redirect-circle", "Corrige las redirecciones o audita la dirección en la que deberían terminar."},
		{"too-many-redirects", "Audita la dirección en la que terminan las redirecciones."},
		{"bad-redirect", "Corrige la cabecera Location de esa respuesta."},
		{"bad-encoding", "Haz que el servidor envíe la codificación que indica, o ninguna."},
		{"headers-too-large", "Envía menos cabeceras; lo más habitual es que sobren cookies o sean muy largas."},
		{"not-http", "Comprueba el puerto y si la dirección empieza por https://."},
		{"not-fetched", "Abre la dirección en un navegador. Si allí funciona, inténtalo más tarde."},
		{"redirect-forbidden", "Permite AtalayaBot en el robots.txt de ese sitio."},
		{"redirect-private", "Audita una dirección pública, o pide que este servidor arranque con " +
			"--allow-private-targets=true."},
		{"home-status", "Corrígela o audita la dirección de una página que lo haga."},
		{"home-not-html", "Audita la dirección de una página, como la portada del sitio."},
		{"home-type", "Audita la dirección de una página, como la portada del sitio."},
		{"no-pages", "Repite cuando el sitio responda más deprisa o da más tiempo a la auditoría."},
		{"no-pages-bytes", "Da a la auditoría un límite de contenido mayor."},
		{"worker-died", "Repítela con un límite de páginas menor. El registro del servidor dice cómo terminó el " +
			"proceso."},
		{"internal-error", "Repítela. Si vuelve a fallar, muestra el registro a quien cuide de este servidor."},
	},

	// What is right where a check passed, in the order of the checks.
	passed: []named{
		{"site-unreachable", "El sitio tiene página de inicio"},
		{"robots-txt-unreachable", "Se puede acceder a robots.txt"},
		{"robots-txt-invalid", "Todas las líneas de robots.txt se entienden"},
		{"robots-blocks-search", "Los buscadores pueden leer el sitio"},
		{"robots-blocks-page", "robots.txt deja abiertas todas las páginas"},
		{"robots-blocks-assets", "Los scripts y estilos están abiertos a los buscadores"},
		{"page-noindex", "Las páginas se pueden indexar"},
		{"noindex-blocked-conflict", "Los buscadores ven cada noindex"},
		{"nosnippet", "Las páginas se pueden citar"},
		{"http-4xx", "Todas las páginas se encuentran"},
		{"http-5xx", "Sin errores del servidor"},
		{"fetch-timeout", "Todas las páginas respondieron a tiempo"},
		{"fetch-failed", "Todas las páginas se pudieron descargar"},
		{"http-odd-status", "Los enlaces internos reciben respuestas normales"},
		{"http-odd-encoding", "El contenido llega en una codificación pedida"},
		{"content-type-mismatch", "Los archivos están etiquetados como lo que son"},
		{"soft-404", "Las direcciones sin página lo dicen"},
		{"redirect-chain", "Las redirecciones dan un solo paso"},
		{"redirect-loop", "Todas las redirecciones terminan"},
		{"redirect-temporary", "Las redirecciones son permanentes"},
		{"canonical-missing", "Las páginas indican su dirección canónica"},
		{"canonical-broken", "Las direcciones canónicas llevan a páginas"},
		{"canonical-conflict", "Las direcciones canónicas son claras"},
		{"sitemap-missing", "Hay un sitemap"},
		{"sitemap-invalid", "El sitemap no tiene errores"},
		{"sitemap-bad-url", "El sitemap incluye páginas que se pueden indexar"},
		{"sitemap-lastmod-bad", "Las fechas del sitemap son creíbles"},
		{"page-orphan", "Todas las páginas reciben enlaces"},
		{"page-deep", "Todas las páginas están a pocos clics del inicio"},
		{"url-hygiene", "Las direcciones son fáciles de usar"},
		{"ai-search-bot-blocked", "Los buscadores de IA pueden leer el sitio"},
		{"ai-user-fetch-blocked", "Los asistentes pueden abrir páginas para sus usuarios"},
		{"ai-training-policy", "Se dice quién puede entrenar modelos de IA"},
		{"ai-meta-optout", "Las páginas están abiertas a la IA"},
		{"content-signal-restrictive", "robots.txt permite usar el contenido en respuestas"},
		{"content-needs-js", "El texto aparece sin JavaScript"},
		{"paywall-or-login-wall", "Las páginas se abren sin iniciar sesión"},
		{"hidden-text", "Las personas ven el mismo texto que las máquinas"},
		{"ai-bot-http-blocked", "El servidor admite a los agentes de IA"},
		{"llms-txt", "llms.txt se puede usar"},
		{"markdown-twin", "Las páginas se ofrecen solo en HTML"},
		{"crawl-delay-high", "Los rastreadores no esperan mucho"},
		{"thin-content", "Las páginas tienen texto suficiente"},
		{"duplicate-content", "Cada página tiene su propio texto"},
		{"boilerplate-heavy", "La mayor parte de cada página es texto propio"},
		{"no-quantities", "Los artículos dan cifras"},
		{"no-sources", "Los artículos citan sus fuentes"},
		{"no-quotes", "Los artículos tienen citas textuales"},
		{"no-author", "Los artículos indican su autor"},
		{"no-date", "Los artículos tienen fecha"},
		{"stale-date", "Las páginas con fecha cambiaron hace menos de dos años"},
		{"answer-late", "Los artículos van al grano"},
		{"hard-to-read", "Las frases y los párrafos se leen bien"},
		{"keyword-stuffing", "Ninguna palabra se repite demasiado"},
		{"headings-unhelpful", "Los encabezados guían por el texto"},
		{"lang-mismatch", "Los textos están en el idioma que indican las páginas"},
		{"about-contact-missing", "El sitio dice cómo contactar"},
		{"title-missing", "Todas las páginas tienen título"},
		{"title-length", "Los títulos tienen buena longitud"},
		{"title-duplicate", "Cada página tiene su propio título"},
		{"multiple-titles", "Ninguna página tiene más de un título"},
		{"description-missing", "Todas las páginas tienen descripción"},
		{"description-length", "Las descripciones tienen buena longitud"},
		{"description-duplicate", "Cada página tiene su propia descripción"},
		{"h1-missing", "Todas las páginas tienen un encabezado principal"},
		{"h1-multiple", "Ninguna página tiene más de un encabezado principal"},
		{"og-incomplete", "Las vistas previas para compartir están completas"},
		{"favicon-missing", "El sitio tiene icono"},
		{"lang-missing", "Todas las páginas indican su idioma"},
		{"charset-problem", "Las codificaciones de caracteres están claras"},
		{"hreflang-invalid", "Las versiones por idioma concuerdan"},
		{"viewport-missing", "Las páginas están preparadas para móviles"},
		{"jsonld-invalid", "Los datos estructurados son JSON válido"},
		{"structured-data-missing", "Las páginas tienen datos estructurados"},
		{"jsonld-incomplete", "Los datos estructurados tienen lo necesario"},
		{"jsonld-unknown-type", "Los datos estructurados nombran tipos que existen"},
		{"structured-data-mismatch", "Los datos estructurados dicen lo que la página muestra"},
		{"organization-missing", "El sitio dice quién está detrás"},
		{"broken-external", "Los enlaces a otros sitios funcionan"},
		{"broken-resource", "Lo que cargan las páginas existe"},
		{"broken-fragment", "Los enlaces a lugares de las páginas funcionan"},
		{"link-to-redirect", "Los enlaces llevan directamente a su destino"},
		{"link-malformed", "Los navegadores pueden abrir todos los enlaces"},
		{"link-not-crawlable", "Los enlaces funcionan sin JavaScript"},
		{"localhost-link", "Ningún enlace lleva a la máquina del lector"},
		{"anchor-text-poor", "Los textos de los enlaces dicen adónde llevan"},
		{"internal-nofollow", "Los enlaces internos se pueden seguir"},
		{"too-many-links", "Ninguna página tiene demasiados enlaces"},
		{"dead-end", "Todas las páginas llevan al resto del sitio"},
		{"slow-ttfb", "El servidor responde rápido"},
		{"html-heavy", "Ninguna página es muy grande"},
		{"no-compression", "Las páginas se envían comprimidas"},
		{"dom-large", "Ninguna página tiene demasiados elementos"},
		{"images-unsized", "Las imágenes tienen anchura y altura"},
		{"render-blocking", "Los scripts no retrasan las páginas"},
		{"no-cache-validators", "Las páginas se pueden guardar en caché"},
		{"img-alt-missing", "Las imágenes tienen descripción"},
		{"link-name-empty", "Los enlaces tienen nombre"},
		{"form-label-missing", "Los campos de formulario tienen etiqueta"},
		{"heading-skip", "Los encabezados van nivel a nivel"},
		{"no-main-landmark", "El contenido principal está señalado"},
		{"iframe-title-missing", "Los marcos tienen nombre"},
		{"table-no-header", "Las tablas de datos tienen celdas de encabezado"},
		{"duplicate-id", "Cada id se usa una sola vez"},
		{"zoom-disabled", "Las páginas se pueden ampliar en el móvil"},
		{"not-https", "El sitio se sirve cifrado"},
		{"http-no-redirect", "Las visitas sin cifrar se envían a https"},
		{"mixed-content", "Las páginas seguras solo cargan partes seguras"},
		{"tls-expiring", "El certificado vale aún varias semanas"},
		{"hsts-missing", "Se pide a los navegadores que usen solo https"},
		{"security-headers-missing", "Las cabeceras protegen las páginas"},
		{"insecure-form", "Los formularios se envían cifrados"},
	},

	checks: []checkEntry{
		// crawlability
		{"site-unreachable", CheckText{
			Title: "No hay página de inicio",
			Why: "Si la dirección del sitio no lleva a ninguna página, nadie pasa de ahí: ni los lectores ni los " +
				"buscadores.",
			Fix: "Haz que la dirección del sitio responda con el estado 200 y una página HTML.",
		}},
		{"robots-txt-unreachable", CheckText{
			Title: "No se puede acceder a robots.txt",
			Why: "Si robots.txt responde con un error del servidor o no responde, los buscadores suponen que no " +
				"pueden leer nada.",
			Fix: "Sirve robots.txt con el estado 200. Si no lo necesitas, responde 404.",
		}},
		{"robots-txt-invalid", CheckText{
			Title: "robots.txt tiene líneas defectuosas",
			Why: "Los rastreadores omiten una regla que no pueden leer y pueden hacer lo contrario de lo que " +
				"querías.",
			Fix: "Corrige las líneas indicadas. Cada regla necesita una línea User-agent antes.",
		}},
		{"robots-blocks-search", CheckText{
			Title: "robots.txt bloquea un buscador",
			Why: "Un buscador que no puede leer la página de inicio no puede mostrar el sitio, y las respuestas " +
				"basadas en su índice lo omiten.",
			Fix: "Elimina la regla o permite el acceso a Googlebot y Bingbot.",
		}},
		{"robots-blocks-page", CheckText{
			Title: "robots.txt bloquea páginas del sitio",
			Why: "El sitio enlaza la página o la incluye en su sitemap, pero los buscadores no pueden leerla. Como " +
				"mucho la muestran sin su texto.",
			Fix: "Permite la dirección en robots.txt, o deja de enlazarla si nadie debe encontrarla.",
		}},
		{"robots-blocks-assets", CheckText{
			Title: "Scripts o estilos cerrados a los buscadores",
			Why: "Google juzga una página tal como la ve la gente. Sin sus estilos y scripts puede ver otra distinta, o " +
				"ninguna.",
			Fix: "Permite en robots.txt los archivos indicados aquí.",
		}},
		{"page-noindex", CheckText{
			Title: "La página pide no ser indexada",
			Why: "Los buscadores descartan una página con noindex, y las respuestas de IA que dependen de ellos " +
				"no pueden citarla.",
			Fix: "Quita noindex si quieres que la gente encuentre la página. Déjalo si es lo que buscas.",
		}},
		{"noindex-blocked-conflict", CheckText{
			Title: "Los buscadores no pueden ver el noindex",
			Why: "robots.txt aparta a los buscadores de la página, así que nunca leen que no debe indexarse. Su " +
				"dirección puede salir en los resultados de todos modos.",
			Fix: "Permite la página en robots.txt para que se vea el noindex, o quita noindex si lo que quieres es " +
				"bloquearla.",
		}},
		{"nosnippet", CheckText{
			Title: "La página no se puede citar",
			Why: "Los buscadores la muestran sin ningún fragmento de su texto, y las respuestas de IA basadas en " +
				"ellos la omiten.",
			Fix: "Quita nosnippet, max-snippet:0 o data-nosnippet si quieres que te citen.",
		}},
		{"http-4xx", CheckText{
			Title: "Página no encontrada o rechazada",
			Why:   "Los enlaces a esta dirección llevan a lectores y rastreadores a un error.",
			Fix:   "Recupera la página, redirige la dirección a su sucesora o quita los enlaces.",
		}},
		{"http-5xx", CheckText{
			Title: "Error del servidor",
			Why:   "La página no se puede leer. Si dura, los buscadores rastrean menos el sitio y descartan la página.",
			Fix:   "Mira el registro del servidor para esta dirección y repara la causa.",
		}},
		{"fetch-timeout", CheckText{
			Title: "La página no respondió a tiempo",
			Why:   "Un rastreador que no recibe respuesta se rinde, incluso después de un segundo intento.",
			Fix: "Comprueba que el servidor responde a esta dirección en pocos segundos y que ningún " +
				"cortafuegos descarta la petición.",
		}},
		{"fetch-failed", CheckText{
			Title: "La página no se pudo descargar",
			Why: "La petición terminó sin una respuesta legible, así que los rastreadores y los asistentes no ven " +
				"la página. Aquí se indica el tipo de fallo.",
			Fix: "Repara lo que se indica: la conexión, el certificado, el destino de la redirección o la " +
				"codificación de la respuesta.",
		}},
		{"http-odd-status", CheckText{
			Title: "Enlace a una respuesta que no es una página",
			Why: "La respuesta no es una página, ni una redirección, ni un error. Quien sigue el enlace se queda " +
				"donde estaba o no ve nada, y los buscadores no la indexan.",
			Fix: "Responde 200 con la página, redirige con 301 y una cabecera Location, o quita el enlace.",
		}},
		{"http-odd-encoding", CheckText{
			Title: "Codificación de contenido que nadie pidió",
			Why: "La cabecera Content-Encoding indica una codificación que la petición no ofrecía o que no existe. " +
				"Los navegadores se las arreglan, pero otros lectores pueden ver solo ruido.",
			Fix: "Comprime solo como permita el Accept-Encoding de la petición y omite la cabecera cuando la " +
				"respuesta no esté comprimida.",
		}},
		{"content-type-mismatch", CheckText{
			Title: "Archivo etiquetado como página web",
			Why: "La cabecera Content-Type dice HTML, pero el contenido es de otro formato. Los lectores pueden ver " +
				"signos sin sentido, y los buscadores no saben qué hacer con el archivo.",
			Fix: "Envía el archivo con el tipo de su formato, por ejemplo application/pdf.",
		}},
		{"soft-404", CheckText{
			Title: "Las direcciones sin página no lo dicen",
			Why: "Si cada dirección muestra una página, los buscadores indexan páginas que no lo son y nadie puede ver qué " +
				"enlaces del sitio están rotos: tampoco esta auditoría.",
			Fix: "Responde con el estado 404 (o 410) donde no hay página, aunque otra lo explique.",
		}},
		{"redirect-chain", CheckText{
			Title: "Varias redirecciones seguidas",
			Why:   "Cada redirección cuesta tiempo, y los rastreadores dejan de seguirlas al cabo de unas pocas.",
			Fix:   "Redirige directamente a la última dirección y enlaza a ella.",
		}},
		{"redirect-loop", CheckText{
			Title: "Las redirecciones no terminan nunca",
			Why:   "Nadie puede abrir la página: cada redirección lleva a otra.",
			Fix:   "Cambia una de las redirecciones indicadas para que termine en una página.",
		}},
		{"redirect-temporary", CheckText{
			Title: "La redirección dice ser temporal",
			Why: "Tras una redirección temporal los buscadores conservan la dirección antigua, y los enlaces a ella " +
				"cuentan menos para la nueva. Una redirección escrita en la página no siempre se sigue.",
			Fix: "Si el cambio es definitivo, responde 301 o 308 con una cabecera Location.",
		}},
		{"canonical-missing", CheckText{
			Title: "La página no indica su dirección canónica",
			Why:   "Si la misma página existe en varias direcciones, los buscadores eligen una por su cuenta.",
			Fix:   "Añade a la cabecera un elemento link con rel=\"canonical\" y la dirección completa de la página.",
		}},
		{"canonical-broken", CheckText{
			Title: "La dirección canónica no lleva a ninguna página",
			Why: "La página pide a los buscadores que muestren otra dirección, y esa es un error o una " +
				"redirección, lleva noindex o indica otra más. Al final puede no mostrarse ninguna.",
			Fix: "Indica una dirección que responda 200, se pueda indexar y se indique a sí misma; casi siempre, la de la " +
				"propia página.",
		}},
		{"canonical-conflict", CheckText{
			Title: "La dirección canónica es contradictoria",
			Why: "Los buscadores ignoran las direcciones canónicas que se contradicen. Una que apunta a otro " +
				"sitio les pide omitir esta página.",
			Fix: "Deja una sola dirección canónica por página: completa, que empiece por https y en tu propio sitio.",
		}},
		{"sitemap-missing", CheckText{
			Title: "No se encontró ningún sitemap",
			Why:   "Sin un sitemap, los rastreadores descubren tarde, o nunca, las páginas nuevas y profundas.",
			Fix:   "Publica un sitemap e indícalo en robots.txt con una línea Sitemap.",
		}},
		{"sitemap-invalid", CheckText{
			Title: "El sitemap tiene errores",
			Why:   "Los buscadores omiten las entradas defectuosas y, a veces, el archivo entero.",
			Fix: "Vuelve a generar el sitemap: XML válido, direcciones completas de tu propio sitio y 50.000 " +
				"por archivo como máximo.",
		}},
		{"sitemap-bad-url", CheckText{
			Title: "El sitemap incluye direcciones que no se pueden indexar",
			Why: "Los buscadores confían menos en un sitemap que nombra errores, redirecciones o páginas que no se " +
				"deben encontrar, y gastan en ellas sus visitas.",
			Fix: "Incluye solo direcciones que respondan 200, se puedan indexar y sean canónicas.",
		}},
		{"sitemap-lastmod-bad", CheckText{
			Title: "Las fechas del sitemap no dicen nada",
			Why: "Los buscadores miran lastmod para saber qué es nuevo. Si las fechas no se pueden leer, son futuras o " +
				"son iguales en todas las páginas, no se fían de ninguna.",
			Fix: "Pon en cada entrada el día en que su página cambió de verdad, como 2026-05-31 o con hora y zona. Omite " +
				"lastmod donde no se sepa.",
		}},
		{"page-orphan", CheckText{
			Title: "Página sin ningún enlace que lleve a ella",
			Why: "La página está en el sitemap, pero nada en el sitio enlaza a ella. Los lectores no la " +
				"encuentran y los buscadores la consideran poco importante.",
			Fix: "Enlaza la página desde otra relacionada o quítala del sitemap.",
		}},
		{"page-deep", CheckText{
			Title: "La página está a muchos clics del inicio",
			Why:   "A lo que exige muchos clics los rastreadores llegan tarde y las personas rara vez.",
			Fix:   "Enlaza la página desde un índice o desde otra más cercana al inicio.",
		}},
		{"url-hygiene", CheckText{
			Title: "Dirección difícil de usar",
			Why: "Las direcciones largas, con espacios o con muchos parámetros se rompen al compartirlas. Los números de " +
				"sesión y las barras dobles dan a una página muchas direcciones, y los rastreadores la leen una y otra vez.",
			Fix: "Usa una dirección corta de palabras con guiones y deja las sesiones en cookies. Redirige la dirección " +
				"antigua a la nueva.",
		}},

		// ai-access
		{"ai-search-bot-blocked", CheckText{
			Title: "Un buscador de IA no puede leer el sitio",
			Why:   "Un motor de respuestas que no puede leer tus páginas no las cita.",
			Fix:   "Permite este agente en robots.txt si quieres aparecer en sus respuestas.",
		}},
		{"ai-user-fetch-blocked", CheckText{
			Title: "Los asistentes no pueden abrir páginas para sus usuarios",
			Why:   "Cuando alguien pregunta a un asistente por tu página, no puede abrirla y responde sin ti.",
			Fix:   "Permite este agente en robots.txt. Solo pide páginas sueltas cuando una persona lo solicita.",
		}},
		{"ai-training-policy", CheckText{
			Title: "Quién puede entrenar modelos de IA con este sitio",
			Why: "Es decisión tuya y no cambia la puntuación. Bloquear el entrenamiento no oculta el sitio en " +
				"las búsquedas con IA.",
			Fix: "No hay nada que hacer. Cambia robots.txt si la lista no muestra lo que quieres.",
		}},
		{"ai-meta-optout", CheckText{
			Title: "La página se excluye de la IA",
			Why:   "La página pide a los servicios de IA que no la usen. Algunos dejan entonces de citarla.",
			Fix:   "Déjalo si es lo que quieres. Si no, quita la directiva indicada.",
		}},
		{"content-signal-restrictive", CheckText{
			Title: "robots.txt deja el contenido fuera de las respuestas",
			Why: "Una línea Content-Signal dice que no a la búsqueda o a las respuestas de IA. Los servicios que la " +
				"respetan no muestran ni citan el sitio.",
			Fix: "Pon search=yes y ai-input=yes si quieres que te citen. ai-train puede seguir en no.",
		}},
		{"content-needs-js", CheckText{
			Title: "El texto solo aparece con JavaScript",
			Why:   "La mayoría de los rastreadores de IA no ejecutan scripts. Para ellos esta página está casi vacía.",
			Fix:   "Envía el texto en el HTML: genera la página en el servidor o al construir el sitio.",
		}},
		{"paywall-or-login-wall", CheckText{
			Title: "La página exige iniciar sesión",
			Why: "Los lectores sin cuenta, los buscadores y los agentes de IA ven la puerta en lugar del texto, y no " +
				"pueden citarlo.",
			Fix: "Muestra el texto, o al menos un resumen, sin pedir sesión. No enlaces páginas que no son públicas.",
		}},
		{"hidden-text", CheckText{
			Title: "Texto que solo ven las máquinas",
			Why: "Los buscadores toman el texto oculto por spam. Las instrucciones ocultas a modelos de IA parecen " +
				"un ataque, también contra tus lectores, y quizá las puso otra persona.",
			Fix: "Quita el texto indicado o muéstralo. Si no lo escribiste tú, averigua quién puede cambiar la " +
				"página.",
		}},
		{"ai-bot-http-blocked", CheckText{
			Title: "El servidor rechaza a agentes de IA",
			Why: "Se rechazó, o se puso a prueba como si debiera ser una persona, una petición que dice ser este agente, " +
				"mientras que la nuestra tuvo respuesta: un cortafuegos cierra el paso a quien robots.txt deja entrar. " +
				"Uno que conozca la red del propio agente puede rechazar solo nuestra imitación.",
			Fix: "Deja pasar al agente en la configuración del cortafuegos o de la red que sirve el sitio, y mira en su " +
				"registro si el auténtico entra.",
		}},
		{"llms-txt", CheckText{
			Title: "llms.txt no se puede usar",
			Why: "El archivo es una guía para servicios de IA. Nadie lo necesita, pero si es una página web, no tiene " +
				"encabezado o lleva a errores, despista a quienes lo leen.",
			Fix: "Escríbelo como dice llmstxt.org: un encabezado que empiece con «# » y una lista de enlaces que funcionen. " +
				"O quítalo.",
		}},
		{"markdown-twin", CheckText{
			Title: "El sitio ofrece sus páginas en Markdown",
			Why: "Si se le pide Markdown, el servidor lo envía: los agentes lo leen con menos esfuerzo que el HTML. Es solo " +
				"información y no cambia la puntuación.",
			Fix: "No hay nada que hacer. Comprueba que el Markdown diga lo mismo que la página.",
		}},
		{"crawl-delay-high", CheckText{
			Title: "Se pide a los rastreadores que esperen mucho",
			Why: "Con más de diez segundos entre dos peticiones, un rastreador lee pocas páginas al día y encuentra tarde " +
				"lo nuevo.",
			Fix: "Baja Crawl-delay a 10 o menos, o quita la línea. Google nunca la lee.",
		}},

		// content
		{"thin-content", CheckText{
			Title: "La página tiene poco texto",
			Why: "Una página con pocas palabras rara vez responde a una pregunta lo bastante bien como para que " +
				"la encuentren o la citen.",
			Fix: "Amplía el contenido, une la página con otra relacionada o márcala con noindex.",
		}},
		{"duplicate-content", CheckText{
			Title: "Páginas con el mismo texto",
			Why:   "Los buscadores muestran solo una de varias páginas iguales, y no siempre la que prefieres.",
			Fix:   "Une las páginas o dales a todas la misma dirección canónica.",
		}},
		{"boilerplate-heavy", CheckText{
			Title: "Poco de la página es texto propio",
			Why: "Menos de la cuarta parte de las palabras son el texto de la página. El resto es navegación y lo que la " +
				"rodea, y a las máquinas les cuesta saber de qué trata.",
			Fix: "Di más en el texto principal y acorta menús, columnas laterales y pies.",
		}},
		{"no-quantities", CheckText{
			Title: "Artículo sin ninguna cifra",
			Why:   "Las respuestas prefieren citar textos con números: cuánto, cuántos, cuánto tiempo, desde cuándo.",
			Fix:   "Añade las cifras que importan, con sus unidades y, si ayuda, con su fuente.",
		}},
		{"no-sources", CheckText{
			Title: "Artículo sin ninguna fuente",
			Why: "Nada en el texto enlaza a otro sitio ni cita una obra, así que nadie puede comprobarlo. Las " +
				"respuestas de IA prefieren los textos que indican sus fuentes.",
			Fix: "Enlaza las fuentes primarias de lo que afirmas o cítalas en notas al pie.",
		}},
		{"no-quotes", CheckText{
			Title: "Artículo sin ninguna cita textual",
			Why: "En un estudio de motores de respuestas (Aggarwal et al., 2024), citar a quienes conocen el tema fue lo que " +
				"más ayudó a que se citaran los textos.",
			Fix: "Donde ayude, cita a una persona o una obra con sus propias palabras y di de quién son.",
		}},
		{"no-author", CheckText{
			Title: "El artículo no indica su autor",
			Why:   "Lectores, buscadores y asistentes confían más en un texto cuando saben quién lo escribió.",
			Fix:   "Indica el autor debajo del título, y también en los datos estructurados.",
		}},
		{"no-date", CheckText{
			Title: "El artículo no tiene fecha",
			Why: "Nadie puede saber si el texto sigue vigente, así que se prefieren fuentes más nuevas o que " +
				"lleven fecha.",
			Fix: "Muestra cuándo se publicó y se cambió el texto, e indícalo también en los datos estructurados.",
		}},
		{"stale-date", CheckText{
			Title: "La página no cambia desde hace más de dos años",
			Why: "La fecha más reciente de la página es antigua, así que los lectores y los motores de respuestas " +
				"pueden darla por desfasada.",
			Fix: "Revisa la página. Cuando vuelva a ser correcta, actualiza la fecha.",
		}},
		{"answer-late", CheckText{
			Title: "El artículo tarda en ir al grano",
			Why: "El primer párrafo tiene más de 120 palabras. Lectores y asistentes buscan la respuesta al principio, y " +
				"puede que no la encuentren allí.",
			Fix: "Empieza con dos o tres frases que digan lo esencial. Lo que lo explica puede venir después.",
		}},
		{"hard-to-read", CheckText{
			Title: "Frases o párrafos largos",
			Why: "Las frases de más de 30 palabras de media, o un párrafo de más de 150, cuestan de leer, y los asistentes " +
				"no encuentran un pasaje breve que citar.",
			Fix: "Parte en dos las frases largas y empieza un párrafo nuevo con cada idea.",
		}},
		{"keyword-stuffing", CheckText{
			Title: "Una palabra se repite demasiado",
			Why: "Los buscadores tratan como spam el abuso de palabras clave, y las respuestas de IA citan esos " +
				"textos menos que otros.",
			Fix: "Escribe como hablarías: usa otras palabras u omite la palabra donde se sobrentienda.",
		}},
		{"headings-unhelpful", CheckText{
			Title: "Los encabezados no guían por el texto",
			Why: "Hay más de 400 palabras sin un encabezado, o uno no dice nada de lo que sigue. Quien busca una sola cosa, " +
				"y las máquinas que citan un pasaje, no distinguen las partes.",
			Fix: "Pon a cada parte un encabezado que diga de qué trata.",
		}},
		{"lang-mismatch", CheckText{
			Title: "El texto está en otro idioma que el que indica la página",
			Why: "Los lectores de pantalla leen el texto con la voz equivocada, los navegadores ofrecen una traducción que " +
				"no toca y los buscadores muestran la página a quien no la entiende.",
			Fix: "Pon en el atributo lang del elemento html el idioma del texto. Marca las partes en otros idiomas con su " +
				"propio atributo lang.",
		}},
		{"about-contact-missing", CheckText{
			Title: "El sitio no dice cómo contactar con nadie",
			Why: "No se encontró ninguna página sobre el sitio, ni de contacto, ni aviso legal. Lectores y buscadores se " +
				"fían más de un sitio cuando saben quién está detrás.",
			Fix: "Añade una página que diga quién eres y cómo contactar contigo, y enlázala desde todas las páginas.",
		}},

		// metadata
		{"title-missing", CheckText{
			Title: "La página no tiene título",
			Why: "El título es el texto del enlace en los buscadores y el nombre de la fuente en las respuestas " +
				"de IA.",
			Fix: "Escribe un elemento title que diga de qué trata esta página.",
		}},
		{"title-length", CheckText{
			Title: "El título es demasiado corto o demasiado largo",
			Why:   "Un título muy corto dice poco. Uno largo aparece cortado en los resultados.",
			Fix:   "Usa entre 15 y 65 caracteres (un ideograma vale dos), con las palabras importantes al principio.",
		}},
		{"title-duplicate", CheckText{
			Title: "Varias páginas comparten el mismo título",
			Why:   "Ni los lectores ni los buscadores pueden distinguir las páginas en una lista.",
			Fix:   "Dale a cada página un título propio.",
		}},
		{"multiple-titles", CheckText{
			Title: "La página tiene varios títulos",
			Why:   "Los navegadores y los buscadores usan uno de ellos, y puede ser el equivocado.",
			Fix:   "Deja el título que corresponde a la página y quita los demás de la plantilla.",
		}},
		{"description-missing", CheckText{
			Title: "La página no tiene descripción",
			Why:   "Sin descripción, los resultados muestran un fragmento de texto elegido al azar.",
			Fix:   "Añade una meta description que resuma la página en una o dos frases.",
		}},
		{"description-length", CheckText{
			Title: "La descripción es demasiado corta o demasiado larga",
			Why:   "Una descripción corta atrae a pocos lectores. Una larga aparece cortada en los resultados.",
			Fix:   "Usa entre 50 y 165 caracteres (un ideograma vale dos).",
		}},
		{"description-duplicate", CheckText{
			Title: "Varias páginas comparten la descripción",
			Why: "En los resultados estas páginas parecen iguales, y los buscadores cambian esas descripciones por un " +
				"fragmento del texto.",
			Fix: "Describe en cada página lo que solo tiene ella.",
		}},
		{"h1-missing", CheckText{
			Title: "La página no tiene un encabezado principal",
			Why: "El encabezado principal dice a los lectores, a los lectores de pantalla y a los agentes de IA " +
				"de qué trata la página.",
			Fix: "Añade un elemento h1 con texto al principio del contenido.",
		}},
		{"h1-multiple", CheckText{
			Title: "La página tiene varios encabezados principales",
			Why: "Con varios encabezados principales, ni los lectores, ni los buscadores, ni los lectores de pantalla " +
				"saben cuál da nombre a la página.",
			Fix: "Deja un solo h1 con el tema de la página y convierte los demás en h2.",
		}},
		{"og-incomplete", CheckText{
			Title: "La vista previa para compartir está incompleta",
			Why:   "Los enlaces a esta página se ven pobres cuando la gente los comparte en chats y redes.",
			Fix:   "Añade a la cabecera de la página las propiedades Open Graph indicadas.",
		}},
		{"favicon-missing", CheckText{
			Title: "El sitio no tiene icono",
			Why:   "Las pestañas, los marcadores y los resultados muestran una hoja en blanco en lugar de tu símbolo.",
			Fix: "Añade <link rel=\"icon\" href=\"…\"> al head de las páginas o pon un favicon.ico en la raíz del " +
				"sitio.",
		}},
		{"lang-missing", CheckText{
			Title: "La página no indica su idioma",
			Why: "Los lectores de pantalla pueden usar la voz equivocada, y los traductores y buscadores tienen " +
				"que adivinar.",
			Fix: "Pon el atributo lang en el elemento html, por ejemplo lang=\"es\".",
		}},
		{"charset-problem", CheckText{
			Title: "La codificación de caracteres no está clara",
			Why: "Si una página no dice cómo están codificadas sus letras, o dice dos cosas distintas, los acentos " +
				"y signos se convierten en ruido para algunos lectores y rastreadores.",
			Fix: "Guarda la página en UTF-8 y dilo igual en todas partes: en la cabecera Content-Type y en un " +
				"elemento meta charset.",
		}},
		{"hreflang-invalid", CheckText{
			Title: "Las versiones por idioma se contradicen",
			Why: "Los buscadores ignoran hreflang si un código es erróneo, una dirección lleva a otra parte o una " +
				"versión no enlaza a las demás. La gente recibe entonces la página en otro idioma.",
			Fix: "Haz que cada versión enumere todas, incluida ella misma, con direcciones completas que respondan " +
				"200 y códigos como es o en-GB.",
		}},
		{"viewport-missing", CheckText{
			Title: "La página no está preparada para móviles",
			Why: "Los móviles muestran la página tan pequeña como en un ordenador, y Google juzga los sitios por " +
				"su versión móvil.",
			Fix: "Añade <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"> a la cabecera de " +
				"la página.",
		}},

		// structured-data
		{"jsonld-invalid", CheckText{
			Title: "Los datos estructurados no son JSON válido",
			Why:   "Los buscadores ignoran un bloque entero de JSON-LD por un solo error de sintaxis.",
			Fix: "Corrige el bloque en el lugar indicado. Lo más frecuente es una coma de más o unas comillas de " +
				"menos.",
		}},
		{"structured-data-missing", CheckText{
			Title: "La página no tiene datos estructurados",
			Why:   "Sin ellos, las máquinas tienen que adivinar de qué trata la página, quién la escribió y cuándo.",
			Fix:   "Añade JSON-LD del tipo adecuado: Article, Product, Event, FAQPage u otro de schema.org.",
		}},
		{"jsonld-incomplete", CheckText{
			Title: "A los datos estructurados les faltan propiedades",
			Why:   "Los buscadores solo muestran resultados enriquecidos con datos completos.",
			Fix:   "Añade al JSON-LD las propiedades indicadas.",
		}},
		{"jsonld-unknown-type", CheckText{
			Title: "Los datos estructurados nombran un tipo que no existe",
			Why:   "Los buscadores pasan por alto lo que tiene un tipo que no conocen. También cuentan las mayúsculas.",
			Fix:   "Escribe los tipos como lo hace schema.org, tal como se indica aquí.",
		}},
		{"structured-data-mismatch", CheckText{
			Title: "Los datos estructurados dicen algo que la página no muestra",
			Why: "Los buscadores desconfían de un marcado que no coincide con lo que ve el lector, y pueden ignorarlo " +
				"entero.",
			Fix: "Haz que el titular del marcado y el de la página sean iguales.",
		}},
		{"organization-missing", CheckText{
			Title: "El sitio no dice quién está detrás",
			Why: "Ni la portada ni una página sobre el sitio describen una organización o una persona en sus datos " +
				"estructurados, así que los buscadores y asistentes no saben de quién es el sitio.",
			Fix: "Añade JSON-LD del tipo Organization, LocalBusiness o Person con name y url, y enlaza tus perfiles " +
				"con sameAs.",
		}},

		// links
		{"broken-external", CheckText{
			Title: "Un enlace a otro sitio está roto",
			Why:   "Quien sigue el enlace acaba en un error, y la página parece descuidada.",
			Fix:   "Actualiza el enlace o quítalo.",
		}},
		{"broken-resource", CheckText{
			Title: "Las páginas cargan lo que no existe",
			Why:   "Faltan imágenes, tipos de letra, estilos o scripts, y las páginas no se ven o no funcionan como deberían.",
			Fix:   "Repón el archivo o corrige la dirección en las páginas u hojas de estilo que lo cargan.",
		}},
		{"broken-fragment", CheckText{
			Title: "Enlace a un lugar que la página no tiene",
			Why:   "El enlace abre la página correcta, pero por el principio: hay que buscar en ella lo que promete.",
			Fix:   "Corrige lo que sigue a # o pon ese id al elemento al que se refiere el enlace.",
		}},
		{"link-to-redirect", CheckText{
			Title: "Hay enlaces a direcciones que se han mudado",
			Why: "En cada uno de estos enlaces, lectores y rastreadores dan un rodeo, y los rastreadores leen menos " +
				"páginas en el mismo tiempo.",
			Fix: "Enlaza directamente la nueva dirección.",
		}},
		{"link-malformed", CheckText{
			Title: "Enlace que ningún navegador puede abrir",
			Why:   "La dirección está mal formada, así que un clic en el enlace no lleva a ninguna parte.",
			Fix:   "Corrige la dirección. Busca espacios, un nombre de host que falte o un puerto equivocado.",
		}},
		{"link-not-crawlable", CheckText{
			Title: "El enlace solo funciona con JavaScript",
			Why: "Los rastreadores siguen las direcciones de href. No hacen clic, así que nunca ven lo que hay " +
				"detrás de este enlace.",
			Fix: "Pon la dirección en el atributo href. Usa un botón para las acciones que no llevan a otra página.",
		}},
		{"localhost-link", CheckText{
			Title: "Enlace a la propia máquina o red del lector",
			Why: "La dirección solo funciona en la máquina o en la red de quien escribió la página. Los demás " +
				"acaban en un error.",
			Fix: "Sustituye la dirección por la pública. Suele ser un resto del desarrollo.",
		}},
		{"anchor-text-poor", CheckText{
			Title: "El texto del enlace no dice adónde lleva",
			Why: "Los buscadores y los lectores de pantalla se guían por el texto del enlace, y «haz clic aquí» no " +
				"les dice nada.",
			Fix: "Nombra el destino en el texto del enlace.",
		}},
		{"internal-nofollow", CheckText{
			Title: "Enlaces internos marcados como nofollow",
			Why: "Se pide a los buscadores que no sigan estos enlaces, así que tardan en encontrar esas páginas y las " +
				"toman por poco importantes.",
			Fix: "Quita nofollow de los enlaces a tus propias páginas. Para que una página no salga en los " +
				"buscadores, márcala como noindex.",
		}},
		{"too-many-links", CheckText{
			Title: "Página con demasiados enlaces",
			Why:   "Entre cientos de enlaces no destaca ninguno, ni para las personas ni para los rastreadores.",
			Fix:   "Enlaza lo que tenga que ver con la página y reparte las listas largas en varias.",
		}},
		{"dead-end", CheckText{
			Title: "Página sin enlaces al resto del sitio",
			Why:   "Quien llega aquí, sea persona o rastreador, no puede seguir a ninguna otra página.",
			Fix:   "Añade la navegación del sitio o enlaces a páginas relacionadas.",
		}},

		// performance
		{"slow-ttfb", CheckText{
			Title: "El servidor tarda en responder",
			Why: "Los lectores se van mientras esperan, y los rastreadores leen menos páginas de un sitio lento. " +
				"Los agentes de IA que responden al momento ni siquiera esperan.",
			Fix: "Guarda la página en caché o averigua en qué gasta el tiempo el servidor. Procura que el primer " +
				"byte llegue en menos de 800 ms.",
		}},
		{"html-heavy", CheckText{
			Title: "La página es muy grande",
			Why: "Los agentes de IA cortan las páginas largas y pierden el final. Googlebot solo lee los primeros " +
				"megabytes.",
			Fix: "Divide la página y lleva los scripts, los estilos y las imágenes incrustadas a archivos propios. " +
				"No pases de 500 KB de HTML.",
		}},
		{"no-compression", CheckText{
			Title: "Página enviada sin comprimir",
			Why:   "Comprimida, una página ocupa la cuarta parte o menos y llega antes.",
			Fix:   "Activa en el servidor gzip o Brotli para HTML, CSS y scripts.",
		}},
		{"dom-large", CheckText{
			Title: "La página tiene demasiados elementos",
			Why:   "Con miles de elementos, un móvil tarda en componer la página, y vuelve a tardar con cada cambio.",
			Fix: "Simplifica el código, reparte las listas largas en varias páginas y quita los contenedores de un " +
				"solo elemento.",
		}},
		{"images-unsized", CheckText{
			Title: "Imágenes sin anchura ni altura",
			Why:   "El navegador no sabe cuánto espacio ocupa una imagen así, y el texto salta cuando llega.",
			Fix: "Pon la anchura y la altura como atributos width y height del elemento img. Los estilos podrán " +
				"reducirla igualmente.",
		}},
		{"render-blocking", CheckText{
			Title: "Demasiados scripts retrasan la página",
			Why: "El navegador no muestra nada hasta que cada uno de estos scripts del head ha llegado y se ha " +
				"ejecutado.",
			Fix: "Añade defer o async a los scripts indicados, o pásalos al final del body.",
		}},
		{"no-cache-validators", CheckText{
			Title: "Página que no se puede guardar en caché",
			Why: "Sin fecha, etiqueta ni plazo, cada visita descarga otra vez la página entera, y los rastreadores no " +
				"pueden preguntar si ha cambiado.",
			Fix: "Envía una cabecera ETag o Last-Modified, o una Cache-Control con max-age.",
		}},

		// accessibility
		{"img-alt-missing", CheckText{
			Title: "Imágenes sin descripción",
			Why: "Ni los lectores de pantalla ni los agentes de IA ven las imágenes. Sin texto alternativo leen el " +
				"nombre del archivo o las omiten.",
			Fix: "Añade un atributo alt que diga qué muestra la imagen. Déjalo vacío si es solo decorativa.",
		}},
		{"link-name-empty", CheckText{
			Title: "Enlaces sin nombre",
			Why: "Un lector de pantalla solo puede decir «enlace», y los buscadores no aprenden nada sobre el " +
				"destino.",
			Fix: "Pon texto en el enlace, describe su imagen con alt o añade un aria-label.",
		}},
		{"form-label-missing", CheckText{
			Title: "Campos de formulario sin etiqueta",
			Why: "Quienes usan un lector de pantalla, y los agentes que rellenan formularios por otros, no saben " +
				"qué va en el campo.",
			Fix: "Da a cada campo un elemento label con el atributo for correspondiente, o un aria-label.",
		}},
		{"heading-skip", CheckText{
			Title: "Los encabezados se saltan un nivel",
			Why: "Quien lee saltando de encabezado en encabezado pierde el hilo, y las máquinas confunden qué " +
				"parte pertenece a cuál.",
			Fix: "Haz que cada encabezado esté como mucho un nivel por debajo del anterior: h3 tras h2, no h4.",
		}},
		{"no-main-landmark", CheckText{
			Title: "Nada señala el contenido principal",
			Why: "Los lectores de pantalla saltan al contenido principal, y los agentes buscan ahí el texto. Esta " +
				"página no dice dónde está.",
			Fix: "Pon el contenido de la página, sin la navegación, la cabecera y el pie, en un elemento main.",
		}},
		{"iframe-title-missing", CheckText{
			Title: "Marco sin nombre",
			Why:   "Los lectores de pantalla anuncian un marco por su título. Sin él, nadie sabe qué contiene.",
			Fix:   "Dale al marco un atributo title que diga qué muestra.",
		}},
		{"table-no-header", CheckText{
			Title: "Tabla de datos sin celdas de encabezado",
			Why: "Sin celdas de encabezado, ni los lectores de pantalla ni los agentes saben qué significan los datos " +
				"de una fila o columna.",
			Fix: "Marca los encabezados de columnas y filas como elementos th.",
		}},
		{"duplicate-id", CheckText{
			Title: "Varios elementos con el mismo id",
			Why:   "Los enlaces, las etiquetas y los scripts solo encuentran el primer elemento con ese id.",
			Fix:   "Dale a cada elemento un id propio.",
		}},
		{"zoom-disabled", CheckText{
			Title: "La página no se puede ampliar en el móvil",
			Why:   "Quien ve mal necesita ampliar el texto, y esta página lo impide.",
			Fix:   "Quita user-scalable=no y maximum-scale del elemento meta viewport.",
		}},

		// security
		{"not-https", CheckText{
			Title: "El sitio se sirve sin cifrar",
			Why: "Los navegadores avisan contra el sitio, cualquiera en el camino puede leer y cambiar sus páginas, " +
				"y los buscadores prefieren https.",
			Fix: "Consigue un certificado, sirve el sitio por https y redirige a él todas las direcciones http.",
		}},
		{"http-no-redirect", CheckText{
			Title: "El sitio responde también sin cifrar",
			Why: "Quien sigue un enlace antiguo o escribe la dirección se queda en páginas que cualquiera en el camino " +
				"puede leer y cambiar, y los buscadores ven cada página dos veces.",
			Fix: "Redirige cada dirección http a la misma de https, de forma permanente (301 o 308).",
		}},
		{"mixed-content", CheckText{
			Title: "Una página segura carga partes inseguras",
			Why: "Los navegadores bloquean los scripts, estilos y marcos que una página https carga por http, y " +
				"faltan partes de la página.",
			Fix: "Carga por https las direcciones indicadas.",
		}},
		{"tls-expiring", CheckText{
			Title: "El certificado está a punto de caducar",
			Why:   "Ese día los navegadores, los buscadores y los asistentes dejarán de abrir el sitio.",
			Fix:   "Renueva ya el certificado y averigua por qué no se ha renovado solo.",
		}},
		{"hsts-missing", CheckText{
			Title: "No se pide a los navegadores que usen solo https",
			Why:   "Sin este aviso, una primera visita por http se puede interceptar por el camino.",
			Fix:   "Envía Strict-Transport-Security: max-age=31536000 con cada respuesta por https.",
		}},
		{"security-headers-missing", CheckText{
			Title: "Faltan cabeceras que protegen las páginas",
			Why: "Estas cabeceras impiden que el navegador ejecute lo que otros hayan colado en una página o que tome " +
				"un archivo por lo que no es.",
			Fix: "Envía las cabeceras indicadas: X-Content-Type-Options: nosniff y una Content-Security-Policy " +
				"adecuada al sitio.",
		}},
		{"insecure-form", CheckText{
			Title: "Una página segura envía un formulario sin cifrar",
			Why: "Lo que se rellena viaja legible para cualquiera por el camino, y los navegadores avisan antes de " +
				"enviarlo.",
			Fix: "Haz que el formulario se envíe a una dirección https.",
		}},
	},

	statuses: []named{
		{"pending", "En cola"},
		{"running", "En curso"},
		{"completed", "Terminada"},
		{"failed", "Fallida"},
		{"cancelled", "Cancelada"},
	},

	stages: []named{
		{"discover", "Descubrir"},
		{"crawl", "Rastrear"},
		{"links", "Enlaces"},
		{"site", "Sitio entero"},
		{"score", "Puntuar"},
	},

	stagesNow: []named{
		{"discover", "Leyendo robots.txt y la página de inicio"},
		{"crawl", "Rastreando páginas"},
		{"links", "Comprobando enlaces externos"},
		{"site", "Comparando las páginas"},
		{"score", "Calculando la puntuación"},
	},

	severities: []named{
		{"error", "Crítico"},
		{"warning", "Aviso"},
		{"notice", "Nota"},
		{"info", "Información"},
	},

	categories: []named{
		{"crawlability", "Rastreo"},
		{"ai-access", "Acceso de la IA"},
		{"content", "Contenido"},
		{"metadata", "Metadatos"},
		{"structured-data", "Datos estructurados"},
		{"links", "Enlaces"},
		{"performance", "Rendimiento"},
		{"accessibility", "Accesibilidad"},
		{"security", "Seguridad"},
	},

	stopReasons: []named{
		{"limit", "Se alcanzó el límite de páginas"},
		{"time", "Se alcanzó el límite de tiempo"},
		{"bytes", "Se alcanzó el límite de bytes"},
		{"cancelled", "La auditoría se canceló"},
		{"site", "El sitio dejó de responder"},
		{"busy", "El sitio no dejaba de pedir una pausa"},
		{"depth", "Quedó fuera lo que está demasiado profundo"},
		{"cut", "Una página o un sitemap era demasiado largo para leerlo entero"},
		{"external", "Quedaron enlaces a otros sitios sin comprobar"},
	},

	unvisited: []named{
		{"limit", "Más allá del límite de páginas"},
		{"depth", "A demasiados clics del inicio"},
		{"robots", "Vetadas por robots.txt"},
		{"private", "En una dirección de red privada o en un puerto inusual"},
		{"scope", "Fuera del sitio"},
		{"time", "Pendientes al alcanzarse el límite de tiempo"},
		{"bytes", "Pendientes al alcanzarse el límite de bytes"},
		{"stopped", "Pendientes al detenerse la auditoría"},
		{"busy", "El sitio no dejaba de pedir una pausa"},
		{"excluded", "En una ruta que no se pidió"},
		{"cut", "Demasiado largas para leerlas enteras"},
		{"memory", "Más de las que recuerda una auditoría"},
		{"external", "Enlaces a otros sitios sin comprobar"},
	},

	caps: []named{
		{"search-engines-blocked", "robots.txt cierra la portada a los buscadores"},
		{"home-noindex", "La portada pide no aparecer en los buscadores"},
		{"site-failing", "Más de 30 de cada 100 peticiones fallaron"},
		{"ai-search-blocked", "robots.txt cierra el paso a todos los buscadores de IA"},
		{"content-needs-js", "En la mayoría de las páginas el texto solo aparece con JavaScript"},
		{"canonical-elsewhere", "La mayoría de las páginas nombran otro servidor como el que debe mostrarse"},
		{"seen-in-part", "Se vio demasiado poco del sitio para juzgarlo"},
		{"ai-main-blocked", "robots.txt cierra el paso a uno de los principales buscadores de IA"},
		{"not-https", "El sitio se sirve sin cifrar"},
	},

	problems: []named{
		{"bad_url", "Esta dirección no se puede auditar. Escribe una como https://www.example.com; solo se " +
			"auditan http y https."},
		{"private_target", "Esta dirección apunta a una red privada, que este servidor no audita."},
		{"out_of_range", "Un valor está fuera de sus límites."},
		{"forbidden_origin", "El servidor rechazó la petición por su procedencia. Abre esta página en la " +
			"dirección del propio servidor."},
		{"forbidden_host", "El servidor rechazó la petición por su procedencia. Abre esta página en la dirección " +
			"del propio servidor."},
		{"not_found", "No existe esa auditoría."},
		{"audit_terminal", "La auditoría ya ha terminado."},
		{"conflict", "La auditoría ha cambiado entretanto."},
		{"precondition_failed", "La auditoría ha cambiado entretanto."},
		{"body_too_large", "Lo enviado es demasiado grande."},
		{"different_sites", "Las dos auditorías son de sitios distintos. Elige dos del mismo."},
		{"idempotency_mismatch", "Esta petición ya se envió con otro contenido. Inténtalo otra vez."},
		{"too_many_streams", "Hay demasiadas conexiones abiertas desde aquí. Cierra algunas pestañas e inténtalo " +
			"otra vez."},
		{"queue_full", "Ya hay demasiadas auditorías en espera. Inténtalo dentro de unos minutos."},
		{"host_busy", "Este sitio ya tiene tantas auditorías en espera o en curso como se permiten a la vez. Sigue " +
			"una de ellas o inténtalo cuando termine alguna."},
		{"caller_limited", "Desde tu dirección ya se han iniciado tantas auditorías como se permiten en una hora. " +
			"Inténtalo más tarde."},
		{"unavailable", "La base de datos del servidor no puede hacerlo ahora. Inténtalo dentro de un momento."},
		{"database_full", "El disco del servidor está lleno y no se ha podido guardar nada. Quien lo administra tiene que " +
			"liberar espacio."},
		{"database_read_only", "La base de datos del servidor solo se puede leer por ahora y no se ha podido guardar nada. " +
			"Inténtalo más tarde."},
		{"database_standby", "La base de datos del servidor ha cedido el paso a otra y no se ha podido guardar nada. " +
			"Inténtalo dentro de un momento."},
		{"database_moved", "Los archivos de la base de datos del servidor ya no están y no se ha podido guardar nada. " +
			"Quien lo administra tiene que devolverlos a su sitio o reiniciarlo."},
		{"draining", "El servidor está ocupado o reiniciándose. Inténtalo dentro de un momento."},
		{"overloaded", "El servidor está ocupado o reiniciándose. Inténtalo dentro de un momento."},
		{"descriptors", "En el servidor no cabe otra conexión. Inténtalo dentro de un momento."},
		{"offline", "No hay conexión. Inténtalo de nuevo cuando la haya."},
		{"network", "El servidor no responde. Comprueba tu conexión e inténtalo otra vez."},
		{"foreign", "Respondió algo que no es el servidor, quizá una página de acceso de la red. Abre otra " +
			"pestaña para verlo."},
	},

	reasons: []named{
		{"no-answer", "La petición no obtuvo respuesta."},
		{"not-ok", "La página no respondió con el estado 200."},
		{"not-html", "La dirección no es una página HTML."},
		{"alias", "La página se comprueba en la dirección a la que redirige."},
		{"rate-limited", "El sitio nos pidió ir más despacio."},
		{"address-blocked", "La dirección es privada, por eso no se abrió."},
		{"noindex", "La página pide no ser indexada."},
		{"canonicalised", "La página indica otra dirección como canónica."},
		{"no-redirect", "No hay ninguna redirección."},
		{"no-title", "No hay título."},
		{"no-description", "No hay descripción."},
		{"no-canonical", "No hay dirección canónica."},
		{"no-links", "No hay enlaces."},
		{"no-images", "No hay imágenes."},
		{"no-controls", "No hay ningún formulario que rellenar."},
		{"no-headings", "No hay encabezados."},
		{"no-viewport", "La página no define el viewport."},
		{"no-frames", "La página no tiene marcos."},
		{"no-tables", "No hay ninguna tabla de datos."},
		{"no-https", "La página no se sirve por https."},
		{"local-site", "El sitio no está en una dirección pública."},
		{"no-noindex", "Ninguna página pide quedar fuera de los buscadores."},
		{"no-hreflang", "Ninguna página indica versiones en otros idiomas."},
		{"not-linked", "La página solo se conoce por el sitemap."},
		{"no-signals", "robots.txt no tiene ninguna línea Content-Signal."},
		{"listing", "La página es sobre todo una lista de enlaces."},
		{"needs-js", "El texto solo aparece con JavaScript."},
		{"robots-unknown", "No se leyó robots.txt."},
		{"robots-absent", "No hay robots.txt."},
		{"robots-unreachable", "robots.txt no dio una respuesta utilizable."},
		{"sitemap-absent", "No hay ningún sitemap con direcciones."},
		{"no-lastmod", "El sitemap no indica fechas."},
		{"incomplete", "La auditoría no vio el sitio completo."},
		{"too-few-pages", "Hay muy pocas páginas para comparar."},
		{"no-external-links", "Ningún enlace a otro sitio dio una respuesta clara."},
		{"links-unchecked", "No se comprobaron los enlaces a otros sitios."},
		{"llms-txt-absent", "El sitio no tiene llms.txt, ni lo necesita."},
		{"no-resources", "Las páginas no cargan nada, o nada de ello dio una respuesta clara."},
		{"resources-unchecked", "No se pudo pedir todo lo que cargan las páginas."},
		{"no-fragments", "Ningún enlace lleva a un lugar dentro de una página que se haya leído."},
		{"not-asked", "No se hizo la petición que esta comprobación necesita: estaba desactivada o prohibida, o no " +
			"quedó tiempo para ella."},
		{"part-read", "Solo se leyó una parte de la página."},
		{"not-article", "La página no es un artículo: es muy corta o no consta sobre todo de párrafos bajo un solo " +
			"encabezado principal."},
		{"too-little-text", "La página tiene muy poco texto."},
		{"language-unknown", "La página no indica su idioma, o es uno que esta comprobación no conoce."},
		{"no-date", "La página no tiene fecha propia."},
		{"no-jsonld", "La página no tiene JSON-LD."},
		{"no-headline", "Los datos estructurados no indican ningún titular que se pueda buscar en el texto."},
		{"no-known-type", "El JSON-LD no tiene ningún tipo que esta comprobación conozca."},
	},

	evidence: []named{
		{"address", "Dirección"},
		{"after-heading", "Tras el encabezado"},
		{"agent", "Agente"},
		{"allowed", "Permitidos"},
		{"answer", "Respuesta"},
		{"attempts", "Intentos"},
		{"bad-code", "Código que no es un idioma"},
		{"bad-bytes", "Bytes que no son texto"},
		{"blocked", "Bloqueado por su propia regla"},
		{"blocked-by-wildcard", "Bloqueado por la regla para todos"},
		{"blocked-pages", "Páginas bloqueadas"},
		{"bytes", "Bytes"},
		{"canonical", "Dirección canónica"},
		{"canonical-header", "En la cabecera Link"},
		{"canonical-html", "En la página"},
		{"challenge", "Señal de una prueba para personas"},
		{"charset-header", "En la cabecera Content-Type"},
		{"charset-mark", "Según su marca de orden de bytes"},
		{"charset-meta", "En el elemento meta"},
		{"charset-used", "Leída como"},
		{"charset-xml", "En la declaración XML"},
		{"clicks", "Clics desde el inicio"},
		{"count", "Cantidad"},
		{"date", "Fecha"},
		{"declared-type", "Tipo en la cabecera"},
		{"description", "Descripción"},
		{"detail", "Detalles"},
		{"directive", "Directiva"},
		{"elements", "Elementos"},
		{"encoding", "Codificación del contenido"},
		{"expires", "Válido hasta"},
		{"failure", "Fallo"},
		{"file", "Archivo"},
		{"final-url", "Lleva a"},
		{"found-in", "Encontrada en"},
		{"found-item", "Tipo encontrado"},
		{"found-lang", "Idioma del texto"},
		{"found-type", "Tipo del contenido"},
		{"future", "Fecha que aún no ha llegado"},
		{"generic-heading", "Encabezado que no dice nada"},
		{"header", "Cabecera"},
		{"headline", "Titular del marcado"},
		{"heading", "Primer encabezado"},
		{"hidden", "Texto oculto"},
		{"hop", "Redirección"},
		{"id", "id"},
		{"image", "Imagen"},
		{"in-address", "En la dirección"},
		{"instruction", "Instrucción oculta"},
		{"invisible", "Caracteres invisibles"},
		{"lang", "Idioma indicado"},
		{"length", "Caracteres"},
		{"line", "Línea"},
		{"links", "Enlaces en el texto"},
		{"main-heading", "Encabezado principal"},
		{"marker", "Indicio de una aplicación"},
		{"markup", "Código"},
		{"missing", "Falta"},
		{"more", "Más, sin listar"},
		{"more-findings", "Más hallazgos, sin listar"},
		{"ms", "Milisegundos"},
		{"no-return", "No menciona esta página"},
		{"noscript-words", "Palabras sin scripts"},
		{"offset", "Posición en el bloque"},
		{"outline", "Salto"},
		{"page", "Página"},
		{"paragraph", "Párrafo que empieza"},
		{"parameters", "Parámetros"},
		{"percent", "Porcentaje de las palabras"},
		{"referrer", "Enlazada desde"},
		{"refresh", "Reenvía después de"},
		{"relative", "Dirección incompleta"},
		{"reviewed", "Lista de agentes revisada"},
		{"rule", "Regla"},
		{"script-bytes", "Bytes de scripts en la página"},
		{"scripts", "Scripts"},
		{"sentence-words", "Palabras por frase, de media"},
		{"share", "Proporción"},
		{"status", "Estado"},
		{"status-to-us", "Estado de nuestra propia petición"},
		{"target", "Destino"},
		{"text", "Texto del enlace"},
		{"title", "Título"},
		{"tried", "Probado"},
		{"unknown-type", "Tipo, y su nombre correcto"},
		{"url", "Dirección"},
		{"vendor", "Empresa"},
		{"viewport", "Viewport"},
		{"visible-words", "Palabras en total"},
		{"word", "Palabra"},
		{"words", "Palabras"},

		// Problems of robots.txt and of sitemaps
		{"bad-url", "No es una dirección"},
		{"bad-value", "Valor ilegible"},
		{"depth", "Índice dentro de otro índice"},
		{"foreign-host", "Dirección de otro sitio"},
		{"html", "Una página web, no robots.txt"},
		{"loop", "Índice que vuelve a sí mismo"},
		{"misspelt", "Mal escrito"},
		{"orphan-rule", "Regla sin User-agent"},
		{"syntax", "Sintaxis"},
		{"too-large", "Demasiado grande"},
		{"too-many-urls", "Demasiadas direcciones"},
		{"unknown", "Línea desconocida"},
		{"unreadable", "Sitemap que no se puede leer"},
	},

	answers: []named{
		// No usable answer
		{"bad-encoding", "La respuesta no está en la codificación que indica"},
		{"bad-redirect", "La redirección lleva a algo que no es una dirección web"},
		{"blocked-address", "La dirección es privada"},
		{"dns", "El nombre del host no tiene dirección"},
		{"other", "La respuesta no se pudo leer"},
		{"redirect-loop", "Las redirecciones van en círculo"},
		{"refused", "Se rechazó la conexión"},
		{"reset", "Se cortó la conexión"},
		{"timeout", "No hubo respuesta a tiempo"},
		{"tls", "No se pudo acordar una conexión cifrada"},
		{"tls-chain", "El certificado no procede de nadie en quien confíen los navegadores"},
		{"tls-date", "El certificado ha caducado o todavía no es válido"},
		{"tls-name", "El certificado es para otro nombre"},
		{"too-many-redirects", "Demasiadas redirecciones"},

		// Answers that are neither a page, nor a redirect, nor an error
		{"choices", "Varias direcciones para elegir"},
		{"no-content", "Sin contenido"},
		{"not-modified", "«Sin cambios», aunque nadie lo preguntó"},
		{"nowhere", "Una redirección que no dice adónde"},
		{"other-3xx", "Un tipo de redirección que los navegadores no siguen"},
		{"unknown-class", "Un estado que HTTP no conoce"},
	},
}

// spanishNotices is what those are told who want to hear of audits.
var spanishNotices = noticeWords{
	finished:     "%s: auditoría terminada",
	failed:       "%s: la auditoría ha fallado",
	regressed:    "%s: peor que en la auditoría anterior",
	silent:       "%s: el proceso no da señales de vida",
	score:        "Puntuación: %s de 100",
	scoreBefore:  "Puntuación: %s de 100, antes %s",
	findings:     "Críticos: %s; avisos: %s; notas: %s",
	errorsBefore: "Críticos antes: %s",
	noReason:     "No se indicó el motivo.",
	silentSince:  "Sin señales de vida desde el %s UTC.",
}
