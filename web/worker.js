// The service worker. It makes the app open without a network: every page falls
// back to one neutral shell, whose client then shows what this device kept. Data
// never passes through here: /api/ and /sse/ belong to the page.
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

// What the server alone can answer.
const SERVER_ONLY = [
  /^\/(api|sse|share)\//,
  /^\/(api|metrics|healthz|readyz|basic|signin)$/,
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
