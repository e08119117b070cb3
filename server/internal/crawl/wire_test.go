package crawl

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// serveRaw answers every request with what answer makes of its request line, on a
// connection of its own.
func serveRaw(t *testing.T, answer func(target string, header http.Header) string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				line, _ := in.ReadString('\n')
				fields := strings.Fields(line)
				header := http.Header{}
				for {
					line, err := in.ReadString('\n')
					name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
					if err != nil || !ok {
						break
					}
					header.Add(name, value)
				}
				if len(fields) == 3 {
					io.WriteString(conn, answer(fields[1], header))
				}
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

func TestTheWireCarriesWhatThePageWrote(t *testing.T) {
	origin := serveRaw(t, func(target string, header http.Header) string {
		if header.Get("Authorization") != "" {
			target = "credentials!"
		}
		return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n" + target
	})
	f := testFetcher(t, Config{})
	for href, want := range map[string]string{
		"/works-50%-off":  "/works-50%-off",
		"/100%?sale=50%":  "/100%?sale=50%",
		"/%7Eme/%c3%b1":   "/%7Eme/%c3%b1",
		"/a|b?c|d":        "/a|b?c|d",
		"/a b/ñ?ñ":        "/a%20b/%C3%B1?%C3%B1",
		"//50%":           "",
		"/x?":             "/x?",
		"/50%?":           "/50%?",
		"/it's?it's":      "/it's?it%27s",
		"?only=query#top": "/?only=query",
	} {
		if strings.HasPrefix(href, "//") { // only the absolute form says this without doubt
			href, want = origin+href, origin+href
		}
		u, err := Resolve(mustURL(t, origin), href, "")
		if err != nil {
			t.Fatal(err)
		}
		res := fetch(t, f, Request{URL: u})
		if string(res.Body) != want {
			t.Errorf("%q asked for %q, want %q (%v)", href, res.Body, want, res.Failure)
		}
		if res.FinalURL.String() != Normal(u).String() || res.Base.String() != u.String() {
			t.Errorf("%q: %s is the page, %s its spelling", href, res.FinalURL, res.Base)
		}
	}
	u, err := Resolve(nil, strings.Replace(origin, "://", "://me:word@", 1)+"/x", "")
	if err != nil {
		t.Fatal(err)
	}
	if res := fetch(t, f, Request{URL: u}); string(res.Body) != "/x" {
		t.Errorf("a link with a password asked for %q", res.Body)
	}
}

func TestTheWireCarriesWhatThePageWroteOverHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Proto+" "+r.RequestURI)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	f := testFetcher(t, Config{Roots: rootsOf(server)})
	for _, path := range []string{"/a|b", "/%7e?x", "//a|b"} {
		res := fetch(t, f, Request{URL: mustResolve(t, server.URL+path)})
		if string(res.Body) != "HTTP/2.0 "+path {
			t.Errorf("%s: %q, %v", path, res.Body, res.Failure)
		}
	}
}

// Bytes beyond ASCII in a Location header have no charset: each is escaped as it is.
func TestARedirectIsFollowedByteByByte(t *testing.T) {
	origin := serveRaw(t, func(target string, _ http.Header) string {
		location := map[string]string{
			"/latin": "/caf\xe9", "/utf8": "/caf\xc3\xa9", "/query": "/?q=\xe9\xff", "/blank": " /a b ", "/percent": "50%",
			"/back": `\x\..\y`, "/slashes": "http:/y",
		}[target]
		if location == "" {
			return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + target
		}
		return "HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nConnection: close\r\nLocation: " + location + "\r\n\r\n"
	})
	f := testFetcher(t, Config{})
	for from, want := range map[string]string{
		"/latin": "/caf%E9", "/utf8": "/caf%C3%A9", "/query": "/?q=%E9%FF", "/blank": "/a%20b", "/percent": "/50%",
		"/back": "/y", "/slashes": "/y",
	} {
		res := fetch(t, f, Request{URL: mustURL(t, origin+from)})
		if string(res.Body) != want || len(res.Hops) != 1 {
			t.Errorf("%s led to %q, want %q (%v)", from, res.Body, want, res.Failure)
		}
	}
}

