// Counts page checks of a folder of HTML with parse5, the parser of another language and other
// people, from the catalogue of checks and not from the Go code. README says how to run it.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { parse } from "parse5";

const folder = process.argv[2];

function* filesOf(dir) {
  for (const name of readdirSync(dir).sort()) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) yield* filesOf(path);
    else if (name.endsWith(".html")) yield path;
  }
}

// attributes ---------------------------------------------------------------------------------

const attr = (n, name) => n.attrs?.find((a) => a.name === name)?.value;
const has = (n, name) => attr(n, name) !== undefined;
const rels = (n) => (attr(n, "rel") ?? "").toLowerCase().split(/\s+/);
const squeeze = (s) => s.replace(/\s+/gu, " ").trim();
const length = (s) => [...s].filter((ch) => !/[\p{M}\p{Cf}]/u.test(ch)).length;
const count = (text) => (text.match(/[\p{L}\p{M}\p{Nd}]+(?:['’][\p{L}\p{M}\p{Nd}]+)*/gu) ?? []).length;
const style = (n, name, value) => new RegExp(`(^|;)\\s*${name}\\s*:\\s*${value}\\b`, "i").test(attr(n, "style") ?? "");
const named = (n) => ["aria-label", "aria-labelledby", "title", "alt"].some((k) => (attr(n, k) ?? "").trim());

// the tree -----------------------------------------------------------------------------------

const unread = new Set(["script", "style", "noscript", "iframe", "noembed", "noframes", "object", "template", "svg"]);
const chrome = new Set(["nav", "aside", "button", "select", "textarea", "option", "datalist"]);
const chromeRoles = new Set(["navigation", "banner", "contentinfo", "complementary", "search"]);

// walk visits all elements and texts with what is known of where they stand.
function* walk(node, at) {
  for (const n of node.childNodes ?? []) {
    if (n.nodeName === "#text") {
      yield [n, at];
      continue;
    }
    if (!n.tagName) continue;
    const tag = n.tagName, role = attr(n, "role");
    const own = {
      ...at,
      head: at.head || tag === "head",
      body: at.body || tag === "body",
      hidden: at.hidden || has(n, "hidden") || unread.has(tag) || (tag === "dialog" && !has(n, "open")),
      unshown: at.unshown || has(n, "hidden") || style(n, "display", "none") || style(n, "visibility", "hidden"),
      silent: at.silent || attr(n, "aria-hidden") === "true",
      svg: at.svg || tag === "svg",
      article: at.article || tag === "article" || tag === "main" || role === "main" || role === "article",
      link: at.link || tag === "a",
      label: at.label || tag === "label",
    };
    own.chrome = at.chrome || chrome.has(tag) || chromeRoles.has(role) ||
      ((tag === "header" || tag === "footer") && !at.article);
    yield [n, own];
    yield* walk(n, own);
  }
}

// textOf is what an element says, with the texts of its images.
function textOf(n) {
  let text = "";
  for (const child of n.childNodes ?? []) {
    if (child.nodeName === "#text") text += child.value;
    else if (unread.has(child.tagName) || has(child, "hidden")) continue;
    else text += (child.tagName === "img" ? ` ${attr(child, "alt") ?? ""} ` : "") + textOf(child);
  }
  return text;
}

// saysWhere reports whether anything within a link is read out.
function saysWhere(n) {
  return (n.childNodes ?? []).some((child) => {
    if (child.nodeName === "#text") return child.value.trim() !== "";
    if (!child.tagName || attr(child, "aria-hidden") === "true" || has(child, "hidden")) return false;
    if (style(child, "display", "none") || style(child, "visibility", "hidden")) return false;
    if (["script", "style", "noscript", "template"].includes(child.tagName)) return false;
    return named(child) || saysWhere(child);
  });
}

// within are the elements of a kind below another.
function within(n, ...tags) {
  return (n.childNodes ?? []).flatMap((child) => [...(tags.includes(child.tagName) ? [child] : []), ...within(child, ...tags)]);
}

// isDataTable reports whether a table is sure to be one of data, and large enough to need headers.
function isDataTable(n) {
  const rows = within(n, "tr"), border = attr(n, "border");
  return (within(n, "caption", "thead").length > 0 || (border && border !== "0")) && !within(n, "table").length &&
    !["presentation", "none"].includes(attr(n, "role")) && rows.length > 1 &&
    rows.some((row) => within(row, "td", "th").length > 1);
}

// the checks ---------------------------------------------------------------------------------

const privateHost = (h) =>
  /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|0\.0\.0\.0$|\[::1\]$)/.test(h) ||
  /(^|\.)(localhost|local|internal)$/.test(h) || h.endsWith(".home.arpa");

function judge(path, bytes) {
  const text = bytes.toString("utf8");
  const document = parse(bytes.toString(/charset=["']?(iso-8859-1|us-ascii)/i.test(text.slice(0, 2048)) ? "latin1" : "utf8"));
  const url = "https://site.example/" + relative(folder, path).split(sep).join("/");
  const all = [...walk(document, {})];
  const elements = all.filter(([n]) => n.tagName);
  const inPage = elements.filter(([, at]) => !at.svg);
  const named_ = (...tags) => inPage.filter(([n]) => tags.includes(n.tagName));
  const metas = named_("meta").map(([n]) => n);
  const meta = (name) => metas.find((n) => (attr(n, "name") ?? "").trim().toLowerCase() === name);
  const result = {};
  const set = (id, applies, fails) => { result[id] = applies ? (fails ? "fail" : "pass") : "not_applicable"; };

  const directives = metas.filter((n) => ["robots", "googlebot", "bingbot"].includes((attr(n, "name") ?? "").toLowerCase()))
    .flatMap((n) => (attr(n, "content") ?? "").toLowerCase().split(",").map((s) => s.trim()));
  const noindex = directives.includes("noindex") || directives.includes("none");
  set("page-noindex", true, noindex);
  const refresh = attr(metas.find((n) => (attr(n, "http-equiv") ?? "").toLowerCase() === "refresh") ?? {}, "content") ?? "";
  const on = /url\s*=\s*["']?([^"']+)/i.exec(refresh)?.[1];
  const seen = !on || parseInt(refresh, 10) !== 0, listed = seen && !noindex;
  set("nosnippet", listed, directives.some((d) => d === "nosnippet" || d.replaceAll(" ", "") === "max-snippet:0"));
  set("ai-meta-optout", listed, directives.some((d) => d === "noai" || d === "noimageai"));

  const title = named_("title").map(([n]) => squeeze(textOf(n))).find((t) => t) ?? "";
  set("title-missing", seen, !title);
  const titles = named_("title").map(([n]) => squeeze(textOf(n))).filter((t) => t);
  set("multiple-titles", seen && title, titles.length > 1);
  set("title-length", seen && title, length(title) < 15 || length(title) > 65);
  const description = metas.filter((n) => (attr(n, "name") ?? "").trim().toLowerCase() === "description")
    .map((n) => squeeze(attr(n, "content") ?? "")).find((t) => t) ?? "";
  set("description-missing", listed, !description);
  set("description-length", listed && description, length(description) < 50 || length(description) > 165);

  const headings = inPage.filter(([n, at]) => /^h[1-6]$/.test(n.tagName) && !at.hidden)
    .map(([n, at]) => ({ level: Number(n.tagName[1]), text: squeeze(textOf(n)), silent: at.silent }));
  set("h1-missing", seen, !headings.some((h) => h.level === 1 && h.text));
  const heard = headings.filter((h) => !h.silent);
  set("h1-multiple", heard.length, new Set(heard.filter((h) => h.level === 1 && h.text).map((h) => h.text)).size > 1);
  set("heading-skip", heard.length, heard.some((h, i) => i && h.level > heard[i - 1].level + 1));

  const og = (name) => metas.some((n) => [attr(n, "property"), attr(n, "name")]
    .some((k) => (k ?? "").trim().toLowerCase() === name) && (attr(n, "content") ?? "").trim());
  set("og-incomplete", listed, !["og:title", "og:description", "og:image", "og:url"].every(og));

  const html = elements.find(([n]) => n.tagName === "html")?.[0];
  const lang = squeeze(attr(html, "lang") ?? "");
  set("lang-missing", seen, !/^([a-z]{2,8}|[xi](?=-))(-[a-z0-9]{1,8})*$/i.test(lang));
  const viewport = (attr(meta("viewport") ?? {}, "content") ?? "").toLowerCase();
  const scales = [...viewport.replace(/\s*=\s*/g, "=").matchAll(/(user-scalable|maximum-scale)=([^,;\s]*)/g)];
  set("zoom-disabled", viewport, scales.some(([, name, to]) => (name === "maximum-scale" ? Number(to) < 2 : to === "no" || Number(to) < 1)));
  set("viewport-missing", seen, !viewport.includes("width") && !viewport.includes("initial-scale"));

  const charsets = new Set(metas.map((n) => attr(n, "charset") ??
    ((attr(n, "http-equiv") ?? "").toLowerCase() === "content-type" &&
      /charset\s*=\s*["']?([^\s;"']+)/i.exec(attr(n, "content") ?? "")?.[1]))
    .filter((c) => c).slice(0, 1).map((c) => c.toLowerCase()));
  const declared = /^\s*<\?xml[^>]*encoding=["']([^"']+)/.exec(text)?.[1]?.toLowerCase();
  if (declared) charsets.add(declared);
  const alike = new Set([...charsets].map((c) => (["us-ascii", "iso-8859-1", "latin1"].includes(c) ? "windows-1252" : c)));
  set("charset-problem", seen, alike.size !== 1 || (alike.has("utf-8") && !Buffer.from(text, "utf8").equals(bytes)));

  const canonicals = inPage.filter(([n, at]) => n.tagName === "link" && at.head && rels(n).includes("canonical"))
    .map(([n]) => (attr(n, "href") ?? "").trim());
  set("canonical-missing", listed, !canonicals.length);
  set("canonical-conflict", canonicals.length, new Set(canonicals).size > 1 ||
    canonicals.some((c) => !URL.canParse(c) || new URL(c).hostname.replace(/^www\./, "") !== "site.example"));

  const images = named_("img").filter(([, at]) => !at.hidden && !at.unshown && !at.silent).map(([n]) => n);
  set("img-alt-missing", images.length, images.some((n) => !has(n, "alt") && !named(n) &&
    !["presentation", "none"].includes(attr(n, "role"))));

  const anchors = elements.filter(([n]) => n.tagName === "a" || n.tagName === "area");
  const heardLinks = anchors.filter(([n, at]) => has(n, "href") && !(at.hidden && !at.svg) && !at.unshown && !at.silent)
    .map(([n]) => n);
  set("link-name-empty", heardLinks.length, heardLinks.some((n) => !named(n) && !saysWhere(n)));

  const addresses = [...anchors.map(([n]) => n), ...named_("iframe", "frame").map(([n]) => n)]
    .map((n) => (attr(n, n.tagName === "a" || n.tagName === "area" ? "href" : "src") ?? "").trim().replace(/#.*/s, ""))
    .filter((h) => h);
  for (const [n] of named_("link")) {
    const r = rels(n), kind = (attr(n, "type") ?? "").split(";")[0].trim().toLowerCase();
    const page = ["", "text/html", "application/xhtml+xml"].includes(kind);
    if (["next", "prev", "previous"].some((w) => r.includes(w)) ||
      (r.includes("alternate") && !r.includes("canonical") && !r.includes("stylesheet") && page)) {
      addresses.push((attr(n, "href") ?? "").trim().replace(/#.*/s, ""));
    }
  }
  const base = attr(named_("base").find(([n]) => has(n, "href"))?.[0] ?? {}, "href");
  const from = base && URL.canParse(base, url) ? new URL(base, url).href : url;
  if (on) addresses.push(on.trim());
  const web = addresses.filter((h) => h && !/^(?!https?:)[a-z][a-z0-9+.-]*:/i.test(h));
  const bad = web.filter((h) => !URL.canParse(h, from));
  const good = web.filter((h) => URL.canParse(h, from)).map((h) => new URL(h, from));
  set("link-malformed", web.length, bad.length);
  const clicks = ["onclick", "data-href", "ng-click", "@click", "v-on:click", "(click)", "routerlink"];
  const dead = anchors.filter(([n, at]) => !at.hidden || at.svg).map(([n]) => n).filter((n) => {
    const script = /^javascript:/i.test((attr(n, "href") ?? "").trim());
    return attr(n, "role") !== "button" && (script || (!has(n, "href") && clicks.some((c) => has(n, c))));
  });
  set("link-not-crawlable", good.length || dead.length, dead.length);
  const words = (u) => anchors.filter(([n]) => URL.canParse((attr(n, "href") ?? "").trim(), from) &&
    new URL(attr(n, "href").trim().replace(/#.*/s, ""), from).href === u.href).map(([n]) => textOf(n)).join(" ").toLowerCase();
  set("localhost-link", good.length, good.some((u) => privateHost(u.hostname) && !words(u).includes(u.hostname)));

  const nofollow = anchors.filter(([n]) => rels(n).includes("nofollow")).map(([n]) => attr(n, "href") ?? "")
    .filter((h) => URL.canParse(h, from) && new URL(h, from).hostname === "site.example");
  const targets = new Set(anchors.map(([n]) => (attr(n, "href") ?? "").trim().replace(/#.*/s, ""))
    .filter((h) => h && URL.canParse(h, from) && /^https?:/.test(new URL(h, from).href)).map((h) => new URL(h, from).href));
  set("internal-nofollow", listed && good.length, directives.includes("nofollow") || directives.includes("none") || nofollow.length);
  set("too-many-links", listed && good.length, targets.size > 300);
  set("dead-end", listed, !dead.length && !good.some((u) => u.hostname.replace(/^www\./, "") === "site.example" && u.href !== url));

  const labels = new Set(named_("label").map(([n]) => attr(n, "for")).filter((id) => id));
  const fields = inPage.filter(([n, at]) => ["input", "select", "textarea"].includes(n.tagName) &&
    !at.unshown && !at.silent && !["hidden", "submit", "reset", "button", "image"].includes(
      n.tagName === "input" ? (attr(n, "type") ?? "").trim().toLowerCase() : ""));
  set("form-label-missing", fields.length,
    fields.some(([n, at]) => !at.label && !named(n) && !labels.has(attr(n, "id"))));

  const blocks = named_("script").map(([n]) => n)
    .filter((n) => (attr(n, "type") ?? "").split(";")[0].trim().toLowerCase() === "application/ld+json")
    .map((n) => n.childNodes.map((c) => c.value).join("")).filter((s) => s.trim());
  const broken = blocks.some((s) => { try { JSON.parse(s); return false; } catch { return true; } });
  set("jsonld-invalid", listed && blocks.length, broken);
  set("structured-data-missing", listed, !blocks.length && !inPage.some(([n]) => attr(n, "itemtype") || attr(n, "typeof")));

  const frames = inPage.filter(([n, at]) => ["iframe", "frame"].includes(n.tagName) && !at.unshown && !at.silent &&
    !["presentation", "none"].includes(attr(n, "role")) &&
    !["width", "height"].some((k) => ["0", "1", "0px", "1px"].includes(attr(n, k)))).map(([n]) => n);
  set("iframe-title-missing", frames.length, frames.some((n) => !named(n)));
  const tables = inPage.filter(([n, at]) => n.tagName === "table" && !at.hidden && !at.unshown && !at.silent).map(([n]) => n);
  const data = tables.filter(isDataTable);
  set("table-no-header", data.length, data.some((n) => !within(n, "td", "th").some(
    (cell) => cell.tagName === "th" || has(cell, "scope") || has(cell, "headers") || /header$/.test(attr(cell, "role") ?? ""))));
  const ids = inPage.map(([n]) => attr(n, "id")).filter((id) => id);
  set("duplicate-id", true, new Set(ids).size < ids.length);
  set("no-main-landmark", seen, !elements.some(([n]) => n.tagName === "main" || n.tagName === "frameset" || attr(n, "role") === "main"));
  set("dom-large", true, elements.filter(([, at]) => at.body).length > 1500);
  set("render-blocking", true, named_("script").filter(([n, at]) => at.head && attr(n, "src") &&
    !["async", "defer", "nomodule"].some((k) => has(n, k)) && attr(n, "type") !== "module").length > 5);
  set("images-unsized", images.length, named_("img").some(([n, at]) => !at.chrome && !at.hidden && !at.unshown &&
    !(has(n, "width") && has(n, "height")) && !has(n, "class") && !/^data:/.test(attr(n, "src") ?? "") &&
    !/height|aspect-ratio|absolute|fixed/i.test(attr(n, "style") ?? "")));

  const insecure = (h) => /^\s*http:\/\//i.test(h ?? "") && !privateHost(new URL(h.trim()).hostname);
  const loaded = (n) => n.tagName !== "link" ||
    ["stylesheet", "icon", "apple-touch-icon", "preload", "modulepreload", "manifest"].some((r) => rels(n).includes(r));
  set("mixed-content", true, named_("img", "script", "iframe", "frame", "embed", "track", "audio", "video", "source", "object", "link")
    .some(([n]) => loaded(n) && ["src", "poster", "data", n.tagName === "link" ? "href" : "src"].some((k) => insecure(attr(n, k)))));
  const forms = named_("form");
  set("insecure-form", forms.length, forms.some(([n]) => insecure(attr(n, "action"))) ||
    named_("button", "input").some(([n]) => insecure(attr(n, "formaction"))));

  set("html-heavy", true, bytes.length > 500 * 1024);
  set("redirect-temporary", on, on);

  const shown = all.filter(([n, at]) => n.nodeName === "#text" && !at.head && !at.hidden && !at.svg);
  const main = shown.filter(([, at]) => !at.chrome);
  const sum = (texts) => texts.reduce((n, [t]) => n + count(t.value), 0);
  const mainWords = sum(main), linkWords = sum(main.filter(([, at]) => at.link));
  const canonical = new Set(canonicals).size === 1 && URL.canParse(canonicals[0], from) ? new URL(canonicals[0], from).href : url;
  set("thin-content", listed && !on && canonical === url && !(linkWords > 0 && 2 * linkWords >= mainWords), mainWords < 150);
  return result;
}

// the answer ---------------------------------------------------------------------------------

const digest = createHash("sha256"), checks = {};
let pages = 0;
const each = process.argv[3] && {}; // an id of a check: its pages are listed instead
for (const path of filesOf(folder)) {
  const bytes = readFileSync(path), name = relative(folder, path).split(sep).join("/");
  digest.update(name + "\n").update(bytes);
  pages++;
  for (const [id, outcome] of Object.entries(judge(path, bytes))) {
    checks[id] ??= { fail: 0, pass: 0, not_applicable: 0 };
    checks[id][outcome]++;
    if (id === process.argv[3]) each[name] = outcome;
  }
}
const sorted = Object.fromEntries(Object.entries(checks).sort());
console.log(JSON.stringify(each ?? { folder, pages, digest: digest.digest("hex"), checks: sorted }, null, 1));
