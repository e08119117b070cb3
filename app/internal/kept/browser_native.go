//go:build !js

package kept

// Browser is, outside a browser, a store that keeps nothing.
func Browser() *Store { return nil }
