#!/bin/sh
# upload.sh FILE TARGET: uploads FILE to TARGET unless somebody has done it. Any number of machines may run it at once.
# What a user of lockctl would write; the demo slows the copying down so that there is time to break things.
name=uploads/$(basename "$2")
if [ "${LOCKD_LOCK:-}" != "$name" ]; then
  exec lockctl run -t 3s -k 500ms "$name" -- "$0" "$1" "$2"
fi

# From here on this is the only one, and its fencing token is in LOCKD_TOKEN.
state=$(lockctl status "$name" --output json | sed -n 's/.*"state": *"\([a-z]*\)".*/\1/p')
if [ "$state" = done ]; then
  say "learned: it is done"
  exit 0
fi
lockctl status "$name" --set running --token "$LOCKD_TOKEN" >/dev/null || exit
say "uploads, $(lockctl status "$name" | sed -n 's/.*attempt \([0-9]*\).*/attempt \1/p'), token $LOCKD_TOKEN"

part=$2.part.$LOCKD_TOKEN
: >"$part"
size=$(stat -c %s "$1")
for piece in 0 1 2 3 4 5 6 7; do
  dd if="$1" of="$part" bs=$((size / 8)) skip=$piece seek=$piece count=1 conv=notrunc status=none
  sleep "${SLOW:-0}"
done
lockctl check "$name" --token "$LOCKD_TOKEN" >/dev/null || exit
mv "$part" "$2"
lockctl status "$name" --set done --code 0 --token "$LOCKD_TOKEN" >/dev/null && say "done"
