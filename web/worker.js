// The service worker. It makes the app open without a network: every page falls
// back to one neutral shell, whose client then shows what this device kept. What the
// client asks for never passes through here: /api/ and /sse/ belong to the page. When the
// browser says that there is a connection again, it sends the audits that wait for one.
//
// go-app fills in the version and the list of files.
"use strict";

const VERSION = "{{.Version}}";
const PREFIX = "atalaya-files-";
const CACHE = PREFIX + VERSION;
const SHELL = "/shell";

// The start page as it was rendered at install time would be stale for ever;
// the shell takes its place.
const FILES = {{.ResourcesToCache}}.filter((path) => path !== "/");

// How long a page may take before the shell is shown instead, in milliseconds.
const PAGE_TIMEOUT = 4000;

// The name of the lock and of the sync of app/internal/outbox, which has the rules: what
// waits lies in the database, is sent with its key, and stays with the code of the problem
// where the server refuses it for good.
const OUTBOX = "atalaya.outbox";
const PASSING = [401, 408, 425, 429];

// What the server alone can answer.
const SERVER_ONLY = [
  /^\/(api|sse|share)\//,
  /^\/(api|metrics|healthz|readyz|signin)$/,
  /^\/(basic|team)(\/|$)/,
  /^\/audits\/[^/]+\/basic(\/|$)/,
];

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open((event.notification.data || {}).path || "/"));
});

self.addEventListener("sync", (event) => {
  if (event.tag === OUTBOX) {
    event.waitUntil(navigator.locks ? navigator.locks.request(OUTBOX, sendOutbox) : sendOutbox());
  }
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (
    request.method !== "GET" ||
    url.origin !== self.location.origin ||
    SERVER_ONLY.some((pattern) => pattern.test(url.pathname)) ||
    (request.headers.get("Accept") || "").includes("text/event-stream")
  ) {
    return;
  }
  if (request.mode === "navigate") {
    event.respondWith(page(request));
  } else if (FILES.includes(url.pathname) && ["", "?v=" + VERSION].includes(url.search)) {
    event.respondWith(file(request, url.pathname));
  }
});

// One missing file fails the installation as a whole: the previous worker with
// its complete cache then stays in charge. "no-cache" revalidates what the page
// has just loaded instead of loading it a second time.
async function install() {
  const cache = await caches.open(CACHE);
  const paths = [SHELL, ...FILES];
  await cache.addAll(paths.map((path) => new Request(path, { cache: "no-cache" })));
  await self.skipWaiting();
}

// The window that shows a path comes to the front; without one another opens.
async function open(path) {
  const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((w) => new URL(w.url).pathname === path);
  return there ? there.focus() : clients.openWindow(path);
}

async function activate() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

// A page comes from the network. Only when that fails, answers with an error of
// the server or takes too long does the shell stand in.
async function page(request) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, PAGE_TIMEOUT);
  });
  const network = fetch(request);
  try {
    const answer = await Promise.race([network, late]);
    if (answer && answer.status < 500) {
      return answer;
    }
  } catch {
    // No network.
  } finally {
    clearTimeout(timer);
  }
  return (await cached(SHELL)) || network;
}

// A file comes from the cache of this very version.
async function file(request, path) {
  return (await cached(path)) || fetch(request);
}

async function cached(path) {
  const cache = await caches.open(CACHE);
  return cache.match(path, { ignoreVary: true });
}

// An error has the browser try again later.
async function sendOutbox() {
  const database = await settled(openDatabase());
  const outbox = (mode) => database.transaction("outbox", mode).objectStore("outbox");
  try {
    const entries = await settled(outbox("readonly").getAll());
    for (const entry of entries.filter((e) => !e.refused).sort((a, b) => a.at - b.at)) {
      const refused = await post(entry);
      const store = outbox("readwrite");
      await settled(refused ? store.put({ ...entry, refused }) : store.delete(entry.key));
    }
  } finally {
    database.close();
  }
}

// The client makes the database; without one nothing waits, and none is made here.
function openDatabase() {
  const request = indexedDB.open("atalaya");
  request.onupgradeneeded = () => request.transaction.abort();
  return request;
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// The code with which the server refuses an entry; none if it has taken it.
async function post(entry) {
  const answer = await fetch("/api/v1/audits", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": entry.key },
    body: entry.body,
  });
  const type = answer.headers.get("Content-Type") || "";
  if (answer.ok && type.startsWith("application/json")) {
    return "";
  }
  if (answer.status < 500 && !PASSING.includes(answer.status) && type.startsWith("application/problem+json")) {
    return (await answer.json()).code;
  }
  throw new Error("the server did not take it: " + answer.status);
}
