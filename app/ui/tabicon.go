package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
)

// progressIcon is the address of the tab's icon while an audit runs: its percentage as a
// ring. It is empty when the product's own icon is the right one. The policy allows
// images that are written into their address.
func progressIcon(p *shared.AuditProgress) string {
	if p == nil || p.Status != shared.StatusRunning {
		return ""
	}
	const length = 628 // of the circle, in 1/10: r = 10
	return "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E" +
		"%3Crect width='32' height='32' rx='7' fill='%231b5ea8'/%3E" +
		"%3Cg fill='none' stroke-width='5' transform='rotate(-90 16 16)'%3E" +
		"%3Ccircle cx='16' cy='16' r='10' stroke='%23fff' stroke-opacity='.35'/%3E" +
		"%3Ccircle cx='16' cy='16' r='10' stroke='%23ffc04d' stroke-dasharray='" +
		tenths(length*p.Progress/100) + " 99'/%3E%3C/g%3E%3C/svg%3E"
}

const iconID = "tab-icon"

// showIcon gives the tab an icon in place of the product's; the empty address takes it
// away again. A browser that draws no icon of this kind keeps the product's.
func (d *device) showIcon(address string) {
	if app.IsServer || d.icon == address {
		return
	}
	d.icon = address
	link := app.Window().GetElementByID(iconID)
	switch {
	case address == "":
		if link.Truthy() {
			link.Call("remove")
		}
		return
	case !link.Truthy():
		document := app.Window().Get("document")
		link = document.Call("createElement", "link")
		link.Set("id", iconID)
		link.Set("rel", "icon")
		link.Set("type", "image/svg+xml")
		document.Get("head").Call("appendChild", link)
	}
	link.Set("href", address)
}
