package live

import (
	"errors"
	"fmt"
	"syscall/js"
)

// DeviceValues is the browser's localStorage; nil where it is forbidden.
func DeviceValues() KeyValue {
	var err error
	storage := func() (v js.Value) {
		defer refused(&err)
		// Not Get: the property itself throws where storage is forbidden, and
		// only calls catch that.
		return js.Global().Get("Reflect").Call("get", js.Global(), "localStorage")
	}()
	if err != nil || !storage.Truthy() {
		return nil
	}
	return localStorage{storage}
}

type localStorage struct{ js.Value }

func (s localStorage) Get(key string) (value string, ok bool) {
	var err error
	defer refused(&err)
	v := s.Call("getItem", key)
	if v.Type() != js.TypeString {
		return "", false
	}
	return v.String(), true
}

func (s localStorage) Set(key, value string) (err error) {
	defer refused(&err)
	s.Call("setItem", key, value)
	return nil
}

func (s localStorage) Remove(key string) {
	var err error
	defer refused(&err)
	s.Call("removeItem", key)
}

func (s localStorage) Keys() (keys []string) {
	var err error
	defer refused(&err)
	all := js.Global().Get("Object").Call("keys", s.Value)
	for i := range all.Length() {
		keys = append(keys, all.Index(i).String())
	}
	return keys
}

// refused turns what the storage throws into an error. It is the ordinary
// answer of a full device, so the console is not told.
func refused(err *error) {
	switch p := recover().(type) {
	case nil:
	case error:
		*err = p
	default:
		*err = errors.New(fmt.Sprint(p))
	}
}
