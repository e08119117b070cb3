package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"

	"atalaya/server/internal/testkit"
)

// sayWho is a server that tells each client whom it takes it for.
func sayWho(t *testing.T, log *slog.Logger, trusted ...netip.Prefix) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.RemoteAddr)
	})}
	t.Cleanup(func() { _ = server.Close() })
	go func() { _ = server.Serve(newProxiedListener(l, trusted, log)) }()
	return l.Addr().String()
}

// version2 is a header of the second version: command and version, family and protocol,
// and what follows the length.
func version2(command, family byte, rest []byte) string {
	h := append([]byte("\r\n\r\n\x00\r\nQUIT\n"), command, family)
	return string(append(binary.BigEndian.AppendUint16(h, uint16(len(rest))), rest...))
}

func TestProxyHeaders(t *testing.T) {
	t.Parallel()
	const request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
	const itself = "127.0.0.1:"
	v4 := []byte{203, 0, 113, 5, 10, 0, 0, 1, 0xdb, 0xa0, 0, 80}
	v6 := append(netip.MustParseAddr("2001:db8::5").AsSlice(), netip.MustParseAddr("2001:db8::1").AsSlice()...)
	v6 = append(v6, 0xdb, 0xa0, 0, 80)
	long := append(append([]byte{}, v4...), make([]byte, 1000)...)
	long[len(v4)] = byte(proxyproto.PP2_TYPE_NOOP)
	binary.BigEndian.PutUint16(long[len(v4)+1:], 1000-3)
	for _, tc := range []struct {
		name, header string
		want         string // the start of the answer; "" when the connection is closed, "400" when it is no HTTP
		trusted      bool
	}{
		{"none", "", itself, true},
		{"version 1", "PROXY TCP4 203.0.113.5 10.0.0.1 56224 80\r\n", "203.0.113.5:56224", true},
		{"version 1, IPv6", "PROXY TCP6 2001:db8::5 2001:db8::1 56224 80\r\n", "[2001:db8::5]:56224", true},
		{"version 1, unknown", "PROXY UNKNOWN\r\n", itself, true},
		{"version 2", version2(0x21, 0x11, v4), "203.0.113.5:56224", true},
		{"version 2, IPv6", version2(0x21, 0x21, v6), "[2001:db8::5]:56224", true},
		{"version 2, more than addresses", version2(0x21, 0x11, long), "203.0.113.5:56224", true},
		{"version 2, the proxy itself", version2(0x20, 0x00, nil), itself, true},
		{"the proxy's loopback", "PROXY TCP4 127.0.0.9 10.0.0.1 56224 80\r\n", itself, true},
		{"from anybody", "PROXY TCP4 203.0.113.5 10.0.0.1 56224 80\r\n", "400", false},
		{"version 2 from anybody", version2(0x21, 0x11, v4), "400", false},
		{"twice", strings.Repeat("PROXY TCP4 203.0.113.5 10.0.0.1 56224 80\r\n", 2), "400", true},
		{"no address", "PROXY TCP4 nobody 10.0.0.1 56224 80\r\n", "", true},
		{"no port", "PROXY TCP4 203.0.113.5 10.0.0.1 -1 80\r\n", "", true},
		{"no line end", "PROXY TCP4 203.0.113.5 10.0.0.1 56224 80" + strings.Repeat(" ", 200), "", true},
		{"no carriage return", "PROXY TCP4 203.0.113.5 10.0.0.1 56224 80\n", "", true},
		{"another protocol", "PROXY UDP4 203.0.113.5 10.0.0.1 56224 80\r\n", "", true},
		{"a version to come", version2(0x31, 0x11, v4), "", true},
		{"addresses cut short", version2(0x21, 0x11, v4[:4]), "", true},
		{"64 KB", version2(0x21, 0x11, make([]byte, 65535)), "", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var trusted []netip.Prefix
			if tc.trusted {
				trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
			}
			conn, err := net.Dial("tcp", sayWho(t, slog.New(slog.DiscardHandler), trusted...))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(3 * time.Second)) // less than silence would take
			_, _ = io.WriteString(conn, tc.header+request)        // a server that closes early is meant to
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if tc.want == "" {
				if err == nil {
					t.Errorf("got an answer, %s", res.Status)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			if got := string(body); !strings.HasPrefix(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// TestProxyHeaderThatDoesNotEnd has trusted peers that say half of a header, or nothing:
// they are cut in the end, hinder nobody meanwhile, and only nonsense is reported, once.
func TestProxyHeaderThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	log := new(testkit.LogBuffer)
	addr := sayWho(t, slog.New(slog.NewTextHandler(log, nil)), netip.MustParsePrefix("127.0.0.1/32"))
	begun := time.Now()
	var slow []net.Conn
	for _, said := range []string{"", "P", "PROXY", "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb"} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, said)
		slow = append(slow, conn)
	}
	res, err := http.Get("http://" + addr)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if took := time.Since(begun); took > proxyHeaderWithin/2 {
		t.Errorf("others had to wait for %v", took)
	}
	for i, conn := range slow {
		_ = conn.SetDeadline(begun.Add(2 * proxyHeaderWithin))
		if _, err := conn.Read(make([]byte, 1)); err == nil || strings.Contains(err.Error(), "timeout") {
			t.Errorf("%d was not cut: %v", i, err)
		}
	}
	for range 5 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, "PROXY nonsense\r\n")
		_, _ = conn.Read(make([]byte, 1))
		conn.Close()
	}
	if got, want := log.Count("PROXY header that cannot be read"), 1; got != want {
		t.Errorf("reported %d times, want %d", got, want)
	}
}
