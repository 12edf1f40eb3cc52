#!/bin/sh
# upload.sh FILE TARGET: uploads FILE to TARGET. What a user of `lockctl once` would write: nothing in it asks whether
# somebody else is at it or was. The demo slows the copying down so that there is time to break things.
say "uploads, attempt $LOCKD_ATTEMPT, token $LOCKD_TOKEN"
part=$2.part.$LOCKD_TOKEN
: >"$part"
size=$(stat -c %s "$1")
for piece in 0 1 2 3 4 5 6 7; do
  dd if="$1" of="$part" bs=$((size / 8)) skip=$piece seek=$piece count=1 conv=notrunc status=none
  sleep "${SLOW:-0}"
done
# Whoever has overslept its lease must not overwrite what a later one has written.
lockctl fence target/token -- mv "$part" "$2" || exit
echo "uploaded by client $CLIENT"
