package notify

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"atalaya/shared"
)

// ParseTarget reads where the messages of a webhook are to go. Errors say what is wrong in
// words fit for those who wrote it. Whether the address may be reached is decided when a
// message is sent, after its name was resolved.
func ParseTarget(kind shared.WebhookKind, raw string) (*url.URL, error) {
	if len(raw) > shared.MaxURL || strings.ContainsFunc(raw, isNoURL) {
		return nil, fmt.Errorf("it has at most %d bytes, and neither spaces nor control characters", shared.MaxURL)
	}
	if kind == shared.KindEmail {
		return parseMailto(raw)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("it cannot be read")
	}
	switch {
	case kind == shared.KindPush && u.Scheme != "https":
		return nil, errors.New("that of a push service begins with https://")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("it begins with http:// or https://")
	case u.Hostname() == "":
		return nil, errors.New("it has no host")
	case u.User != nil:
		return nil, errors.New("user name and password do not belong into it")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, checkPath(kind, u)
}

// topic is the name of a topic of ntfy at the end of a path.
var topic = regexp.MustCompile(`/[-_A-Za-z0-9]{1,64}$`)

// checkPath demands what a form relies on: the name of the topic for ntfy, the place of the
// transaction for Matrix.
func checkPath(kind shared.WebhookKind, u *url.URL) error {
	query := u.RawQuery != "" || u.ForceQuery
	switch {
	case kind == shared.KindNtfy && (query || !topic.MatchString(u.Path)):
		return errors.New("it ends with the name of a topic, as in https://ntfy.sh/topic")
	case kind == shared.KindMatrix && (query || !strings.HasSuffix(u.Path, "/send/m.room.message")):
		return errors.New("it is that of a room's messages: " +
			"https://host/_matrix/client/v3/rooms/{room}/send/m.room.message")
	}
	return nil
}

func isNoURL(c rune) bool { return c <= ' ' || c == 0x7f }
