// The service worker. It makes the app open without a network: every page falls
// back to one neutral shell, whose client then shows what this device kept. What the
// client asks for never passes through here: /api/ and /sse/ belong to the page, but for the
// lists of reports, which this worker keeps and then gives when the server is not reached.
// When the browser says that there is a connection again, it sends the audits that wait for
// one. It has the server tell this browser of audits, and shows what it is told, with no page
// open.
//
// go-app fills in the version and the list of files.
"use strict";

const VERSION = "{{.Version}}";
const PREFIX = "atalaya-files-";
const CACHE = PREFIX + VERSION;
const SHELL = "/shell";

// The start page as it was rendered at install time would be stale for ever;
// the shell takes its place. No page has go-app's style sheet.
const FILES = {{.ResourcesToCache}}.filter((path) => path !== "/" && path !== "/app.css");

// How long a page may take before the shell is shown instead, in milliseconds.
const PAGE_TIMEOUT = 4000;

// The name of the lock and of the sync of app/internal/outbox, which has the rules: what
// waits lies in the database, is sent with its key, and stays with the code of the problem
// where the server refuses it for good.
const OUTBOX = "atalaya.outbox";
const PASSING = [401, 408, 425, 429];

// What this browser is told of: a cache with an answer for each audit, or for ALL, that says
// which subscription of the server's it is and in which language. Pages ask for it by
// messages; see app/internal/browser.
const TOLD = "atalaya-told";
const ALL = "all";
const PUSH = "/api/v1/push";
const SUBSCRIPTIONS = PUSH + "/subscriptions";
const ICON = "/web/static/icons/icon-192.png";

// What the server alone can answer.
const SERVER_ONLY = [
  /^\/(api|sse|share)\//,
  /^\/(api|metrics|healthz|readyz)$/,
  /^\/(basic|signin|team)(\/|$)/,
  /^\/audits\/[^/]+\/basic(\/|$)/,
];

// The lists of a report, which may have thousands of rows: they are kept in parts, beside
// what app/internal/kept keeps, and read here, off the thread that draws. A list of more
// parts is not kept.
const LISTS = /^\/api\/v1\/audits\/(\d+)\/(pages|findings|unvisited)$/;
const PART = 200;
const MAX_PARTS = 250;
const ROOM_FACTOR = 2; // as app/internal/kept has it
const CURSOR = "kept."; // begins the cursors of answers that are made here

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

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew());
});

// What pages ask for is one of WISHES; the answer is whether this browser is told now.
self.addEventListener("message", (event) => {
  const { push, audit, lang } = event.data || {};
  const wish = WISHES[push];
  if (wish && event.ports[0]) {
    const answer = (told) => event.ports[0].postMessage(told);
    event.waitUntil(wish(audit || ALL, lang).then(answer, () => answer(false)));
  }
});

self.addEventListener("sync", (event) => {
  if (event.tag === OUTBOX) {
    event.waitUntil(navigator.locks ? navigator.locks.request(OUTBOX, sendOutbox) : sendOutbox());
  }
});

// One report after the other: each asks the server for much. What could not be kept is asked
// for when the report is opened again.
let keeping = Promise.resolve();
let givenUp = 0; // for its lists, in bytes

