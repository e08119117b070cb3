//go:build !js

package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// drawn is a page that only the server draws.
func drawn(kind pageKind, common base) app.Composer {
	switch kind {
	case pageSites:
		return &sitesPage{base: common}
	case pageSite:
		return &sitePage{base: common}
	}
	return &comparePage{base: common}
}
