package crawl

import (
	"io"
	"net/http"
	"net/url"
	"time"
)

// Request asks for one URL.
type Request struct {
	URL       *url.URL // of Resolve, which keeps the spelling of a link, or canonical; required
	Method    string   // GET or HEAD. Defaults to GET
	UserAgent string   // Defaults to Config.UserAgent. For the check ai-bot-http-blocked
	Accept    string   // Defaults to what a browser wants. For the check markdown-twin
	MaxBody   int64    // decoded bytes. Defaults to Config.MaxBody
	NoRetry   bool     // one attempt only

	// Follow decides whether a redirect to next is followed. When it says no the
	// result is the redirect itself, with next in Result.Next. Nil follows all.
	// next is canonical.
	Follow func(next *url.URL) bool

	// WantBody decides from status and media type whether the body is read; see
	// HTMLBody. Nil reads every body.
	WantBody func(status int, contentType string) bool

	// lenient reads the head of the answer as browsers do.
	lenient bool
	// sink takes a 2xx body while it arrives, instead of Result.Body.
	sink func(io.Reader)
	// left is what requests may still take together, turns at the host not counted; each
	// one takes its time off it. Nil for no such bound.
	left *time.Duration
}

// HTMLBody is a Request.WantBody that reads HTML, and what might be HTML because
// its type says nothing.
func HTMLBody(_ int, contentType string) bool {
	return isUnknown(contentType) || isHTML(contentType)
}

func isHTML(contentType string) bool {
	return contentType == "text/html" || contentType == "application/xhtml+xml"
}

// Result is what asking for a URL led to. Status, headers, body and times are
// those of the last response, after redirects.
type Result struct {
	URL      *url.URL // as asked
	FinalURL *url.URL // that the last response came from; canonical
	Base     *url.URL // FinalURL as it was spelt in the request: links are relative to it
	Hops     []Hop    // the redirects before it, in order; the last one may be refused or failed
	Next     *url.URL // the redirect target that Request.Follow refused, else nil; canonical
	NextWire *url.URL // Next as the redirect spelt it

	Status      int         // 0: no answer
	Header      http.Header // selected headers only, values cut at 4 KiB
	ContentType string      // media type of the body in lower case, without parameters; see Declared
	Declared    string      // media type of the header, where it has one; ContentType is another when the body shows it
	RetryAfter  time.Duration
	TLSIssued   time.Time // when the server's certificate begins, and
	TLSExpires  time.Time // when it ends; zero without TLS

	// Body is decoded from its content coding, not from its charset. It is kept as far as it came on
	// a failure, and nil when Request.WantBody said no.
	Body       []byte
	Truncated  bool   // the body was cut: it is longer than MaxBody, or Swollen, or its coding is not finished
	Swollen    bool   // it was cut because it decodes to more than 100 times what was sent
	Compressed bool   // it came in a content coding. For the check no-compression
	Encoding   string // the codings that were undone, such as "gzip" or "br"; we ask only for gzip
	WireBytes  int64  // body bytes received, before decoding. For the check no-compression

	TTFB     time.Duration // from the request's last byte sent to the first one received
	Duration time.Duration // from connecting to the end of the body. For the check fetch-timeout
	Attempts int           // 1 or 2

	location string // as sent, in bytes without a charset

	Failure *Failure // nil: a complete (or knowingly cut or skipped) response
}

// Hop is one redirect response.
type Hop struct {
	URL      string
	Status   int
	Location string // canonical; as sent when it is no URL we fetch
}

// Mislabelled reports whether the header says HTML and the body is something else,
// such as a PDF: ContentType is then what it is.
func (r *Result) Mislabelled() bool {
	return isHTML(r.Declared) && r.ContentType != r.Declared
}

// clearResponse forgets the response of an earlier attempt or hop.
func (r *Result) clearResponse() {
	*r = Result{URL: r.URL, FinalURL: r.FinalURL, Base: r.Base, Hops: r.Hops, Attempts: r.Attempts}
}

// Answer says what a status, together with Location, means to a visitor.
type Answer string

const (
	AnswerNone         Answer = ""              // no status: see Result.Failure
	AnswerContent      Answer = "content"       // 2xx with something to show
	AnswerNoContent    Answer = "no-content"    // 204 or 205: a click changes nothing
	AnswerRedirect     Answer = "redirect"      // 301, 302, 303, 307 or 308 with Location
	AnswerNowhere      Answer = "nowhere"       // one of these without Location
	AnswerChoices      Answer = "choices"       // 300: browsers show its body and go nowhere
	AnswerNotModified  Answer = "not-modified"  // 304 to a request without conditions: nothing to show
	AnswerOther3xx     Answer = "other-3xx"     // any other 3xx, which browsers do not follow
	AnswerClientError  Answer = "client-error"  // 4xx
	AnswerServerError  Answer = "server-error"  // 5xx
	AnswerUnknownClass Answer = "unknown-class" // no class of HTTP, such as 999
)

// AnswerOf returns what an answer means by the Fetch standard.
func AnswerOf(status int, location string) Answer {
	switch status {
	case 0:
		return AnswerNone
	case http.StatusNoContent, http.StatusResetContent:
		return AnswerNoContent
	case http.StatusMultipleChoices:
		return AnswerChoices
	case http.StatusNotModified:
		return AnswerNotModified
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if location == "" {
			return AnswerNowhere
		}
		return AnswerRedirect
	}
	switch status / 100 {
	case 2:
		return AnswerContent
	case 3:
		return AnswerOther3xx
	case 4:
		return AnswerClientError
	case 5:
		return AnswerServerError
	}
	return AnswerUnknownClass
}

// Answer returns what the last response means.
func (r *Result) Answer() Answer { return AnswerOf(r.Status, r.Header.Get("Location")) }
