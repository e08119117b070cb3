package notify

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// postOffice is a server of mail that answers as it is told and keeps what it was sent.
type postOffice struct {
	net.Listener
	offers  string            // an extension
	answers map[string]string // by the first word of a command; 250 for others
	heard   chan string       // each conversation, once it is over
	tls     *tls.Config       // for STARTTLS
}

func newPostOffice(t *testing.T, offers string, answers map[string]string) *postOffice {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &postOffice{Listener: l, offers: offers, answers: answers, heard: make(chan string, 10)}
	t.Cleanup(func() { _ = l.Close() })
	return o
}

func (o *postOffice) serve() {
	for {
		conn, err := o.Accept()
		if err != nil {
			return
		}
		go o.converse(conn)
	}
}

func (o *postOffice) converse(conn net.Conn) {
	var heard strings.Builder
	defer func() { _ = conn.Close(); o.heard <- heard.String() }()
	in := bufio.NewReader(conn)
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	say("220 post.example")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		heard.WriteString(line)
		word := strings.ToUpper(strings.Fields(line + " x")[0])
		switch answer := o.answers[word]; {
		case answer != "":
			say(answer)
		case word == "EHLO" && o.offers != "":
			say("250-post.example")
			say("250 " + o.offers)
		case word == "STARTTLS":
			say("220 go on")
			conn = tls.Server(conn, o.tls)
			in = bufio.NewReader(conn)
		case word == "AUTH":
			say("235 welcome")
		case word == "DATA":
			say("354 go on")
			for line := ""; line != ".\r\n"; heard.WriteString(line) {
				if line, err = in.ReadString('\n'); err != nil {
					return
				}
			}
			say("250 taken")
		case word == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func parsedMail(t *testing.T, url string) *Mail {
	t.Helper()
	m, err := ParseMail(url, "Atalaya <atalaya@example.org>")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func aLetter(t *testing.T) work.Delivery {
	return work.Delivery{
		ID: 3, WebhookID: 4, Message: "msg_1", Kind: shared.KindEmail, URL: "mailto:team@example.org", Language: "es",
		Body: hostileNotice(t), Secrets: []string{""},
	}
}

// TestLetter reads an e-mail as its receiver does. What a worker wrote makes no header.
func TestLetter(t *testing.T) {
	office := newPostOffice(t, "8BITMIME", nil)
	go office.serve()
	m := parsedMail(t, "smtp://"+office.Addr().String())
	answer, err := m.Send(t.Context(), aLetter(t))
	if answer.Status != 250 || err != nil {
		t.Fatalf("got %v, %v", answer, err)
	}
	heard := <-office.heard
	envelope, rest, _ := strings.Cut(heard, "DATA\r\n")
	if !strings.HasPrefix(envelope, "EHLO example.org\r\nMAIL FROM:<atalaya@example.org>") ||
		!strings.Contains(envelope, "\r\nRCPT TO:<team@example.org>\r\n") {
		t.Errorf("envelope: %s", envelope)
	}
	letter, _, _ := strings.Cut(rest, "\r\n.\r\n")
	got, err := mail.ReadMessage(strings.NewReader(letter))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"From": `"Atalaya" <atalaya@example.org>`, "To": "<team@example.org>", "Message-Id": "<msg_1.4@example.org>",
		"Auto-Submitted": "auto-generated", "Content-Language": "es", "Mime-Version": "1.0",
		"Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "quoted-printable",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if len(got.Header) != 10 {
		t.Errorf("headers %v", got.Header)
	}
	if _, err := got.Header.Date(); err != nil {
		t.Error(err)
	}
	title, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(title, "*x* @channel <!here>") {
		t.Errorf("subject %q, %v", title, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if err != nil || !strings.Contains(string(body), "€€€…") ||
		!strings.HasPrefix(string(body), "</pre>&lt;b&gt; [a](javascript:x)") {
		t.Errorf("body %q, %v", body, err)
	}
	for line := range strings.Lines(letter) {
		if len(line) > 100 || strings.ContainsFunc(line, func(c rune) bool { return c > '~' }) {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
}

func TestSubject(t *testing.T) {
	if got := subject("=?utf-8?Q?=0ABcc:_x?= and more"); strings.Contains(got, "=?") {
		t.Errorf("got %q", got)
	}
}

// TestPostOffices has servers refuse at each step, ask for a password and speak TLS.
func TestPostOffices(t *testing.T) {
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	defer certified.Close()
	roots := x509.NewCertPool()
	roots.AddCert(certified.Certificate())
	for _, c := range []struct {
		name, offers, user string
		answers            map[string]string
		tls, starttls      bool
		untrusted          bool
		status             int // 0: no answer
		heard              string
	}{
		{name: "refuses the sender", answers: map[string]string{"MAIL": "550 who?"}, status: 550},
		{name: "knows nobody", answers: map[string]string{"RCPT": "451 later"}, status: 451},
		{name: "takes no data", answers: map[string]string{"DATA": "554 no"}, status: 554},
		{name: "talks nonsense", answers: map[string]string{"MAIL": "nonsense"}},
		{name: "says yes too early", answers: map[string]string{"DATA": "250 done"}},
		{name: "signs in", offers: "AUTH PLAIN", user: "me:secret@", status: 250, heard: "AUTH PLAIN AG1lAHNlY3JldA=="},
		{name: "shuts me out", offers: "AUTH PLAIN", user: "me:x@", answers: map[string]string{"AUTH": "535 no"}, status: 535},
		{name: "has TLS", tls: true, offers: "AUTH PLAIN", user: "me:secret@", status: 250, heard: "AUTH PLAIN AG1lAHN"},
		{name: "can have TLS", starttls: true, offers: "STARTTLS", status: 250, heard: "STARTTLS"},
		{name: "has a false certificate", tls: true, untrusted: true},
		{name: "has a false certificate later", starttls: true, untrusted: true, offers: "STARTTLS"},
	} {
		office := newPostOffice(t, c.offers, c.answers)
		office.tls = &tls.Config{Certificates: certified.TLS.Certificates}
		scheme := "smtp"
		if c.tls {
			scheme = "smtps"
			office.Listener = tls.NewListener(office.Listener, office.tls)
		}
		go office.serve()
		m := parsedMail(t, scheme+"://"+c.user+office.Addr().String())
		if !c.untrusted {
			m.roots = roots
		}
		answer, err := m.Send(t.Context(), aLetter(t))
		heard := <-office.heard
		if answer.Status != c.status || err != nil != (c.status == 0) || !strings.Contains(heard, c.heard) {
			t.Errorf("%s: got %v, %v; heard %.200q", c.name, answer, err, heard)
		}
	}
}

// TestSlowPostOffice asks one that says nothing, until nobody waits any more.
func TestSlowPostOffice(t *testing.T) {
	office := newPostOffice(t, "", nil) // which never accepts
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	answer, err := parsedMail(t, "smtp://"+office.Addr().String()).Send(ctx, aLetter(t))
	if answer.Status != 0 || err == nil {
		t.Errorf("got %v, %v", answer, err)
	}
}

func TestParseMail(t *testing.T) {
	for _, c := range []struct {
		url, from string
		address   string // of the server; empty: refused
	}{
		{"smtp://post.example", "a@example.org", "post.example:587"},
		{"smtps://me:secret@post.example", "A B <a@example.org>", "post.example:465"},
		{"smtp://[::1]:25/", "a@example.org", "[::1]:25"},
		{"smtp://post.example", "", ""},
		{"", "a@example.org", ""},
		{"https://secret@post.example", "a@example.org", ""},
		{"smtp://secret@post.example:port", "a@example.org", ""},
		{"smtp://post.example", "a@example.org\r\nBcc: b@example.org", ""},
		{"smtp://post.example", "ä@example.org", ""},
		{"smtp://post.example/secret", "a@example.org", ""},
	} {
		m, err := ParseMail(c.url, c.from)
		if err != nil != (c.address == "") || err == nil && m.address != c.address ||
			err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s, %s: got %+v, %v", c.url, c.from, m, err)
		}
	}
	if m, err := ParseMail("", ""); m != nil || err != nil {
		t.Errorf("neither: got %v, %v", m, err)
	}
}

func TestParseMailto(t *testing.T) {
	for raw, good := range map[string]bool{
		"mailto:team@example.org":                           true,
		"mailto:team+audits@mail.example.org":               true,
		"team@example.org":                                  false,
		"mailto:":                                           false,
		"mailto:team":                                       false,
		"mailto:team@example.org?bcc=all@example.org":       false,
		"mailto:team@example.org%0d%0aBcc:all@example.org":  false,
		"mailto:team@example.org,all@example.org":           false,
		"mailto:te?am@example.org":                          false,
		"mailto:te%41m@example.org":                         false,
		"mailto:Team<team@example.org>":                     false,
		"mailto:\"team\"@example.org":                       false,
		"mailto:team@example.org(all)":                      false,
		"mailto:tëam@example.org":                           false,
		"mailto:" + strings.Repeat("x", 250) + "@a.example": false,
		"https://example.org/":                              false,
	} {
		u, err := ParseTarget(shared.KindEmail, raw)
		if err == nil != good || good && u.String() != raw {
			t.Errorf("%q: got %v, %v", raw, u, err)
		}
	}
}
