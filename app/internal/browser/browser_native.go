//go:build !js

package browser

// Notify shows a notification.
func Notify(_, _, _, _ string) (shown bool) { return false }

// Push asks for w about an audit.
func Push(Wish, int64, string) Reach { return Nowhere }

// Badge shows a number on the icon of the installed app.
func Badge(int) {}

// AsksForPrivacy reports whether the browser asks not to be tracked.
func AsksForPrivacy() (asks bool) { return false }

// Beacon sends JSON to a path of the server.
func Beacon(string, []byte) {}
