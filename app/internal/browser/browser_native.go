//go:build !js

package browser

// AskToNotify asks the user to allow notifications.
func AskToNotify() (allowed bool) { return false }

// Notify shows a notification.
func Notify(_, _, _, _ string) (shown bool) { return false }

// Badge shows a number on the icon of the installed app.
func Badge(int) {}

// AsksForPrivacy reports whether the browser asks not to be tracked.
func AsksForPrivacy() (asks bool) { return false }

// Tell sends JSON to a path of the server.
func Tell(string, []byte) {}
