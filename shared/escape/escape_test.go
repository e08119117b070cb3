package escape

import "testing"

func TestAddress(t *testing.T) {
	for raw, want := range map[string]string{
		"https://example.org/a?b=c#d":       "https://example.org/a?b=c#d",
		"https://example.org/a%20b%C3%A9":   "https://example.org/a%20b%C3%A9",
		"https://example.org/<x>|`\"\\ é":   "https://example.org/%3Cx%3E%7C%60%22%5C%20%C3%A9",
		"http://example.org/\u202egnp.exe":  "http://example.org/%E2%80%AEgnp.exe",
		"https://example.org/?q=%zz":        "https://example.org/?q=%25zz",
		"javascript:alert(1)":               "",
		"data:text/html,<script>":           "",
		"//example.org/":                    "",
		"https:example.org":                 "",
		"nightly import":                    "",
		"https://example.org/\n# heading":   "",
		"ftp://example.org/":                "",
		"https://example.org/%E0%A4%A":      "",
		"https://[::1]:8443/a?x=[1]&y={2}^": "https://[::1]:8443/a?x=[1]&y=%7B2%7D%5E",
	} {
		if got, ok := Address(raw); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", raw, got, ok, want)
		}
	}
}

func TestVisible(t *testing.T) {
	for s, want := range map[string]string{
		"plain é 漢字 👩‍👩‍👧": "plain é 漢字 👩‍👩‍👧", "a\r\n\tb\u2028c": "a   b c", "\x1b[31m\x00": "\ufffd[31m\ufffd",
		"\u202egnp\u2066\u200f": "\ufffdgnp\ufffd\ufffd",
	} {
		if got := Visible(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}

func TestMarkdownCode(t *testing.T) {
	for s, want := range map[string]string{
		"plain": "`plain`", "a`b": "``a`b``", "`": "`` ` ``", "``a": "``` ``a ```", "": "`  `",
		"a\n# b": "`a # b`", "x\u202ey": "`x\ufffdy`",
	} {
		if got := MarkdownCode(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}
