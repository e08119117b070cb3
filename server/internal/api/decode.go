package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"atalaya/shared"
)

// decodeBody reads the one JSON object of a request body into v, strictly.
func decodeBody(w http.ResponseWriter, r *http.Request, v any) error {
	return decodeSmall(w, r, v, shared.MaxBody, "A body has at most 1 MiB.")
}

// decodeSmall is decodeBody for one of at most so many bytes; tooLarge is said of a larger one.
func decodeSmall(w http.ResponseWriter, r *http.Request, v any, most int64, tooLarge string) error {
	if err := checkMediaType(r.Header.Get("Content-Type")); err != nil {
		return err
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	switch {
	case isTooLarge(err):
		return &Error{Code: shared.CodeTooLarge, Detail: tooLarge, Err: err}
	case err != nil:
		return &Error{Code: shared.CodeBadJSON, Detail: "The body could not be read to its end.", Err: err}
	case !utf8.Valid(data):
		return &Error{Code: shared.CodeBadJSON, Detail: "The body is not valid UTF-8."}
	}
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return &Error{Code: shared.CodeBadJSON, Detail: "The body must be one JSON object."}
	}
	if err := checkNames(data, v); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return explainJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return &Error{Code: shared.CodeBadJSON, Detail: "Something follows the JSON object."}
	}
	return nil
}

// checkNames refuses names that encoding/json would take for a field of v
// although they are spelt in another case, and names given twice, of which it
// would take the last. What is not JSON is left to the decoder.
func checkNames(data []byte, v any) error {
	known := map[string]bool{}
	for _, field := range reflect.VisibleFields(reflect.TypeOf(v).Elem()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		known[name] = true
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if _, err := d.Token(); err != nil {
		return nil //nolint:nilerr // the decoder says what is wrong with it
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok || d.Decode(new(json.RawMessage)) != nil {
			return nil //nolint:nilerr // likewise
		}
		switch {
		case !known[name]:
			return unknownField(name, nil)
		case seen[name]:
			return &Error{Code: shared.CodeBadJSON, Field: name, Detail: fmt.Sprintf("The field %q stands there twice.", name)}
		}
		seen[name] = true
	}
	return nil
}

// checkMediaType takes JSON, no type at all, and the type that curl -d claims;
// a body that came from a form is refused as bad JSON anyway.
func checkMediaType(header string) error {
	media, _, err := mime.ParseMediaType(header)
	if header == "" || err == nil && (media == "application/json" || media == "application/x-www-form-urlencoded") {
		return nil
	}
	return &Error{Code: shared.CodeMediaType, Detail: "Send the body as application/json."}
}

// explainJSON says in words what encoding/json refused.
func explainJSON(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return &Error{
			Code: shared.CodeBadJSON, Field: e.Field, Err: err,
			Detail: fmt.Sprintf("%s cannot hold a JSON %s.", nameField(e.Field), e.Value),
		}
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		field, _ := strconv.Unquote(name)
		return unknownField(field, err)
	}
	detail := "The body is not valid JSON: " + strings.TrimPrefix(err.Error(), "json: ") + "."
	return &Error{Code: shared.CodeBadJSON, Detail: detail, Err: err}
}

func unknownField(name string, err error) *Error {
	detail := fmt.Sprintf("This request has no field %.60q.", name)
	return &Error{Code: shared.CodeUnknownField, Field: name, Detail: detail, Err: err}
}

// nameField begins a sentence about a field, or about the body where none is at
// fault.
func nameField(field string) string {
	if field == "" {
		return "The body"
	}
	return field
}

// readID reads {id} of the path.
func readID(r *http.Request) (int64, error) {
	id, ok := shared.ParseID(r.PathValue("id"))
	if !ok {
		return 0, &Error{Code: shared.CodeBadID, Field: "id", Detail: "An audit id is a positive whole number, such as 7."}
	}
	return id, nil
}

// readQuery reads the parameters of r and refuses those not named, so that a
// misspelt filter is not taken for none.
func readQuery(r *http.Request, known ...string) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, &Error{Code: shared.CodeBadQuery, Detail: "The query string is malformed.", Err: err}
	}
	for name, values := range q {
		isText := utf8.ValidString(values[0]) && !strings.ContainsRune(values[0], 0)
		if !slices.Contains(known, name) || len(values) != 1 || !isText {
			detail := "This request takes, once each: " + strings.Join(known, ", ") + "."
			return nil, &Error{Code: shared.CodeBadQuery, Field: name, Detail: detail}
		}
	}
	return q, nil
}

// readLimit reads the size of a page of a list; 0 when it was not given.
func readLimit(q url.Values) (int, error) { return readSize(q, "limit") }

// readSize reads a parameter that says how much of a list is wanted; 0 when it was not given.
func readSize(q url.Values, name string) (int, error) {
	s := q.Get(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > shared.ListLimitMax {
		detail := fmt.Sprintf("%s is 1 to %d.", name, shared.ListLimitMax)
		return 0, &Error{Code: shared.CodeBadQuery, Field: name, Detail: detail}
	}
	return n, nil
}

// readFlag reads a parameter that is true or false, or 1 or 0; false when it was not given.
func readFlag(q url.Values, name string) (bool, error) {
	switch q.Get(name) {
	case "", "false", "0":
		return false, nil
	case "true", "1":
		return true, nil
	}
	return false, &Error{Code: shared.CodeBadQuery, Field: name, Detail: name + " is true or false."}
}

// readIfMatch reads the revision that If-Match asks for: 0 when there is none or
// any will do.
func readIfMatch(r *http.Request) (int64, error) {
	h := shared.WithoutCoding(strings.TrimSpace(strings.Join(r.Header.Values("If-Match"), ",")))
	if h == "" || h == "*" {
		return 0, nil
	}
	revision, ok := shared.ParseID(strings.Trim(h, `"`))
	if !ok || h != shared.ETag(revision) {
		return 0, &Error{
			Code: shared.CodeBadHeader, Field: "If-Match",
			Detail: `If-Match takes one revision in quotes, such as "17", or *.`,
		}
	}
	return revision, nil
}

// readIdempotencyKey reads the key under which a repeated POST creates nothing new.
func readIdempotencyKey(r *http.Request) (string, error) {
	key, keys := r.Header.Get("Idempotency-Key"), len(r.Header.Values("Idempotency-Key"))
	if keys > 1 || len(key) > 255 || strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c > '~' }) {
		return "", &Error{
			Code: shared.CodeBadHeader, Field: "Idempotency-Key",
			Detail: "A request has one key, of 1 to 255 printable ASCII characters.",
		}
	}
	return key, nil
}
