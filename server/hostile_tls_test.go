package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"atalaya/shared"
)

// TestHostileHandshakes has clients speak TLS as nobody should: none gets an answer that was
// meant for TLS, none hinders others, and who stops halfway is cut.
func TestHostileHandshakes(t *testing.T) {
	t.Parallel()
	id := newIdentity(t, -time.Hour, time.Hour)
	p := start(t, append(id.write(t).flags(), "--data-dir", t.TempDir(), "--workers", "0")...)
	p.http = newClient(t, "http/1.1", id).Client
	hello := "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
	for name, row := range map[string]struct{ send, want string }{
		"HTTP":                    {get("/healthz"), "400"},
		"HTTP/2":                  {http2.ClientPreface, ""},
		"SSH":                     {"SSH-2.0-OpenSSH_9.2\r\n", ""},
		"NULs":                    {strings.Repeat("\x00", 1000), ""},
		"SSL 2":                   {"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + strings.Repeat("x", 40), "+"},
		"SSL 3":                   {"\x16\x03\x00\x00\x2d\x01\x00\x00\x29\x03\x00" + strings.Repeat("x", 40), "+"},
		"a record of 64 KB":       {"\x16\x03\x01\xff\xff" + strings.Repeat("x", 65535), "+"},
		"a record of no kind":     {"\x63\x03\x03\x00\x01x", ""},
		"an empty record":         {strings.Repeat("\x16\x03\x01\x00\x00", 100), "+"},
		"a heartbeat":             {"\x18\x03\x02\x00\x03\x01\x40\x00", ""},
		"an alert":                {"\x15\x03\x01\x00\x02\x02\x28", ""},
		"data before a handshake": {"\x17\x03\x03\x00\x05hello", ""},
		"a hello of nonsense":     {hello + strings.Repeat("\xff", 0x1fa), "+"},
		"half a hello":            {hello, ""},
		"nothing":                 {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "https://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(headWithin + busyExtra))
			if _, err := io.WriteString(conn, row.send); err != nil {
				t.Fatal(err)
			}
			if got := readAnswers(conn, "GET"); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
			if status, _ := p.request("GET", shared.PathReady, ""); status != 200 {
				t.Errorf("afterwards others get %d", status)
			}
		})
	}
}

// TestHostileClientsOfTLS offers what is no longer safe, and names of others.
func TestHostileClientsOfTLS(t *testing.T) {
	t.Parallel()
	id := newIdentity(t, -time.Hour, time.Hour)
	p := start(t, append(id.write(t).flags(), "--data-dir", t.TempDir(), "--workers", "0")...)
	for name, row := range map[string]struct {
		offer *tls.Config
		host  string
		want  string // of the answer; "" when there is no connection
	}{
		"TLS 1.0":            {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, "localhost", ""},
		"TLS 1.1":            {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, "localhost", ""},
		"TLS 1.2":            {&tls.Config{MaxVersion: tls.VersionTLS12}, "localhost", "200"},
		"RC4":                {weak(tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA), "localhost", ""},
		"3DES":               {weak(tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA), "localhost", ""},
		"CBC with SHA-256":   {weak(tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256), "localhost", ""},
		"another protocol":   {&tls.Config{NextProtos: []string{"smtp"}}, "localhost", ""},
		"HTTP/1.1":           {&tls.Config{NextProtos: []string{"http/1.1"}}, "localhost", "200"},
		"another name":       {&tls.Config{ServerName: "evil.example"}, "localhost", "200"},
		"another host":       {&tls.Config{ServerName: "localhost"}, "evil.example", "403 forbidden_host"},
		"a name of 10 KB":    {&tls.Config{ServerName: strings.Repeat("a", 10_000)}, "localhost", "200"},
		"a name with a path": {&tls.Config{ServerName: "../../etc/passwd"}, "localhost", "200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row.offer.InsecureSkipVerify = true
			d := tls.Dialer{Config: row.offer}
			conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(p.url, "https://"))
			got := ""
			if err == nil {
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(headWithin + busyExtra))
				_, _ = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", shared.PathHealth, row.host)
				got = readAnswers(conn, http.MethodGet)
			}
			if got != row.want {
				t.Errorf("got %q, %v, want %q", got, err, row.want)
			}
		})
	}
}

// weak offers one suite of ciphers, of TLS 1.2.
func weak(suite uint16) *tls.Config {
	return &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}}
}
