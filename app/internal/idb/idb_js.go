package idb

import (
	"context"
	"fmt"
	"syscall/js"
	"time"

	"atalaya/app/internal/live"
)

const (
	name = "atalaya"
	// version grows with every store that is added to [stores].
	version = 2
	// patience bounds everything: a database can be blocked for good by another tab.
	patience = 10 * time.Second
)

const (
	// Outbox is the store of what waits for the connection.
	Outbox = "outbox"
	// Kept is the store of what is kept for reading offline, and Parts that of its parts, so
	// that the one can be read whole without the other.
	Kept  = "kept"
	Parts = "parts"
)

var stores = [...]string{Outbox, Kept, Parts}

// Change is one of those that [Write] makes.
type Change func(transaction js.Value)

// Put keeps a value in the place of the one that has its key.
func Put(store string, value map[string]any) Change {
	return func(t js.Value) { t.Call("objectStore", store).Call("put", value) }
}

// Delete drops the value with a key, if there is one.
func Delete(store, key string) Change {
	return func(t js.Value) { t.Call("objectStore", store).Call("delete", key) }
}

// DeleteUnder drops all values whose keys begin with a prefix; an empty one drops all.
func DeleteUnder(store, prefix string) Change {
	return func(t js.Value) { t.Call("objectStore", store).Call("delete", under(prefix)) }
}

// Write makes all changes, or none.
func Write(ctx context.Context, changes ...Change) error {
	_, err := transact(ctx, "readwrite", func(t js.Value) js.Value {
		for _, change := range changes {
			change(t)
		}
		return js.Undefined()
	})
	return err
}

// All are the values of a store, by their keys.
func All(ctx context.Context, store string) (values []js.Value, err error) {
	found, err := read(ctx, store, "getAll", under(""))
	if err != nil {
		return nil, err
	}
	for i := range found.Length() {
		values = append(values, found.Index(i))
	}
	return values, nil
}

// Get is the value with a key; it is undefined when there is none.
func Get(ctx context.Context, store, key string) (js.Value, error) {
	return read(ctx, store, "get", js.ValueOf(key))
}

func read(ctx context.Context, store, method string, keys js.Value) (js.Value, error) {
	return transact(ctx, "readonly", func(t js.Value) js.Value { return t.Call("objectStore", store).Call(method, keys) })
}

// under is the range of the keys that begin with a prefix.
func under(prefix string) js.Value {
	return js.Global().Get("IDBKeyRange").Call("bound", prefix, prefix+"\uffff")
}

// transact does what it is given in one transaction and gives the result of the request that
// comes of it, if any does. It waits for the end of the transaction, because a device may turn
// out to be full only then.
func transact(ctx context.Context, mode string, do func(transaction js.Value) js.Value) (result js.Value, err error) {
	defer recoverAsError(&err)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	database, err := open(ctx)
	if err != nil {
		return js.Value{}, err
	}
	defer database.Call("close")
	transaction := database.Call("transaction", database.Get("objectStoreNames"), mode)
	request := do(transaction)
	if err := wait(ctx, transaction, "complete", "abort"); err != nil {
		return js.Value{}, err
	}
	if request.IsUndefined() {
		return request, nil
	}
	return request.Get("result"), nil
}

// open opens the database, which is made when it is opened for the first time. One that
// opens too late to be waited for is closed at once, so that it is in nobody's way.
func open(ctx context.Context) (database js.Value, err error) {
	factory := js.Global().Get("indexedDB")
	if !factory.Truthy() {
		return js.Value{}, fmt.Errorf("%w: there is none", ErrRefused)
	}
	request := factory.Call("open", name, version)
	defer live.Listen(request, "upgradeneeded", func(js.Value) { makeStores(request.Get("result")) })()
	if err := wait(ctx, request, "success", "error"); err != nil {
		live.Listen(request, "success", func(js.Value) { request.Get("result").Call("close") })
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
		settled <- errorOf(target.Get("error"))
	})()
	select {
	case err := <-settled:
		return err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrRefused, context.Cause(ctx))
	}
}

// errorOf is what an error of the database means.
func errorOf(e js.Value) error {
	if e.Truthy() && e.Get("name").String() == "QuotaExceededError" {
		return ErrFull
	}
	return fmt.Errorf("%w: %s", ErrRefused, js.Global().Get("String").Invoke(e).String())
}

// recoverAsError turns what the database throws into an error.
func recoverAsError(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", ErrRefused, p)
	}
}
