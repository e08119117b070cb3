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
	// that the one can be read in one go without the other.
	Kept  = "kept"
	Parts = "parts"
)

var stores = [...]string{Outbox, Kept, Parts}

// freed are called when the database opens for somebody who has given up; see [Freed].
var freed []func()

// Freed calls f, which does not block, whenever the database opens at last after it was in
// another tab's hands for too long: what was not kept meanwhile can be. It is for those who
// are made once.
func Freed(f func()) { freed = append(freed, f) }

// Change is something to do with a store: one of those that [Write] makes.
type Change struct {
	store, method string
	argument      any
}

// Put keeps a value in the place of the one that has its key.
func Put(store string, value any) Change { return Change{store, "put", value} }

// Delete drops the value with a key, if there is one.
func Delete(store, key string) Change { return Change{store, "delete", key} }

// DeleteUnder drops all values whose keys begin with a prefix; an empty one drops all.
func DeleteUnder(store, prefix string) Change { return Change{store, "delete", under(prefix)} }

// Write makes all changes, or none.
func Write(ctx context.Context, changes ...Change) error {
	_, err := transact(ctx, "readwrite", changes...)
	return err
}

// under is the range of the keys that begin with a prefix.
func under(prefix string) js.Value {
	return js.Global().Get("IDBKeyRange").Call("bound", prefix, prefix+"\uffff")
}

// All are the values of a store, by their keys.
func All(ctx context.Context, store string) (array js.Value, err error) {
	return transact(ctx, "readonly", Change{store, "getAll", under("")})
}

// Get is the value with a key; it is undefined when there is none.
func Get(ctx context.Context, store, key string) (js.Value, error) {
	return transact(ctx, "readonly", Change{store, "get", key})
}

// transact does all that it is given in one transaction, and gives the result of the last
// reading. It waits for the end of one that writes, because a device may turn out to be full
// only then.
func transact(ctx context.Context, mode string, all ...Change) (result js.Value, err error) {
	defer recoverAsError(&err)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	database, err := open(ctx)
	if err != nil {
		return js.Value{}, err
	}
	defer database.Call("close")
	transaction := database.Call("transaction", database.Get("objectStoreNames"), mode)
	var request js.Value
	for _, c := range all {
		request = transaction.Call("objectStore", c.store).Call(c.method, c.argument)
	}
	// Nothing more comes, so the end need not wait until this page has heard of the results:
	// one that is put away meanwhile would hold the stores for good. Chromium 90 tells of the
	// end before it has a result.
	transaction.Call("commit")
	if mode == "readwrite" {
		return js.Undefined(), wait(ctx, transaction, "complete", "abort")
	}
	if err := wait(ctx, request, "success", "error"); err != nil {
		return js.Value{}, err
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
	unlisten := live.Listen(request, "upgradeneeded", func(js.Value) { makeStores(request.Get("result")) })
	err = wait(ctx, request, "success", "error")
	if err != nil && ctx.Err() != nil {
		// Nothing takes the request back: it may still make the database, which would have
		// no stores for good if nobody heard of it.
		live.Listen(request, "success", func(js.Value) {
			request.Get("result").Call("close")
			for _, f := range freed {
				f()
			}
		})
		return js.Value{}, err
	}
	unlisten()
	if err != nil {
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
	if !e.Truthy() {
		return ErrRefused
	}
	if e.Get("name").String() == "QuotaExceededError" {
		return ErrFull
	}
	return fmt.Errorf("%w: %w", ErrRefused, js.Error{Value: e})
}

// recoverAsError turns what the database throws into an error.
func recoverAsError(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", ErrRefused, p)
	}
}
