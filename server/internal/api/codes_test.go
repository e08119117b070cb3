package api_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"atalaya/server/internal/api"
	"atalaya/server/internal/api/apitest"
	"atalaya/shared"
	"atalaya/shared/text"
)

// TestEveryCodeHasAStatusAndATitle asks the table of problems for each code.
func TestEveryCodeHasAStatusAndATitle(t *testing.T) {
	problems := api.NewProblems(nil)
	for _, code := range shared.Codes {
		p := problems.Describe(&api.Error{Code: code})
		if p.Status < 400 || p.Status > 599 || p.Title == "" || p.Code != code {
			t.Errorf("%s is answered with %+v", code, p)
		}
	}
}

// TestTheTableDecidesTheStatus finds the same status in the answer and in its body.
func TestTheTableDecidesTheStatus(t *testing.T) {
	problems := api.NewProblems(nil, api.Rule{Err: errors.ErrUnsupported, Code: shared.CodeNotAcceptable})
	w := httptest.NewRecorder()
	problems.Fail(w, httptest.NewRequest("GET", shared.PathAudits, nil), errors.ErrUnsupported)
	if want := problems.Describe(errors.ErrUnsupported).Status; w.Code != want || want != http.StatusNotAcceptable {
		t.Errorf("answered %d, described %d", w.Code, want)
	}
}

// TestDocumentDescribesEveryCode compares the enum of the document, in order.
func TestDocumentDescribesEveryCode(t *testing.T) {
	var got []shared.Code
	for _, code := range apitest.Read(t).Components.Schemas["Problem"].Value.Properties["code"].Value.Enum {
		got = append(got, shared.Code(code.(string)))
	}
	if !slices.Equal(got, shared.Codes[:]) {
		t.Errorf("described are\n%q, want\n%q", got, shared.Codes)
	}
}

// TestEveryCodePeopleMeetHasWords asks for words of its own in every language. A
// malformed request is a mistake of the program that sent it, and a fault of the
// server says nothing that would help: for both the general sentence will do.
func TestEveryCodePeopleMeetHasWords(t *testing.T) {
	general := []int{
		http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusUnsupportedMediaType,
		http.StatusInternalServerError,
	}
	problems := api.NewProblems(nil)
	for _, code := range shared.Codes {
		status := problems.Describe(&api.Error{Code: code}).Status
		for _, l := range text.Langs {
			if text.Problem(l, string(code)) == text.Problem(l, "") && !slices.Contains(general, status) {
				t.Errorf("%s (%d) has no words in %s", code, status, l.Tag())
			}
		}
	}
}
