//go:build !js

package tabs

import "atalaya/app/internal/live"

// Browser is, outside a browser, [live.Browser]: there are no tabs.
func Browser() live.Platform { return live.Browser() }
