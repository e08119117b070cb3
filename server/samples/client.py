"""A client in Python, with its standard library alone. It starts an audit, follows it to its end,
over cut connections too, and reads the report:

    ATALAYA_TOKEN=atl_… python3 client.py https://audits.example https://www.example.com/
"""
import http.client, json, os, sys, time, urllib.error, urllib.request

SERVER, SITE = sys.argv[1:]
ENDED = ("completed", "failed", "cancelled")


def ask(method, path, body=None, headers={}):
    headers = {"Content-Type": "application/json", **headers}
    if token := os.environ.get("ATALAYA_TOKEN"):
        headers["Authorization"] = "Bearer " + token
    data = None if body is None else json.dumps(body).encode()
    # A stream that says nothing for three heartbeats is dead.
    return urllib.request.urlopen(urllib.request.Request(SERVER + path, data, headers, method=method), timeout=90)


def states(answer):
    """Yields the states on a stream. What has a name is a heartbeat, or why the stream ends."""
    event = ""
    for line in answer:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name == "event":
            event = value
        elif name == "data" and not event:
            yield json.loads(value)
        elif not name:
            event = ""


def follow(audit):
    """Reads streams until the audit ends. Last-Event-ID says what was seen, so that nothing comes
    twice."""
    while audit["status"] not in ENDED:
        pause = 2
        try:
            seen = {"Last-Event-ID": str(audit["revision"])}
            with ask("GET", f"/sse/audits/{audit['audit_id']}/progress", headers=seen) as answer:
                for audit in states(answer):
                    print(audit["revision"], audit["progress"], audit["status"], flush=True)
                    if audit["status"] in ENDED:
                        return
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (429, 503):
                raise
            pause = int(refusal.headers.get("Retry-After", pause))
        except (OSError, http.client.HTTPException):
            pass  # the connection was cut
        time.sleep(pause)


with ask("POST", "/api/v1/audits", {"url": SITE}) as answer:
    audit = json.load(answer)
follow(audit)
with ask("GET", f"/api/v1/audits/{audit['audit_id']}/report") as answer:
    score = json.load(answer)["score"]
print("score", score["value"] if score else "none")
