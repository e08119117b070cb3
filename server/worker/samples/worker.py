"""A worker in Python, with its standard library alone. It takes up the external audit that has
waited longest, reports on it and completes it:

    ATALAYA_TOKEN=atl_… python3 worker.py https://audits.example
"""
import json, os, random, sys, time, urllib.error, urllib.request, uuid


def send(method, path, body=None, revision=None):
    """Sends a request until it is answered. Since a PATCH names the revision that it changes,
    it is done once, however often it is sent."""
    headers = {"Content-Type": "application/json"}
    if token := os.environ.get("ATALAYA_TOKEN"):
        headers["Authorization"] = "Bearer " + token
    if revision:
        headers["If-Match"] = f'"{revision}"'
    data = None if body is None else json.dumps(body).encode()
    pause = 0.5
    while True:
        request = urllib.request.Request(sys.argv[1] + path, data, headers, method=method)
        wait = 0
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (429, 502, 503, 504):
                raise
            wait = int(refusal.headers.get("Retry-After", 0))
        except OSError as error:
            print("no answer:", error, file=sys.stderr)
        time.sleep(max(wait, random.uniform(pause / 2, pause)))
        pause = min(2 * pause, 10)


def patch(audit, **change):
    return send("PATCH", f"/api/v1/audits/{audit['audit_id']}/progress", change, audit["revision"])


def claim():
    """Takes up an audit. The message differs from that of every other worker, or two that send
    the same of one revision would count as one that repeats itself."""
    waiting, cursor = [], ""
    while cursor is not None:
        answer = send("GET", "/api/v1/audits?status=pending&limit=200&cursor=" + cursor)
        waiting += [a for a in answer["audits"] if a["kind"] == "external"]
        cursor = answer["next_cursor"]
    for audit in reversed(waiting):
        try:
            return patch(audit, status="running", message=f"taken up, claim {uuid.uuid4()}")
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (404, 409, 412):  # those say that another was faster
                raise
    sys.exit("no audit waits")


audit = claim()
for page in range(1, 10):  # the work itself stands here
    audit = patch(audit, progress=10 * page, message=f"reading page {page}", total_pages=page)
patch(audit, status="completed", geo_score=82, total_pages=10)
