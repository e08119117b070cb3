package crawl

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

func packed(t testing.TB, coding string, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zlib":
		w = zlib.NewWriter(&b)
	case "flate":
		w, _ = flate.NewWriter(&b, flate.BestCompression)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		w, _ = zstd.NewWriter(&b)
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decode(codings []string, body []byte, limit int64) (*Result, error) {
	res := &Result{}
	err := decodeBody(&http.Response{
		Header: http.Header{"Content-Encoding": codings}, Body: io.NopCloser(bytes.NewReader(body)),
	}, limit, nil, func(int) {}, res)
	return res, err
}

func TestABodyIsReadWhateverLengthIsAnnounced(t *testing.T) {
	page := bytes.Repeat([]byte("word "), 20_000)
	for _, announced := range []int64{-1, 0, 1, int64(len(page)), int64(len(page)) + 1, 1 << 60} {
		body := &limitedBody{r: bytes.NewReader(page), left: 1 << 30}
		got := readAll(body, announced)
		if !bytes.Equal(got, page) || body.err != nil || body.truncated {
			t.Errorf("%d bytes announced, %d came: got %d, truncated %v, %v", announced, len(page), len(got), body.truncated, body.err)
		}
		if cap(got) > 2*maxRoom {
			t.Errorf("%d bytes announced: room for %d", announced, cap(got))
		}
	}
}

func TestABodyIsDecodedAsBrowsersDecodeIt(t *testing.T) {
	page := []byte("<!doctype html><title>A page</title>" + strings.Repeat("<p>word</p>", 50))
	zipped := packed(t, "gzip", page)
	broken := bytes.Clone(zipped)
	broken[len(broken)-6] ^= 1 // its checksum
	for name, tt := range map[string]struct {
		codings  []string
		body     []byte
		encoding string
	}{
		"none at all":                     {nil, page, ""},
		"called none":                     {[]string{"none"}, page, ""},
		"called by a charset":             {[]string{"UTF-8"}, page, ""},
		"identity":                        {[]string{"identity"}, page, ""},
		"unknown":                         {[]string{"x-own"}, page, ""},
		"empty":                           {[]string{""}, page, ""},
		"gzip":                            {[]string{"GZip "}, zipped, "gzip"},
		"gzip and an unknown one":         {[]string{"gzip, none"}, zipped, "gzip"},
		"x-gzip":                          {[]string{"x-gzip"}, zipped, "gzip"},
		"gzip with newlines behind":       {[]string{"gzip"}, append(bytes.Clone(zipped), "\n\n"...), "gzip"},
		"gzip with zeros behind":          {[]string{"gzip"}, append(bytes.Clone(zipped), make([]byte, 100<<10)...), "gzip"},
		"gzip with the start of one more": {[]string{"gzip"}, append(bytes.Clone(zipped), 0x1f, 0x8b), "gzip"},
		"gzip with a page behind":         {[]string{"gzip"}, append(bytes.Clone(zipped), page...), "gzip"},
		"gzip with a wrong checksum":      {[]string{"gzip"}, broken, "gzip"},
		"deflate, as it should be":        {[]string{"deflate"}, packed(t, "zlib", page), "deflate"},
		"deflate, as many send it":        {[]string{"deflate"}, packed(t, "flate", page), "deflate"},
		"deflate with bytes behind":       {[]string{"deflate"}, append(packed(t, "zlib", page), 1, 2, 3), "deflate"},
		"brotli":                          {[]string{"br"}, packed(t, "br", page), "br"},
		"brotli with bytes behind":        {[]string{"br"}, append(packed(t, "br", page), 0, 0, 0), "br"},
		"zstd":                            {[]string{"zstd"}, packed(t, "zstd", page), "zstd"},
		"zstd with bytes behind":          {[]string{"zstd"}, append(packed(t, "zstd", page), "\n\n\n\n"...), "zstd"},
		"zstd with a newline behind":      {[]string{"zstd"}, append(packed(t, "zstd", page), '\n'), "zstd"},
		"zstd with newlines behind":       {[]string{"zstd"}, append(packed(t, "zstd", page), "\r\n\n"...), "zstd"},
		"zstd with the start of one more": {[]string{"zstd"}, append(packed(t, "zstd", page), 0x28, 0xb5), "zstd"},
		"zstd with a page behind":         {[]string{"zstd"}, append(packed(t, "zstd", page), page...), "zstd"},
		"zstd with a wrong checksum":      {[]string{"zstd"}, wrongAtItsEnd(packed(t, "zstd", page)), "zstd"},
		"twice, in one header":            {[]string{"br, gzip"}, packed(t, "gzip", packed(t, "br", page)), "br, gzip"},
		"twice, in two headers":           {[]string{"gzip", "gzip"}, packed(t, "gzip", zipped), "gzip, gzip"},
	} {
		res, err := decode(tt.codings, tt.body, 1<<20)
		if err != nil || !bytes.Equal(res.Body, page) || res.Encoding != tt.encoding ||
			res.Compressed != (tt.encoding != "") || res.Truncated {
			t.Errorf("%s: %d bytes of %d, encoding %q, truncated %v, %v", name, len(res.Body), len(page), res.Encoding, res.Truncated, err)
		}
	}
	members := append(bytes.Clone(zipped), zipped...)
	if res, err := decode([]string{"gzip"}, members, 1<<20); err != nil || len(res.Body) != 2*len(page) {
		t.Errorf("two members: %d bytes, %v", len(res.Body), err)
	}
	for name, body := range map[string][]byte{"gzip": nil, "br": nil, "deflate": nil, "zstd": nil} {
		if res, err := decode([]string{name}, body, 1<<20); err != nil || len(res.Body) != 0 {
			t.Errorf("nothing, called %s: %d bytes, %v", name, len(res.Body), err)
		}
	}
}

// wrongAtItsEnd has another checksum.
func wrongAtItsEnd(body []byte) []byte {
	body[len(body)-1] ^= 1
	return body
}

func TestABodyThatIsNotInItsCodingIsCalledThat(t *testing.T) {
	zipped := packed(t, "gzip", bytes.Repeat([]byte("page "), 1000))
	for coding, body := range map[string][]byte{
		"gzip": []byte("plainly no gzip"), "br": []byte("plainly no brotli, either"), "deflate": []byte("\xff\xff no deflate"),
		"zstd": []byte("\x28\xb5\x2f\xfd"), "zstd, zstd": []byte("plainly no zstd"),
		"gzip, gzip, gzip, gzip, gzip": zipped, "x-gzip": zipped[:5],
	} {
		_, err := decode([]string{coding}, body, 1<<20)
		if err == nil {
			t.Errorf("%s: no error", coding)
			continue
		}
		if f := classifyError(err, true, time.Second); f.Class != FailEncoding || !strings.Contains(f.Text, "content coding") {
			t.Errorf("%s: %v", coding, f)
		}
	}
	// Browsers show as much of a page as there is.
	random := make([]byte, 20_000)
	for i := range random {
		random[i] = byte(rand.IntN(256))
	}
	whole := packed(t, "gzip", random)
	res, err := decode([]string{"gzip"}, whole[:len(whole)/2], 1<<20)
	if err != nil || !res.Truncated || len(res.Body) < 5_000 {
		t.Errorf("half of a gzip: %d bytes, truncated %v, %v", len(res.Body), res.Truncated, err)
	}
}

// Frames of zstd are told from what stands behind them wherever a body is cut, and in
// every form that a frame has.
func TestFramesOfZstd(t *testing.T) {
	random := make([]byte, 300<<10) // several blocks
	for i := range random {
		random[i] = byte(rand.IntN(256))
	}
	text := bytes.Repeat([]byte("page "), 100<<10)
	skipped := append([]byte{0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0}, "abc"...)
	for name, content := range map[string][]byte{"random": random, "text": text, "one byte": []byte("x"),
		"zeros": make([]byte, 200<<10)} {
		for _, options := range [][]zstd.EOption{
			nil, {zstd.WithEncoderCRC(false)}, {zstd.WithSingleSegment(true)}, {zstd.WithWindowSize(1 << 10)},
		} {
			coder, err := zstd.NewWriter(nil, options...)
			if err != nil {
				t.Fatal(err)
			}
			var streamed bytes.Buffer
			coder.Reset(&streamed)
			_, _ = coder.Write(content)
			_ = coder.Flush() // leaves an empty block for the end
			_ = coder.Close()
			for _, frame := range [][]byte{coder.EncodeAll(content, nil), streamed.Bytes()} {
				twice := slices.Concat(skipped, frame, skipped, frame, []byte("\n\n"))
				res, err := decode([]string{"zstd"}, twice, 1<<21)
				if err != nil || res.Truncated || !bytes.Equal(res.Body, append(bytes.Clone(content), content...)) {
					t.Errorf("%s: %d bytes of %d, truncated %v, %v", name, len(res.Body), 2*len(content), res.Truncated, err)
				}
				for range 20 {
					cut := 1 + rand.IntN(len(frame)-5)
					res, err := decode([]string{"zstd"}, frame[:cut], 1<<21)
					if err == nil && !res.Truncated {
						t.Errorf("%s: %d of %d bytes pass for all", name, cut, len(frame))
					}
				}
			}
		}
	}
}

func TestABombIsReadNoFurtherThanItsProportion(t *testing.T) {
	for _, coding := range []string{"gzip", "br", "zstd"} {
		bomb := packed(t, coding, bytes.Repeat([]byte("<b>"), 8<<20/3))
		res, err := decode([]string{coding}, bomb, 64<<20)
		most := max(swollenFrom, swollenRatio*len(bomb)) + 64<<10
		if err != nil || !res.Truncated || !res.Swollen || len(res.Body) > most {
			t.Errorf("%s: %d bytes from %d, truncated %v, swollen %v, %v", coding, len(res.Body), len(bomb),
				res.Truncated, res.Swollen, err)
		}
	}
	twice := packed(t, "gzip", packed(t, "gzip", make([]byte, 16<<20)))
	if res, err := decode([]string{"gzip", "gzip"}, twice, 64<<20); err != nil || !res.Swollen || len(res.Body) > 2<<20 {
		t.Errorf("bomb in a bomb: %d bytes, %v", len(res.Body), err)
	}
	small := packed(t, "gzip", make([]byte, 1<<20))
	if res, err := decode([]string{"gzip"}, small, 64<<20); err != nil || res.Truncated || len(res.Body) != 1<<20 {
		t.Errorf("a small one: %d bytes, truncated %v, %v", len(res.Body), res.Truncated, err)
	}
}

func TestTheLastValidContentTypeCounts(t *testing.T) {
	for _, tt := range []struct {
		values         []string
		essence, value string
	}{
		{nil, "", ""},
		{[]string{""}, "", ""},
		{[]string{"Text/HTML"}, "text/html", "Text/HTML"},
		{[]string{"text/html; charset=x"}, "text/html", "text/html; charset=x"},
		{[]string{"text/html, text/html; charset=utf-8"}, "text/html", "text/html; charset=utf-8"},
		{[]string{"text/html", "text/html; charset=utf-8"}, "text/html", "text/html; charset=utf-8"},
		{[]string{"text/html; charset=utf-8", "text/html"}, "text/html", "text/html; charset=utf-8"},
		{[]string{"text/html; charset=utf-8", "text/plain"}, "text/plain", "text/plain"},
		{[]string{"text/plain;charset=gbk, text/html"}, "text/html", "text/html"},
		{[]string{"text/html;; charset=utf-8"}, "text/html", "text/html; charset=utf-8"},
		{[]string{"text/html;charset=gbk;charset=utf-8"}, "text/html", "text/html; charset=gbk"},
		{[]string{`text/html;charset="a,b;c"`}, "text/html", `text/html; charset="a,b;c"`},
		{[]string{"text/html;charset="}, "text/html", "text/html"},
		{[]string{"text/html, nonsense"}, "text/html", "text/html"},
		{[]string{"text/html, */*"}, "text/html", "text/html"},
		{[]string{"nonsense"}, "", "nonsense"},
		{[]string{"*/*"}, "", "*/*"},
		{[]string{"text/ html"}, "", "text/ html"},
	} {
		essence, value := extractType(tt.values)
		if essence != tt.essence || value != tt.value {
			t.Errorf("%q is %q, %q, want %q, %q", tt.values, essence, value, tt.essence, tt.value)
		}
	}
}

func TestABodyWithoutATypeIsSniffedAndAForeignOneIsNamed(t *testing.T) {
	utf16 := func(s string) string {
		var b strings.Builder
		for _, r := range s {
			b.Write([]byte{byte(r), 0})
		}
		return b.String()
	}
	pdf := "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type /Catalog>>"
	for _, tt := range []struct{ declared, body, want string }{
		{"", "<!-- built by a tool -->\n<p>", "text/html"},
		{"", "<head><title>x", "text/html"},
		{"", "\n  <p>x", "text/html"},
		{"", "<!DOCTYPE html>x", "text/html"},
		{"", "<script>x", "text/html"},
		{"", "<?xml version='1.0'?><html/>", "text/xml"},
		{"", "just words", "text/plain"},
		{"", pdf, "application/pdf"},
		{"", "\x89PNG\x0d\x0a\x1a\x0a\x00", "image/png"},
		{"", "\x00\x01\x02", "application/octet-stream"},
		{"", "", ""},
		{"unknown/unknown", "<p>", "text/html"},
		{"text/plain", "<p>", "text/plain"},
		{"application/json", pdf, "application/json"},
		{"text/html", pdf, "application/pdf"},
		{"application/xhtml+xml", pdf, "application/pdf"},
		{"text/html", "\x89PNG\x0d\x0a\x1a\x0a\x00\x00", "image/png"},
		{"text/html", "GIF89a\x01\x00<", "image/gif"},
		{"text/html", "PK\x03\x04\x14\x00", "application/zip"},
		{"text/html", "\x1f\x8b\x08\x00\x00", "application/x-gzip"},
		{"text/html", "\x7fELF\x02\x01\x01\x00", "application/octet-stream"},
		{"text/html", "BMW is a word <p>", "text/html"},
		{"text/html", "words \x01 and a byte", "text/html"},
		{"text/html", "<p>\x01\x02\x03", "text/html"},
		{"text/html", utf16("<p>A page without a mark\x01"), "text/html"},
		{"text/html", "\xff\xfe" + utf16("<p>x"), "text/html"},
		{"text/html", "\xef\xbb\xbf<p>", "text/html"},
		{"text/html", "\x1b$B%3%s\x1b(B", "text/html"},
		{"text/html", "", "text/html"},
	} {
		if got := sniffType(tt.declared, []byte(tt.body)); got != tt.want {
			t.Errorf("%.30q, declared %q, is %q, want %q", tt.body, tt.declared, got, tt.want)
		}
	}
}

func TestFetchNamesWhatTheBodyIs(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/none":
			w.Header()["Content-Type"] = nil
			io.WriteString(w, "<!-- x --><p>")
		case "/pdf":
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, "%PDF-1.4\n\x01\x02")
		case "/twice":
			w.Header()["Content-Type"] = []string{"text/html", "text/html; charset=utf-8"}
			io.WriteString(w, "<p>")
		}
	})
	f := testFetcher(t, Config{})
	for path, want := range map[string][2]string{
		"/none": {"text/html", ""}, "/pdf": {"application/pdf", ""}, "/twice": {"text/html", "text/html; charset=utf-8"},
	} {
		res := fetch(t, f, Request{URL: mustURL(t, server.URL+path), WantBody: HTMLBody})
		if res.ContentType != want[0] || want[1] != "" && res.Header.Get("Content-Type") != want[1] {
			t.Errorf("%s is %q, %q", path, res.ContentType, res.Header["Content-Type"])
		}
		if res.Mislabelled() != (path == "/pdf") {
			t.Errorf("%s: mislabelled %v", path, res.Mislabelled())
		}
	}
}

