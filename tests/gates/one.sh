#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs one gate, NAME or NAME:ARGUMENT, for tests/run, which sets $root and $results: one line when all
# is well and what the gate said after "> ", else its whole output; passed, failed, skipped into $results/NAME.
set -eu
name=$1
log=$root/build/log/gate-$name
began=$(date +%s)
status=0
mkdir -p "$root/build/log"
argument=
test "${name#*:}" = "$name" || argument=${name#*:}
"$root/tests/gates/${name%%:*}" $argument >"$log" 2>&1 </dev/null || status=$?
case $status in
0) word=ok count='1 0 0' ;;
77) word=skip count='0 0 1' ;;
*) word=FAIL count='0 1 0' ;;
esac
echo "$count" >"$results/$name"
{
    printf '%-5s%s (%d s)\n' "$word" "$name" $(($(date +%s) - began))
    if test "$status" = 0; then
        sed -n 's/^> /     /p' "$log"
    else
        sed 's/^/     | /' "$log"
    fi
} >"$log.told"
cat "$log.told"
