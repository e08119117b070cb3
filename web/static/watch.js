/* Keeps a page of the server true while the program does not run: before it has
   started, and whenever it cannot. It loads the program, hands the page and its
   stream over to it, watches it from outside, and takes the page back when it dies.

   A frame of the stream moves numbers at once. Words come from the server, which
   draws the page again when something changed; morph() carries that into the page.
   ES2017, no library; pages.go has its address, ui/watch.go its record. */
(() => {
  "use strict";
  // A useful stream sends its first event within this time.
  const FIRST = 5000;
  // A stream that is silent for longer is dead.
  const SILENT = 50000;
  // Between two fetches of the page, while it changes.
  const POLL = 3000;
  // The same when its words have changed.
  const SOON = 200;
  // Fetches until the stream is tried again.
  const PROBE = 10;
  // How often the program is looked at.
  const LOOK = 500;
  // Looks without a beat of the program that mean its death.
  const QUIET = 3;
  // Where the count begins, so that the first beat has eight seconds more.
  const BEGIN = -16;

  const body = document.body;
  const program = document.currentScript.dataset;
  const Stream = window.EventSource;
  // The streams of the program.
  const opened = new Set();
  // The type and data of each audit's newest event, and of the stream's newest
  // heartbeat, in the order in which they came.
  const heard = new Map();
  // Each audit as the server drew it or a frame changed it.
  const drawn = new Map();

  // The record of the page.
  let words = {};
  // How far this clock is ahead of the server's.
  let skew = Infinity;
  // Then "running", "gone" or, for robots, "absent".
  let state = "loading";
  // The script's own stream.
  let source;
  // The timer of the stream's next event.
  let deadline;
  // What the page says of the connection: the name of a state in the record.
  let said = "";
  let polling = false;
  // The timer of the next fetch of the page, 0 for none.
  let waiting = 0;
  let quiet = 0;
  let go = null;
  let forgets = false;

  // ---------- storage that throws ----------

  class Memory {
    getItem(key) { return Object.keys(this).includes(key) ? this[key] : null; }
    setItem(key, value) { this[key] = String(value); }
    removeItem(key) { delete this[key]; }
    key(n) { return Object.keys(this)[n] || null; }
    get length() { return Object.keys(this).length; }
  }

  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      window[name].getItem("");
    } catch (refused) {
      forgets = true;
      Object.defineProperty(window, name, { value: new Memory(), configurable: true });
    }
  }

  // ---------- the page ----------

  const each = (root, selector, f) => root.querySelectorAll(selector).forEach(f);

  // inside lists what stands in an element; the server indents, the program does not.
  const inside = (e) => [...e.childNodes].filter((node) => node.nodeType !== Node.TEXT_NODE || node.data.trim());

  // own is the text of an element beside that of its children.
  const own = (e) => inside(e).find((node) => node.nodeType === Node.TEXT_NODE);

  // read takes the records that the server left in a page; false means that the
  // server did not draw it.
  function read(root) {
    if (!root || !root.dataset.watch) {
      return false;
    }
    words = JSON.parse(root.dataset.watch);
    skew = Math.min(skew, Date.now() - words.at);
    drawn.clear();
    if (root.dataset.boot) {
      const boot = JSON.parse(root.dataset.boot);
      [].concat(boot.progress || [], boot.audits || []).forEach((p) => drawn.set(p.audit_id, p));
    }
    return true;
  }

  // dress puts into a page how it is connected, unless the page is the program's by now.
  function dress(page) {
    const how = words[said];
    if (state === "running" || !how || !words.stream) {
      return;
    }
    each(page, ".pill", (pill) => { own(pill).data = how.pill; });
    each(page, ".dot", (dot) => { dot.className = "dot " + how.dot; });
    each(page, ".hero .conn", (strip) => {
      if (strip.querySelector(".dot, button")) {
        strip.className = "conn " + how.tone;
        strip.querySelector("strong").textContent = how.lead;
        strip.querySelector(".msg span").textContent = how.text;
      }
    });
  }

  function say(how) {
    said = how;
    dress(document);
  }

  // grow writes the ages and durations of this moment.
  function grow() {
    each(document, "[data-since]", (e) => {
      const s = Math.max(0, Math.floor((Date.now() - skew - e.dataset.since) / 1000));
      const of = (form, n) => form.replace("{n}", n);
      const ago = s < 1 ? words.now : s < 60 ? of(words.seconds, s) :
        s < 3600 ? of(words.minutes, Math.floor(s / 60)) : of(words.hours, Math.floor(s / 3600));
      const pad = (n) => String(n % 60).padStart(2, "0");
      const lasted = s < 60 ? of(words.lasted, s) : s < 3600 ? Math.floor(s / 60) + ":" + pad(s) :
        Math.floor(s / 3600) + ":" + pad(Math.floor(s / 60)) + ":" + pad(s);
      e.textContent = e.dataset.says.replace("{ago}", ago).replace("{for}", lasted);
    });
  }

  // show moves the numbers of one audit, and asks for the words. A deletion has no
  // revision, and a heartbeat no audit either.
  function show([, data]) {
    const p = JSON.parse(data);
    const old = drawn.get(p.audit_id);
    if (state === "running" || (old ? old.revision >= p.revision : !p.revision)) {
      return;
    }
    drawn.set(p.audit_id, p);
    refreshIn(old && old.status === p.status && old.stage === p.stage ? POLL : SOON);
    const card = document.querySelector('a.lc[href="/audits/' + p.audit_id + '"]');
    const part = card || document.querySelector(".hero");
    const bar = part && part.querySelector("[aria-valuenow]");
    if (!bar || p.status !== "running") {
      return;
    }
    bar.setAttribute("aria-valuenow", p.progress);
    bar.removeAttribute("aria-valuetext");
    bar.firstElementChild.setAttribute("width", p.progress + "%");
    const percent = own(part.querySelector(".pct, .p"));
    percent.data = percent.data.replace(/\d+/, p.progress);
    if (!card) {
      document.title = document.title.replace(/^\d+/, p.progress);
    }
    const seen = Math.max(Date.parse(p.updated_at), Date.parse(p.worker_seen_at) || 0);
    each(part, ".age[data-since]", (age) => { age.dataset.since = seen; });
    grow();
  }

  // morph makes one tree equal to another and keeps every node that can stay: what
  // is typed, focused, unfolded or scrolled to is not disturbed.
  function morph(old, fresh) {
    if (old.nodeName !== fresh.nodeName) {
      old.replaceWith(document.importNode(fresh, true));
    } else if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) {
        old.data = fresh.data;
      }
    } else if (!old.matches("input, noscript, [role=alert]")) {
      [...fresh.attributes].forEach((a) => {
        if (old.getAttribute(a.name) !== a.value) {
          old.setAttribute(a.name, a.value);
        }
      });
      [...old.attributes].forEach((a) => fresh.hasAttribute(a.name) || a.name === "open" || old.removeAttribute(a.name));
      const is = inside(old);
      const shall = inside(fresh);
      shall.forEach((node, i) => is[i] ? morph(is[i], node) : old.appendChild(document.importNode(node, true)));
      is.slice(shall.length).forEach((node) => node.remove());
    }
  }

  function parse(html) { return new DOMParser().parseFromString(html, "text/html"); }

  // refresh lets the server draw the page again; false means that it did not.
  async function refresh() {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), 10000);
    clearTimeout(waiting);
    waiting = 0;
    try {
      const answer = await fetch(location.href, { signal: abort.signal });
      const page = parse(await answer.text());
      const root = page.body.firstElementChild;
      if (state === "running" || answer.status >= 500 || !read(root)) {
        return false;
      }
      // Read as elements here, but not in the document.
      each(page, "noscript", (e) => { e.textContent = ""; });
      dress(page);
      document.documentElement.lang = page.documentElement.lang;
      document.title = page.title;
      morph(body.firstElementChild, root);
      heard.forEach(show);
      grow();
      if (!words.stream) {
        unfollow();
      }
      return true;
    } catch (failed) {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  // refreshIn sees to it that the page is drawn again within a time.
  function refreshIn(ms) {
    if (state !== "running" && (!waiting || ms < POLL)) {
      clearTimeout(waiting);
      waiting = setTimeout(refresh, ms);
    }
  }

  // ---------- the stream, and polling without it ----------

  function follow() {
    if (state === "running" || !words.stream || source) {
      return;
    }
    // A tab that is restored behind others leaves its connection to theirs.
    if (!Stream || document.hidden) {
      poll();
      return;
    }
    const s = source = new Stream(words.stream);
    heard.clear();
    deadline = setTimeout(() => broke(s), FIRST);
    const on = (name, f) => s.addEventListener(name, (event) => {
      if (s === source) {
        clearTimeout(deadline);
        f(event.data);
      }
    });
    ["message", "deleted", "heartbeat"].forEach((type) => on(type, (data) => {
      deadline = setTimeout(() => broke(s), SILENT);
      polling = false;
      const id = JSON.parse(data).audit_id;
      heard.delete(id);
      heard.set(id, [type, data]);
      say("live");
      show([type, data]);
    }));
    on("end", (data) => {
      unfollow();
      refreshIn(SOON);
      setTimeout(follow, Math.min(60000, (JSON.parse(data).retry_ms || 0) + Math.random() * 1000));
    });
    on("error", () => broke(s));
  }

  function unfollow() {
    clearTimeout(deadline);
    if (source) {
      source.close();
      source = null;
    }
  }

  function broke(s) {
    if (s === source) {
      unfollow();
      poll();
    }
  }

  // poll fetches the page until a stream is heard, or nothing of it can change.
  async function poll() {
    if (polling) {
      return;
    }
    polling = true;
    for (let n = 0; polling && state !== "running"; n++) {
      const fetched = document.hidden || await refresh();
      if (!polling || fetched && !words.stream) {
        break;
      }
      if (n || !fetched) {
        say(fetched ? "polling" : "lost");
      }
      if (fetched && n % PROBE === 0) {
        follow();
      }
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
    polling = false;
  }

  addEventListener("pagehide", () => {
    polling = false;
    unfollow();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted && state !== "running") {
      poll();
    }
  });

  // ---------- Start, Cancel and the language before the program ----------

  // The same form sent twice starts one audit.
  const key = Math.random();

  async function send(form) {
    const button = form.querySelector("[type=submit]");
    const wrong = form.querySelector("[role=alert]");
    const fields = new URLSearchParams(new FormData(form));
    fields.append("key", key);
    let reason = words.lost.lead;
    button.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields });
      if (answer.redirected) {
        location.assign(answer.url.replace(/\/basic(\?.*)?$/, ""));
        return;
      }
      reason = parse(await answer.text()).getElementById("error").textContent;
    } catch (failed) {
      // The reason stands.
    }
    if (state === "running") {
      // The program says it in its own way.
      document.querySelector("form [type=submit]").click();
      return;
    }
    button.disabled = false;
    wrong.textContent = reason;
  }

  async function cancel() {
    try {
      const answer = await fetch(words.cancel, { method: "POST" });
      note(!answer.ok && words.cancelFailed, true);
    } catch (failed) {
      note(words.cancelFailed, true);
    }
    refreshIn(SOON);
  }

  document.addEventListener("submit", (event) => {
    if (state !== "running") {
      event.preventDefault();
      send(event.target);
    }
  }, true);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[type=button]");
    if (state === "running" || !button) {
      return;
    }
    const dialog = document.querySelector("dialog");
    const danger = button.matches(".btn-danger");
    if (button.lang) {
      document.cookie = "atalaya_lang=" + button.lang + "; Path=/; Max-Age=31536000; SameSite=Lax";
      refresh();
    } else if (button.closest("dialog")) {
      dialog.close();
      if (danger) {
        cancel();
      }
    } else if (danger) {
      dialog.showModal();
    } else {
      refresh();
    }
  }, true);

  // ---------- the line at the foot ----------

  function make(parent, tag, className, text) {
    const e = document.createElement(tag);
    e.className = className;
    e.textContent = text;
    return parent.appendChild(e);
  }

  // note shows a sentence outside the program's tree; a grave one is read out and
  // has a button that loads the page anew.
  function note(sentence, grave) {
    each(document, ".app-note", (old) => old.remove());
    if (sentence) {
      const line = make(body, "div", "app-note", sentence);
      if (grave) {
        line.setAttribute("role", "alert");
        make(line, "button", "btn btn-sm", words.reload).onclick = () => location.reload();
      }
    }
  }

  // ---------- the program ----------

  // remember keeps what the reader does in a tree, to go on in one that replaces it.
  function remember(root) {
    const active = document.activeElement || body;
    const { selectionStart, selectionEnd } = active;
    const [x, y] = [scrollX, scrollY];
    return (fresh) => {
      const twin = (e) => e.id ? fresh.querySelector("#" + e.id) :
        fresh.querySelectorAll(e.nodeName)[[...root.querySelectorAll(e.nodeName)].indexOf(e)];
      each(root, "input, details[open], dialog[open]", (e) => {
        const other = twin(e) || {};
        if (e.nodeName === "DIALOG" && other.showModal) {
          other.showModal();
        } else {
          [other.value, other.open] = [e.value, e.open];
        }
      });
      const next = root.contains(active) && twin(active);
      if (next) {
        try {
          next.focus({ preventScroll: true });
          next.setSelectionRange(selectionStart, selectionEnd);
        } catch (unable) {
          // Not every element has a selection.
        }
      }
      scrollTo(x, y);
    };
  }

  // The program puts its tree in place of the page's by this call. The own property
  // sees it at the very moment.
  body.replaceChild = (fresh, old) => {
    delete body.replaceChild;
    const goOn = remember(old);
    body.replaceChild(fresh, old);
    state = "running";
    quiet = BEGIN;
    polling = false;
    clearTimeout(waiting);
    note(forgets && words.forgets);
    // The stream of a page that the program does not follow.
    setTimeout(() => state === "running" && unfollow(), 2000);
    goOn(fresh);
    return old;
  };

  // The program opens its streams by this. The first one for what the page follows
  // is the script's own, with all that it has heard.
  if (Stream) {
    window.EventSource = function (url) {
      let s = source;
      if (s && s.readyState === Stream.OPEN && url.split("?")[0] === words.stream) {
        source = null;
        clearTimeout(deadline);
        const events = [...heard.values()];
        Promise.resolve().then(() => {
          events.forEach(([type, data]) => s.dispatchEvent(new MessageEvent(type, { data })));
        });
      } else {
        unfollow();
        s = new Stream(url);
      }
      opened.add(s);
      return s;
    };
  }

  window.atalaya = {
    beat: () => { quiet = 0; },
    heard: () => "[" + [...heard.values()].map(([, data]) => data) + "]",
    phase: () => source ? said : "",
    running: () => state === "running",
  };

  // takeBack ends what is left of the program and goes on with its page.
  function takeBack(sentence) {
    if (state === "gone") {
      return;
    }
    const ran = state === "running";
    state = "gone";
    body.className = "moves";
    if (go) {
      go._resume = () => {};
      go._scheduledTimeouts.forEach((timer) => clearTimeout(timer));
      go._scheduledTimeouts.clear();
    }
    opened.forEach((s) => s.close());
    delete body.replaceChild;
    if (ran) {
      window.onclick = window.onresize = null;
      window.onpopstate = () => location.reload();
      const root = body.firstElementChild;
      const goOn = remember(root);
      // Without the program's handlers.
      const copy = root.cloneNode(true);
      root.replaceWith(copy);
      goOn(copy);
      say("polling");
      poll();
    }
    note(sentence, true);
  }

  // compile has a worker make the module and shows how much of it has come; what is
  // no text says that none can.
  function compile() {
    return new Promise((resolve, reject) => {
      const worker = new Worker(program.compile, { name: program.wasm });
      const begun = Date.now();
      let shown = -1;
      worker.onerror = worker.onmessageerror = reject;
      worker.onmessage = ({ data }) => {
        if (data > 0) {
          const percent = Math.min(100, Math.floor(100 * data / program.size));
          if (percent > shown && Date.now() - begun > 1000) {
            shown = percent;
            note(words.loading.replace("{n}", percent));
          }
          return;
        }
        worker.terminate();
        if (data instanceof WebAssembly.Module) {
          resolve(data);
        } else {
          reject(data);
        }
      };
    });
  }

  async function load() {
    try {
      return await compile();
    } catch (failed) {
      if (typeof failed === "string") {
        throw failed;
      }
      return WebAssembly.compile(await (await fetch(program.wasm)).arrayBuffer());
    }
  }

  async function start() {
    if (/bot|crawl|spider/i.test(navigator.userAgent) || /[?&]wasm=false\b/.test(location.search)) {
      state = "absent";
      body.className = "moves";
      return;
    }
    try {
      const module = await load();
      go = new Go();
      const instance = await WebAssembly.instantiate(module, go.importObject);
      // Lets a waiting key or click through.
      await new Promise((resolve) => setTimeout(resolve));
      note();
      await go.run(instance);
      throw "ended";
    } catch (error) {
      console.error(error);
      takeBack(state === "running" ? words.stopped : words.failed);
    }
  }

  setInterval(() => {
    if (document.hidden || state !== "running") {
      quiet = Math.min(quiet, 0);
    } else if (++quiet > QUIET) {
      takeBack(words.stopped);
    }
  }, LOOK);
  setInterval(() => state !== "running" && grow(), 1000);
  // No frame says that a worker has fallen silent.
  setInterval(() => words.stream && refreshIn(SOON), 60000);

  if (read(body.firstElementChild)) {
    grow();
    follow();
  }
  start();
})();
