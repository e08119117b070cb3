package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// filesView is the menu of the files in which a report can be taken away. They come from
// the server, so a copy kept on this device cannot give them: why says so then.
func filesView(l text.Lang, audit int64, why string) app.UI {
	if why != "" {
		return el("section", "card folds no-print", foldView(l.T(text.FilesHeading), len(text.Files(l)), elText("p", "t2", why)))
	}
	files := text.Files(l)
	rows := make([]app.UI, len(files))
	for i, f := range files {
		// With download, go-app leaves the link to the browser; the server names the file.
		rows[i] = el("li", "", elWith("a", "", at{
			"href", shared.PathFile(audit, f.Format, l.Tag()), "download", "report." + f.Format,
		}, app.Text(f.For)))
	}
	return el("section", "card folds no-print", foldView(l.T(text.FilesHeading), len(rows), el("ul", "pairs", rows...)))
}
