#!/usr/bin/env bash
# A worker in shell, with curl alone. It takes up an external audit by its number, reports on
# it and completes it:
#
#   ATALAYA_TOKEN=atl_… worker.sh https://audits.example 7
set -euo pipefail
url=$1/api/v1/audits/$2/progress

# send prints the entity tag of the answer, which names the audit's revision. curl repeats what
# is not answered, or is with 429 or 503, and waits as long as Retry-After asks for.
send() {
  curl -sS --fail --retry 10 --retry-connrefused -o /dev/null -w '%header{etag}' \
    ${ATALAYA_TOKEN:+-H "Authorization: Bearer $ATALAYA_TOKEN"} "$@" "$url"
}

# patch changes the revision that was seen last and no other, so that it is done once, however
# often it is sent.
patch() { tag=$(send -X PATCH -H 'Content-Type: application/json' -H "If-Match: $tag" -d "$1"); }

tag=$(send)
patch '{"status":"running","message":"taken up by '"$HOSTNAME, claim $RANDOM$RANDOM"'"}'
for page in {1..9}; do # the work itself stands here
  patch '{"progress":'$((10 * page))',"message":"reading page '"$page"'","total_pages":'"$page"'}'
done
patch '{"status":"completed","geo_score":82,"total_pages":10}'