// A page that wants its own cookie back is no loop; one that comes again in spite of
// it is.
func TestARedirectIsALoopWhenTheSameRequestComesAgain(t *testing.T) {
	var cookies []string
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cookies = append(cookies, "other:"+r.Header.Get("Cookie"))
		io.WriteString(w, "other")
	})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cookie := r.Header.Get("Cookie")
		redirect := func(to, set string) {
			if set != "" {
				w.Header().Set("Set-Cookie", set)
			}
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		}
		switch r.URL.Path {
		case "/gate":
			if !strings.Contains(cookie, "seen=1") {
				redirect("/gate", "seen=1; Path=/")
				return
			}
		case "/refused":
			redirect("/refused", "seen=1; Path=/elsewhere")
			return
		case "/foreign":
			redirect("/foreign", "seen=1; Domain=example.com")
			return
		case "/expired":
			redirect("/expired", "seen=1; Path=/; Max-Age=0")
			return
		case "/counting":
			redirect("/counting", "n=x"+cookie)
			return
		case "/away":
			redirect(strings.Replace(other.URL, "127.0.0.1", "localhost", 1), "secret=1; Path=/")
			return
		case "/%7espelt":
		case "/~spelt":
			if r.RequestURI == "/~spelt" {
				redirect("/%7espelt", "")
				return
			}
		}
		io.WriteString(w, "in with "+cookie)
	})
	f := testFetcher(t, Config{})
	for path, want := range map[string]FailureClass{
		"/gate": "", "/~spelt": "", "/refused": FailLoop, "/foreign": FailLoop, "/expired": FailLoop, "/counting": FailRedirects,
	} {
		res := fetch(t, f, Request{URL: mustURL(t, server.URL+path)})
		switch {
		case want != "":
			wantFailure(t, res, want, "")
		case res.Failure != nil || !strings.HasPrefix(string(res.Body), "in with "):
			t.Errorf("%s: %d hops, %v, %q", path, len(res.Hops), res.Failure, res.Body)
		}
	}
	if res := fetch(t, f, Request{URL: mustURL(t, server.URL+"/other")}); string(res.Body) != "in with " {
		t.Errorf("the next fetch came with cookies: %q", res.Body)
	}
	fetch(t, f, Request{URL: mustURL(t, server.URL+"/away")})
	if len(cookies) != 1 || cookies[0] != "other:" {
		t.Errorf("another host was asked with %q", cookies)
	}
}

func TestARedirectThatGrowsForEverEndsAfterTenHops(t *testing.T) {
	asked := 0
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
	})
	res := fetch(t, testFetcher(t, Config{}), Request{URL: mustURL(t, server.URL+"/a")})
	wantFailure(t, res, FailRedirects, "more than 10 redirects")
	if asked != 11 || len(res.Hops) != 11 || res.Next != nil {
		t.Errorf("%d requests, %d hops, next %v", asked, len(res.Hops), res.Next)
	}
}

func TestAnAnswerThatIsNoPageIsToldFromOthers(t *testing.T) {
	origin := serveRaw(t, func(target string, _ http.Header) string {
		return "HTTP/1.1 " + strings.NewReplacer("/", "", "%20", " ", "%0D%0A", "\r\n").Replace(target) +
			"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	})
	f := testFetcher(t, Config{})
	for head, want := range map[string]Answer{
		"200": AnswerContent, "204": AnswerNoContent, "205": AnswerNoContent, "206": AnswerContent,
		"300": AnswerChoices, "300 x%0D%0ALocation: y": AnswerChoices, "304": AnswerNotModified, "305": AnswerOther3xx,
		"399": AnswerOther3xx, "301": AnswerNowhere, "302": AnswerNowhere, "303": AnswerNowhere, "307": AnswerNowhere,
		"308": AnswerNowhere,
		"404": AnswerClientError, "499": AnswerClientError, "500": AnswerServerError, "600": AnswerUnknownClass,
		"999": AnswerUnknownClass,
	} {
		u := &url.URL{Scheme: "http", Host: strings.TrimPrefix(origin, "http://"), Path: "/"}
		setWirePath(u, "/"+strings.ReplaceAll(head, " ", "%20"))
		res := fetch(t, f, Request{URL: u, NoRetry: true})
		if res.Failure != nil || res.Answer() != want {
			t.Errorf("%s is %q, want %q (%v)", head, res.Answer(), want, res.Failure)
		}
	}
	if (&Result{}).Answer() != AnswerNone {
		t.Error("no answer is one")
	}
	if AnswerOf(302, "/x") != AnswerRedirect {
		t.Error("a redirect is none")
	}
}
