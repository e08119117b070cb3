// A client in JavaScript for Node 20, without a package; TypeScript reads its types from the
// comments. It starts an audit, follows it to its end, over cut connections too, and reads the
// report:
//
//   ATALAYA_TOKEN=atl_… node client.mjs https://audits.example https://www.example.com/
// @ts-check

/** @typedef {{audit_id: number, revision: number, progress: number, status: string}} Audit */

const [server, site] = process.argv.slice(2);
const ended = ["completed", "failed", "cancelled"];

/** @param {string} path @param {RequestInit} [options] */
async function ask(path, options = {}) {
  const headers = new Headers(options.headers);
  headers.set("Content-Type", "application/json");
  if (process.env.ATALAYA_TOKEN) headers.set("Authorization", "Bearer " + process.env.ATALAYA_TOKEN);
  return fetch(server + path, { ...options, headers });
}

/** @param {Response} answer */
async function json(answer) {
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status}: ${body.detail}`); // RFC 9457
  return body;
}

/**
 * The states on a stream. What has a name is a heartbeat, or why the stream ends.
 * @param {Response} answer @returns {AsyncGenerator<Audit>}
 */
async function* states(answer) {
  let rest = "";
  let event = "";
  for await (const piece of /** @type {any} */ (answer.body).pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("event: ")) event = line.slice(7);
      else if (line.startsWith("data: ") && !event) yield JSON.parse(line.slice(6));
      else if (!line) event = "";
    }
  }
}

/**
 * One stream, until the audit or the stream ends: the newest state, and when to come back.
 * Last-Event-ID says what was seen, so that nothing comes twice.
 * @param {Audit} audit @returns {Promise<[Audit, number]>}
 */
async function follow(audit) {
  try {
    const answer = await ask(`/sse/audits/${audit.audit_id}/progress`, {
      headers: { "Last-Event-ID": String(audit.revision) },
    });
    if (answer.status === 429 || answer.status === 503) {
      return [audit, Number(answer.headers.get("Retry-After") ?? 2)];
    }
    if (!answer.ok) await json(answer);
    for await (audit of states(answer)) {
      console.log(audit.revision, audit.progress, audit.status);
      if (ended.includes(audit.status)) return [audit, 0];
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // which says that the connection was cut
  }
  return [audit, 2];
}

/** @type {Audit} */
let audit = await json(await ask("/api/v1/audits", { method: "POST", body: JSON.stringify({ url: site }) }));
for (let pause = 0; !ended.includes(audit.status); ) {
  await new Promise((done) => setTimeout(done, pause * 1000));
  [audit, pause] = await follow(audit);
}
const report = await json(await ask(`/api/v1/audits/${audit.audit_id}/report`));
console.log("score", report.score?.value ?? "none");
