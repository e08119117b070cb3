package pages

import (
	"net/http"

	"atalaya/shared"
)

// swaggerUI is the folder of what draws the description of the API.
const swaggerUI = "/web/static/swagger-ui/"

// referenceModel is the page that describes the API. Its words are those of the description.
type referenceModel struct{ Theme, Style, Icon, Library, Script, Description string }

// reference shows what the API can do, and lets people try it.
func (p *plain) reference(w http.ResponseWriter, r *http.Request) {
	p.write(w, r, http.StatusOK, "reference.html", referenceModel{
		Theme: string(look(r).Theme), Style: p.Web.Resolve(swaggerUI + "swagger-ui.css"),
		Icon:    p.Web.Resolve("/web/static/icons/icon-32.png"),
		Library: p.Web.Resolve(swaggerUI + "swagger-ui-bundle.js"), Script: p.Web.Resolve("/web/static/reference.js"),
		Description: shared.PathDescription,
	})
}
