package text

import "fmt"

// Basic names a message of the plain pages that no other page has.
type Basic uint8

// The messages of the plain pages.
const (
	BasicFull Basic = iota
	BasicRenews
	BasicRetries
	BasicLanguage
	BasicPercent
	BasicQueued
	BasicStarted
	BasicUpdated
	BasicFinished
	BasicAnalysed
	BasicFound
	BasicLimit
	BasicMessage
	BasicPoints
	BasicSeverities
	BasicResponses
	BasicBadForm
	BasicBadNumber
	BasicBadNumberHelp
	BasicUnavailable

	basicKeys
)

var basics = [basicKeys][langs]string{
	BasicFull:          {"Full version", "Versión completa"},
	BasicRenews:        {"This page renews itself every %d seconds until the audit has ended.", "Esta página se renueva cada %d segundos hasta que termine la auditoría."},
	BasicRetries:       {"This page tries again every %d seconds.", "Esta página lo intenta de nuevo cada %d segundos."},
	BasicLanguage:      {"English", "Español"},
	BasicPercent:       {"%d%%", "%d %%"},
	BasicQueued:        {"Queued", "En cola desde"},
	BasicStarted:       {"Started", "Inicio"},
	BasicUpdated:       {"Last change", "Último cambio"},
	BasicFinished:      {"Finished", "Final"},
	BasicAnalysed:      {"Pages analysed", "Páginas analizadas"},
	BasicFound:         {"Addresses found", "Direcciones encontradas"},
	BasicLimit:         {"Page limit", "Límite de páginas"},
	BasicMessage:       {"Message", "Mensaje"},
	BasicPoints:        {"%d of 100: %s", "%d de 100: %s"},
	BasicSeverities:    {"%s critical, %s warnings, %s notices", "%s críticos, %s avisos, %s notas"},
	BasicResponses:     {"%s good, %s redirects, %s client errors, %s server errors, %s without an answer", "%s correctas, %s redirecciones, %s errores de cliente, %s errores de servidor, %s sin respuesta"},
	BasicBadForm:       {"The form could not be read. Fill it in again.", "No se pudo leer el formulario. Rellénalo otra vez."},
	BasicBadNumber:     {"That is not the number of an audit", "Eso no es el número de una auditoría"},
	BasicBadNumberHelp: {"Audits are numbered 1, 2, 3 and so on.", "Las auditorías se numeran 1, 2, 3, etcétera."},
	BasicUnavailable:   {"The data cannot be shown", "No se pueden mostrar los datos"},
}

// B is the message k of the plain pages with its verbs filled in.
func (l Lang) B(k Basic, args ...any) string {
	if l >= langs {
		l = EN
	}
	if len(args) == 0 {
		return basics[k][l]
	}
	return fmt.Sprintf(basics[k][l], args...)
}
