package api

import (
	"maps"
	"slices"
)

// Routes lists the routes for tests, each as "METHOD /path".
func Routes() []string { return slices.Sorted(maps.Keys(new(API).routes())) }
