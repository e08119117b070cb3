//go:build !js

package pause

// Take does nothing: on the server nobody waits for the screen.
func Take() {}

// End does nothing.
func End() {}
