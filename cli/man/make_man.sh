#!/bin/sh
# make_man.sh PROGRAM: its manual page, made of what its --help says; of a program with verbs also theirs.
set -eu
program=$1
name=$(basename "$program")
date=2026-11-21

# A backslash, and a dot or a quote that begins a line, mean something to roff.
literal() { sed -e 's/\\/\\e/g' -e "s/^\([.']\)/\\\\\&\1/" -e 's/-/\\-/g'; }
block() { printf '.nf\n'; literal; printf '.fi\n'; }

help=$("$program" --help)
about=$(printf '%s\n' "$help" | sed -n '1s/^[a-z]*: *//p')
version=$("$program" --version | sed 's/.* //')
printf '.TH %s 1 "%s" "%s %s" "User Commands"\n' "$(printf %s "$name" | tr a-z A-Z)" "$date" "$name" "$version"
printf '.SH NAME\n%s \\- %s\n' "$name" "$(printf %s "$about" | sed 's/\.$//' | literal)"
printf '.SH DESCRIPTION\n'
printf '%s\n' "$help" | sed '1d' | sed -e '/./,$!d' | block

# The verbs are the first words of the lines below the headline that tells them.
verbs_of() { "$program" "$@" --help | awk '/^(Subcommands|Verbs|Commands):/ {on = 1; next} /^[^ ]/ {on = 0} on && /^  [a-z]/ {print $1}'; }
verb() {
  printf '.SS "%s %s"\n' "$name" "$*"
  "$program" "$@" --help | block
  for below in $(verbs_of "$@"); do
    printf '.PP\n'
    "$program" "$@" "$below" --help | awk '/^$/ && seen++ > 3 {exit} {print}' | block
  done
}
verbs=$(verbs_of)
if [ -n "$verbs" ]; then
  printf '.SH VERBS\n'
  for one in $verbs; do verb "$one"; done
fi

printf '.SH SEE ALSO\n'
case $name in
  lockctl) printf '.BR lockd (1),\n.BR raftsim (1),\n.BR flock (1),\n.BR timeout (1)\n' ;;
  lockd) printf '.BR lockctl (1),\n.BR raftsim (1)\n' ;;
  *) printf '.BR lockd (1),\n.BR lockctl (1)\n' ;;
esac
