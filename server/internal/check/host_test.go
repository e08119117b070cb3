package check

import (
	"net/url"
	"testing"
)

func TestAPublicSiteWithoutTLSLacksHTTPS(t *testing.T) {
	for address, want := range map[string]bool{
		"http://shop.com/": true, "https://shop.com/": false, "http://127.0.0.1:8000/": false, "http://[2001:db8::1]/": false,
		"http://localhost/": false, "http://a.localhost/": false, "http://shop.test/": false, "http://intranet/": false,
		"http://printer.local/": false, "http://testing.com/": true,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := LacksHTTPS(u); got != want {
			t.Errorf("%s: got %v, want %v", address, got, want)
		}
	}
}

func TestHostsForFewPeople(t *testing.T) {
	for address, want := range map[string]bool{
		"http://localhost:8080/": true, "http://a.localhost/": true, "http://127.0.0.1/": true, "http://[::1]:80/x": true,
		"http://10.1.2.3/": true, "https://192.168.0.1": true, "http://172.16.0.1?x": true, "http://169.254.1.1/": true,
		"http://0.0.0.0/": true, "http://[fd00::1]/": true, "http://[::ffff:10.0.0.1]/": true, "http://nas.local/": true,
		"http://wiki.corp.internal/": true, "http://router.home.arpa/": true, "http://u@localhost/": true,
		"https://example.com/": false, "http://localhost.example.com/": false, "http://8.8.8.8/": false,
		"http://[2001:db8::1]/": false, "http://172.32.0.1/": false, "https://a.example/http://localhost/": false,
		"https://a.example?u=@localhost": false, "https://mylocalhost/": false, "mailto:x": false,
	} {
		if got := isPrivateHost(hostOf(address)); got != want {
			t.Errorf("%s: host %q: got %v, want %v", address, hostOf(address), got, want)
		}
	}
}
