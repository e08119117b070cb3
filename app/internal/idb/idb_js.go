package idb

import (
	"context"
	"errors"
	"fmt"
	"syscall/js"
	"time"

	"atalaya/app/internal/live"
)

// ErrRefused means that the browser keeps nothing here, or nothing more.
var ErrRefused = errors.New("the browser's database refuses")

const (
	name = "atalaya"
	// version grows with every store that is added to [stores].
	version = 1
	// patience bounds everything: a database can be blocked for good by another tab.
	patience = 10 * time.Second
)

// Outbox is the store of what waits for the connection.
const Outbox = "outbox"

var stores = [...]string{Outbox}

// All are the values of a store, by their keys.
func All(ctx context.Context, store string) (values []js.Value, err error) {
	found, err := transact(ctx, store, "readonly", func(s js.Value) js.Value { return s.Call("getAll") })
	if err != nil {
		return nil, err
	}
	for i := range found.Length() {
		values = append(values, found.Index(i))
	}
	return values, nil
}

// Put keeps a value in the place of the one that has its key.
func Put(ctx context.Context, store string, value map[string]any) error {
	_, err := transact(ctx, store, "readwrite", func(s js.Value) js.Value { return s.Call("put", value) })
	return err
}

// Delete drops the value with a key, if there is one.
func Delete(ctx context.Context, store, key string) error {
	_, err := transact(ctx, store, "readwrite", func(s js.Value) js.Value { return s.Call("delete", key) })
	return err
}

// transact does one thing with a store and gives its result. It waits for the end of the
// transaction, because a device may turn out to be full only then.
func transact(ctx context.Context, store, mode string, do func(store js.Value) js.Value) (result js.Value, err error) {
	defer recoverAsError(&err)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	database, err := open(ctx)
	if err != nil {
		return js.Value{}, err
	}
	defer database.Call("close")
	transaction := database.Call("transaction", store, mode)
	request := do(transaction.Call("objectStore", store))
	if err := wait(ctx, transaction, "complete", "abort"); err != nil {
		return js.Value{}, err
	}
	return request.Get("result"), nil
}

// open opens the database, which is made when it is opened for the first time.
func open(ctx context.Context) (database js.Value, err error) {
	factory := js.Global().Get("indexedDB")
	if !factory.Truthy() {
		return js.Value{}, fmt.Errorf("%w: there is none", ErrRefused)
	}
	request := factory.Call("open", name, version)
	defer live.Listen(request, "upgradeneeded", func(js.Value) { makeStores(request.Get("result")) })()
	if err := wait(ctx, request, "success", "error"); err != nil {
		return js.Value{}, err
	}
	return request.Get("result"), nil
}

func makeStores(database js.Value) {
	for _, store := range stores {
		if !database.Get("objectStoreNames").Call("contains", store).Bool() {
			database.Call("createObjectStore", store, map[string]any{"keyPath": "key"})
		}
	}
}

// wait waits for the event of a request or a transaction that says that it is done, or for
// the one that says that it failed.
func wait(ctx context.Context, target js.Value, done, failed string) error {
	settled := make(chan error, 1)
	defer live.Listen(target, done, func(js.Value) { settled <- nil })()
	defer live.Listen(target, failed, func(event js.Value) {
		event.Call("preventDefault") // Firefox tells the console otherwise
		settled <- fmt.Errorf("%w: %s", ErrRefused, js.Global().Get("String").Invoke(target.Get("error")).String())
	})()
	select {
	case err := <-settled:
		return err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrRefused, context.Cause(ctx))
	}
}

// recoverAsError turns what the database throws into an error.
func recoverAsError(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", ErrRefused, p)
	}
}
