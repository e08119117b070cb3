package text

// Key names a message.
type Key uint16

// The messages of the frame around every page.
const (
	SkipToContent Key = iota
	NavMain
	NavAudits
	NavPath
	LanguageOther
	PlainVersion
	PlainHint
	WithoutScript
	TitleSuffix
	TitleAudits
	TitleRunning
	TitleDone
	TitleFailed
	TitleCancelled
	TitleQueued
	TitleReport
	TitleMissing
	DescriptionAudits
	DescriptionAudit
	DescriptionReport
	Loading
	Broken
	Reload

	// The start box and the list.
	StartLabel
	StartButton
	StartBusy
	StartHelp
	StartEmpty
	InProgress
	History
	ColumnSite
	ColumnStatus
	ColumnScore
	ColumnFindings
	ColumnPages
	ColumnFinished
	NoScore
	NoFindings
	ListEmpty
	ListNoHistory
	ListLoading
	ListUnknown
	ListUnknownHelp
	AuditLabel
	SoFar

	// The live page.
	AuditNumber
	StartedAt
	QueuedAt
	FinishedAt
	UpToPages
	AttemptNumber
	ProgressHeading
	ProgressName
	ProgressValue
	ProgressUnknown
	WaitingWorker
	WaitingWorkerHelp
	ExternalWork
	Elapsed
	Speed
	SpeedValue
	StepOf
	PagesHeading
	PagesNewest
	PagesNone
	ColumnCode
	ColumnPage
	ColumnTime
	Milliseconds
	MillisecondsUnder
	CodeNone
	None
	ScoreSoFar
	ScoreFinal
	ScoreNotYet
	ScoreOf
	FindingsSoFar
	FindingsFinal
	FindingsNone
	Responses
	ResponsesFailed
	ResponsesNone
	OpenReport
	AllAudits
	CancelButton
	CancelBusy
	CancelQuestion
	CancelConfirm
	CancelGoOn
	CancelFailed

	// The connection, as a lead and a sentence.
	ConnConnecting
	ConnConnectingText
	ConnLive
	ConnLiveText
	ConnBack
	ConnBackText
	ConnLost
	ConnRestarting
	ConnNoDatabase
	ConnBrowserRetries
	ConnRetryIn
	ConnRetryNow
	ConnPolling
	ConnPollingBlocked
	ConnPollingLost
	ConnPollingMissing
	ConnPollingFails
	ConnOffline
	ConnOfflineText
	ConnOfflineNothing
	ConnOfflineList
	ConnServer
	ConnServerText
	ConnServerNothing
	ConnStalled
	ConnStalledText
	ConnDone
	ConnDoneText
	ConnDoneNoScore
	ConnFailed
	ConnFailedUnstarted
	ConnFailedText
	ConnCancelled
	ConnCancelledText
	ConnDeleted
	ConnDeletedSaved
	ConnDeletedNothing
	ConnForbidden
	ConnForbiddenText
	ConnRetryButton
	ConnLiveButton
	LastUpdate
	SavedCopy
	PillConnecting
	PillLive
	PillLost
	PillPolling
	PillOffline
	PillServer
	PillSaved
	FaultNetwork
	FaultTimeout
	FaultForeign
	FaultStatus
	FaultBadData

	// Announcements for screen readers.
	SayProgress
	SayStage

	// The report.
	ReportHeading
	ReportScore
	ReportCategories
	ReportCaps
	ReportCap
	ReportPartial
	ReportPartialPages
	ReportFindings
	ReportNoFindings
	ReportNothing
	ReportPassed
	ReportNotApplicable
	ReportUnvisited
	ReportUnvisitedHelp
	ReportLoading
	ReportNotReady
	ReportNotReadyHelp
	ReportNoScore
	ReportUnavailable
	ReportUnavailableHelp
	ReportOffline
	ReportSaved
	ReportRetry
	ReportWhy
	ReportFix
	ReportPages
	ReportEvidence
	ReportShown
	WholeSite
	PointsLost
	BackToAudit

	// Pages that are not there.
	MissingPage
	MissingPageHelp
	MissingAudit
	MissingAuditHelp

	// Times and durations.
	AgoSeconds
	AgoMinutes
	AgoHours
	AgoNow
	DurationSeconds
	DurationMinutes
	DurationHours
	DayTime
	TimeUTC

	// What names.go says of unknown codes, and of scores.
	StoppedEarly
	GraveFault
	ProblemOther
	BandGood
	BandFair
	BandPoor

	keys
)

