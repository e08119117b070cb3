package store_test

import (
	"encoding/json"
	"reflect"
)

// wire is what a reader gets.
func wire(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func equal(a, b any) bool { return wire(a) == wire(b) }

// same compares Go values, through pointers.
func same[T any](a, b T) bool { return reflect.DeepEqual(a, b) }
