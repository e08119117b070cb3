package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"atalaya/shared"
)

// hostileCredentials are what is no credential, or one of somebody else.
func hostileCredentials() []attack {
	return append(asWires(credentials(map[string]string{
		"Authorization: Bearer {viewer}": "200", "Authorization: bearer {viewer}": "200",
		"Authorization: Bearer  {viewer} ": "200", "Authorization: Bearer {viewer}x": "401 unauthorized",
		"Authorization: Bearer {viewer},": "401 unauthorized", "Authorization: Bearer {viewer} {admin}": "401 unauthorized",
		"Authorization: Bearer": "401 unauthorized", "Authorization: Bearer atl_": "401 unauthorized",
		"Authorization: {viewer}": "401 unauthorized", "Authorization: Basic {viewer}": "401 unauthorized",
		"Authorization: Token {viewer}": "401 unauthorized", "Authorization: Bearer %00": "401 unauthorized",
		"Authorization: Bearer atl_%": "401 unauthorized", "Authorization: Bearer '; DROP TABLE tokens": "401 unauthorized",
		"Authorization: Bearer {wrong}": "401 unauthorized", "Authorization: Bearer {expired}": "401 unauthorized",
		"Authorization: Bearer {revoked}":                                                   "401 unauthorized",
		"Authorization: Bearer atl_" + strings.Repeat("a", 52):                              "401 unauthorized",
		"Authorization: Bearer atl_" + strings.Repeat("a", 60_000):                          "401 unauthorized",
		"Authorization: Bearer atls_1_" + strings.Repeat("a", 52):                           "401 unauthorized",
		"Authorization: Bearer {viewer}\r\nAuthorization: Bearer {viewer}":                  "401 unauthorized",
		"Authorization: Basic eDp5\r\nAuthorization: Bearer {viewer}":                       "401 unauthorized",
		"X-Authorization: Bearer {viewer}":                                                  "401 unauthorized",
		"Proxy-Authorization: Bearer {viewer}":                                              "401 unauthorized",
		"X-Forwarded-User: admin\r\nX-Remote-User: admin\r\nRemote-User: ad":                "401 unauthorized",
		"Cookie: __Host-atalaya={viewer}":                                                   "401 unauthorized",
		"Cookie: atalaya={viewer}":                                                          "401 unauthorized",
		"Cookie: __Host-atalaya=.":                                                          "401 unauthorized",
		"Cookie: __Host-atalaya=a.b":                                                        "401 unauthorized",
		"Cookie: __Host-atalaya=" + strings.Repeat("a", 20) + "." + strings.Repeat("b", 52): "401 unauthorized",
		"Cookie: __Host-atalaya=%27%20OR%201=1--.x":                                         "401 unauthorized",
		"Cookie: __Host-atalaya=" + strings.Repeat("a", 60_000):                             "401 unauthorized",
		"Cookie: __Host-atalaya-share-1=atls_1_x":                                           "401 unauthorized",
		"Cookie: token={admin}":                                                             "401 unauthorized",
	})...), attack{"a session of plain HTTP", sessionUnderAnotherName},
		attack{"a share link of another audit", linkToAnother},
		attack{"a share link with another signature", forgedLink}, attack{"ten wrong tokens", tenWrongTokens})
}

func credentials(want map[string]string) (table []onWire) {
	for lines, status := range want {
		name := fmt.Sprintf("%.60s of %d", strings.ReplaceAll(lines, "\r\n", " and "), len(lines))
		table = append(table, onWire{name, "GET /api/v1/audits HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
			lines + "\r\n\r\n", status})
	}
	return table
}

