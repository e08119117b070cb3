package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// privateTargets are addresses of this machine and of its network, in every spelling that a
// browser or a resolver understands, given wherever somebody may give one.
func privateTargets() (attacks []attack) {
	private, bad := string("422 "+shared.CodePrivateTarget), string("422 "+shared.CodeBadURL)
	for target, want := range map[string]string{
		"http://127.0.0.1/": private, "http://127.0.0.1:6379/": private, "http://127.255.255.254/": private,
		"http://127.1/": private, "http://127.0.1/": private, "http://2130706433/": private, "http://0x7f000001/": private,
		"http://0x7f.0.0.1/": private, "http://0X7F.1/": private, "http://0177.0.0.1/": private,
		"http://017700000001/":     private,
		"http://0000000177.0.0.1/": private, "http://127.0.0.1./": private, "http://0x7f.1./": private,
		"http://127\u30020\u30020\u30021/": private, "http://127\uff0e0\uff0e0\uff0e1/": private,
		"http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/": private, "http://\uff11\uff12\uff17.0.0.1/": private,
		"http://%31%32%37.0.0.1/": private, "http://127.0.0.%31/": private, "http://127%2e0%2e0%2e1/": private,
		"http://localhost/": private, "http://LOCALHOST/": private, "http://localhost./": private,
		"http://a.localhost/": private, "http://\uff4cocalhost/": private, "http://loc%61lhost/": private,
		"http://local\u00adhost/": private, "http://localhost%2e/": private,
		"http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/": private,
		"http://[::1]/": private, "http://[0:0:0:0:0:0:0:1]/": private, "http://[0000::0001]/": private,
		"http://[::]/":               private,
		"http://[::ffff:127.0.0.1]/": private, "http://[::ffff:7f00:1]/": private, "http://[::127.0.0.1]/": private,
		"http://[64:ff9b::127.0.0.1]/": private, "http://[64:ff9b::a9fe:a9fe]/": private, "http://[64:ff9b:1::1]/": private,
		"http://[2002:7f00:1::]/": private, "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/": private,
		"http://[fe80::1]/": private, "http://[fc00::1]/": private, "http://[fd00:ec2::254]/": private,
		"http://[fec0::1]/": private, "http://[ff02::1]/": private, "http://[2001:db8::1]/": private,
		"http://[3fff::1]/": private, "http://[5f00::1]/": private, "http://[100::1]/": private,
		"http://[::ffff:0:127.0.0.1]/": private, "http://[fe80::1%25eth0]/": bad, "http://[::1%25lo]/": bad,
		"http://0.0.0.0/": private, "http://0/": private, "http://0x0/": private, "http://0.1.2.3/": private,
		"http://10.0.0.1/": private, "http://10.1/": private, "http://012.0.0.1/": private, "http://167772161/": private,
		"http://172.16.0.1/": private, "http://172.31.255.255/": private, "http://192.168.0.1/": private,
		"http://192.168.257/": private, "http://0xc0a80001/": private, "http://169.254.169.254/latest/meta-data/": private,
		"http://2852039166/": private, "http://0xa9fea9fe/": private, "http://0xa9.0xfe.0xa9.0xfe/": private,
		"http://0251.0376.0251.0376/": private, "http://169.254.43518/": private, "http://[::ffff:a9fe:a9fe]/": private,
		"http://100.64.0.1/": private, "http://100.100.100.200/": private, "http://168.63.129.16/": private,
		"http://192.0.0.192/": private, "http://192.0.2.1/": private, "http://198.18.0.1/": private,
		"http://203.0.113.1/": private, "http://224.0.0.1/": private, "http://240.0.0.1/": private,
		"http://255.255.255.255/": private, "http://192.88.99.1/": private,
		"http:127.0.0.1": private, "http:/127.0.0.1/": private, `http:\\127.0.0.1\`: private, "//127.0.0.1/": private,
		"127.0.0.1": private, "127.0.0.1:22": private, "localhost:6379": private, "HTTP://127.0.0.1/": private,
		" http://127.0.0.1/ ": private, "https://127.0.0.1/": private, "http://127.0.0.1#@a.example": private,
		"http://127.0.0.1?@a.example": private, `http://127.0.0.1\@a.example`: private, "http:////127.0.0.1/": private,
		"http://a.example@127.0.0.1/": bad, "http://a.example:b@127.0.0.1/": bad, "http://@127.0.0.1/": bad,
		"http://a.example\n@127.0.0.1/": bad, "http://127.0.0.1\t/": bad, "http://127.0.0.1\x00/": bad,
		"http://127.0.0.1\r\nX: y/": bad,
		"http://256.256.256.256/":   bad, "http://1.2.3.4.5/": bad, "http://127.0.0.1:99999/": bad,
		"http://127.0.0.1:-1/": bad,
		"http://4294967296/":   bad, "http://0x100000000/": bad, "http://09/": bad, "http://127.0.0.1:65536/": bad,
		"http://[::1/": bad, "http://::1/": bad, "http://[::1]a/": bad, "http://[127.0.0.1]/": bad, "http://[]/": bad,
		"http://": bad, "http:///": bad, "http://%00/": bad, "http://%20/": bad, "": bad, "\u0000": bad,
		"file:///etc/passwd": bad, "gopher://127.0.0.1:6379/_FLUSHALL": bad, "dict://127.0.0.1:11211/": bad,
		"ftp://127.0.0.1/": bad, "ldap://127.0.0.1/": bad, "data:text/html,x": bad, "javascript:alert(1)": bad,
		"unix:///run/docker.sock": bad, "jar:http://127.0.0.1!/": bad, "view-source:http://127.0.0.1/": bad,
		"ws://127.0.0.1/": bad, "blob:http://127.0.0.1/": bad, "about:blank": bad,
	} {
		attacks = append(attacks, attack{fmt.Sprintf("audit of %.40q", target), func(t *testing.T, a *arena) {
			body, err := json.Marshal(map[string]string{"url": target})
			if err != nil {
				t.Fatal(err)
			}
			if got := a.as(t, "auditor", "POST", shared.PathAudits, string(body)); got.summary() != want {
				t.Errorf("got %q, want %q", got.summary(), want)
			}
		}})
	}
	return append(attacks, targetsOfWebhooks(private, bad)...)
}