// messages holds every text, by key and language.
var messages = [keys][langs]string{
	SkipToContent:     {"Skip to content", "Saltar al contenido"},
	NavMain:           {"Main", "Principal"},
	NavAudits:         {"Audits", "Auditorías"},
	NavPath:           {"You are here", "Estás aquí"},
	LanguageOther:     {"Change the language to %s", "Cambiar el idioma a %s"},
	PlainVersion:      {"Plain version", "Versión sencilla"},
	PlainHint:         {"Works without WebAssembly and without JavaScript", "Funciona sin WebAssembly y sin JavaScript"},
	WithoutScript:     {"Without JavaScript this page stands still.", "Sin JavaScript esta página no se mueve."},
	TitleSuffix:       {"%s · Atalaya", "%s · Atalaya"},
	TitleAudits:       {"Audits", "Auditorías"},
	TitleRunning:      {"%d%% %s", "%d %% %s"},
	TitleDone:         {"Done: %d, %s", "Terminada: %d, %s"},
	TitleFailed:       {"Failed: %s", "Fallida: %s"},
	TitleCancelled:    {"Cancelled: %s", "Cancelada: %s"},
	TitleQueued:       {"Queued: %s", "En cola: %s"},
	TitleReport:       {"Report: %s", "Informe: %s"},
	TitleMissing:      {"Not found", "No encontrada"},
	DescriptionAudits: {"Audit a website and watch it happen, live", "Audita un sitio web y míralo en directo"},
	DescriptionAudit:  {"Live progress of the audit of %s", "Progreso en directo de la auditoría de %s"},
	DescriptionReport: {"Report of the audit of %s", "Informe de la auditoría de %s"},
	Loading:           {"Loading", "Cargando"},
	Broken:            {"Something went wrong in this page. What the server does is not affected.", "Algo ha fallado en esta página. El trabajo del servidor no se ve afectado."},
	Reload:            {"Reload", "Recargar"},

	StartLabel:      {"Website address", "Dirección del sitio web"},
	StartButton:     {"Start audit", "Auditar"},
	StartBusy:       {"Starting", "Iniciando"},
	StartHelp:       {"Follows the links of the site, respects robots.txt and checks how well people, search engines and AI assistants can read it.", "Sigue los enlaces del sitio, respeta robots.txt y comprueba si lo leen bien las personas, los buscadores y los asistentes de IA."},
	StartEmpty:      {"Write an address such as https://www.example.com", "Escribe una dirección como https://www.example.com"},
	InProgress:      {"In progress", "En curso"},
	History:         {"History", "Historial"},
	ColumnSite:      {"Site", "Sitio"},
	ColumnStatus:    {"Status", "Estado"},
	ColumnScore:     {"Score", "Puntuación"},
	ColumnFindings:  {"Findings", "Hallazgos"},
	ColumnPages:     {"Pages", "Páginas"},
	ColumnFinished:  {"Finished", "Final"},
	NoScore:         {"No score", "Sin puntuación"},
	NoFindings:      {"No findings", "Sin hallazgos"},
	ListEmpty:       {"No audits yet. Paste an address above to start the first one.", "Aún no hay auditorías. Pega una dirección arriba para empezar."},
	ListNoHistory:   {"No audit has finished yet.", "Aún no ha terminado ninguna auditoría."},
	ListLoading:     {"Loading the audits", "Cargando las auditorías"},
	ListUnknown:     {"The list of audits cannot be shown", "No se puede mostrar la lista de auditorías"},
	ListUnknownHelp: {"No copy of it is kept on this device. It appears as soon as the server answers.", "No hay copia en este dispositivo. Aparecerá en cuanto el servidor responda."},
	AuditLabel:      {"Audit %d", "Auditoría %d"},
	SoFar:           {"%s so far", "%s hasta ahora"},

	AuditNumber:       {"Audit #%d", "Auditoría n.º %d"},
	StartedAt:         {"Started %s", "Inicio: %s"},
	QueuedAt:          {"Queued %s", "En cola: %s"},
	FinishedAt:        {"Finished %s", "Final: %s"},
	UpToPages:         {"Up to %s pages", "Hasta %s páginas"},
	AttemptNumber:     {"Attempt %d", "Intento %d"},
	ProgressHeading:   {"Progress", "Progreso"},
	ProgressName:      {"Audit progress", "Progreso de la auditoría"},
	ProgressValue:     {"%d percent, %s", "%d por ciento, %s"},
	ProgressUnknown:   {"Nothing known yet", "Aún sin datos"},
	WaitingWorker:     {"Waiting for a worker", "Esperando turno"},
	WaitingWorkerHelp: {"The audit starts as soon as a worker is free", "La auditoría empieza en cuanto haya un proceso libre"},
	ExternalWork:      {"External work", "Trabajo externo"},
	Elapsed:           {"Elapsed", "Tiempo"},
	Speed:             {"Speed", "Ritmo"},
	SpeedValue:        {"%s pages/min", "%s páginas/min"},
	StepOf:            {"Step %d of %d", "Paso %d de %d"},
	PagesHeading:      {"Pages", "Páginas"},
	PagesNewest:       {"Newest first", "Las últimas primero"},
	PagesNone:         {"No pages to show.", "No hay páginas que mostrar."},
	ColumnCode:        {"Code", "Código"},
	ColumnPage:        {"Page", "Página"},
	ColumnTime:        {"Time", "Tiempo"},
	Milliseconds:      {"%s ms", "%s ms"},
	MillisecondsUnder: {"<1 ms", "<1 ms"},
	CodeNone:          {"none", "sin resp."},
	None:              {"None", "Ninguno"},
	ScoreSoFar:        {"Score so far", "Puntuación hasta ahora"},
	ScoreFinal:        {"Score", "Puntuación"},
	ScoreNotYet:       {"A first score appears after some pages.", "La primera puntuación aparece tras algunas páginas."},
	ScoreOf:           {"of 100", "de 100"},
	FindingsSoFar:     {"Findings so far", "Hallazgos hasta ahora"},
	FindingsFinal:     {"Findings", "Hallazgos"},
	FindingsNone:      {"Nothing to report so far.", "Nada que señalar por ahora."},
	Responses:         {"Responses", "Respuestas"},
	ResponsesFailed:   {"no answer", "sin respuesta"},
	ResponsesNone:     {"No answers to show.", "No hay respuestas que mostrar."},
	OpenReport:        {"Open report", "Abrir informe"},
	AllAudits:         {"All audits", "Todas las auditorías"},
	CancelButton:      {"Cancel", "Cancelar"},
	CancelBusy:        {"Cancelling", "Cancelando"},
	CancelQuestion:    {"Stop this audit?", "¿Detener la auditoría?"},
	CancelConfirm:     {"Stop and keep results", "Detener y conservar"},
	CancelGoOn:        {"Go on", "Seguir"},
	CancelFailed:      {"The audit could not be cancelled. %s", "No se pudo cancelar la auditoría. %s"},

	ConnConnecting:      {"Connecting", "Conectando"},
	ConnConnectingText:  {"Opening the live channel…", "Abriendo el canal en directo…"},
	ConnLive:            {"Live", "En directo"},
	ConnLiveText:        {"Updates arrive as they happen", "Los cambios llegan al momento"},
	ConnBack:            {"Live again", "De nuevo en directo"},
	ConnBackText:        {"Nothing was missed", "No se ha perdido nada"},
	ConnLost:            {"Connection lost", "Conexión perdida"},
	ConnRestarting:      {"The server is restarting", "El servidor se está reiniciando"},
	ConnNoDatabase:      {"The server cannot reach its database", "El servidor no llega a su base de datos"},
	ConnBrowserRetries:  {"Trying again", "Reintentando"},
	ConnRetryIn:         {"Trying again in %d s (attempt %d)", "Reintento en %d s (intento %d)"},
	ConnRetryNow:        {"Trying again now (attempt %d)", "Reintentando ahora (intento %d)"},
	ConnPolling:         {"Checking every few seconds", "Consulta cada pocos segundos"},
	ConnPollingBlocked:  {"The live channel is blocked, so progress is fetched instead", "El canal en directo está bloqueado; se consulta el progreso"},
	ConnPollingLost:     {"The live channel keeps breaking, so progress is fetched instead", "El canal en directo se corta una y otra vez; se consulta el progreso"},
	ConnPollingMissing:  {"This browser has no live channel, so progress is fetched instead", "Este navegador no tiene canal en directo; se consulta el progreso"},
	ConnPollingFails:    {"The last check failed: %s. The next one follows shortly", "La última consulta falló: %s. Pronto se hará otra"},
	ConnOffline:         {"You are offline", "Sin conexión"},
	ConnOfflineText:     {"Showing what was known at %s. The audit goes on at the server", "Se muestra lo último conocido: %s. La auditoría sigue en el servidor"},
	ConnOfflineNothing:  {"No copy of this audit is kept on this device", "No hay copia de esta auditoría en este dispositivo"},
	ConnOfflineList:     {"Showing what was known at %s", "Se muestra lo último conocido: %s"},
	ConnServer:          {"The server does not answer", "El servidor no responde"},
	ConnServerText:      {"Last data from %s. Trying again", "Últimos datos: %s. Reintentando"},
	ConnServerNothing:   {"Nothing is known yet. Trying again", "Aún sin datos. Reintentando"},
	ConnStalled:         {"No news for %s", "Sin novedades desde hace %s"},
	ConnStalledText:     {"You are connected, but the worker has reported nothing since %s", "Hay conexión, pero el proceso no informa. Último informe: %s"},
	ConnDone:            {"Done in %s", "Terminada en %s"},
	ConnDoneText:        {"%s, %s, score %d", "%s, %s, puntuación %d"},
	ConnDoneNoScore:     {"%s, %s, no score", "%s, %s, sin puntuación"},
	ConnFailed:          {"Failed after %s", "Falló a los %s"},
	ConnFailedUnstarted: {"Failed", "Falló"},
	ConnFailedText:      {"The worker gave no reason", "El proceso no dio ningún motivo"},
	ConnCancelled:       {"Cancelled", "Cancelada"},
	ConnCancelledText:   {"Stopped at %s. Kept: %s", "Detenida: %s. Se conserva: %s"},
	ConnDeleted:         {"This audit no longer exists", "Esta auditoría ya no existe"},
	ConnDeletedSaved:    {"A copy saved at %s is shown", "Se muestra una copia guardada: %s"},
	ConnDeletedNothing:  {"It was deleted at the server", "Se ha borrado en el servidor"},
	ConnForbidden:       {"You cannot see this audit", "No puedes ver esta auditoría"},
	ConnForbiddenText:   {"Sign in or ask for access", "Inicia sesión o pide acceso"},
	ConnRetryButton:     {"Retry now", "Reintentar ya"},
	ConnLiveButton:      {"Try live again", "Probar en directo"},
	LastUpdate:          {"Last update %s", "Último dato %s"},
	SavedCopy:           {"Copy saved at %s", "Copia guardada: %s"},
	PillConnecting:      {"Connecting", "Conectando"},
	PillLive:            {"Live", "En directo"},
	PillLost:            {"Reconnecting", "Reconectando"},
	PillPolling:         {"Checking", "Consultando"},
	PillOffline:         {"Offline", "Sin conexión"},
	PillServer:          {"No answer", "Sin respuesta"},
	PillSaved:           {"Ended", "Finalizada"},
	FaultNetwork:        {"no answer came", "no hubo respuesta"},
	FaultTimeout:        {"the answer took too long", "la respuesta tardó demasiado"},
	FaultForeign:        {"something other than the server answered, perhaps a sign-in page", "respondió algo que no es el servidor, quizá una página de acceso"},
	FaultStatus:         {"the server answered with code %d", "el servidor respondió con el código %d"},
	FaultBadData:        {"the answer could not be read", "la respuesta no se pudo leer"},

	SayProgress: {"%d percent", "%d por ciento"},
	SayStage:    {"%s, %d percent", "%s, %d por ciento"},

	ReportHeading:         {"Report", "Informe"},
	ReportScore:           {"Score %d of 100: %s", "Puntuación %d de 100: %s"},
	ReportCategories:      {"Score by category", "Puntuación por categoría"},
	ReportCaps:            {"What limits the score", "Qué limita la puntuación"},
	ReportCap:             {"With this the score cannot exceed %d", "Con esto la puntuación no puede pasar de %d"},
	ReportPartial:         {"Partial report", "Informe parcial"},
	ReportPartialPages:    {"%s: %s of %s known addresses were analysed as pages.", "%s: se analizaron como páginas %s de %s direcciones conocidas."},
	ReportFindings:        {"Findings by check", "Hallazgos por comprobación"},
	ReportNoFindings:      {"No check found anything to mend.", "Ninguna comprobación encontró nada que corregir."},
	ReportNothing:         {"Nothing was analysed.", "No se analizó nada."},
	ReportPassed:          {"Passed", "Superadas"},
	ReportNotApplicable:   {"Not applicable", "No aplicables"},
	ReportUnvisited:       {"Not visited", "Sin visitar"},
	ReportUnvisitedHelp:   {"Addresses found on the site that were not fetched", "Direcciones encontradas en el sitio que no se leyeron"},
	ReportLoading:         {"Loading the report", "Cargando el informe"},
	ReportNotReady:        {"There is no report yet", "Aún no hay informe"},
	ReportNotReadyHelp:    {"It appears here by itself when the audit has ended.", "Aparece aquí sola cuando termina la auditoría."},
	ReportNoScore:         {"This audit gave no score", "Esta auditoría no tiene puntuación"},
	ReportUnavailable:     {"The report cannot be shown", "No se puede mostrar el informe"},
	ReportUnavailableHelp: {"%s No copy of it is kept on this device.", "%s No hay copia en este dispositivo."},
	ReportOffline:         {"The server does not answer", "El servidor no responde"},
	ReportSaved:           {"A copy saved at %s is shown", "Se muestra una copia guardada: %s"},
	ReportRetry:           {"Try again", "Reintentar"},
	ReportWhy:             {"Why it matters", "Por qué importa"},
	ReportFix:             {"How to fix it", "Cómo corregirlo"},
	ReportPages:           {"Where", "Dónde"},
	ReportEvidence:        {"%s: %s", "%s: %s"},
	ReportShown:           {"The first %d are shown.", "Se muestran los %d primeros."},
	WholeSite:             {"Whole site", "Todo el sitio"},
	PointsLost:            {"%s points", "%s puntos"},
	BackToAudit:           {"Back to the audit", "Volver a la auditoría"},

	MissingPage:      {"There is nothing at this address", "No hay nada en esta dirección"},
	MissingPageHelp:  {"Perhaps the link is old or was copied in part.", "Quizá el enlace es antiguo o se copió a medias."},
	MissingAudit:     {"There is no audit %d", "No existe la auditoría %d"},
	MissingAuditHelp: {"It was deleted, or the address is mistyped.", "Se ha borrado o la dirección tiene una errata."},

	AgoSeconds:      {"%d s ago", "hace %d s"},
	AgoMinutes:      {"%d min ago", "hace %d min"},
	AgoHours:        {"%d h ago", "hace %d h"},
	AgoNow:          {"just now", "ahora mismo"},
	DurationSeconds: {"%d s", "%d s"},
	DurationMinutes: {"%d min", "%d min"},
	DurationHours:   {"%d h", "%d h"},
	DayTime:         {"%s, %s", "%s, %s"},
	TimeUTC:         {"%s UTC", "%s UTC"},

	StoppedEarly: {"The audit did not see the whole site", "La auditoría no vio el sitio entero"},
	GraveFault:   {"A grave fault", "Un fallo grave"},
	ProblemOther: {"The server could not do that. Try again.", "El servidor no pudo hacerlo. Inténtalo otra vez."},
	BandGood:     {"Good", "Bien"},
	BandFair:     {"Needs work", "Mejorable"},
	BandPoor:     {"Poor", "Deficiente"},
}