self.addEventListener("message", (event) => {
  const { keep, path, revision } = event.data || {};
  if (keep) {
    keeping = keeping.then(() => keepLists(keep, path, revision)).catch(() => {});
    event.waitUntil(keeping);
  }
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  const list = LISTS.exec(url.pathname);
  if (list && request.method === "GET" && url.origin === self.location.origin) {
    event.respondWith(listOf(request, `report.${list[1]}/lists`, list[2], url.searchParams));
    return;
  }
  if (
    request.method !== "GET" ||
    url.origin !== self.location.origin ||
    SERVER_ONLY.some((pattern) => pattern.test(url.pathname)) ||
    (request.headers.get("Accept") || "").includes("text/event-stream")
  ) {
    return;
  }
  // What is not for a window of its own, but for a frame in somebody's page, is not hidden
  // from the server, which refuses it.
  if (request.mode === "navigate" && request.destination === "document") {
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

// The window that shows a path, or another page of its audit, comes to the front; without one
// another opens.
async function open(path) {
  const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const shows = (is) => windows.find((w) => is(new URL(w.url).pathname));
  const audit = auditOf(path);
  const there = shows((at) => at === path) || (audit && shows((at) => auditOf(at) === audit));
  return there ? there.focus() : clients.openWindow(path);
}

// The number of the audit that a page of the app is about.
function auditOf(path) {
  const [, number] = /^\/audits\/(\d+)(?:\/|$)/.exec(path) || [];
  return number;
}

const WISHES = { tell, stop, ask };

// Has the server tell this browser of an audit, or of all.
async function tell(audit, lang) {
  const key = await (await reach(PUSH)).json();
  const { endpoint, keys } = (await subscribe(key.public_key)).toJSON();
  const wish = { endpoint, keys, audit_id: audit === ALL ? null : audit, language: lang };
  const { id } = await (await reach(SUBSCRIPTIONS, "POST", wish)).json();
  const cache = await caches.open(TOLD);
  await cache.put("/" + audit, new Response(JSON.stringify({ audit, id, lang })));
  return true;
}

// The subscription of this browser to messages of a key, which is another one when the server
// began anew.
async function subscribe(key) {
  const manager = self.registration.pushManager;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await manager.subscribe(options);
  } catch (error) {
    const other = error.name === "InvalidStateError" && (await manager.getSubscription());
    if (!other) {
      throw error;
    }
    await other.unsubscribe();
    return manager.subscribe(options);
  }
}

// Has the server tell this browser no longer: of an audit or, for ALL, of any. Where the server
// cannot be reached it learns of the end from the push service, if nothing is left.
async function stop(audit) {
  const entries = await told();
  const ending = entries.filter((entry) => audit === ALL || entry.audit === audit);
  await Promise.allSettled(ending.map((entry) => reach(SUBSCRIPTIONS + "/" + entry.id, "DELETE")));
  await Promise.all(ending.map((entry) => forget(entry.audit)));
  if (ending.length === entries.length) {
    const subscription = await self.registration.pushManager.getSubscription();
    await (subscription && subscription.unsubscribe());
  }
  return false;
}

// Whether this browser is told of an audit, or of all. Who has signed out is not, as the server
// knows. Messages are in the language that was asked in last.
async function ask(audit, lang) {
  const entry = (await told()).find((e) => e.audit === audit);
  if (!entry || !(await self.registration.pushManager.getSubscription())) {
    return false;
  }
  const answer = await fetch(SUBSCRIPTIONS + "/" + entry.id);
  if (answer.status === 404) {
    await forget(audit);
    return false;
  }
  return entry.lang === lang || tell(audit, lang);
}

// The browser has another subscription: what it was told of goes there. An audit that has
// ended meanwhile is refused, and forgotten.
async function renew() {
  for (const entry of await told()) {
    await forget(entry.audit);
    await Promise.allSettled([tell(entry.audit, entry.lang)]);
    await Promise.allSettled([reach(SUBSCRIPTIONS + "/" + entry.id, "DELETE")]);
  }
}

async function told() {
  const cache = await caches.open(TOLD);
  const answers = await Promise.all((await cache.keys()).map((request) => cache.match(request)));
  return Promise.all(answers.map((answer) => answer.json()));
}

async function forget(audit) {
  const cache = await caches.open(TOLD);
  await cache.delete("/" + audit);
}

// An answer of the API that is no refusal.
async function reach(path, method = "GET", body) {
  const init = body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, { method, ...init });
  if (!answer.ok) {
    throw new Error(path + ": " + answer.status);
  }
  return answer;
}

// Shows a message, whatever is in it: a browser demands to see each. An audit that has ended
// is told of no more.
async function show(data) {
  const { title, body, lang, tag, path } = read(data);
  const options = { body, lang, tag, icon: ICON, data: { path } };
  await self.registration.showNotification(title, options);
  await forget(auditOf(path));
}

// What our server says leads to one of its pages; of anything else nothing is shown.
function read(data) {
  try {
    const said = data.json();
    if (/^\/(?![/\\])/.test(said.path)) {
      return said;
    }
  } catch {
    // It was cut, or there is nothing.
  }
  return { title: "Atalaya", path: "/" };
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

function cached(path) {
  return caches.match(path, { cacheName: CACHE, ignoreVary: true });
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

// Keeps the lists below a path under a key, unless they are there.
async function keepLists(key, path, revision) {
  const before = await within("readonly", ({ kept }) => kept.get(key));
  if (before && before.whole && before.revision === revision) {
    return;
  }
  await drop(key);
  givenUp = 0;
  const now = new Date().toISOString();
  const entry = { key, revision, saved_at: now, used: now, bytes: 0, parts: {} };
  try {
    for (const list of ["pages", "findings", "unvisited"]) {
      await keepList(entry, list, `${path}/${list}?limit=${PART}`);
    }
    await put({ ...entry, whole: true });
  } catch (error) {
    await drop(key); // half of a list is of no use
    throw error;
  }
}

async function keepList(entry, list, path) {
  let cursor = "";
  for (entry.parts[list] = 0; cursor !== null; entry.parts[list]++) {
    const answer = await fetch(cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path);
    const body = await answer.arrayBuffer();
    const part = JSON.parse(new TextDecoder().decode(body));
    if (!answer.ok || entry.parts[list] === MAX_PARTS) {
      throw new Error(`${path}: not kept`);
    }
    cursor = part.next_cursor;
    entry.bytes += body.byteLength;
    await put(entry, { key: `${entry.key}/${list}.${entry.parts[list]}`, rows: part[list] });
  }
}

// Keeps an entry and a part of it. While there is no room, what was used least recently is
// given up, but no more than the entry should take.
async function put(entry, part) {
  for (;;) {
    try {
      await within("readwrite", ({ kept, parts }) => {
        kept.put(entry);
        if (part) {
          parts.put(part);
        }
      });
      return;
    } catch (error) {
      const all = await within("readonly", ({ kept }) => kept.getAll());
      const others = all.filter((e) => e.key !== "list" && !entry.key.startsWith(e.key));
      if (error.name !== "QuotaExceededError" || others.length === 0 || givenUp > ROOM_FACTOR * entry.bytes) {
        throw error;
      }
      const oldest = others.reduce((a, b) => (b.used < a.used ? b : a));
      givenUp += oldest.bytes;
      await drop(oldest.key);
    }
  }
}

function drop(key) {
  const under = IDBKeyRange.bound(key + "/", key + "/\uffff");
  return within("readwrite", ({ kept, parts }) => {
    kept.delete(key);
    kept.delete(under);
    parts.delete(under);
  });
}

// The server's answer, or where it is not reached that of this device. What began here goes
// on here: only the server knows what its own cursors mean.
async function listOf(request, key, list, query) {
  const cursor = query.get("cursor") || "";
  let answer = Response.error();
  if (!cursor.startsWith(CURSOR)) {
    answer = await fetch(request).catch(() => answer);
    if (cursor !== "" || (answer.status > 0 && answer.status < 500)) {
      return answer;
    }
  }
  const rows = await keptRows(key, list, query, Number(cursor.slice(CURSOR.length))).catch(() => null);
  return rows ? new Response(JSON.stringify(rows), { headers: { "Content-Type": "application/json" } }) : answer;
}

// What a query selects of a list that is kept whole: as many rows as it asks for and those
// beside them in the same part, from a part on. Of groups, how many rows one has is known
// only at the end, so all are read, and the cursor counts groups.
async function keptRows(key, list, query, from) {
  const entry = await within("readonly", ({ kept }) => kept.get(key));
  if (!entry || !entry.whole) {
    return null;
  }
  const limit = Number(query.get("limit")) || PART;
  const grouped = query.has("grouped");
  let part = grouped ? 0 : from;
  let rows = [];
  for (; part < entry.parts[list] && (grouped || rows.length < limit); part++) {
    const read = await within("readonly", ({ parts }) => parts.get(`${key}/${list}.${part}`));
    rows = rows.concat(read.rows.filter((row) => selects(query, row)));
  }
  const groups = grouped ? grouping(rows) : rows;
  const next = grouped ? from + limit : part;
  const more = next < (grouped ? groups.length : entry.parts[list]);
  await within("readwrite", ({ kept }) => {
    const now = kept.get(key);
    now.onsuccess = () => now.result && kept.put({ ...now.result, used: new Date().toISOString() });
  });
  return { [list]: grouped ? groups.slice(from, next) : rows, next_cursor: more ? CURSOR + next : null };
}

// Whether a row is what each parameter of a query asks for, as the server has it.
function selects(query, row) {
  const asks = {
    url: (v) => row.url === v,
    referrer: (v) => row.referrer === v,
    check: (v) => row.check_id === v,
    page: (v) => row.page_url === v,
    group: (v) => row.group === v,
    reason: (v) => row.reason === v,
    q: (v) => `${row.url}\n${row.title || ""}`.toLowerCase().includes(v.toLowerCase()),
    found: (v) => row.findings[v] > 0,
    answer: (v) => (v === "failed" ? row.status === 0 : String(row.status)[0] === v[0]),
  };
  return Object.entries(asks).every(([name, is]) => !query.get(name) || is(query.get(name)));
}

// The first finding of each group, with how many it has; those without a group are alone.
function grouping(findings) {
  const groups = new Map();
  for (const finding of findings) {
    const name = finding.group || finding.id;
    const first = groups.get(name) || { ...finding, count: 0 };
    first.count++;
    groups.set(name, first);
  }
  return [...groups.values()];
}

// Does something with the stores of what is kept in one transaction, and gives the result of
// the request that comes of it.
async function within(mode, work) {
  const database = await settled(openDatabase());
  try {
    const transaction = database.transaction(["kept", "parts"], mode);
    const request = work({ kept: transaction.objectStore("kept"), parts: transaction.objectStore("parts") });
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    return request && request.result;
  } finally {
    database.close();
  }
}