// targetsOfWebhooks are those of messages, and of the audits of a schedule.
func targetsOfWebhooks(private, bad string) (attacks []attack) {
	for target, want := range map[string]string{
		"http://127.0.0.1/": private, "http://localhost:8000/": private, "http://LOCALHOST./": private,
		"http://a.localhost/": private, "http://[::1]/": private, "http://[::ffff:127.0.0.1]/": private,
		"http://[64:ff9b::7f00:1]/": private, "http://[fe80::1%25eth0]/": bad, "http://169.254.169.254/": private,
		"http://10.0.0.1/": private, "http://0.0.0.0/": private, "http://[fd00::1]/": private, "http://127.0.0.1./": private,
		"http://2130706433/": private, "http://0x7f000001/": private, "http://0x7f.1/": private, "http://127.1/": private,
		"http://0177.0.0.1/": private, "http://127\u30020\u30020\u30021/": private, "http://0/": private,
		"http://%31%32%37.0.0.1/": bad, "http://\uff4cocalhost/": private,
		"http://user:pass@hook.example/": bad, "ftp://hook.example/": bad, "file:///etc/passwd": bad, "http://": bad,
		"javascript:alert(1)": bad, "http://hook.example/\r\nX: y": bad, "http://hook.example/ x": bad,
		"http://hook.example/" + strings.Repeat("a", 3000): bad, "http://hook.example:99999/": bad, "http://[::1": bad,
		"unix:///run/docker.sock": bad, "//127.0.0.1/": bad, "127.0.0.1": bad,
	} {
		body := func(field, value string) string {
			b, _ := json.Marshal(map[string]string{"url": target, field: value}) // strings always encode
			return string(b)
		}
		attacks = append(attacks, attack{fmt.Sprintf("webhook to %.40q", target), func(t *testing.T, a *arena) {
			if got := a.as(t, "admin", "POST", shared.PathWebhooks, body("language", "en")); got.summary() != want {
				t.Errorf("got %q, want %q", got.summary(), want)
			}
		}})
	}
	for _, site := range []string{"127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1"} {
		attacks = append(attacks, attack{"schedule of " + site, func(t *testing.T, a *arena) {
			body := fmt.Sprintf(`{"url":"http://%s/","cron":"@daily"}`, site)
			if got := a.as(t, "admin", "PUT", "/api/v1/sites/"+site+"/schedule", body); got.summary() != private {
				t.Errorf("got %q, want %q", got.summary(), private)
			}
		}})
	}
	return append(attacks, attack{"webhook that moves there", movedWebhook}, attack{"kinds of webhooks", kindsOfWebhooks})
}