// Plural names a message with a form for one and a form for every other number.
type Plural uint8

// The messages that depend on a number.
const (
	Audits Plural = iota
	Pages
	PagesAnalysed
	AddressesFound
	PagesDone
	FromPages
	FindingsCount
	FindingsOnPages
	RunningCount
	Addresses

	pluralKeys
)

type forms struct{ one, other string }

var plurals = [pluralKeys][langs]forms{
	Audits:          {{"%s audit", "%s audits"}, {"%s auditoría", "%s auditorías"}},
	Pages:           {{"%s page", "%s pages"}, {"%s página", "%s páginas"}},
	PagesAnalysed:   {{"%s page analysed", "%s pages analysed"}, {"%s página analizada", "%s páginas analizadas"}},
	AddressesFound:  {{"%s address found", "%s addresses found"}, {"%s dirección encontrada", "%s direcciones encontradas"}},
	PagesDone:       {{"%s page is done. What was found so far is kept.", "%s pages are done. What was found so far is kept."}, {"Hay %s página revisada. Lo encontrado hasta ahora se conserva.", "Hay %s páginas revisadas. Lo encontrado hasta ahora se conserva."}},
	FromPages:       {{"from %s page", "from %s pages"}, {"de %s página", "de %s páginas"}},
	FindingsCount:   {{"%s finding", "%s findings"}, {"%s hallazgo", "%s hallazgos"}},
	FindingsOnPages: {{"%s place", "%s places"}, {"%s lugar", "%s lugares"}},
	RunningCount:    {{"%s running", "%s running"}, {"%s en curso", "%s en curso"}},
	Addresses:       {{"%s address", "%s addresses"}, {"%s dirección", "%s direcciones"}},
}
