#!/bin/sh
# Ends what its parent started when the parent is gone, however it went: the parent holds the other end of standard input.
# With a process id as argument: when that process is gone (standard input then only says what to end).
# One line a change: "add PID SIGNAL", "remove PID", "sweep DIRECTORY" (removed at the end), "keep DIRECTORY".
# Started in a session of its own, so that Ctrl-C and a hang-up reach the parent alone.
trap '' INT TERM HUP
pids=''
newline='
'
directories=''
while read -r verb subject signal; do
  case "$verb" in
    add) pids="$pids $subject:$signal" ;;
    remove)
      kept=''
      for entry in $pids; do [ "${entry%%:*}" = "$subject" ] || kept="$kept $entry"; done
      pids=$kept
      ;;
    sweep) directories="$directories$subject$newline" ;;
    keep) directories=$(printf '%s' "$directories" | grep -Fxv -- "$subject")$newline ;;
  esac
done
while [ -n "$1" ] && kill -0 "$1" 2>/dev/null; do sleep 0.5; done
# With its group where it leads one: a test runner's workers are no one else's to end.
end() { kill -s "$1" -- "-$2" 2>/dev/null || kill -s "$1" "$2" 2>/dev/null; }
for entry in $pids; do end "${entry##*:}" "${entry%%:*}"; done
# Three seconds for those that were asked kindly (PostgreSQL frees its shared memory), then the hard way.
waits=0
while [ $waits -lt 30 ]; do
  left=''
  for entry in $pids; do kill -0 "${entry%%:*}" 2>/dev/null && left=1; done
  [ -n "$left" ] || break
  sleep 0.1
  waits=$((waits + 1))
done
for entry in $pids; do end KILL "${entry%%:*}"; done
printf '%s' "$directories" | while read -r directory; do
  [ -n "$directory" ] || continue
  # PostgreSQL's data may lie elsewhere (postgres-place.ts).
  [ -L "$directory/postgres" ] && rm -rf -- "$(readlink "$directory/postgres")"
  rm -rf -- "$directory"
done
exit 0
