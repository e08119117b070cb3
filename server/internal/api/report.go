package api

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"atalaya/server/internal/export"
	"atalaya/shared"
	"atalaya/shared/text"
)

// getReport handles GET /api/v1/audits/{id}/report: the report of an audit that has ended,
// as JSON or as a file. It never changes but with the program, so its tag names the audit's
// revision, the form and the version.
func (a *API) getReport(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	e, err := readForm(r)
	if err != nil {
		return err
	}
	report, err := a.Service.Report(r.Context(), id)
	if err != nil {
		return err
	}
	if !report.Audit.Status.Terminal() {
		return &Error{Code: shared.CodeConflict, Detail: "The report comes with the end of the audit."}
	}
	w.Header().Add("Vary", "Accept")
	if e.Format == export.JSON && !e.Whole {
		// Weak, so that the report may be compressed; no write is made conditional on it.
		w.Header().Set("ETag", "W/"+a.reportTag(&report))
		return writeJSON(w, http.StatusOK, report)
	}
	e.Report, e.Rows = &report, a.Service
	return sendFile(w, r, e, a.reportTag(&report, formOf(e)...))
}

// readForm reads the form in which a report is wanted: from the query, or else from the
// Accept header.
func readForm(r *http.Request) (e export.Export, err error) {
	q, err := readQuery(r, shared.ParamFormat, shared.ParamLang, shared.ParamBOM, shared.ParamWhole)
	if err != nil {
		return e, err
	}
	if e.Format, err = readFormat(q, r.Header.Values("Accept")); err != nil {
		return e, err
	}
	if e.Lang, err = readLang(q); err != nil {
		return e, err
	}
	bom, err := readFlag(q, shared.ParamBOM)
	if err != nil {
		return e, err
	}
	whole, err := readFlag(q, shared.ParamWhole)
	e.BOM, e.Whole = bom && e.Format == export.CSV, whole && e.Format == export.JSON
	return e, err
}

// readLang reads the language of a file; English when none was named.
func readLang(q url.Values) (text.Lang, error) {
	tag := q.Get(shared.ParamLang)
	l, known := text.Parse(tag)
	if tag != "" && !known {
		return l, &Error{Code: shared.CodeBadQuery, Field: shared.ParamLang, Detail: "lang is one of: " + langs() + "."}
	}
	return l, nil
}

func readFormat(q url.Values, accept []string) (export.Format, error) {
	if name := export.Format(q.Get(shared.ParamFormat)); name != "" {
		if name.MediaType() == "" {
			return "", &Error{
				Code: shared.CodeNotAcceptable, Field: shared.ParamFormat, Detail: "A report comes as " + formats() + ".",
			}
		}
		return name, nil
	}
	format, ok := export.Choose(strings.Join(accept, ","))
	if !ok {
		return "", &Error{Code: shared.CodeNotAcceptable, Detail: "A report comes as " + formats() + "; ?format= names one."}
	}
	return format, nil
}

func formats() string {
	names := make([]string, len(export.Formats))
	for i, f := range export.Formats {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}

func langs() string {
	tags := make([]string, len(text.Langs))
	for i, l := range text.Langs {
		tags[i] = l.Tag()
	}
	return strings.Join(tags, ", ")
}

// reportTag is the tag of a form of a report, which the same program always gives.
func (a *API) reportTag(report *shared.Report, form ...string) string {
	names := append([]string{strconv.FormatInt(report.Audit.Revision, 10)}, form...)
	if a.Version != "" {
		names = append(names, a.Version)
	}
	return strconv.Quote(strings.Join(names, "-"))
}

// formOf names what the bytes of a file depend on besides the report. The tag of a file is
// strong, which also keeps package answer from gathering the whole file to compress it.
func formOf(e export.Export) []string {
	form := []string{string(e.Format), e.Lang.Tag()}
	if e.BOM {
		form = append(form, "bom")
	}
	return form
}

// filePolicy has a browser that shows a file all the same do so as that of a stranger.
const filePolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

// sendFile streams a report. An error before the first bytes is an answer of its own; one
// behind them cuts the connection, so that nobody takes a part for the whole.
func sendFile(w http.ResponseWriter, r *http.Request, e export.Export, tag string) error {
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache")
	if shared.IfNoneMatch(r.Header.Values("If-None-Match")).Match(tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Disposition", `attachment; filename="`+e.Format.FileName(&e.Report.Audit)+`"`)
	policy := h.Get("Content-Security-Policy")
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodHead {
		h.Set("Content-Type", e.Format.ContentType())
		w.WriteHeader(http.StatusOK)
		return nil
	}
	out := &file{w: w, contentType: e.Format.ContentType()}
	err := e.Write(r.Context(), out)
	if err != nil && out.begun {
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		h.Del("ETag")
		h.Del("Content-Disposition")
		h.Set("Content-Security-Policy", policy)
	}
	return err
}

// file is the body of an answer that may take long: its deadline counts anew with each
// piece.
type file struct {
	w           http.ResponseWriter
	contentType string
	begun       bool
}

func (f *file) Write(b []byte) (int, error) {
	if !f.begun {
		f.begun = true
		f.w.Header().Set("Content-Type", f.contentType)
	}
	extendDeadline(f.w)
	return f.w.Write(b)
}