// signedIn is the cookie of somebody who has signed in.
func (a *arena) signedIn(t *testing.T, who string) *http.Cookie {
	t.Helper()
	form := url.Values{"token": {a.tokens[who]}}.Encode()
	got := a.asWith(t, "none", "POST", shared.PathSignIn, form,
		map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	cookies, err := http.ParseSetCookie(got.header.Get("Set-Cookie"))
	if err != nil || got.status != http.StatusSeeOther {
		t.Fatalf("signed in: %s, %v", got.summary(), err)
	}
	return cookies
}

// sessionUnderAnotherName presents a good session under the name that a site without TLS
// could have set.
func sessionUnderAnotherName(t *testing.T, a *arena) {
	c := a.signedIn(t, "viewer")
	for name, want := range map[string]int{c.Name: 200, strings.TrimPrefix(c.Name, "__Host-"): 401,
		strings.ToLower(c.Name): 401, c.Name + "2": 401} {
		got := a.asWith(t, "none", "GET", shared.PathAudits, "", map[string]string{"Cookie": name + "=" + c.Value})
		if got.status != want {
			t.Errorf("%s: got %s, want %d", name, got.summary(), want)
		}
	}
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie is %v", c)
	}
}

func linkToAnother(t *testing.T, a *arena) {
	a.tokens["link"] = a.share(a.fill("{id}"))
	defer delete(a.tokens, "link")
	other := a.startsAs("auditor")
	for path, want := range map[string]int{
		shared.PathProgress(a.audit): 200, shared.PathAudits + "/" + other + "/progress": 401,
		shared.PathStreams + "?id=" + other: 401, shared.PathStreams + "?id=" + a.fill("{id}") + "&id=" + other: 401,
		shared.PathAudits: 401, shared.PathStreams: 401, shared.PathTokens: 401,
		shared.PathAudits + "/" + a.fill("{id}") + "/../" + other: 401,
	} {
		if got := a.as(t, "link", "GET", path, ""); got.status != want {
			t.Errorf("%s: got %s, want %d", path, got.summary(), want)
		}
	}
}

func forgedLink(t *testing.T, a *arena) {
	link := a.share(a.fill("{id}"))
	number, signature, _ := strings.Cut(strings.TrimPrefix(link, "atls_"), "_")
	defer delete(a.tokens, "forged")
	for _, forged := range []string{
		"atls_" + number + "_" + strings.ToUpper(signature), "atls_0" + number + "_" + signature,
		"atls_" + number + "0_" + signature, "atls_" + number + "_" + signature + "=", "atls_" + number + "_",
		"atls_" + number + "_" + signature[1:], "atl_" + number + "_" + signature, link + "_" + signature,
	} {
		a.tokens["forged"] = forged
		if got := a.as(t, "forged", "GET", shared.PathProgress(a.audit), ""); got.status != 401 {
			t.Errorf("%s: got %s", forged, got.summary())
		}
	}
}

// tenWrongTokens has a client of a proxy guess until it may not. Others may go on.
func tenWrongTokens(t *testing.T, a *arena) {
	try := func(client, token string) string {
		body := url.Values{"token": {token}}.Encode()
		return a.exchange(t, ownProxy, strings.Replace(with("none", "POST", shared.PathSignIn,
			"application/x-www-form-urlencoded", body, "X-Forwarded-For: "+client),
			"Authorization: Bearer {none}\r\n", "", 1))
	}
	for range 10 {
		if got := try("198.51.100.7", "guess"); got != "401" {
			t.Fatalf("a guess: %s", got)
		}
	}
	for client, want := range map[string]string{
		"198.51.100.7": "429", "203.0.113.9, 198.51.100.7": "429", "198.51.100.8": "303 /",
	} {
		if got := try(client, a.tokens["viewer"]); got != want {
			t.Errorf("then from %s: %s, want %s", client, got, want)
		}
	}
}

// hostileWaysBack have signing in lead somewhere else.
func hostileWaysBack() []attack {
	return waysBack(map[string]string{
		"/audits/1": "/audits/1", "/?q=//evil.example": "/?q=//evil.example", "//evil.example": "/", "///evil.example": "/",
		"https://evil.example": "/", "https:evil.example": "/", "javascript:alert(1)": "/", "\\\\evil.example": "/",
		"/\\evil.example": "/", "/\t/evil.example": "/", "/\n/evil.example": "/", "/\r\nSet-Cookie: a=b": "/",
		"\t//evil.example": "/",
		" //evil.example":  "/", "/ /evil.example": "/", "/\x00/evil.example": "/", "evil.example": "/", "@evil.example": "/",
		"/..//evil.example": "/evil.example", "/.//evil.example": "/evil.example", "/a/..//evil.example": "/evil.example",
		"/%2fevil.example": "/%2fevil.example", "/%5cevil.example": "/%5cevil.example", "": "/",
		"/" + strings.Repeat("a", 3000): "/", "data:text/html,x": "/", "/\u2028": "/%e2%80%a8", "/\u202e": "/%e2%80%ae",
	})
}

