//go:build !js

package live

import "context"

// Browser is, outside a browser, a platform that does nothing: its streams stay
// silent, its requests stay unanswered until they are given up.
func Browser() Platform { return silence{} }

type silence struct{}

func (silence) Available() bool                                 { return true }
func (silence) OpenStream(string, func(Signal)) (Stream, error) { return silence{}, nil }
func (silence) Close()                                          {}
func (silence) Online() bool                                    { return true }
func (silence) Watch(func(Wake)) func()                         { return func() {} }

func (silence) Fetch(ctx context.Context, _ Request) (Response, error) {
	<-ctx.Done()
	return Response{}, context.Cause(ctx)
}

// call answers no API call: there is nobody to ask.
func call(context.Context, Request) (Response, error) { return Response{}, ErrNetwork }

// Console drops a line: there is no console.
func Console(string) {}

// DeviceStorage is, outside a browser, a storage that keeps nothing.
func DeviceStorage() *Storage { return NewStorage(nil) }
