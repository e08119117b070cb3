package netip

import (
	standard "net/netip" // in the client's own tests the stand-in itself
	"testing"
)

func TestParseAddr(t *testing.T) {
	for s, kind := range map[string]string{
		"1.2.3.4": "4", "255.255.255.255": "4", "0.0.0.0": "4",
		"::": "6", "::1": "6", "1::": "6", "1:2:3:4:5:6:7:8": "6", "FE80::a": "6", "fe80::1%eth0": "6", "1::8%25": "6",
		"1:2:3:4:5:6:1.2.3.4": "6", "::ffff:1.2.3.4": "6", "::1.2.3.4": "6", "1:2:3:4:5:6:7::": "6", "::2:3:4:5:6:7:8": "6",
		"": "", "1.2.3": "", "1.2.3.4.5": "", "1.2.3.256": "", "01.2.3.4": "", "1.2.3.": "", "1.2.3.+4": "", "1.2.3.4%a": "",
		":": "", ":::": "", "1": "", "1:2": "", "1:2:3:4:5:6:7:8:9": "", "1:2:3:4:5:6:7:8::": "", "::1:2:3:4:5:6:7:8": "",
		"1::2::3": "", "12345::": "", "g::": "", "::1%": "", "1.2.3.4::": "", "::1.2.3": "", "::1.2.3.4:5": "", "+1::": "",
		"1:2:3:4:5:6:7:1.2.3.4": "", ":1:2:3:4:5:6:7": "", "1:2:3:4:5:6:7:": "", "1_0::": "",
	} {
		addr, err := ParseAddr(s)
		got := ""
		if err == nil {
			got = map[bool]string{false: "6", true: "4"}[addr.Is4()]
		}
		if got != kind {
			t.Errorf("%q: got %q, want %q", s, got, kind)
		}
		if a, e := standard.ParseAddr(s); (e == nil) != (err == nil) || a.Is4() != addr.Is4() {
			t.Errorf("%q: got %v, %v, but %v, %v of the standard package", s, addr, err, a, e)
		}
	}
}
