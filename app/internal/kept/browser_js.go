package kept

import (
	"context"
	"encoding/json"
	"syscall/js"

	"atalaya/app/internal/idb"
	"atalaya/app/internal/live"
)

// Browser is the store of the browser that the program runs in. It is made once.
func Browser() *Store {
	s := New(&browser{}, live.Console)
	idb.Freed(s.Again)
	go s.carry(live.DeviceValues())
	return s
}

type browser struct{}

// Entries implements [Database].
func (*browser) Entries(ctx context.Context) (entries []Entry, err error) {
	values, err := idb.All(ctx, idb.Kept)
	if err != nil {
		return nil, err
	}
	text := js.Global().Get("JSON").Call("stringify", values).String()
	return entries, json.Unmarshal([]byte(text), &entries)
}

// Part implements [Database].
func (*browser) Part(ctx context.Context, key, part string) ([]byte, error) {
	v, err := idb.Get(ctx, idb.Parts, partKey(key, part))
	if err != nil || v.IsUndefined() {
		return nil, err
	}
	bytes := v.Get("data")
	data := make([]byte, bytes.Length())
	js.CopyBytesToGo(data, bytes)
	return data, nil
}

// partKey is unlike those of the parts of any other entry.
func partKey(key, part string) string { return key + "/" + part }

// Put implements [Database]. Bytes take half the room of texts.
func (*browser) Put(ctx context.Context, e Entry, part string, data []byte) error {
	entry, err := json.Marshal(e)
	if err != nil {
		return err
	}
	changes := []idb.Change{idb.Put(idb.Kept, js.Global().Get("JSON").Call("parse", string(entry)))}
	if part != "" {
		bytes := js.Global().Get("Uint8Array").New(len(data))
		js.CopyBytesToJS(bytes, data)
		changes = append(changes, idb.Put(idb.Parts, map[string]any{"key": partKey(e.Key, part), "data": bytes}))
	}
	return idb.Write(ctx, changes...)
}

// Delete implements [Database].
func (*browser) Delete(ctx context.Context, key string) error {
	under := partKey(key, "")
	return idb.Write(ctx, idb.Delete(idb.Kept, key), idb.DeleteUnder(idb.Kept, under), idb.DeleteUnder(idb.Parts, under))
}

// Clear implements [Database].
func (*browser) Clear(ctx context.Context) error {
	return idb.Write(ctx, idb.DeleteUnder(idb.Kept, ""), idb.DeleteUnder(idb.Parts, ""))
}

// Persist implements [Database]. Some browsers ask the reader; one that says no keeps it for as
// long as it can.
func (*browser) Persist() {
	if storage := js.Global().Get("navigator").Get("storage"); storage.Truthy() && storage.Get("persist").Truthy() {
		storage.Call("persist")
	}
}

// KeepLists implements [Database]. The service worker does it, off the thread that draws,
// where there is one; without one nothing is read offline either.
func (*browser) KeepLists(ctx context.Context, key, path string, revision int64) {
	workers := js.Global().Get("navigator").Get("serviceWorker")
	if !workers.Truthy() {
		return
	}
	if registration, err := live.Await(ctx, workers.Get("ready")); err == nil {
		registration.Get("active").Call("postMessage", map[string]any{"keep": key, "path": path, "revision": revision})
	}
}
