// A client in TypeScript for Node 22.18 and later, which runs it as it is; for an older one,
// compile it first. It needs no package. It starts an audit, follows it to its end, over cut
// connections too, and reads the report:
//
//   ATALAYA_TOKEN=atl_… node client.mts https://audits.example https://www.example.com/

type Audit = { audit_id: number; revision: number; progress: number; status: string };

const [server, site] = process.argv.slice(2);
const ended = ["completed", "failed", "cancelled"];

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  headers.set("Content-Type", "application/json");
  if (process.env.ATALAYA_TOKEN) headers.set("Authorization", "Bearer " + process.env.ATALAYA_TOKEN);
  return fetch(server + path, { ...options, headers });
}

async function json<T>(answer: Response): Promise<T> {
  const body = (await answer.json()) as T & { detail?: string };
  if (!answer.ok) throw new Error(`${answer.status}: ${body.detail}`); // RFC 9457
  return body;
}

// The states on a stream. What has a name is a heartbeat, or why the stream ends.
async function* states(answer: Response): AsyncGenerator<Audit> {
  const text = new TextDecoder();
  let rest = "";
  let event = "";
  for await (const piece of answer.body!) {
    const lines = (rest + text.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("event: ")) event = line.slice(7);
      else if (line.startsWith("data: ") && !event) yield JSON.parse(line.slice(6));
      else if (!line) event = "";
    }
  }
}

// One stream, until the audit or the stream ends: the newest state, and when to come back.
// Last-Event-ID says what was seen, so that nothing comes twice.
async function follow(audit: Audit): Promise<[Audit, number]> {
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

let audit = await json<Audit>(await ask("/api/v1/audits", { method: "POST", body: JSON.stringify({ url: site }) }));
for (let pause = 0; !ended.includes(audit.status); ) {
  await new Promise((done) => setTimeout(done, pause * 1000));
  [audit, pause] = await follow(audit);
}
type Report = { score: { value: number } | null };
const report = await json<Report>(await ask(`/api/v1/audits/${audit.audit_id}/report`));
console.log("score", report.score?.value ?? "none");
