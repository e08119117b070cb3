package main

import (
	"fmt"
	"time"
)

// keeps waits until this browser keeps what has a key for reading offline, and a condition
// holds for its entry e.
func (p *tab) keeps(limit time.Duration, key, condition string) {
	p.t.Helper()
	p.sees(limit, fmt.Sprintf(`(() => {
		const opened = indexedDB.open('atalaya');
		opened.onupgradeneeded = () => opened.transaction.abort();
		opened.onsuccess = () => {
			const database = opened.result;
			const entry = database.transaction('kept').objectStore('kept').get(%s);
			entry.onsuccess = () => { window.entryKept = entry.result; database.close(); };
		};
		const e = window.entryKept;
		return e !== undefined && e.key === %[1]s && (%s);
	})()`, jsString(key), condition))
}