func waysBack(want map[string]string) (attacks []attack) {
	for to, place := range want {
		attacks = append(attacks, attack{fmt.Sprintf("%.40q", to), func(t *testing.T, a *arena) {
			form := url.Values{"token": {a.tokens["viewer"]}, "to": {to}}.Encode()
			got := a.asWith(t, "none", "POST", shared.PathSignIn, form,
				map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
			if got.status != http.StatusSeeOther || got.to != place {
				t.Errorf("got %q, want %q", got.summary(), place)
			}
			if cookies := got.header.Values("Set-Cookie"); len(cookies) != 1 {
				t.Errorf("the answer sets %q", cookies)
			}
		}})
	}
	return attacks
}

// deep repeats what opens, and then what closes, n times.
func deep(open, inside, shut string, n int) string {
	return strings.Repeat(open, n) + inside + strings.Repeat(shut, n)
}

// hostileBodies are what is no JSON, too much of it, or JSON that two readers would read in
// different ways.
func hostileBodies() []attack {
	const kind = "application/json"
	var table []onWire
	add := func(name, who, method, path, body, want string) {
		table = append(table, onWire{name, with(who, method, path, kind, body), want})
	}
	for name, row := range map[string][2]string{
		"nothing": {"", "400 bad_json"}, "blanks": {" \n\t ", "400 bad_json"}, "null": {"null", "400 bad_json"},
		"a number": {"1", "400 bad_json"}, "a string": {`"x"`, "400 bad_json"}, "an array": {"[]", "400 bad_json"},
		"an array around it": {`[{"url":"x","kind":"external"}]`, "400 bad_json"}, "half": {`{"url":"x"`, "400 bad_json"},
		"two": {`{"url":"x","kind":"external"}{}`, "400 bad_json"}, "a comma more": {`{"url":"x",}`, "400 bad_json"},
		"a comment": {`{/* */"url":"x"}`, "400 bad_json"}, "single quotes": {`{'url':'x'}`, "400 bad_json"},
		"no quotes": {`{url:"x"}`, "400 bad_json"}, "NaN": {`{"page_limit":NaN}`, "400 bad_json"},
		"hexadecimal": {`{"page_limit":0x10}`, "400 bad_json"}, "a plus": {`{"page_limit":+1}`, "400 bad_json"},
		"a leading zero":             {`{"page_limit":01}`, "400 bad_json"},
		"a fraction":                 {`{"url":"a.example","page_limit":1.5}`, "400 bad_json"},
		"an exponent":                {`{"url":"a.example","page_limit":1e999999}`, "400 bad_json"},
		"a million digits":           {`{"page_limit":` + strings.Repeat("1", 1_000_000) + `}`, "400 bad_json"},
		"an overflow":                {`{"url":"x","kind":"external","page_limit":9223372036854775808}`, "400 bad_json"},
		"below 0":                    {`{"url":"x","kind":"external","page_limit":-1}`, "422 out_of_range"},
		"a byte order mark":          {"\ufeff" + `{"url":"x","kind":"external"}`, "400 bad_json"},
		"invalid UTF-8":              {"{\"url\":\"\xff\",\"kind\":\"external\"}", "400 bad_json"},
		"overlong UTF-8":             {"{\"url\":\"\xc0\xaf\",\"kind\":\"external\"}", "400 bad_json"},
		"UTF-16":                     {"\xff\xfe{\x00}\x00", "400 bad_json"},
		"a line in a string":         {"{\"url\":\"a\nb\",\"kind\":\"external\"}", "400 bad_json"},
		"a name twice":               {`{"url":"x","url":"y","kind":"external"}`, "400 bad_json"},
		"a name twice, once escaped": {`{"url":"x","\u0075rl":"y","kind":"external"}`, "400 bad_json"},
		"a name in capitals":         {`{"URL":"x","kind":"external"}`, "400 unknown_field"},
		"a name with a long s":       {`{"page_limit":1,"max_depth":1,"max_\u017feconds":1,"url":"x"}`, "400 unknown_field"},
		"a name with a Kelvin sign":  {`{"\u212aind":"external","url":"x"}`, "400 unknown_field"},
		"an empty name":              {`{"":1}`, "400 unknown_field"},
		"a prototype":                {`{"__proto__":{"url":"x"}}`, "400 unknown_field"},
		"a constructor":              {`{"constructor":{"prototype":{}}}`, "400 unknown_field"},
		"a field of another":         {`{"url":"x","kind":"external","status":"completed"}`, "400 unknown_field"},
		"an id":                      {`{"audit_id":1,"url":"x","kind":"external"}`, "400 unknown_field"},
		"a number for a string":      {`{"url":1,"kind":"external"}`, "400 bad_json"},
		"an array for a string":      {`{"url":["x"],"kind":"external"}`, "400 bad_json"},
		"an object for a string":     {`{"url":{"$ne":null},"kind":"external"}`, "400 bad_json"},
		"a string for a number":      {`{"url":"a.example","page_limit":"1"}`, "400 bad_json"},
		"true for a string":          {`{"url":true}`, "400 bad_json"},
		"null for all":               {`{"url":null,"kind":null}`, "422 bad_url"},
		"a kind to come":             {`{"url":"x","kind":"admin"}`, "422 out_of_range"},
		"a kind with a NUL":          {`{"url":"x","kind":"external\u0000"}`, "422 out_of_range"},
		"a megabyte": {`{"url":"` + strings.Repeat("a", 1<<20-20) + `","kind":"external"}`,
			"413 body_too_large"},
		"a megabyte of names":  {"{" + many(`"a%d":1,`, 70_000) + `"b":1}`, "400 unknown_field"},
		"a megabyte of blanks": {`{"url":"x","kind":"external"` + strings.Repeat(" ", 1_000_000) + "}", "201"},
		"more than a megabyte": {strings.Repeat(" ", 1<<20) + "{}", "413 body_too_large"},
		"patterns without end": {`{"url":"a.example","include":["/` + strings.Repeat(`","/`, 5000) + `"]}`,
			"422 out_of_range"},
		"a pattern of stars":               {`{"url":"a.example","include":["` + strings.Repeat("*", 5000) + `"]}`, "422 out_of_range"},
		"a pattern with a line":            {`{"url":"a.example","exclude":["/a\r\nb"]}`, "422 out_of_range"},
		"a header with a line":             {`{"url":"a.example","headers":["A: b\r\nHost: evil"]}`, "422 out_of_range"},
		"a header with a newline":          {`{"url":"a.example","headers":["A: b\nc"]}`, "422 out_of_range"},
		"a header with a NUL":              {`{"url":"a.example","headers":["A: \u0000"]}`, "422 out_of_range"},
		"a header with a delete":           {`{"url":"a.example","headers":["A: \u007f"]}`, "422 out_of_range"},
		"a header named in two words":      {`{"url":"a.example","headers":["A b: c"]}`, "422 out_of_range"},
		"a header with a line in its name": {`{"url":"a.example","headers":["A\r\nB: c"]}`, "422 out_of_range"},
		"a header without a name":          {`{"url":"a.example","headers":[": c"]}`, "422 out_of_range"},
		"a header of nothing":              {`{"url":"a.example","headers":[""]}`, "422 out_of_range"},
		"a pseudo-header":                  {`{"url":"a.example","headers":[":authority: evil"]}`, "422 out_of_range"},
		"a header named in Greek":          {`{"url":"a.example","headers":["Ηost: evil"]}`, "422 out_of_range"},
		"headers without end": {`{"url":"a.example","headers":["A: b` + strings.Repeat(`","A: b`, 5000) + `"]}`,
			"422 out_of_range"},
		"a header without end":      {`{"url":"a.example","headers":["A: ` + strings.Repeat("b", 100_000) + `"]}`, "422 out_of_range"},
		"a header for a worker":     {`{"url":"x","kind":"external","headers":["A: b"]}`, "422 out_of_range"},
		"headers as one text":       {`{"url":"a.example","headers":"A: b"}`, "400 bad_json"},
		"headers as an object":      {`{"url":"a.example","headers":{"A":"b"}}`, "400 bad_json"},
		"headers in headers":        {`{"url":"a.example","headers":[["A: b"]]}`, "400 bad_json"},
		"a rate of nothing":         {`{"url":"a.example","rate":0}`, "422 out_of_range"},
		"a rate below 0":            {`{"url":"a.example","rate":-1}`, "422 out_of_range"},
		"a rate that overflows":     {`{"url":"a.example","rate":1e999}`, "400 bad_json"},
		"a rate that never comes":   {`{"url":"a.example","rate":1e-300}`, "422 out_of_range"},
		"a rate above the server's": {`{"url":"a.example","rate":10000}`, "422 out_of_range"},
		"a pattern with a NUL":      {`{"url":"a.example","exclude":["/\u0000"]}`, "422 out_of_range"},
	} {
		add(name, "auditor", "POST", shared.PathAudits, row[0], row[1])
	}
	for _, name := range []string{
		"Host", "connection", "Content-Length", "TRANSFER-ENCODING", "Accept-Encoding", "te", "Trailer", "Upgrade", "Expect",
		"Keep-Alive", "Range", "User-Agent", "Proxy-Authorization", "Proxy-Connection",
	} {
		add("a header of the crawl's own, "+name, "auditor", "POST", shared.PathAudits,
			`{"url":"a.example","headers":["`+name+`: x"]}`, "422 out_of_range")
	}
	add("headers by a viewer", "viewer", "POST", shared.PathAudits, `{"url":"a.example","headers":["A: b"]}`, "403 forbidden")
	add("headers of a schedule", "admin", "PUT", "/api/v1/sites/a.example/schedule",
		`{"url":"https://a.example/","cron":"@daily","headers":["A: b"]}`, "422 out_of_range")
	for name, body := range map[string]string{
		"100,000 arrays": deep("[", "", "]", 100_000), "100,000 objects": deep(`{"a":`, "1", "}", 100_000),
		"a million arrays, open": strings.Repeat("[", 1<<20-1), "9,999 objects": deep(`{"a":`, "1", "}", 9_999),
	} {
		for place, field := range map[string]string{
			"POST " + shared.PathAudits: "url", "POST " + shared.PathTokens: "name", "POST " + shared.PathWebhooks: "url",
			"PATCH /api/v1/audits/{id}/progress": "message", "POST /api/v1/audits/{id}/shares": "days",
			"PUT /api/v1/sites/a.example/schedule": "cron",
		} {
			method, path, _ := strings.Cut(place, " ")
			within := `{"` + field + `":` + body + "}"
			want := "400 bad_json"
			if len(within) > shared.MaxBody {
				want = "413 body_too_large"
			}
			add(name+" in "+place, "admin", method, path, within, want)
		}
	}
	for name, kind := range map[string]string{
		"as XML": "text/xml", "as text": "text/plain", "as a form in parts": "multipart/form-data; boundary=x",
		"as nothing known": "x", "as two": "application/json, text/plain", "as YAML": "application/yaml",
		"as a type with a NUL": "application/json%00", "as merge-patch": "application/merge-patch+json",
	} {
		table = append(table, onWire{name, with("auditor", "POST", shared.PathAudits, kind, `{"url":"x","kind":"external"}`),
			"415 unsupported_media_type"})
	}
	table = append(table,
		onWire{"compressed", with("auditor", "POST", shared.PathAudits, kind, "\x1f\x8b\x08\x00\x00\x00\x00\x00",
			"Content-Encoding: gzip"), "400 bad_json"},
		onWire{"in UTF-7", with("auditor", "POST", shared.PathAudits, "application/json; charset=utf-7",
			"+AHsAfQ-"), "400 bad_json"},
		onWire{"PATCH with a score beyond 100", with("worker", "PATCH", "/api/v1/audits/{id}/progress", kind,
			`{"geo_score":101}`), "422 out_of_range"},
		onWire{"PATCH with progress of NaN", with("worker", "PATCH", "/api/v1/audits/{id}/progress", kind,
			`{"progress":NaN}`), "400 bad_json"},
		onWire{"PATCH with pages beyond 2^31", with("worker", "PATCH", "/api/v1/audits/{id}/progress", kind,
			`{"total_pages":2147483648}`), "422 out_of_range"},
		onWire{"PATCH of a NUL", with("worker", "PATCH", "/api/v1/audits/{id}/progress", kind,
			`{"message":"\u0000"}`), "422 out_of_range"},
		onWire{"PATCH of nothing", with("worker", "PATCH", "/api/v1/audits/{id}/progress", kind, `{}`), "422 out_of_range"},
		onWire{"PATCH to a status to come", with("worker", "PATCH", "/api/v1/audits/{id}/progress", kind,
			`{"status":"Completed"}`), "422 out_of_range"},
		onWire{"a token with a NUL", with("admin", "POST", shared.PathTokens, kind, `{"role":"viewer","name":"\u0000"}`),
			"422 out_of_range"},
		onWire{"a token with a line", with("admin", "POST", shared.PathTokens, kind, `{"role":"viewer","name":"a\r\nb"}`),
			"201"},
		onWire{"a token with an escape sequence", with("admin", "POST", shared.PathTokens, kind,
			`{"role":"viewer","name":"\u001b[2Jx"}`), "201"},
		onWire{"a token of a role to come", with("admin", "POST", shared.PathTokens, kind, `{"role":"root"}`),
			"422 out_of_range"},
		onWire{"a token from the past", with("admin", "POST", shared.PathTokens, kind,
			`{"role":"viewer","expires_at":"0001-01-01T00:00:00Z"}`), "422 out_of_range"},
		onWire{"a token of the year 10000", with("admin", "POST", shared.PathTokens, kind,
			`{"role":"viewer","expires_at":"10000-01-01T00:00:00Z"}`), "400 bad_json"},
		onWire{"a link of no days", with("auditor", "POST", "/api/v1/audits/{id}/shares", kind, `{"days":-1}`),
			"422 out_of_range"},
		onWire{"a link for ever", with("auditor", "POST", "/api/v1/audits/{id}/shares", kind, `{"days":9223372036854775807}`),
			"422 out_of_range"},
		badSchedule("every moment", "@every 1ns", ""), badSchedule("every second", "* * * * * *", ""),
		badSchedule("a range without end", "0-9999999999 * * * *", ""), badSchedule("steps of 0", "*/0 * * * *", ""),
		badSchedule("a day that never is", "0 0 30 2 *", ""), badSchedule("half a zone", "TZ=", ""),
		badSchedule("a zone in the expression", "TZ=Europe/Madrid 0 6 * * *", ""),
		badSchedule("a zone that is a path", "@daily", "../../etc/passwd"),
		badSchedule("a zone that is a root", "@daily", "/etc/localtime"),
		badSchedule("a zone with a NUL", "@daily", "Europe/Madrid\\u0000"),
		badSchedule("the server's own zone", "@daily", "Local"),
		badSchedule("a long expression", strings.Repeat("1,", 5000)+"1 * * * *", ""), badSchedule("nothing", "", ""),
	)
	return asWires(table...)
}

// badSchedule is one that cannot be.
func badSchedule(name, cron, zone string) onWire {
	return onWire{"a schedule of " + name, with("admin", "PUT", "/api/v1/sites/a.example/schedule", "application/json",
		`{"url":"https://a.example/","cron":"`+cron+`","time_zone":"`+zone+`"}`), "422 out_of_range"}
}

// hostileForms are sent to the plain pages.
func hostileForms() []attack {
	const form = "application/x-www-form-urlencoded"
	post := func(name, path, kind, body, want string, lines ...string) onWire {
		return onWire{name, with("admin", "POST", path, kind, body, lines...), want}
	}
	multipart := "--x\r\nContent-Disposition: form-data; name=\"url\"\r\n\r\nhttps://a.example\r\n--x--\r\n"
	return asWires(
		post("in parts", shared.PathBasic, "multipart/form-data; boundary=x", multipart, "415"),
		post("in parts without end", shared.PathBasic, "multipart/form-data; boundary=x",
			strings.Repeat("--x\r\n\r\n", 10_000), "415"),
		post("in parts to sign in", shared.PathSignIn, "multipart/form-data; boundary=x", multipart, "415"),
		post("in parts to the team", shared.PathTeam, "multipart/form-data; boundary=x", multipart, "415"),
		post("as text", shared.PathBasic, "text/plain", "url=https://a.example", "415"),
		post("as JSON", shared.PathBasic, "application/json", `{"url":"x"}`, "415"),
		post("a field twice", shared.PathBasic, form, "url=a.example&url=b.example", "400"),
		post("a bad escape", shared.PathBasic, form, "url=%zz", "400"),
		post("a semicolon", shared.PathBasic, form, "url=a;b=c", "400"),
		post("100,000 fields", shared.PathBasic, form, many("a%d=&", 100_000), "400"),
		post("two megabytes", shared.PathBasic, form, "url="+strings.Repeat("a", 2<<20), "413"),
		post("a NUL", shared.PathBasic, form, "url=%00", "422"),
		post("a header with a NUL", shared.PathBasic, form, "url=a.example&headers=A:%00", "422"),
		post("a header of the crawl's own", shared.PathBasic, form, "url=a.example&headers=Host:x", "422"),
		post("a header with a return", shared.PathBasic, form, "url=a.example&headers=A:b%0DHost:x", "422"),
		post("a pace without end", shared.PathBasic, form, "url=a.example&rate=Infinity", "422"),
		post("invalid UTF-8", shared.PathBasic, form, "url=%ff", "422"),
		post("a script", shared.PathBasic, form, "url=%3Cscript%3Ealert(1)%3C/script%3E", "422"),
		post("a private target", shared.PathBasic, form, "url=http://169.254.169.254/", "422"),
		post("a password", shared.PathBasic, form, "url=http://a:b@a.example/", "422"),
		post("a page limit of nonsense", shared.PathBasic, form, "url=http://127.0.0.1/&page_limit=%00", "422"),
		post("another method", shared.PathBasic, form, "_method=DELETE&url=", "422"),
		post("team: nothing", shared.PathTeam, form, "", "400"),
		post("team: a deed to come", shared.PathTeam, form, "do=%00", "400"),
		post("team: a NUL for a name", shared.PathTeam, form, "do=make&role=viewer&name=%00", "422"),
		post("team: invalid UTF-8 for a name", shared.PathTeam, form, "do=make&role=viewer&name=%ff", "422"),
		post("team: lines for a name", shared.PathTeam, form, "do=make&role=viewer&name=a%0d%0ab", "200"),
		post("team: a role to come", shared.PathTeam, form, "do=make&role=root&name=x", "422"),
		post("team: an id of nonsense", shared.PathTeam, form, "do=revoke&id=%00", "400"),
		post("team: an id too large", shared.PathTeam, form, "do=revoke&id=9223372036854775808", "400"),
		post("a schedule of a NUL", "/basic/sites/a.example", form, "do=plan&url=https://a.example/&cron=%00", "404"),
		post("a schedule of a site of a NUL", "/basic/sites/%00", form, "do=again&audit=1", "404"),
		post("again what is not there", "/sites/a.example", form, "do=again&audit=9223372036854775807",
			"303 /sites/a.example?do=again&said=not_found"),
		post("again what is no number", "/sites/a.example", form, "do=again&audit=%00",
			"303 /sites/a.example?do=again&said=not_found"),
		post("out of a session that is none", shared.PathSignOut, form, "everywhere=%00", "303 /signin"),
	)
}
