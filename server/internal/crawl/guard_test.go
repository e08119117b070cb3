package crawl

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func TestBlockedAddress(t *testing.T) {
	tests := []struct {
		blocked bool
		addrs   []string
	}{
		{true, []string{
			"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
			"168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
			"192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
			"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
			"::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
			"64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "100::1",
			"2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1", "2001:db8::1",
			"2002:7f00:1::", "2002:808:808::", "3fff::1", "5f00::1",
			"fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1",
			"::ffff:127.0.0.1%eth0",
		}},
		{false, []string{
			"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "198.20.0.1",
			"223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2606:4700::1111", "2a00:1450:4003::1", "2001:4860:4860::8888",
		}},
	}
	for _, tt := range tests {
		for _, text := range tt.addrs {
			if got := BlockedAddress(netip.MustParseAddr(text)); got != tt.blocked {
				t.Errorf("BlockedAddress(%s) = %v", text, got)
			}
		}
	}
	if !BlockedAddress(netip.Addr{}) {
		t.Error("no address is allowed")
	}
}

func TestGuardPorts(t *testing.T) {
	for port, blocked := range map[uint16]bool{80: false, 443: false, 22: true, 6379: true, 8080: true, 0: true} {
		err := guardPublic(netip.AddrPortFrom(netip.MustParseAddr("8.8.8.8"), port))
		if errors.Is(err, ErrBlockedAddress) != blocked {
			t.Errorf("port %d: %v", port, err)
		}
	}
}

// The real guard refuses loopback whatever way leads there.
func TestFetchBlocked(t *testing.T) {
	var asked atomic.Int32
	inside := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	f := NewFetcher(Config{Limits: NewLimits(10_000, 4)})
	defer f.Close()
	_, port, _ := net.SplitHostPort(inside.Listener.Addr().String())
	for _, target := range []string{
		inside.URL, "http://localhost:" + port + "/",
		"http://[::ffff:127.0.0.1]:" + port + "/", "http://0.0.0.0:" + port + "/",
		"http://169.254.169.254/latest/meta-data/", "http://127.0.0.1/", "http://[::1]/", "http://1.1.1.1:22/",
	} {
		res := fetch(t, f, Request{URL: mustURL(t, target)})
		wantFailure(t, res, FailBlocked, "not on the public web")
		if !errors.Is(res.Failure, ErrBlockedAddress) {
			t.Errorf("%s: %v", target, res.Failure)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("%d requests arrived", asked.Load())
	}
}

// allowing is the real guard, except that one loopback address plays the public web.
func allowing(public netip.AddrPort) func(netip.AddrPort) error {
	return func(to netip.AddrPort) error {
		if to == public {
			return nil
		}
		return guardPublic(to)
	}
}

func TestFetchRedirectToBlocked(t *testing.T) {
	var asked atomic.Int32
	inside := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	public := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, inside.URL+"/admin", http.StatusFound)
	})
	f := guardedFetcher(t, Config{}, allowing(netip.MustParseAddrPort(public.Listener.Addr().String())))
	res := fetch(t, f, Request{URL: mustURL(t, public.URL)})
	wantFailure(t, res, FailBlocked, "private or reserved")
	if len(res.Hops) != 1 || res.Status != 0 || asked.Load() != 0 {
		t.Errorf("%d hops, status %d, %d requests arrived inside", len(res.Hops), res.Status, asked.Load())
	}
	robots, err := f.Robots(t.Context(), mustURL(t, public.URL))
	if err != nil || robots.State != RobotsUnreachable || asked.Load() != 0 {
		t.Errorf("robots.txt: %+v, %v", robots, err)
	}
}

// A name that means the public web when it is first asked for and this machine
// ever after, served by a real DNS server to the real resolver.
func TestFetchRebinding(t *testing.T) {
	outside, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("this machine has only one loopback address: ", err)
	}
	public := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
	}))
	public.Listener.Close()
	public.Listener = outside
	public.Start()
	defer public.Close()
	publicAddr := netip.MustParseAddrPort(outside.Addr().String())
	inside, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", publicAddr.Port()))
	if err != nil {
		t.Skip("the port is taken: ", err)
	}
	var asked atomic.Int32
	private := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	private.Listener.Close()
	private.Listener = inside
	private.Start()
	defer private.Close()

	var lookups atomic.Int32
	resolver := dnsServer(t, func() [4]byte {
		if lookups.Add(1) <= 2 { // the first fetch asks for its budget and for its connection
			return publicAddr.Addr().As4()
		}
		return [4]byte{127, 0, 0, 1}
	})
	f := guardedFetcher(t, Config{Resolver: resolver}, allowing(publicAddr))
	u := mustURL(t, fmt.Sprintf("http://rebinding.example:%d/", publicAddr.Port()))
	if res := fetch(t, f, Request{URL: u}); res.Status != 200 || res.Failure != nil {
		t.Fatalf("first: %d, %v", res.Status, res.Failure)
	}
	res := fetch(t, f, Request{URL: u})
	wantFailure(t, res, FailBlocked, "127.0.0.1")
	if asked.Load() != 0 || lookups.Load() != 3 {
		t.Errorf("%d requests arrived inside, %d lookups", asked.Load(), lookups.Load())
	}
	res = fetch(t, f, Request{URL: mustURL(t, "http://missing.example/")})
	wantFailure(t, res, FailDNS, "missing.example has no address")
}

// dnsServer answers A questions for names that start with "rebinding" and knows
// no other name.
func dnsServer(t *testing.T, address func() [4]byte) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		for buf := make([]byte, 1500); ; {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Additionals = true, nil
			switch {
			case !strings.HasPrefix(q.Name.String(), "rebinding"):
				m.RCode = dnsmessage.RCodeNameError
			case q.Type == dnsmessage.TypeA:
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 0},
					Body:   &dnsmessage.AResource{A: address()},
				}}
			}
			if answer, err := m.Pack(); err == nil {
				conn.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}
