package pages

import "testing"

func TestSlashes(t *testing.T) {
	s := newSite(t)
	s.audit("https://one.example/")
	for _, tt := range []struct{ method, target, to string }{
		{"GET", "/audits/1/", "/audits/1"},
		{"HEAD", "/audits/1/", "/audits/1"},
		{"GET", "/audits/1/report/", "/audits/1/report"},
		{"GET", "/audits/1/basic/", "/audits/1/basic"},
		{"GET", "/basic/", "/basic"},
		{"POST", "/basic/", "/basic"},
		{"GET", "/audits", "/"},
		{"GET", "/audits/", "/"},
		{"GET", "/audits/?status=failed&q=a%20b%26", "/?status=failed&q=a%20b%26"},
		{"GET", "/audits/1/basic/?lang=es", "/audits/1/basic?lang=es"},
		{"GET", "/audits/1/?u=//evil.example/", "/audits/1?u=//evil.example/"},
		{"GET", "/audits/%2F%2Fevil.example%2F/", "/audits/%2F%2Fevil.example%2F"},
		{"GET", "/audits/%5Cevil.example%0D%0A/", "/audits/%5Cevil.example%0D%0A"},
	} {
		r := s.do(tt.method, tt.target, "")
		if got := r.Header.Get("Location"); r.StatusCode != 308 || got != tt.to ||
			r.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s %s: got %d to %q, Cache-Control %q; want 308 to %q", tt.method, tt.target, r.StatusCode, got,
				r.Header.Get("Cache-Control"), tt.to)
		}
	}
	// Whoever asks for it, nobody is sent to another host, where // or /\ lead.
	for _, target := range []string{
		"//evil.example/", "//evil.example", "///evil.example/", "//evil.example/audits/", "//evil.example/basic/",
		"/\\evil.example/", "/%2F/evil.example/", "/%2Fevil.example/", "/.//evil.example/", "/audits/..//evil.example/",
		"/basic/..//evil.example/", "//audits/1/", "//basic/", "/%5Cevil.example/",
	} {
		for seen := 0; target != ""; seen++ {
			r := s.get(target)
			to := r.Header.Get("Location")
			if to != "" && (to[0] != '/' || len(to) > 1 && (to[1] == '/' || to[1] == '\\')) || seen > 3 {
				t.Fatalf("%s leads to %q", target, to)
			}
			target = to
		}
	}
}
