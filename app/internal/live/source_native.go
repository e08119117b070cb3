//go:build !js

package live

import "context"

// Browser is, outside a browser, a platform that does nothing: its streams stay
// silent, its requests stay unanswered until they are given up.
func Browser() Platform { return noBrowser{} }

type noBrowser struct{}

func (noBrowser) Available() bool                                 { return true }
func (noBrowser) OpenStream(string, func(Signal)) (Stream, error) { return noBrowser{}, nil }
func (noBrowser) Close()                                          {}
func (noBrowser) Online() bool                                    { return true }
func (noBrowser) Watch(func(Wake)) func()                         { return func() {} }

func (noBrowser) Fetch(ctx context.Context, _ Request) (Response, error) {
	<-ctx.Done()
	return Response{}, context.Cause(ctx)
}

// sendRequest answers no API call: there is nobody to ask.
func sendRequest(context.Context, Request) (Response, error) { return Response{}, ErrNetwork }

// Console drops a line: there is no console.
func Console(string) {}

// DeviceValues keeps nothing.
func DeviceValues() KeyValue { return nil }
