#!/usr/bin/env bash
# follow.sh URL follows an audit with curl until the server answers that nothing more
# will come, and prints the revision and the percentage of each state.
last=
for ((;;)); do
  while read -r line; do
    case $line in
      "id: "*) last=${line#id: } ;;
      'data: {"audit_id":'*) progress=${line#*\"progress\":} && echo "$last ${progress%%,*}" ;;
      "status 204") echo followed && exit ;;
    esac
  done < <(curl -sN -H "Last-Event-ID: $last" -w '\nstatus %{http_code}\n' "$1")
  sleep 1
done