func FuzzDecodeBody(f *testing.F) {
	page := []byte("<p>some text, some text, some text")
	f.Add("gzip", packed(f, "gzip", page))
	f.Add("deflate", packed(f, "zlib", page))
	f.Add("deflate", packed(f, "flate", page))
	f.Add("br", packed(f, "br", page))
	f.Add("zstd", packed(f, "zstd", page))
	f.Add("gzip, br", []byte("\x1f\x8b\x08"))
	f.Add("", page)
	f.Fuzz(func(t *testing.T, coding string, body []byte) {
		const limit = 1 << 16
		res, err := decode([]string{coding}, body, limit)
		if len(res.Body) > limit || res.WireBytes > int64(len(body)) {
			t.Errorf("%d bytes of %d, %d on the wire", len(res.Body), len(body), res.WireBytes)
		}
		if err != nil && classifyError(err, true, time.Second).Class != FailEncoding {
			t.Errorf("%v", err)
		}
		sniffType("text/html", res.Body)
	})
}

func FuzzHeaders(f *testing.F) {
	f.Add("text/html, text/html;; charset=\"a\\\"b\"", "120", "seen=1; Path=/")
	f.Add("*/*", "Wed, 21 Oct 2099 07:28:00 GMT", "=; Domain=.")
	f.Fuzz(func(t *testing.T, contentType, retry, cookie string) {
		essence, value := extractType([]string{contentType, contentType})
		if again, same := extractType([]string{value}); again != essence || essence != "" && same != value {
			t.Errorf("%q is %q, %q, and that %q, %q", contentType, essence, value, again, same)
		}
		if d := retryAfter(retry, time.Unix(0, 0)); d < 0 || d > 24*time.Hour {
			t.Errorf("%q is %v", retry, d)
		}
		var cookies fetchCookies
		u := mustURL(t, "https://example.com/")
		cookies.take(u, &http.Response{Header: http.Header{"Set-Cookie": {cookie}}})
		if sent := cookies.header(u); strings.ContainsAny(sent, "\r\n\x00") || len(sent) > 2*maxCookie {
			t.Errorf("%q is sent as %q", cookie, sent)
		}
	})
}
