//go:build !js

package outbox

// Browser is, outside a browser, an outbox that holds nothing.
func Browser() *Outbox { return nil }
