package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"atalaya/server/internal/work"
)

// mailTimeout bounds a try to send an e-mail: servers of mail take their time, and
// [leaseTime] is longer.
const mailTimeout = 30 * time.Second

// Mail is how e-mail leaves: by which server, and in whose name. Make it with
// [ParseMail].
type Mail struct {
	host, address  string // of the server
	tls            bool   // from the first byte on
	user, password string
	from           *mail.Address
	roots          *x509.CertPool // nil: those of the system
}

// ParseMail reads the address of a server, smtp:// or smtps:// with user name and password
// if it wants them, and the address from which e-mail comes. Without both there is no
// e-mail, and nil. Errors do not repeat the address, which may hold the password.
func ParseMail(server, from string) (*Mail, error) {
	if server == "" && from == "" {
		return nil, nil
	}
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("--smtp-url is smtp://host:587 or smtps://host:465, with user:password@ if need be")
	}
	sender, err := mail.ParseAddress(from)
	if err != nil || !isAddress(sender.Address) {
		return nil, errors.New("--mail-from is an address such as atalaya@example.org, or Atalaya <atalaya@example.org>")
	}
	m := &Mail{host: u.Hostname(), tls: u.Scheme == "smtps", user: u.User.Username(), from: sender}
	m.password, _ = u.User.Password()
	port := cmp.Or(u.Port(), "587")
	if m.tls {
		port = cmp.Or(u.Port(), "465")
	}
	m.address = net.JoinHostPort(m.host, port)
	return m, nil
}

// mailto stands before the address of a webhook that is told by e-mail.
const mailto = "mailto:"

// parseMailto reads the address of one person. Nothing may follow it: mailto addresses can
// set headers.
func parseMailto(raw string) (*url.URL, error) {
	to, ok := strings.CutPrefix(raw, mailto)
	if !ok || !isAddress(to) {
		return nil, errors.New("it is one e-mail address behind mailto:, as in mailto:team@example.org")
	}
	return &url.URL{Scheme: strings.TrimSuffix(mailto, ":"), Opaque: to}, nil
}

// addressMax is the longest address that SMTP takes, in bytes (RFC 5321, errata 1690).
const addressMax = 254

// isAddress reports whether s is an e-mail address and nothing else: no name beside it, no
// comment, no quotes, no escapes.
func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	odd := func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(`%?"\`, c) }
	return err == nil && a.Name == "" && a.Address == s && len(s) <= addressMax && !strings.ContainsFunc(s, odd)
}

// Send tries a message once, and returns the last answer of the server as a status, or why
// there is none.
func (m *Mail) Send(ctx context.Context, d work.Delivery) (Answer, error) {
	w, err := wordsOf(d)
	if err != nil {
		return Answer{}, err
	}
	to := strings.TrimPrefix(d.URL, mailto)
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	err = m.converse(ctx, to, m.letter(d, w, to, time.Now()))
	answer, ok := errors.AsType[*textproto.Error](err)
	switch {
	case err == nil:
		return Answer{Status: 250}, nil
	case ok && answer.Code >= 400: // what it says beside the number is nobody's business
		return Answer{Status: answer.Code}, nil
	}
	return Answer{}, err
}

// converse hands a letter to the server.
func (m *Mail) converse(ctx context.Context, to string, letter []byte) error {
	conn, err := m.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // long ago
	defer stop()
	c, err := smtp.NewClient(conn, m.host)
	if err != nil {
		return err
	}
	if err := m.introduce(c); err != nil {
		return err
	}
	if err := c.Mail(m.from.Address); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(letter); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_ = c.Quit() // the letter is taken already
	return nil
}

func (m *Mail) dial(ctx context.Context) (net.Conn, error) {
	if m.tls {
		return (&tls.Dialer{Config: m.tlsConfig()}).DialContext(ctx, "tcp", m.address)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", m.address)
}

func (m *Mail) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: m.host, RootCAs: m.roots, MinVersion: tls.VersionTLS12}
}

// introduce greets the server, encrypts the rest if it can, and signs in. A password goes
// over no connection in the clear but one to this machine: net/smtp refuses that.
func (m *Mail) introduce(c *smtp.Client) error {
	if err := c.Hello(m.domain()); err != nil {
		return err
	}
	if offered, _ := c.Extension("STARTTLS"); offered && !m.tls {
		if err := c.StartTLS(m.tlsConfig()); err != nil {
			return err
		}
	}
	if m.user == "" {
		return nil
	}
	return c.Auth(smtp.PlainAuth("", m.user, m.password, m.host))
}

// domain is where the sender's address lives.
func (m *Mail) domain() string {
	_, domain, _ := strings.Cut(m.from.Address, "@")
	return domain
}

// letter is a message as an e-mail. Its id is the same in every try.
func (m *Mail) letter(d work.Delivery, w words, to string, at time.Time) []byte {
	var b bytes.Buffer
	for _, line := range [][2]string{
		{"From", m.from.String()},
		{"To", "<" + to + ">"},
		{"Subject", subject(w.title)},
		{"Date", at.UTC().Format(time.RFC1123Z)},
		{"Message-ID", fmt.Sprintf("<%s.%d@%s>", d.Message, d.WebhookID, m.domain())},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: nobody's holiday answers it
		{"Content-Language", w.lang.Tag()},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", line[0], line[1])
	}
	b.WriteString("\r\n")
	q := quotedprintable.NewWriter(&b)
	_, _ = q.Write([]byte(w.text + "\n")) // a buffer takes all
	_ = q.Close()
	return b.Bytes()
}

// subject writes a title, which has one line, in ASCII, folded between the words that are
// encoded (RFC 2047). What looks like such a word is none.
func subject(title string) string {
	encoded := mime.BEncoding.Encode("utf-8", strings.ReplaceAll(title, "=?", "= ?"))
	return strings.ReplaceAll(encoded, "?= =?", "?=\r\n =?")
}
