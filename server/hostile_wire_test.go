package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"atalaya/shared"
)

// hostileHosts ask under names that are not the server's.
func hostileHosts() []attack {
	return asWires(hosts(map[string]string{
		"evil.example": "403 forbidden_host", "audits.example.evil.example": "403 forbidden_host",
		"evil-audits.example": "403 forbidden_host", "localhost.evil.example": "403 forbidden_host",
		"127.0.0.1.evil.example": "403 forbidden_host", "127.0.0.1.nip.io": "403 forbidden_host",
		"xn--localhost": "403 forbidden_host", "localhost_": "403 forbidden_host", "0x7f.1": "403 forbidden_host",
		"2130706433": "403 forbidden_host", "127.1": "403 forbidden_host", "017700000001": "403 forbidden_host",
		"localhost:0": "403 forbidden_host", "localhost:": "403 forbidden_host", "localhost:65536": "403 forbidden_host",
		"localhost:80:80": "403 forbidden_host", "localhost:+80": "403 forbidden_host", "localhost:8o": "403 forbidden_host",
		"localhost:-1": "403 forbidden_host", ":80": "403 forbidden_host", "[::1": "403 forbidden_host",
		"::1]": "403 forbidden_host", "[localhost]": "403 forbidden_host", "[127.0.0.1]": "403 forbidden_host",
		"[]": "403 forbidden_host", "::1": "403 forbidden_host", "[::1]evil.example": "403 forbidden_host",
		"[::1].evil.example:80": "403 forbidden_host", "evil.example#[::1]": "400",
		"[::1%25eth0]": "403 forbidden_host", "[fe80::1%25';alert(1)]": "403 forbidden_host",
		"localhost,evil.example": "403 forbidden_host", "localhost;evil.example": "403 forbidden_host",
		"evil.example@localhost": "400", "localhost/evil": "400", "localhost evil": "400", "localhost\tevil": "400",
		"local\x00host": "400", "localhost\\evil": "400", "<localhost>": "400", `"localhost"`: "400",
		"lo\u00e7alhost": "400", "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3": "400",
		"": "403 forbidden_host", ".": "403 forbidden_host", "..": "403 forbidden_host", "*": "403 forbidden_host",
		"%6cocalhost": "403 forbidden_host", "null": "403 forbidden_host", "http://localhost": "400",
		strings.Repeat("a", 60_000) + ".example": "403 forbidden_host",

		"localhost": "200", "LOCALHOST:8000": "200", "localhost.": "200", "a.localhost": "200", "127.0.0.1": "200",
		"[::1]:8000": "200", "10.0.0.5": "200", "[::ffff:127.0.0.1]": "200", arenaName: "200", "AUDITS.EXAMPLE:443": "200",
	})...)
}

