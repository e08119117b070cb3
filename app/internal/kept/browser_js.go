package kept

import (
	"context"
	"syscall/js"
	"time"

	"atalaya/app/internal/idb"
	"atalaya/app/internal/live"
)

// Browser is the store of the browser that the program runs in. It is made once.
func Browser() *Store {
	s := New(browser{}, live.Console)
	go s.carry(live.DeviceValues())
	return s
}

type browser struct{}

// Entries implements [Database].
func (browser) Entries(ctx context.Context) (entries []Entry, err error) {
	values, err := idb.All(ctx, idb.Kept)
	for _, v := range values {
		entries = append(entries, Entry{
			Key: v.Get("key").String(), SavedAt: timeOf(v.Get("saved_at")), Used: timeOf(v.Get("used")),
			Bytes: v.Get("bytes").Int(), Whole: v.Get("whole").Bool(),
		})
	}
	return entries, err
}

func timeOf(ms js.Value) time.Time { return time.UnixMilli(int64(ms.Float())) }

// Part implements [Database].
func (browser) Part(ctx context.Context, key, part string) ([]byte, error) {
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
func (browser) Put(ctx context.Context, e Entry, part string, data []byte) error {
	changes := []idb.Change{idb.Put(idb.Kept, map[string]any{
		"key": e.Key, "saved_at": e.SavedAt.UnixMilli(), "used": e.Used.UnixMilli(), "bytes": e.Bytes, "whole": e.Whole,
	})}
	if part != "" {
		bytes := js.Global().Get("Uint8Array").New(len(data))
		js.CopyBytesToJS(bytes, data)
		changes = append(changes, idb.Put(idb.Parts, map[string]any{"key": partKey(e.Key, part), "data": bytes}))
	}
	return idb.Write(ctx, changes...)
}

// Delete implements [Database].
func (browser) Delete(ctx context.Context, key string) error {
	return idb.Write(ctx, idb.Delete(idb.Kept, key), idb.DeleteUnder(idb.Parts, partKey(key, "")))
}

// Clear implements [Database].
func (browser) Clear(ctx context.Context) error {
	return idb.Write(ctx, idb.DeleteUnder(idb.Kept, ""), idb.DeleteUnder(idb.Parts, ""))
}

// Persist implements [Database]. Some browsers ask the reader.
func (browser) Persist(ctx context.Context) {
	if storage := js.Global().Get("navigator").Get("storage"); storage.Truthy() && storage.Get("persist").Truthy() {
		_, _ = live.Await(ctx, storage.Call("persist")) // a browser that says no keeps it for as long as it can
	}
}
