package notify

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"atalaya/shared"
)

// ParseTarget reads where the messages of a webhook are to go. Errors say what is wrong in
// words fit for those who wrote it. Whether the address may be reached is decided when a
// message is sent, after its name was resolved.
func ParseTarget(_ shared.WebhookKind, raw string) (*url.URL, error) {
	if len(raw) > shared.MaxURL || strings.ContainsFunc(raw, isNoURL) {
		return nil, fmt.Errorf("it has at most %d bytes, and neither spaces nor control characters", shared.MaxURL)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("it cannot be read")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("it begins with http:// or https://")
	case u.Hostname() == "":
		return nil, errors.New("it has no host")
	case u.User != nil:
		return nil, errors.New("user name and password do not belong into it")
	}
	u.Fragment = ""
	return u, nil
}

func isNoURL(c rune) bool { return c <= ' ' || c == 0x7f }
