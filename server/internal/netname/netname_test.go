package netname

import "testing"

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost.": true, "app.localhost": true, "127.0.0.1": true, "127.255.0.9": true,
		"127.0.0.1.": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.example": false, "notlocalhost": false, "128.0.0.1": false, "::2": false,
		"127.0.0.1.example": false, "[::1]": false, "0.0.0.0": false, "1localhost": false,
	} {
		if got := IsLoopback(host); got != want {
			t.Errorf("%q: got %v, want %v", host, got, want)
		}
	}
}

func TestAddress(t *testing.T) {
	for host, want := range map[string]string{
		"10.0.0.1": "10.0.0.1", "::FFFF:10.0.0.1": "10.0.0.1", "fe80::1%eth0": "fe80::1%eth0", "10.0.0.1.": "10.0.0.1",
		"": "", "ten.example": "", "10.0.0": "", "1e.example": "", "a:b": "",
	} {
		addr, is := Address(host)
		if is != (want != "") || is && addr.String() != want {
			t.Errorf("%q: got %v, %v; want %q", host, addr, is, want)
		}
	}
}
