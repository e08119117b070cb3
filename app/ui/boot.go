package ui

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// boot is what a page was drawn from on the server, for the client to start
// with: go-app draws everything anew in the browser.
type boot struct {
	// Page and ID say what the record is for; a page ignores the record of
	// another.
	Page pageKind  `json:"page"`
	ID   int64     `json:"id,omitempty"`
	Lang text.Lang `json:"lang"`
	// At is the server's time of drawing.
	At       shared.Time            `json:"at"`
	Progress *shared.AuditProgress  `json:"progress,omitempty"`
	Audits   []shared.AuditProgress `json:"audits,omitzero"`
	Report   *shared.Report         `json:"report,omitempty"`
	// Brief is true when Report names fewer places than there are to name.
	Brief bool `json:"brief,omitempty"`
	// List is the dashboard's history without the audits that are in Audits already.
	List *shared.AuditList `json:"list,omitempty"`
	// Role is what the reader may do; empty when nobody knows.
	Role shared.Role `json:"role,omitempty"`
	// Missing is true when the server knows that there is no such audit or site.
	Missing bool `json:"missing,omitempty"`
}

// pageKind names a page of the app.
type pageKind string

const (
	pageDashboard pageKind = "dashboard"
	pageAudit     pageKind = "audit"
	pageReport    pageKind = "report"
	pageSettings  pageKind = "settings"
	pageSites     pageKind = "sites"
	pageSite      pageKind = "site"
	pageCompare   pageKind = "compare"
	pageShell     pageKind = "shell"
	pageMissing   pageKind = "missing"
)

// maxBoot bounds the encoded record. A larger report is left out: the client
// then fetches it.
const maxBoot = 192 << 10

// encode writes the record for the data-boot attribute, as JSON, which repeats itself
// and so is short once the page is compressed.
func (b boot) encode() string {
	raw, err := json.Marshal(b)
	if err == nil && len(raw) > maxBoot {
		b.Report = nil
		raw, err = json.Marshal(b)
	}
	if err != nil || len(raw) > maxBoot {
		return ""
	}
	return escapeJSON(string(raw))
}

// escapeJSON writes what is no printable character in JSON's own way: as a reference in
// an attribute it might be read as another character.
func escapeJSON(raw string) string {
	var b strings.Builder
	for _, r := range raw {
		switch {
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// decodeBoot reads a record; ok is false when there is none, or when it breaks the
// contract.
func decodeBoot(s string) (b boot, ok bool) {
	if json.Unmarshal([]byte(s), &b) != nil {
		return boot{}, false
	}
	if b.Progress != nil && b.Progress.Validate() != nil {
		return boot{}, false
	}
	if !valid(b.Audits) || b.List != nil && !valid(b.List.Audits) {
		return boot{}, false
	}
	if b.Report != nil && b.Report.Audit.Validate() != nil {
		return boot{}, false
	}
	return b, true
}

func valid(audits []shared.AuditProgress) bool {
	for i := range audits {
		if audits[i].Validate() != nil {
			return false
		}
	}
	return true
}

// readBoot reads the record of the page that the server drew, which is still in
// the document while the first page mounts.
func readBoot(kind pageKind, id int64) (boot, bool) {
	b, ok := bootIn(app.Window().Get("document"))
	return b, ok && b.Page == kind && b.ID == id
}

// bootIn reads the record of a page that the server drew.
func bootIn(document node) (boot, bool) {
	element := document.Call("querySelector", "[data-boot]")
	if !element.Truthy() {
		return boot{}, false
	}
	return decodeBoot(element.Call("getAttribute", "data-boot").String())
}
