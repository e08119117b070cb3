#!/usr/bin/env bash
# A client in shell, with curl alone. It starts an audit, follows it to its end, over cut
# connections too, and reads the report:
#
#   ATALAYA_TOKEN=atl_… client.sh https://audits.example https://www.example.com/
set -euo pipefail
server=$1 site=$2

ask() { curl -sS ${ATALAYA_TOKEN:+-H "Authorization: Bearer $ATALAYA_TOKEN"} "$@"; }

path=$(ask --fail -o /dev/null -w '%header{location}' -d "{\"url\":\"$site\"}" "$server/api/v1/audits")

# Last-Event-ID says what was seen, so that nothing comes twice. An audit whose end was seen is
# answered with 204. A stream that says nothing for several heartbeats is dead.
seen='' code=''
until [[ $code == 204 ]]; do
  while read -r line; do
    case $line in
      'id: '*) seen=${line#id: } ;;
      'data: {"audit_id":'*)
        progress=${line#*\"progress\":} status=${line#*\"status\":\"}
        echo "$seen ${progress%%,*} ${status%%\"*}"
        ;;
      'code '*) code=${line#code } ;;
    esac
  done < <(ask -N --speed-limit 1 --speed-time 90 -H "Last-Event-ID: $seen" -w '\ncode %{http_code}\n' \
    "$server/sse${path#/api/v1}/progress" || true)
  case $code in
    204) ;;
    200 | 000 | 429 | 503) sleep 2 ;; # cut, renewed, or too many at present
    *) echo "the server answered $code" >&2 && exit 1 ;;
  esac
done

ask --fail "$server$path/report" | sed 's/.*"score":{"value":\([0-9]*\).*/score \1/'
