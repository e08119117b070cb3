package outbox

import (
	"context"
	"encoding/json"
	"syscall/js"
	"time"

	"atalaya/app/internal/idb"
	"atalaya/app/internal/live"
	"atalaya/shared"
)

const (
	// lockName names the Web Lock of whoever sends or changes entries, and syncTag what the
	// browser wakes the service worker for. The service worker knows both.
	lockName = "atalaya.outbox"
	syncTag  = "atalaya.outbox"
)

// Browser is the outbox of the browser that the program runs in. It is made once: it hears
// the browser for as long as the program runs.
func Browser() *Outbox {
	o := New(&browser{})
	idb.Freed(o.Send)
	live.Browser().Watch(func(w live.Wake) {
		switch w {
		case live.WakeOnline, live.WakeVisible, live.WakeShow:
			o.Send()
		case live.WakeOffline, live.WakeHide, live.WakeUser:
		}
	})
	return o
}

type browser struct{}

func (*browser) Online() bool { return live.Browser().Online() }

// All implements [Platform]. What cannot be read is left out.
func (*browser) All(ctx context.Context) (entries []Entry, err error) {
	values, err := idb.All(ctx, idb.Outbox)
	if err != nil {
		return nil, err
	}
	for i := range values.Length() {
		v := values.Index(i)
		e := Entry{
			Key: v.Get("key").String(), At: time.UnixMilli(int64(v.Get("at").Float())), Refused: v.Get("refused").String(),
		}
		if json.Unmarshal([]byte(v.Get("body").String()), &e.Wish) == nil {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// Put implements [Platform]. The body is kept as it is sent, so that the service worker
// needs to know nothing of it.
func (*browser) Put(ctx context.Context, e Entry) error {
	body, err := json.Marshal(e.Wish)
	if err != nil {
		return err
	}
	return idb.Write(ctx, idb.Put(idb.Outbox, map[string]any{
		"key": e.Key, "body": string(body), "at": e.At.UnixMilli(), "refused": e.Refused,
	}))
}

func (*browser) Delete(ctx context.Context, key string) error {
	return idb.Write(ctx, idb.Delete(idb.Outbox, key))
}

func (*browser) Post(ctx context.Context, e Entry) error {
	body, err := json.Marshal(e.Wish)
	if err != nil {
		return err
	}
	_, _, err = live.PostJSON(ctx, shared.PathAudits, body, e.Key)
	return err
}

// Alone implements [Platform] by a Web Lock. It is held until the promise that its callback
// returned settles.
func (*browser) Alone(ctx context.Context, do func()) error {
	locks := js.Global().Get("navigator").Get("locks")
	if !locks.Truthy() {
		do()
		return nil
	}
	var release js.Value
	executor := live.NewCallback("lock", func(resolve js.Value) any {
		release = resolve
		return nil
	})
	held := js.Global().Get("Promise").New(executor.Value)
	granted := make(chan struct{}, 1)
	callback := live.NewCallback("lock", func(js.Value) any {
		granted <- struct{}{}
		return held
	})
	over := locks.Call("request", lockName, callback.Value)
	defer func() {
		release.Invoke() // one that is granted too late is given back at once
		go func() {
			_, _ = live.Await(context.Background(), over)
			executor.Release()
			callback.Release()
		}()
	}()
	select {
	case <-granted:
		do()
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// SendLater implements [Platform] by Background Sync, which not every browser has.
func (*browser) SendLater() {
	workers := js.Global().Get("navigator").Get("serviceWorker")
	if !workers.Truthy() {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		registration, err := live.Await(ctx, workers.Call("getRegistration"))
		if err != nil || !registration.Truthy() || !registration.Get("sync").Truthy() {
			return
		}
		_, _ = live.Await(ctx, registration.Get("sync").Call("register", syncTag)) // the page sends, too
	}()
}
