package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"atalaya/shared"
)

// Agents that act for people read pages as screen readers do, so these checks matter to
// both.
var accessibility = []Check{
	{
		ID: "img-alt-missing", Category: shared.CategoryAccessibility, Severity: shared.SeverityWarning,
		Source: "WCAG 2.2 success criterion 1.1.1", Page: &PageRule{hasImages, imgAltMissing},
	},
	{
		ID: "link-name-empty", Category: shared.CategoryAccessibility, Severity: shared.SeverityWarning,
		Source: "WCAG 2.2 success criterion 2.4.4", Page: &PageRule{hasLinkElements, linkNameEmpty},
	},
	{
		ID: "form-label-missing", Category: shared.CategoryAccessibility, Severity: shared.SeverityWarning,
		Source: "WCAG 2.2 success criterion 1.3.1", Page: &PageRule{hasControls, formLabelMissing},
	},
	{
		ID: "heading-skip", Category: shared.CategoryAccessibility, Severity: shared.SeverityNotice,
		Source: "axe: heading-order", Page: &PageRule{hasHeadings, headingSkip},
	},
	{
		ID: "no-main-landmark", Category: shared.CategoryAccessibility, Severity: shared.SeverityNotice,
		Source: "axe: landmark-one-main", Page: &PageRule{wasReadWhole, noMainLandmark},
	},
	{
		ID: "iframe-title-missing", Category: shared.CategoryAccessibility, Severity: shared.SeverityNotice,
		Source: "WCAG 2.2 success criterion 4.1.2; axe: frame-title", Page: &PageRule{hasFrames, iframeTitleMissing},
	},
	{
		ID: "table-no-header", Category: shared.CategoryAccessibility, Severity: shared.SeverityNotice,
		Source: "WCAG 2.2 success criterion 1.3.1", Page: &PageRule{hasDataTables, tableNoHeader},
	},
	{
		ID: "duplicate-id", Category: shared.CategoryAccessibility, Severity: shared.SeverityNotice,
		Source: "HTML standard: the id attribute; axe: duplicate-id", Page: &PageRule{isHTML, duplicateID},
	},
	{
		ID: "zoom-disabled", Category: shared.CategoryAccessibility, Severity: shared.SeverityWarning,
		Source: "WCAG 2.2 success criterion 1.4.4; axe: meta-viewport", Page: &PageRule{hasViewport, zoomDisabled},
	},
}

var hasImages = unless(func(p *Page) bool { return p.Images == 0 }, NoImages, isHTML)

func imgAltMissing(p *Page) *Fault {
	if p.ImagesWithoutAlt == 0 {
		return nil
	}
	return &Fault{Evidence: append([]shared.Evidence{share(p.ImagesWithoutAlt, p.Images)},
		listEvidence("image", p.WithoutAlt, p.ImagesWithoutAlt)...)}
}

var hasLinkElements = unless(func(p *Page) bool { return p.LinkElements == 0 }, NoLinks, isHTML)

func linkNameEmpty(p *Page) *Fault {
	if p.NamelessTotal == 0 {
		return nil
	}
	return &Fault{Evidence: append([]shared.Evidence{share(p.NamelessTotal, p.LinkElements)},
		listEvidence("markup", p.Nameless, p.NamelessTotal)...)}
}

var hasControls = unless(func(p *Page) bool { return p.Controls == 0 }, NoControls, isHTML)

func formLabelMissing(p *Page) *Fault {
	if p.UnlabelledTotal == 0 {
		return nil
	}
	return &Fault{Evidence: append([]shared.Evidence{share(p.UnlabelledTotal, p.Controls)},
		listEvidence("markup", p.Unlabelled, p.UnlabelledTotal)...)}
}

// share says how many of how many are at fault.
func share(bad, total int) shared.Evidence { return fact("share", fmt.Sprintf("%d / %d", bad, total)) }

var hasHeadings = unless(func(p *Page) bool {
	return !slices.ContainsFunc(p.Headings, func(h Heading) bool { return !h.Silent })
}, NoHeadings, isHTML)

// headingSkip finds headings more than one level below the one before, of those that screen
// readers read. The first heading may have any level: that there is no h1 is a finding of
// its own.
func headingSkip(p *Page) *Fault {
	var jumps []string
	var from Heading
	for _, to := range p.Headings {
		if to.Silent {
			continue
		}
		if from.Level > 0 && to.Level > from.Level+1 {
			jumps = append(jumps, from.outline()+" → "+to.outline())
		}
		from = to
	}
	if jumps == nil {
		return nil
	}
	return &Fault{Evidence: listEvidence("outline", jumps, len(jumps))}
}

// outline is a heading as it stands in an outline of the page.
func (h Heading) outline() string {
	return "h" + strconv.Itoa(h.Level) + " " + cutMarked(h.Text, maxOutline)
}

// maxOutline is how much of a heading's text stands in an outline, in bytes.
const maxOutline = 80

// wasReadWhole applies to pages of which neither a bound nor a script that has not run hides
// a part.
func wasReadWhole(p *Page) Reason {
	switch r := isSeen(p); {
	case r != applies:
		return r
	case p.Cut != "":
		return PartRead
	case p.needsJS():
		return NeedsJS
	}
	return applies
}

func noMainLandmark(p *Page) *Fault {
	if p.Main || p.Frameset {
		return nil
	}
	return &Fault{}
}

var hasFrames = unless(func(p *Page) bool { return p.Frames == 0 }, NoFrames, isHTML)

func iframeTitleMissing(p *Page) *Fault { return writtenFault("markup", p.Untitled) }

var hasDataTables = unless(func(p *Page) bool { return p.DataTables == 0 }, NoTables, isHTML)

func tableNoHeader(p *Page) *Fault { return writtenFault("markup", p.Headless) }

func duplicateID(p *Page) *Fault { return writtenFault("id", p.Twice) }

var hasViewport = unless(func(p *Page) bool { return p.Viewport == "" }, NoViewport, isHTML)

// zoomDisabled finds pages that phones are told not to enlarge, or to less than twice their
// size.
func zoomDisabled(p *Page) *Fault {
	value := strings.NewReplacer(" = ", "=", " =", "=", "= ", "=").Replace(strings.ToLower(p.Viewport))
	for setting := range strings.FieldsFuncSeq(value, func(r rune) bool { return strings.ContainsRune(",; ", r) }) {
		name, amount, _ := strings.Cut(setting, "=")
		scale, err := strconv.ParseFloat(amount, 64)
		switch {
		case name == "user-scalable" && (amount == "no" || err == nil && -1 < scale && scale < 1),
			name == "maximum-scale" && err == nil && 0 <= scale && scale < 2:
			return &Fault{Evidence: []shared.Evidence{fact("viewport", p.Viewport)}}
		}
	}
	return nil
}
