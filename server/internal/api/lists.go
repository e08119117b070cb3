package api

import (
	"net/http"

	"atalaya/shared"
)

// listPages handles GET /api/v1/audits/{id}/pages, in the order fetched; ?url= keeps one page,
// ?referrer=, ?q=, ?found= and ?answer= those that are asked for.
func (a *API) listPages(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	q, err := readQuery(r, "url", "referrer", "q", "found", "answer", "cursor", "limit")
	if err != nil {
		return err
	}
	pq := shared.PageQuery{
		URL: q.Get("url"), Referrer: q.Get("referrer"), Text: q.Get("q"), Found: shared.Severity(q.Get("found")),
		Answer: shared.Answer(q.Get("answer")), Cursor: q.Get("cursor"),
	}
	if pq.Found != "" && !pq.Found.Counted() {
		return &Error{Code: shared.CodeBadQuery, Field: "found", Detail: "found is error, warning or notice."}
	}
	if _, _, ok := pq.Answer.Statuses(); !ok && pq.Answer != shared.AnswerAny {
		return &Error{Code: shared.CodeBadQuery, Field: "answer", Detail: "answer is 2xx, 3xx, 4xx, 5xx or failed."}
	}
	if pq.Limit, err = readLimit(q); err != nil {
		return err
	}
	list, err := a.Service.Pages(r.Context(), id, pq)
	if err != nil {
		return err
	}
	linkNext(w, r, q, list.NextCursor)
	return writeJSON(w, http.StatusOK, list)
}

// listFindings handles GET /api/v1/audits/{id}/findings; ?check= keeps one check and ?group=
// one group, ?page= one page by its address; ?grouped=true gives the first finding of each group.
func (a *API) listFindings(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	q, err := readQuery(r, "check", "group", "page", "grouped", "cursor", "limit")
	if err != nil {
		return err
	}
	fq := shared.FindingQuery{
		CheckID: q.Get("check"), Group: q.Get("group"), PageURL: q.Get("page"), Cursor: q.Get("cursor"),
	}
	if fq.Grouped, err = readFlag(q, "grouped"); err != nil {
		return err
	}
	if fq.Limit, err = readLimit(q); err != nil {
		return err
	}
	list, err := a.Service.Findings(r.Context(), id, fq)
	if err != nil {
		return err
	}
	linkNext(w, r, q, list.NextCursor)
	return writeJSON(w, http.StatusOK, list)
}

// listLinks handles GET /api/v1/audits/{id}/links: those that lead ?to= a page of the audit, or
// that lead on ?from= one.
func (a *API) listLinks(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	q, err := readQuery(r, "to", "from", "cursor", "limit")
	if err != nil {
		return err
	}
	lq := shared.LinkQuery{To: q.Get("to"), From: q.Get("from"), Cursor: q.Get("cursor")}
	if (lq.To == "") == (lq.From == "") {
		return &Error{Code: shared.CodeBadQuery, Field: "to", Detail: "Links are asked for by to or from, the address of a page."}
	}
	if lq.Limit, err = readLimit(q); err != nil {
		return err
	}
	list, err := a.Service.Links(r.Context(), id, lq)
	if err != nil {
		return err
	}
	linkNext(w, r, q, list.NextCursor)
	return writeJSON(w, http.StatusOK, list)
}

// listUnvisited handles GET /api/v1/audits/{id}/unvisited: the addresses that an audit
// left out; ?reason= keeps one reason, ?q= the addresses that contain a text.
func (a *API) listUnvisited(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	q, err := readQuery(r, "reason", "q", "cursor", "limit")
	if err != nil {
		return err
	}
	uq := shared.UnvisitedQuery{Reason: q.Get("reason"), Text: q.Get("q"), Cursor: q.Get("cursor")}
	if uq.Limit, err = readLimit(q); err != nil {
		return err
	}
	list, err := a.Service.Unvisited(r.Context(), id, uq)
	if err != nil {
		return err
	}
	linkNext(w, r, q, list.NextCursor)
	return writeJSON(w, http.StatusOK, list)
}
