package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// icon is a drawing on a grid of 24, made of one path.
type icon string

const (
	iconNone     icon = ""
	iconCheck    icon = "M5 12.5l4.5 4.5L19 7.5"
	iconCross    icon = "M6 6l12 12M18 6L6 18"
	iconMinus    icon = "M6 12h12"
	iconSpinner  icon = "M12 3.5a8.5 8.5 0 1 1-8.5 8.5"
	iconCircle   icon = "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16Z"
	iconClock    icon = disc + "M12 7.5V12l3 2"
	iconGlobe    icon = disc + "M3.5 12h17M12 3.5c5 5.3 5 11.7 0 17-5-5.3-5-11.7 0-17Z"
	iconChevron  icon = "M9.5 6l6 6-6 6"
	iconStop     icon = disc + "M9.2 9.2h5.6v5.6H9.2z"
	iconTriangle icon = "M12 4 2.8 19.5h18.4ZM12 10v4.2M12 16.9h.01"
	iconNoWifi   icon = "M4 4l16 16M5 10.5A12 12 0 0 1 9 8M19 10.5a12 12 0 0 0-6-3.2M8.2 14.2a6 6 0 0 1 5-1.5M12 18.2h.01"
	iconBack     icon = "M14.5 6l-6 6 6 6"
	iconAgain    icon = "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4v5h-5"
	iconInfo     icon = disc + "M12 11v5.2M12 7.8h.01"
	iconSearch   icon = "M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12ZM15 15l5 5"
	iconLink     icon = "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1"
	iconList     icon = "M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4.2 6.5h.01M4.2 12h.01M4.2 17.5h.01"
	iconSites    icon = "M4 5.5h16v4.5H4zM4 14h16v4.5H4z"
	iconPlus     icon = "M12 5v14M5 12h14"
	iconSliders  icon = "M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0 2 2 0 0 0-4 0M7 17a2 2 0 1 0 4 0 2 2 0 0 0-4 0"
	iconBell     icon = "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15ZM10 20.5a2.2 2.2 0 0 0 4 0"
	iconMore     icon = "M5.5 12h.01M12 12h.01M18.5 12h.01"
	// As Apple's browsers draw them.
	iconShare icon = "M8.5 10H6v10.5h12V10h-2.5M12 15V3.5M8.5 7 12 3.5 15.5 7"
	iconAddTo icon = "M4.5 4.5h15v15h-15zM12 8.5v7M8.5 12h7"

	iconReport icon = "M6 3.5h8.5L18.5 8v12.5H6ZM14 3.5V8h4.5M9 13h6M9 16.5h6"

	disc = "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z"
)

func (i icon) draw(class string) app.UI {
	return svg("svg", "i "+class, at{"viewBox", "0 0 24 24", "aria-hidden", "true"},
		svg("path", "", at{"d", string(i)}))
}

// mark is the product's sign: a tower with its lamp. The beam is a drawing of its own,
// because browsers move whole drawings without painting them anew. class is the mark's
// second class.
func mark(class string) app.UI {
	grid := at{"viewBox", "0 0 32 32"}
	return elWith("span", "mark "+class, at{"aria-hidden", "true"},
		svg("svg", "beam", grid, svg("path", "", at{"d", "M17.5 7 31 2v10Z"})),
		svg("svg", "", grid,
			svg("circle", "lamp", at{"cx", "14", "cy", "7", "r", "3.6"}),
			svg("path", "tower", at{"d", "M6.5 12.5h15V17h-2.1l1.9 13.5H6.7L8.6 17H6.5Z"}),
			svg("path", "door", at{"d", "M12 30.5v-4.8a2 2 0 0 1 4 0v4.8Z"}),
		),
	)
}