// movedWebhook changes a webhook that is good into one that is not.
func movedWebhook(t *testing.T, a *arena) {
	made := a.as(t, "admin", "POST", shared.PathWebhooks, `{"url":"https://hook.example/"}`)
	place := made.header.Get("Location")
	defer a.as(t, "admin", "DELETE", place, "")
	for target, want := range map[string]shared.Code{
		"http://127.0.0.1/": shared.CodePrivateTarget, "http://[::ffff:10.0.0.1]/": shared.CodePrivateTarget,
		"file:///etc/passwd": shared.CodeBadURL,
	} {
		if got := a.as(t, "admin", "PATCH", place, fmt.Sprintf(`{"url":%q}`, target)); got.code != want {
			t.Errorf("%s: got %s, want %s", target, got.summary(), want)
		}
	}
}

// kindsOfWebhooks have tokens that would end a header, and addresses of other kinds.
func kindsOfWebhooks(t *testing.T, a *arena) {
	for body, want := range map[string]int{
		`{"kind":"ntfy","url":"https://ntfy.sh/x","token":"a\r\nX: y"}`:         422,
		`{"kind":"ntfy","url":"https://ntfy.sh/x","token":"\u00e9"}`:            422,
		`{"kind":"ntfy","url":"http://127.0.0.1/x"}`:                            422,
		`{"kind":"ntfy","url":"https://ntfy.sh/../x y"}`:                        422,
		`{"kind":"slack","url":"http://169.254.169.254/"}`:                      422,
		`{"kind":"matrix","url":"http://10.0.0.1/rooms/a/send/m.room.message"}`: 422,
		`{"kind":"email","url":"mailto:a@example.org\r\nBcc: b@example.org"}`:   422,
		`{"kind":"email","url":"mailto:a@example.org?bcc=b@example.org"}`:       422,
		`{"kind":"exec","url":"https://hook.example/"}`:                         422,
		`{"url":"https://hook.example/","language":"../en"}`:                    422,
		`{"url":"https://hook.example/","events":["audit.*"]}`:                  422,
	} {
		if got := a.as(t, "admin", "POST", shared.PathWebhooks, body); got.status != want {
			t.Errorf("%s: got %s, want %d", body, got.summary(), want)
		}
	}
}

// TestHostileNames audits, and sends messages to, a name that is this machine's: nothing
// arrives, and the audit says why.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) string{
		"SQLite": func(testing.TB) string { return "" }, "PostgreSQL": pgtest.Database,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
			defer inside.Close()
			_, port, _ := strings.Cut(strings.TrimPrefix(inside.URL, "http://"), ":")
			target := "http://" + localName(t) + ":" + port + "/"
			a := &arena{team: newTeamOn(t, database(t), "--workers", "1", "--allow-private-targets", "false")}
			hook := a.as(t, "admin", "POST", shared.PathWebhooks, fmt.Sprintf(`{"url":%q}`, target))
			made := a.as(t, "auditor", "POST", shared.PathAudits, fmt.Sprintf(`{"url":%q}`, target))
			if made.status != 201 || hook.status != 201 {
				t.Fatalf("audit: %s, webhook: %s", made.summary(), hook.summary())
			}
			testkit.Eventually(t, 60*time.Second, "the audit failed, and why", func() bool {
				var p shared.AuditProgress
				got := a.as(t, "viewer", "GET", made.header.Get("Location"), "")
				return json.Unmarshal([]byte(got.body), &p) == nil && p.Status == shared.StatusFailed
			})
			testkit.Eventually(t, 60*time.Second, "a refusal in the log of deliveries", func() bool {
				got := a.as(t, "admin", "GET", hook.header.Get("Location")+"/deliveries", "")
				return strings.Contains(got.body, "not on the public web")
			})
			if n := asked.Load(); n != 0 {
				t.Errorf("%d requests arrived", n)
			}
		})
	}
}