func hosts(want map[string]string) (table []onWire) {
	for host, status := range want {
		table = append(table, onWire{fmt.Sprintf("%.40q", host), request("GET", shared.PathAudits, host), status})
	}
	return append(table,
		onWire{"none", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", "400"},
		onWire{"none in HTTP/1.0", "GET /healthz HTTP/1.0\r\n\r\n", "403 forbidden_host"},
		onWire{"two", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", "400"},
		onWire{"two alike", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", "400"},
		onWire{"a blank before its colon", "GET /healthz HTTP/1.1\r\nHost : localhost\r\n\r\n", "400"},
		onWire{"folded", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n evil.example\r\n\r\n", "400"},
		onWire{"another in the request line",
			request("GET", "http://evil.example/healthz", "localhost"), "403 forbidden_host"},
		onWire{"ours in the request line", request("GET", "http://localhost/healthz", "evil.example"), "200"},
		onWire{"another scheme in the request line", request("GET", "gopher://localhost/healthz", "evil.example"), "200"},
		onWire{"user info in the request line",
			request("GET", "http://localhost@evil.example/healthz", "localhost"), "403 forbidden_host"},
		onWire{"X-Forwarded-Host", request("GET", "/healthz", "evil.example", "X-Forwarded-Host: localhost"),
			"403 forbidden_host"},
		onWire{"Forwarded", request("GET", "/healthz", "evil.example", "Forwarded: host=localhost"), "403 forbidden_host"},
		onWire{"X-Original-URL", get("/healthz", "X-Original-URL: /api/v1/tokens", "X-Rewrite-URL: /api/v1/tokens"), "200"},
	)
}

// hostileOrigins are what pages of others have a browser send.
func hostileOrigins() (attacks []attack) {
	const refused = "403 forbidden_origin"
	write := func(host string, lines ...string) string {
		body := `{"url":"x","kind":"external"}`
		head := strings.Replace(request("POST", shared.PathAudits, host, append(lines,
			"Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(body)))...), "{viewer}", "{auditor}", 1)
		return head + body
	}
	var table []onWire
	for _, origin := range []string{
		"https://evil.example", "http://audits.example", "https://audits.example.evil.example",
		"https://evil.example/audits.example", "https://audits.example:444", "https://AUDITS.example@evil.example",
		"https://audits.example evil", "https://evil.example https://audits.example", "null", "NULL", "file://",
		"chrome-extension://abcdefgh", "https://xn--audits.example", "https://audits.example.", "https://audits.example/",
		"https://audits.example?", "https://audits.example#", "audits.example", "//audits.example", "https:audits.example",
		"https://audits%2eexample", "https://*", "*", "ws://audits.example", "https://status.example.evil.example",
		arenaReader, "javascript:alert(1)", "http://localhost", "http://127.0.0.1:1",
	} {
		table = append(table, onWire{"writes from " + origin, write(arenaName, "Origin: "+origin), refused})
	}
	for _, origin := range []string{"https://evil.example", "null", "http://audits.example", "http://localhost"} {
		table = append(table,
			onWire{"reads from " + origin, request("GET", shared.PathAudits, arenaName, "Origin: "+origin), refused},
			onWire{"streams from " + origin, request("GET", shared.PathStreams, arenaName, "Origin: "+origin), refused},
			onWire{"opens a page from " + origin, request("GET", "/", arenaName, "Origin: "+origin), refused})
	}
	for _, site := range []string{"cross-site", "same-site", "CROSS-SITE", "nonsense"} {
		table = append(table,
			onWire{"Sec-Fetch-Site writes " + site, write(arenaName, "Sec-Fetch-Site: "+site), refused},
			onWire{"Sec-Fetch-Site reads " + site, request("GET", shared.PathAudits, arenaName, "Sec-Fetch-Site: "+site),
				refused},
			onWire{"Sec-Fetch-Site frames " + site, request("GET", "/", arenaName, "Sec-Fetch-Site: "+site,
				"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"), refused})
	}
	return asWires(append(table,
		onWire{"two origins", write(arenaName, "Origin: "+arenaOrigin, "Origin: https://evil.example"), refused},
		onWire{"two origins, ours last", write(arenaName, "Origin: https://evil.example", "Origin: "+arenaOrigin), refused},
		onWire{"two origins of a reader", request("GET", shared.PathAudits, arenaName, "Origin: "+arenaReader,
			"Origin: https://evil.example"), refused},
		onWire{"ours", write(arenaName, "Origin: "+arenaOrigin, "Sec-Fetch-Site: same-origin"), "201"},
		onWire{"a reader reads", request("GET", shared.PathAudits, arenaName, "Origin: "+arenaReader), "200"},
		onWire{"a reader opens a page", request("GET", "/", arenaName, "Origin: "+arenaReader), refused},
		onWire{"a reader asks to write", request("OPTIONS", shared.PathAudits, arenaName, "Origin: "+arenaReader,
			"Access-Control-Request-Method: DELETE"), "204"},
		onWire{"another asks to write", request("OPTIONS", shared.PathAudits, arenaName, "Origin: https://evil.example",
			"Access-Control-Request-Method: DELETE"), refused},
		onWire{"a reader reads webhooks", request("GET", shared.PathWebhooks, arenaName, "Origin: "+arenaReader), refused},
		onWire{"a reader's cookie", strings.Replace(request("GET", shared.PathAudits, arenaName, "Origin: "+arenaReader,
			"Cookie: __Host-atalaya=x.y"), "Authorization: Bearer {viewer}\r\n", "", 1), "401 unauthorized"},
		onWire{"signs out from elsewhere", request("POST", "/signout", arenaName, "Origin: https://evil.example",
			"Content-Length: 0"), refused},
		onWire{"a form as text from elsewhere", request("POST", "/team", arenaName, "Origin: https://evil.example",
			"Content-Type: text/plain", "Content-Length: 0"), refused},
	)...)
}

// smuggled is a request that stands in the body of another. Whoever answers it has been led to
// see two where a proxy has seen one.
const smuggled = "GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"

// smuggling has two sides see different requests in the same bytes: each gets one answer and
// an end, and no more.
func smuggling() []attack {
	return asWires(ambiguous...)
}

// ambiguous are bytes that two sides may read in different ways.
var ambiguous = []onWire{
	{"length and chunks", post("Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\n"+smuggled),
		"400 bad_json"},
	{"chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 6", "0\r\n\r\n"+smuggled),
		"400 bad_json"},
	{"two lengths", post("Content-Length: 0\r\nContent-Length: 45", smuggled), "400"},
	{"two lengths in a line", post("Content-Length: 0, 45", smuggled), "400"},
	{"a length with a sign", post("Content-Length: +0", smuggled), "400"},
	{"a negative length", post("Content-Length: -1", smuggled), "400"},
	{"a hexadecimal length", post("Content-Length: 0x2d", smuggled), "400"},
	{"a length with a blank", post("Content-Length: 4 4", smuggled), "400"},
	{"an empty length", post("Content-Length:", smuggled), "400"},
	{"a length too large", post("Content-Length: 99999999999999999999", smuggled), "400"},
	{"a length in full-width digits", post("Content-Length: \uff14", smuggled), "400"},
	{"a blank before the colon", post("Content-Length : 45", smuggled), "400"},
	{"a tab before the colon", post("Transfer-Encoding\t: chunked", "0\r\n\r\n"+smuggled), "400"},
	{"an unknown coding", post("Transfer-Encoding: xchunked", "0\r\n\r\n"+smuggled), "501"},
	{"identity", post("Transfer-Encoding: identity\r\nContent-Length: 45", smuggled), "501"},
	{"two codings", post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"+smuggled), "501"},
	{"chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n"+smuggled),
		"501"},
	{"chunked, then nothing", post("Transfer-Encoding: chunked,", "0\r\n\r\n"+smuggled), "501"},
	{"a folded coding", post("Transfer-Encoding:\r\n chunked", "0\r\n\r\n"+smuggled), "400 bad_json"},
	{"a coding in quotes", post(`Transfer-Encoding: "chunked"`, "0\r\n\r\n"+smuggled), "501"},
	{"a coding with a vertical tab", post("Transfer-Encoding: \x0bchunked", "0\r\n\r\n"+smuggled), "400"},
	{"a coding after a bare line feed", post("X: y\nTransfer-Encoding: chunked", "0\r\n\r\n"+smuggled),
		"400 bad_json"},
	{"a coding after a bare carriage return", post("X: y\rTransfer-Encoding: chunked", "0\r\n\r\n"+smuggled), "400"},
	{"a coding after a NUL", post("X: y\x00Transfer-Encoding: chunked", "0\r\n\r\n"+smuggled), "400"},
	{"a chunk in HTTP/1.0",
		strings.Replace(post("Transfer-Encoding: chunked", "0\r\n\r\n"+smuggled), "1.1", "1.0", 1), "400 bad_json"},
	{"a chunk's size with a sign", chunks("+2\r\n{}\r\n0\r\n\r\n"), "400 bad_json"},
	{"a chunk's size in hexadecimal twice", chunks("0x2\r\n{}\r\n0\r\n\r\n"), "400 bad_json"},
	{"a chunk's size too large", chunks("fffffffffffffffff\r\n{}"), "400 bad_json"},
	{"a chunk's size below 0", chunks("-2\r\n{}\r\n0\r\n\r\n"), "400 bad_json"},
	{"a chunk without a size", chunks("\r\n{}\r\n0\r\n\r\n"), "400 bad_json"},
	{"a chunk longer than it says", chunks("2\r\n{}GET /smuggled\r\n0\r\n\r\n"), "400 bad_json"},
	{"a chunk that ends in a bare line feed", chunks("2\r\n{}\n0\r\n\r\n"), "400 bad_json"},
	{"a chunk's line of 64 KB", chunks("2;" + strings.Repeat("x", 64<<10) + "\r\n{}\r\n0\r\n\r\n"), "400 bad_json"},
	{"many chunks of extensions", chunks(strings.Repeat("1;"+strings.Repeat("x", 1000)+"\r\n \r\n", 100)),
		"400 bad_json"},
	{"a trailer that is a length", chunks("2\r\n{}\r\n0\r\nContent-Length: 45\r\n\r\n"), "422 bad_url"},
	{"a trailer of 64 KB", chunks("2\r\n{}\r\n0\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n"), "400 bad_json"},
	{"an upgrade to HTTP/2", get("/healthz", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
		"Connection: Upgrade, HTTP2-Settings"), "200"},
	{"an upgrade to a websocket", get("/sse/audits/99999999/progress", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), "404 not_found"},
	{"a body that nobody asked for", get("/healthz", "Content-Length: 45") + smuggled, "200"},
	{"a stream with a body",
		strings.Replace(get("/sse/audits", "Content-Length: 45"), "Connection: close\r\n", "", 1) +
			smuggled, "400 bad_query"},
	{"a stream with chunks",
		strings.Replace(get("/sse/audits", "Transfer-Encoding: chunked"), "Connection: close\r\n",
			"", 1) + "0\r\n\r\n" + smuggled, "400 bad_query"},
	{"a refused host with a body",
		request("POST", shared.PathAudits, "evil.example", "Content-Length: 45") + smuggled,
		"403 forbidden_host"},
	{"expecting more than there is", with("auditor", "POST", shared.PathAudits, "application/json", "{}",
		"Expect: 200-ok"), "417"},
	{"a second request at once", get("/healthz", "X: y") + get("/healthz"), "200"},
	{"two at once, in order", strings.Replace(get("/healthz"), "Connection: close\r\n", "", 1) + get("/readyz"),
		"200, 200"},
	{"lines that end in a bare line feed", strings.ReplaceAll(get("/healthz"), "\r\n", "\n"), "200"},
	{"empty lines first", "\r\n\r\n" + get("/healthz"), "400"},
	{"a header without a name", get("/healthz", ": localhost"), "400"},
	{"a header without a colon", get("/healthz", "nonsense"), "400"},
	{"a header name with a blank", get("/healthz", "X Y: z"), "400"},
	{"a header name beyond ASCII", get("/healthz", "X-\u00e9: z"), "400"},
	{"a header name with a NUL", get("/healthz", "X\x00: z"), "400"},
	{"a header value with a carriage return", get("/healthz", "X: a\rSet-Cookie: b"), "400"},
	{"a header value with a NUL", get("/healthz", "X: a\x00b"), "400"},
	{"a header value with DEL", get("/healthz", "X: a\x7fb"), "400"},
}

// post is a request with a body in a framing of its own; the connection would stay open.
func post(framing, body string) string {
	return "POST /api/v1/audits HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {auditor}\r\n" +
		"Content-Type: application/json\r\n" + framing + "\r\n\r\n" + body
}

// chunks is a request in chunks.
func chunks(body string) string { return post("Connection: close\r\nTransfer-Encoding: chunked", body) }

// hostileMethods are what is no request of this server's.
func hostileMethods() []attack {
	return asWires(
		onWire{"TRACE", request("TRACE", shared.PathAudits, "localhost"), "403 forbidden"},
		onWire{"TRACE of a page", request("TRACE", "/", "localhost"), "303 /signin?to=%2F&why=forbidden"},
		onWire{"CONNECT", "CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
			"303 /signin?to=%2F"},
		onWire{"CONNECT to us", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
			"303 /signin?to=%2F"},
		onWire{"OPTIONS *", request("OPTIONS", "*", "evil.example"), "403 forbidden_host"},
		onWire{"OPTIONS", request("OPTIONS", shared.PathAudits, "localhost"), "403 forbidden"},
		onWire{"GET *", request("GET", "*", "localhost"), "303 /signin?to=%2A&why=forbidden"},
		onWire{"small letters", request("get", shared.PathAudits, "localhost"), "403 forbidden"},
		onWire{"PROPFIND", request("PROPFIND", "/", "localhost"), "303 /signin?to=%2F&why=forbidden"},
		onWire{"PURGE", request("PURGE", "/", "localhost"), "303 /signin?to=%2F&why=forbidden"},
		onWire{"a method of 1 KB", request(strings.Repeat("A", 1024), "/", "localhost"), "303 /signin?to=%2F&why=forbidden"},
		onWire{"a method with a blank", request("GE T", "/", "localhost"), "400"},
		onWire{"a method with a tab", request("GET\t", "/", "localhost"), "400"},
		onWire{"a method beyond ASCII", request("G\u00c9T", "/", "localhost"), "400"},
		onWire{"no method", " / HTTP/1.1\r\nHost: localhost\r\n\r\n", "400"},
		onWire{"another method by a header",
			get(shared.PathAudits, "X-HTTP-Method-Override: POST", "X-Method-Override: POST"), "200"},
		onWire{"another method by the query", get(shared.PathAudits + "?_method=DELETE"), "400 bad_query"},
		onWire{"HTTP/0.9", "GET /healthz\r\n\r\n", "400"},
		onWire{"HTTP/1.2", strings.Replace(get("/healthz"), "HTTP/1.1", "HTTP/1.2", 1), "200"},
		onWire{"HTTP/3", strings.Replace(get("/healthz"), "HTTP/1.1", "HTTP/3.0", 1), "505"},
		onWire{"HTTP/2 in words", strings.Replace(get("/healthz"), "HTTP/1.1", "HTTP/2.0", 1), "505"},
		onWire{"HTTP/1.10", strings.Replace(get("/healthz"), "HTTP/1.1", "HTTP/1.10", 1), "400"},
		onWire{"http/1.1", strings.Replace(get("/healthz"), "HTTP/1.1", "http/1.1", 1), "400"},
		onWire{"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", "400"},
		onWire{"a TLS handshake", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400"},
		onWire{"SMTP", "EHLO evil.example\r\nMAIL FROM:<a@b>\r\n\r\n", "400"},
		onWire{"Redis", "*1\r\n$8\r\nFLUSHALL\r\n\r\n", "400"},
		onWire{"NULs", strings.Repeat("\x00", 1000) + "\r\n\r\n", "400"},
		onWire{"nothing but line ends", strings.Repeat("\r\n", 1000), "400"},
		onWire{"HEAD of a stream that is not there", request("HEAD", "/sse/audits/99999999/progress", "localhost"), "404"},
		onWire{"POST to a stream", request("POST", "/sse/audits", "localhost", "Content-Length: 0"), "403 forbidden"},
		onWire{"PATCH of a page", request("PATCH", "/", "localhost", "Content-Length: 0"), "303 /signin?to=%2F&why=forbidden"},
	)
}

// hostilePaths are spellings by which a check may see another path than a handler.
func hostilePaths() []attack {
	anonymous := func(path string) string {
		return strings.Replace(get(path), "Authorization: Bearer {viewer}\r\n", "", 1)
	}
	var table []onWire
	for path, want := range map[string]string{
		"/%61pi/v1/tokens": "401 unauthorized", "/api/v1/%74okens": "401 unauthorized",
		"//api/v1/tokens": "303 /signin?to=%2F%2Fapi%2Fv1%2Ftokens",
		"/api/v1//tokens": "401 unauthorized", "/api/v1/./tokens": "401 unauthorized",
		"/api/v1/x/../tokens":            "401 unauthorized",
		"/api/v1/openapi.json/../tokens": "401 unauthorized",
		"/web/../api/v1/tokens":          "303 /signin?to=%2Fweb%2F..%2Fapi%2Fv1%2Ftokens",
		"/healthz/../api/v1/tokens":      "303 /signin?to=%2Fhealthz%2F..%2Fapi%2Fv1%2Ftokens",
		"/healthz/..%2fapi/v1/tokens":    "303 /signin?to=%2Fhealthz%2F..%252fapi%2Fv1%2Ftokens",
		"/web/%2e%2e/api/v1/tokens":      "404 not_found", "/web/%2e%2e/": "404", "/web/%2e%2e/team": "404",
		"/web/%2e%2e/audits/1": "404",
		"/web/%2e%2e/basic":    "404", "/web/..%2fbasic": "404", "/web/%2e%2e%2fmetrics": "404",
		"/share/%2e%2e":    "303 /signin",
		"/share/..%2fteam": "303 /signin", "/signin/%2e%2e/team": "303 /signin?to=%2Fsignin%2F%252e%252e%2Fteam",
		"/web/..;/api/v1/tokens": "404",
		"/api/v1/tokens/":        "401 unauthorized", "/api/v1/tokens%00": "401 unauthorized",
		"/api/v1/tokens%20": "401 unauthorized",
		"/api/v1/tokens;x":  "401 unauthorized", "/api/v1/tokens.json": "401 unauthorized",
		"/API/V1/TOKENS": "303 /signin?to=%2FAPI%2FV1%2FTOKENS",
		"/team/":         "303 /signin?to=%2Fteam%2F", "/%74eam": "303 /signin?to=%2F%2574eam",
		"/TEAM":         "303 /signin?to=%2FTEAM",
		"/team%2ftrail": "303 /signin?to=%2Fteam%252ftrail", "/team/../team": "303 /signin?to=%2Fteam%2F..%2Fteam",
		"/metrics/": "303 /signin?to=%2Fmetrics%2F", "/%6detrics": "401 unauthorized", "/sse%2faudits": "401 unauthorized",
		"/sse/audits/":                   "401 unauthorized",
		"http://localhost/api/v1/tokens": "401 unauthorized", "///evil.example": "303 /signin?to=%2F%2F%2Fevil.example",
		"/\\evil.example": "303 /signin?to=%2F%255Cevil.example",
		"/?token={admin}": "303 /signin?to=%2F%3Ftoken%3D{admin}", "/api/v1/audits?access_token={admin}": "401 unauthorized",
		"/api/v1/audits?authorization=Bearer+{admin}": "401 unauthorized",
	} {
		table = append(table, onWire{"nobody " + path, anonymous(path), want})
	}
	for path, want := range map[string]string{
		"/../../etc/passwd":             "303 /signin?to=%2F..%2F..%2Fetc%2Fpasswd&why=forbidden",
		"/web/../../etc/passwd":         "303 /signin?to=%2Fweb%2F..%2F..%2Fetc%2Fpasswd&why=forbidden",
		"/web/..%2f..%2fetc%2fpasswd":   "404",
		"/web/%2e%2e/%2e%2e/etc/passwd": "404", "/web/..\\..\\etc\\passwd": "404", "/web/..%5c..%5cetc%5cpasswd": "404",
		"/web/static/%00": "404", "/web/static/basic.css%00.png": "404", "/web/static/basic.css/": "404",
		"/web/static/": "404", "/web/": "404", "/web": "303 /signin?to=%2Fweb&why=forbidden",
		"/web//static//basic.css":                "303 /signin?to=%2Fweb%2F%2Fstatic%2F%2Fbasic.css&why=forbidden",
		"/web/v-../static/basic.css":             "200",
		"/web/file:///etc/passwd":                "303 /signin?to=%2Fweb%2Ffile%3A%2F%2F%2Fetc%2Fpasswd&why=forbidden",
		"/web/C:/windows/win.ini":                "404",
		"/web/static/..%c0%af..%c0%afetc/passwd": "404", "/web/static/%252e%252e/basic.css": "404",
		"/.git/config": "404", "/.env": "404", "/data/atalaya.db": "404", "/wp-login.php": "404", "/debug/pprof/": "404",
		"/api/v1/audits/0": "400 bad_id", "/api/v1/audits/-1": "400 bad_id", "/api/v1/audits/+1": "400 bad_id",
		"/api/v1/audits/01": "400 bad_id", "/api/v1/audits/1e0": "400 bad_id", "/api/v1/audits/0x1": "400 bad_id",
		"/api/v1/audits/1.0": "400 bad_id", "/api/v1/audits/1%20": "400 bad_id", "/api/v1/audits/1%00": "400 bad_id",
		"/api/v1/audits/%EF%BC%91": "400 bad_id", "/api/v1/audits/9223372036854775808": "400 bad_id",
		"/api/v1/audits/9223372036854775807": "404 not_found", "/api/v1/audits/9007199254740993": "404 not_found",
		"/api/v1/audits/1%2fprogress": "400 bad_id", "/api/v1/audits/1;x=y": "400 bad_id",
		"/api/v1/audits/1'--":           "400 bad_id",
		"/api/v1/audits/1)%20OR%20(1=1": "400 bad_id", "/api/v1/audits/" + strings.Repeat("9", 60_000): "400 bad_id",
		"/sse/audits/0/progress": "400 bad_id", "/sse/audits/1%0d%0aX:y/progress": "400 bad_id",
		"/sse/audits/9007199254740993/progress": "404 not_found", "/sse/audits/%00/progress": "400 bad_id",
		"/api/v1/sites/%00": "404 not_found", "/api/v1/sites/%ff": "404 not_found", "/api/v1/sites/'": "404 not_found",
		"/api/v1/sites/%0d%0aX:%20y": "404 not_found", "/api/v1/sites/" + strings.Repeat("a", 60_000): "404 not_found",
		"/api/v1/sites/%00/schedule": "404 not_found", "/api/v1/sites/%ff/schedule": "404 not_found",
		"/api/v1/sites/..%2f..%2ftokens": "404 not_found",
		"/sites/%00":                     "404", "/sites/%ff": "404", "/sites/%3Cscript%3E": "404", "/basic/sites/%00": "404",
		"/basic/sites/%ff": "404", "/basic/sites/" + strings.Repeat("%00", 10_000): "404",
		"/audits/0": "404", "/audits/%00": "404", "/audits/%ff/basic": "400", "/audits/{id}/basic/%00": "200",
		"/audits/{id}/basic/%ff": "200", "/audits/{id}/basic/..%2f..": "200", "/audits/{id}/report/%00": "404",
		"/share/": "404", "/share/%00": "303 /signin", "/share/atls_1_": "303 /signin", "/share/atls_-1_x": "303 /signin",
		"/share/atls_9223372036854775808_x": "303 /signin", "/share/atls_1_" + strings.Repeat("a", 60_000): "303 /signin",
		"/share/..%2f..%2fteam": "303 /signin", "/%": "400", "/%zz": "400", "/%u0041": "400",
		"/" + strings.Repeat("a", 60_000): "404", "/" + strings.Repeat("a/", 30_000): "404", "/%00": "404", "/%ff%fe": "404",
		"/%0d%0aSet-Cookie:%20a=b": "404", "/%E2%80%AE": "404", "/a%0d%0aLocation:%20x/": "404",
		"/%2f%2fevil.example/": "404", "/evil.example%2f..%2f": "404", "/audits/1/%0d%0aX:y/": "404",
	} {
		table = append(table, onWire{fmt.Sprintf("%.60s", path), get(path), want})
	}
	return asWires(table...)
}

// hostileQueries are what stands behind a question mark, and goes to the database.
func hostileQueries() []attack {
	var table []onWire
	for query, want := range map[string]string{
		"/api/v1/audits?q=%00": "400 bad_query", "/api/v1/audits?q=%ff": "400 bad_query",
		"/api/v1/audits?q=%25_%5c'%22%3B--": "200", "/api/v1/audits?q=" + strings.Repeat("%25", 20_000): "200",
		"/api/v1/audits?q=" + strings.Repeat("a%25", 15_000): "200",
		"/api/v1/audits?q=a&q=b":                             "400 bad_query", "/api/v1/audits?Q=a": "400 bad_query",
		"/api/v1/audits?q[]=a":       "400 bad_query",
		"/api/v1/audits?q=a;limit=1": "400 bad_query", "/api/v1/audits?q=%zz": "400 bad_query",
		"/api/v1/audits?limit=0": "400 bad_query", "/api/v1/audits?limit=-1": "400 bad_query",
		"/api/v1/audits?limit=99999999999999999999": "400 bad_query", "/api/v1/audits?limit=1e1": "400 bad_query",
		"/api/v1/audits?limit=0x10": "400 bad_query", "/api/v1/audits?limit=1%00": "400 bad_query",
		"/api/v1/audits?sort=id;DROP%20TABLE%20audits": "400 bad_query", "/api/v1/audits?status=%27": "400 bad_query",
		"/api/v1/audits?site=%00": "400 bad_query", "/api/v1/audits?site=%27%20OR%201=1--": "200",
		"/api/v1/audits?cursor=x": "400 bad_query", "/api/v1/audits?cursor=" + strings.Repeat("A", 60_000): "400 bad_query",
		"/api/v1/audits?cursor=AAAA": "400 bad_query", "/api/v1/audits?cursor=%00": "400 bad_query",
		"/api/v1/audits?group=site&cursor=e30": "400 bad_query", "/api/v1/sites?cursor=e30": "400 bad_query",
		"/api/v1/sites?q=%00": "400 bad_query", "/api/v1/sites?q=%25": "200",
		"/api/v1/audits/{id}/pages?url=%00":              "400 bad_query",
		"/api/v1/audits/{id}/pages?q=%27%29%20OR%201=1-": "200", "/api/v1/audits/{id}/pages?cursor=-1": "400 bad_query",
		"/api/v1/audits/{id}/pages?cursor=9223372036854775808":  "400 bad_query",
		"/api/v1/audits/{id}/findings?check=%27":                "200",
		"/api/v1/audits/{id}/findings?page=javascript:alert(1)": "200",
		"/api/v1/audits/{id}/findings?cursor=1,2,3":             "400 bad_query",
		"/api/v1/audits/{id}/unvisited?q=%25%25%25":             "200",
		"/api/v1/audits/{id}/unvisited?cursor=%27":              "400 bad_query",
		"/api/v1/audits/{id}/report?format=../../etc/passwd":    "406 not_acceptable",
		"/api/v1/audits/{id}/report?format=exe":                 "406 not_acceptable",
		"/api/v1/audits/{id}/report?lang=../es":                 "400 bad_query",
		"/api/v1/compare?base=1&head=%00":                       "400 bad_query",
		"/api/v1/compare?base=-1&head=1":                        "400 bad_id",
		"/sse/audits?id=":                                       "400 bad_id", "/sse/audits?id=%00": "400 bad_id",
		"/sse/audits?id=1;id=2":           "400 bad_query",
		"/sse/audits?id=9007199254740993": "404 not_found", "/sse/audits?" + many("id=%d&", 60): "400 bad_query",
		"/sse/audits?" + many("id=%d&", 7000): "400 bad_query", "/sse/audits?%zz": "400 bad_query",
		"/?q=%00": "200", "/?q=%ff": "200", "/?q=%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E": "200", "/?q=%25": "200",
		"/?status=%27": "200", "/?sort=%00": "200", "/?site=%00": "200", "/?cursor=%00": "200", "/?cursor=AAAA": "200",
		"/?" + many("a%d=b&", 6000): "200", "/?goapp=x&scope=y&token=z": "200", "/basic?cursor=%00": "404",
		"/basic?q=%00": "200", "/basic?q=%ff": "200", "/basic?lang=%00": "200", "/basic?lang=../../x": "200",
		"/basic/sites?q=%00": "200", "/basic/sites?q=%ff": "200", "/sites?q=%00": "200", "/sites?q=%ff": "200",
		"/basic/compare?base=%00&head=1": "400", "/compare?base=%00&head=%ff": "200",
		"/audits/{id}/basic/report?view=%00": "303 /audits/{id}/basic",
		"/audits/{id}/basic/report?q=%00":    "303 /audits/{id}/basic",
		"/audits/{id}/basic/report?q=%ff":    "303 /audits/{id}/basic",
		"/audits/{id}/basic/report?page=%00": "303 /audits/{id}/basic",
		"/audits/{id}/basic/report?page=-1":  "303 /audits/{id}/basic", "/audits/{id}/report?view=page&q=%00": "200",
		"/audits/{id}/report?page=%ff": "200", "/audits/{id}/basic?at=%00": "200", "/audits/{id}?x=%00": "200",
		"/new?url=javascript:alert(1)": "200", "/new?url=%22%3E%3Cscript%3E": "200", "/new?url=%00": "200",
		"/signin?to=//evil.example": "200", "/signin?why=%3Cscript%3E": "200",
	} {
		name := fmt.Sprintf("%.70s of %d", query, len(query))
		table = append(table, onWire{name, get(query), want})
	}
	return asWires(table...)
}

// many repeats a piece with a number in it.
func many(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i+1)
	}
	return b.String()
}

// hostileHeaders are headers that are long, many, doubled or mean more than they should.
func hostileHeaders() []attack {
	return append(asWires(
		onWire{"a head of 60 KB", get("/healthz", "X: "+strings.Repeat("x", 60_000)), "200"},
		onWire{"a head of 80 KB", get("/healthz", "X: "+strings.Repeat("x", 80_000)), "431"},
		onWire{"a head of 10 MB", get("/healthz", "X: "+strings.Repeat("x", 10<<20)), "431"},
		onWire{"a thousand headers", get("/healthz", many("X-%d: y\r\n", 999)+"X: y"), "200"},
		onWire{"ten thousand headers", get("/healthz", many("X-%d: y\r\n", 9999)+"X: y"), "431"},
		onWire{"one header a thousand times", get("/healthz", strings.Repeat("X: y\r\n", 999)+"X: y"), "200"},
		onWire{"a thousand cookies", get("/", "Cookie: "+many("a%d=b; ", 999)+"lang=es"), "200"},
		onWire{"cookies of nonsense", get("/", "Cookie: =; ;;; =a; \"; lang=\x01; theme=<script>; a\u00e9=b"), "400"},
		onWire{"cookies of looks that are none", get("/", `Cookie: lang="><script>; theme="><script>; density=%22%3E`), "200"},
		onWire{"languages without end", get("/", "Accept-Language: "+many("a%d;q=0.1,", 5000)+"es"), "200"},
		onWire{"languages of hyphens", get("/", "Accept-Language: "+strings.Repeat("-", 60_000)), "200"},
		onWire{"languages nested", get("/", "Accept-Language: "+strings.Repeat("en-", 20_000)), "200"},
		onWire{"weights of nonsense", get("/", "Accept-Language: es;q=NaN, en;q=1e999, de;q=-1"), "200"},
		onWire{"codings without end", get("/", "Accept-Encoding: "+strings.Repeat("gzip;q=0.1,", 5000)), "200"},
		onWire{"a coding of weight NaN", get("/", "Accept-Encoding: br;q=NaN, gzip;q=Inf"), "200"},
		onWire{"kinds without end", get("/api/v1/audits/{id}/report", "Accept: "+strings.Repeat("a/b;q=0.1,", 5000)),
			"406 not_acceptable"},
		onWire{"kinds of nonsense", get("/api/v1/audits/{id}/report", "Accept: ;;;,,,/,*/,/*"), "406 not_acceptable"},
		onWire{"tags without end", get("/api/v1/audits/{id}", "If-None-Match: "+many(`"%d",`, 5000)+`""`), "304"},
		onWire{"a tag without an end", get("/api/v1/audits/{id}", `If-None-Match: "`+strings.Repeat("a", 60_000)), "200"},
		onWire{"tags of nothing but quotes", get("/api/v1/audits/{id}", "If-None-Match: "+strings.Repeat(`"`, 60_000)), "200"},
		onWire{"a tag with an escape", get("/api/v1/audits/{id}", `If-None-Match: "\"1"`), "200"},
		onWire{"a preference without end", get("/api/v1/audits/{id}/progress", "Prefer: "+strings.Repeat(`wait="1;`, 5000)),
			"200"},
		onWire{"a wait below 0", get("/api/v1/audits/{id}/progress", "Prefer: wait=-1", `If-None-Match: "0"`), "200"},
		onWire{"a wait of nonsense", get("/api/v1/audits/{id}/progress", "Prefer: wait=99999999999999999999"), "200"},
		onWire{"ranges of a file", get("/web/static/basic.css", "Range: bytes=0-0"), "200"},
		onWire{"a thousand ranges", get("/web/static/basic.css", "Range: bytes="+strings.Repeat("0-,", 1000)+"0-"), "200"},
		onWire{"a range beyond the end", get("/web/static/basic.css", "Range: bytes=99999999999-"), "200"},
		onWire{"a range of nonsense", get("/web/static/basic.css", "Range: bytes=-9223372036854775809"), "200"},
		onWire{"a condition on a range", get("/web/static/basic.css", "Range: bytes=0-", `If-Range: "x"`), "200"},
		onWire{"a time before all", get("/web/static/basic.css", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"), "200"},
		onWire{"a condition that fails", get("/web/static/basic.css", `If-Match: "x"`), "200"},
		onWire{"X-Request-Id with a line", get("/healthz", "X-Request-Id: a%0d%0aevil"), "200"},
		onWire{"a cursor of nonsense", get("/sse/audits/99999999/progress", "Last-Event-ID: '; DROP TABLE audits"),
			"404 not_found"},
		onWire{"a cursor of 60 KB", get("/sse/audits/99999999/progress", "Last-Event-ID: "+strings.Repeat("9", 60_000)),
			"404 not_found"},
		onWire{"a forwarded chain of 60 KB", get("/healthz", "X-Forwarded-For: "+strings.Repeat("1.1.1.1,", 7000)), "200"},
		onWire{"HSTS by a stranger's word", get("/healthz", "X-Forwarded-Proto: https"), "200"},
		onWire{"Connection that names others", get("/api/v1/audits", "Connection: close, Authorization, Host"), "200"},
		onWire{"TE", get("/healthz", "TE: trailers, deflate;q=0.5", "Trailer: Authorization"), "200"},
		onWire{"If-Match of nonsense", with("worker", "PATCH", "/api/v1/audits/{id}/progress", "application/json",
			`{"message":"x"}`, `If-Match: "1`), "400 bad_header"},
		onWire{"If-Match of two", with("worker", "PATCH", "/api/v1/audits/{id}/progress", "application/json",
			`{"message":"x"}`, `If-Match: "1", "2"`), "400 bad_header"},
		onWire{"If-Match twice", with("worker", "PATCH", "/api/v1/audits/{id}/progress", "application/json",
			`{"message":"x"}`, `If-Match: *`, `If-Match: "99"`), "400 bad_header"},
		onWire{"If-Match too large", with("worker", "PATCH", "/api/v1/audits/{id}/progress", "application/json",
			`{"message":"x"}`, `If-Match: "9223372036854775808"`), "400 bad_header"},
		onWire{"If-Match that is weak", with("worker", "PATCH", "/api/v1/audits/{id}/progress", "application/json",
			`{"message":"x"}`, `If-Match: W/"1"`), "400 bad_header"},
		onWire{"a key of 256 bytes", with("auditor", "POST", shared.PathAudits, "application/json",
			`{"url":"x","kind":"external"}`, "Idempotency-Key: "+strings.Repeat("k", 256)), "400 bad_header"},
		onWire{"a key beyond ASCII", with("auditor", "POST", shared.PathAudits, "application/json",
			`{"url":"x","kind":"external"}`, "Idempotency-Key: \u00e9"), "400 bad_header"},
		onWire{"two keys", with("auditor", "POST", shared.PathAudits, "application/json",
			`{"url":"x","kind":"external"}`, "Idempotency-Key: a", "Idempotency-Key: b"), "400 bad_header"},
		onWire{"a key of SQL", with("auditor", "POST", shared.PathAudits, "application/json",
			`{"url":"x","kind":"external"}`, "Idempotency-Key: '); DROP TABLE audits; --"), "201"},
		onWire{"that key for something else", with("auditor", "POST", shared.PathAudits, "application/json",
			`{"url":"y","kind":"external"}`, "Idempotency-Key: '); DROP TABLE audits; --"), "422 idempotency_mismatch"},
	), attack{"the same key at once", sameKeyAtOnce})
}

// sameKeyAtOnce sends a request twenty times at once: one audit comes of it.
func sameKeyAtOnce(t *testing.T, a *arena) {
	const key = "Idempotency-Key: at once"
	send := a.fill(with("auditor", "POST", shared.PathAudits, "application/json", `{"url":"x","kind":"external"}`, key))
	conns := make([]net.Conn, 20)
	for i := range conns {
		conns[i] = a.dial(t, stranger)
	}
	for _, conn := range conns {
		go func() { _, _ = io.WriteString(conn, send) }()
	}
	made, places := 0, map[string]bool{}
	for _, conn := range conns {
		got, err := readAnswer(bufio.NewReader(conn), "POST")
		if err != nil {
			t.Fatal(err)
		}
		places[got.header.Get("Location")] = true
		if got.status == http.StatusCreated {
			made++
		}
	}
	if made != 1 || len(places) != 1 {
		t.Errorf("%d were made, at %v", made, places)
	}
}
