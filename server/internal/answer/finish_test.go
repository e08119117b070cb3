package answer

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
)

var long = strings.Repeat("<td>example.org</td>\n", 500)

// ask has one answer finished: of a content type, with further header fields.
func ask(body string, header map[string]string, asked ...string) *http.Response {
	h := Finish(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range header {
			w.Header().Set(name, value)
		}
		half := len(body) / 2
		_, _ = io.WriteString(w, body[:half])
		_, _ = io.WriteString(w, body[half:])
	}))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for i := 0; i < len(asked); i += 2 {
		r.Header.Set(asked[i], asked[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// unpack reads a body and undoes its coding.
func unpack(t *testing.T, r *http.Response) (body string, wire int) {
	t.Helper()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Header.Get("Content-Length"); got != "" && got != strconv.Itoa(len(raw)) {
		t.Errorf("Content-Length %s of %d bytes", got, len(raw))
	}
	var from io.Reader = strings.NewReader(string(raw))
	switch r.Header.Get("Content-Encoding") {
	case "br":
		from = brotli.NewReader(from)
	case "gzip":
		if from, err = gzip.NewReader(from); err != nil {
			t.Fatal(err)
		}
	}
	plain, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain), len(raw)
}

func TestCodings(t *testing.T) {
	const page = "text/html; charset=utf-8"
	for _, c := range []struct {
		name, kind, accept, body, want string
	}{
		{"both", page, "gzip, deflate, br", long, "br"},
		{"gzip alone", page, "gzip", long, "gzip"},
		{"the client's wish", page, "br;q=0.5, gzip", long, "gzip"},
		{"none", page, "", long, ""},
		{"refused", page, "br;q=0, gzip;q=0", long, ""},
		{"short", page, "br", long[:worthwhile-1], ""},
		{"JSON", "application/json; charset=utf-8", "br", long, "br"},
		{"a problem", "application/problem+json", "br", long, "br"},
		{"a picture", "image/png", "br", long, ""},
		{"a stream", "text/event-stream; charset=utf-8", "br, gzip", long, ""},
		{"no type", "", "br", long, ""},
	} {
		r := ask(c.body, map[string]string{"Content-Type": c.kind, "Content-Length": strconv.Itoa(len(c.body))},
			"Accept-Encoding", c.accept)
		body, _ := unpack(t, r)
		if got := r.Header.Get("Content-Encoding"); got != c.want || body != c.body || r.StatusCode != http.StatusOK {
			t.Errorf("%s: got %d in %q and %d bytes of body, want %q", c.name, r.StatusCode, got, len(body), c.want)
		}
		if kind := r.Header.Get("Content-Type"); texts[strings.Split(kind, ";")[0]] != (r.Header.Get("Vary") == "Accept-Encoding") {
			t.Errorf("%s: Vary %q", c.name, r.Header.Get("Vary"))
		}
	}
}

// What somebody has fixed already goes out as it is.
func TestLeftAlone(t *testing.T) {
	for name, header := range map[string]map[string]string{
		"coded":        {"Content-Type": "text/html", "Content-Encoding": "gzip"},
		"a strong tag": {"Content-Type": "application/json", "ETag": `"17"`},
	} {
		r := ask(long, header, "Accept-Encoding", "br", "If-None-Match", "*")
		if body, _ := io.ReadAll(r.Body); string(body) != long || r.Header.Get("ETag") != header["ETag"] ||
			r.Header.Get("Content-Encoding") != header["Content-Encoding"] {
			t.Errorf("%s: got %v and %d bytes", name, r.Header, len(body))
		}
	}
}

func TestTags(t *testing.T) {
	asJSON := map[string]string{"Content-Type": "application/json; charset=utf-8"}
	first := ask(`{"a":1}`, asJSON)
	tag := first.Header.Get("ETag")
	if !strings.HasPrefix(tag, `W/"`) {
		t.Fatalf("got the tag %q, want a weak one", tag)
	}
	for _, c := range []struct {
		name, body string
		header     map[string]string
		match      string
		want       int
	}{
		{"the same", `{"a":1}`, asJSON, tag, 304},
		{"the same, as a proxy has it", `{"a":1}`, asJSON, strings.TrimSuffix(tag, `"`) + `-gzip"`, 304},
		{"changed", `{"a":2}`, asJSON, tag, 200},
		{"a weak tag of its own", `{"a":1}`, map[string]string{"Content-Type": "application/json", "ETag": `W/"7"`}, `"7"`, 304},
		{"… of another revision", `{"a":1}`, map[string]string{"Content-Type": "application/json", "ETag": `W/"7"`}, tag, 200},
		{"HTML", `{"a":1}`, map[string]string{"Content-Type": "text/html"}, tag, 200},
		{"HTML, any", `{"a":1}`, map[string]string{"Content-Type": "text/html"}, "*", 200},
		{"not to be stored", `{"a":1}`, map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store"}, tag, 200},
	} {
		r := ask(c.body, c.header, "If-None-Match", c.match)
		body, _ := io.ReadAll(r.Body)
		if r.StatusCode != c.want || (len(body) == 0) != (c.want == 304) {
			t.Errorf("%s: got %d and %d bytes, want %d", c.name, r.StatusCode, len(body), c.want)
		}
	}
}

// Only what was asked for and found is tagged, and only GET asks.
func TestOtherAnswers(t *testing.T) {
	for _, c := range []struct {
		method string
		status int
	}{{"GET", 404}, {"GET", 206}, {"POST", 201}, {"POST", 200}, {"HEAD", 200}} {
		h := Finish(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, `{}`)
		}))
		r := httptest.NewRequest(c.method, "/", nil)
		r.Header.Set("If-None-Match", "*")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("ETag") != "" || w.Body.String() != "{}" {
			t.Errorf("%s answered with %d: got %d, %v, %q", c.method, c.status, w.Code, w.Header(), w.Body)
		}
	}
}

// A handler that flushes wants its client to see what there is.
func TestFlush(t *testing.T) {
	seen := ""
	w := httptest.NewRecorder()
	Finish(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		out.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(out, "one ")
		if err := http.NewResponseController(out).Flush(); err != nil {
			t.Error(err)
		}
		seen = w.Body.String()
		_, _ = io.WriteString(out, "two")
	})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if seen != "one " || w.Body.String() != "one two" || !w.Flushed {
		t.Errorf("saw %q, then %q", seen, w.Body)
	}
}

// Writers are used again, by many at once, and never mix what they pack.
func TestConcurrent(t *testing.T) {
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			body := strings.Repeat(strconv.Itoa(n)+" ", 2000)
			r := ask(body, map[string]string{"Content-Type": "text/html"}, "Accept-Encoding", codings[n%2])
			if got, _ := unpack(t, r); got != body {
				t.Errorf("answer %d holds something else", n)
			}
		})
	}
	all.Wait()
}
