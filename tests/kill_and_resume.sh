#!/usr/bin/env bash
# Kills the quickstart with SIGKILL at 20 random moments, resuming after each, and compares the corpus
# with that of an uninterrupted run, byte for byte. Takes about 6 minutes; not part of `cargo test`,
# which does the same with fewer kills on a smaller job.
#
#     tests/kill_and_resume.sh path/to/datagen [engine settings, e.g. engine.candle.batch=8]
set -euo pipefail
datagen=$(realpath "$1"); shift
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
settings=()
for setting in "$@"; do settings+=(--set "$setting"); done
mkdir "$work/whole" "$work/killed"
start() { (cd "$work/$1" && exec "$datagen" run "$root/pipelines/quickstart.toml" --output run --quiet "${@:2}" >/dev/null); }

start whole
for kill in $(seq 20); do
    start killed "${settings[@]}" &
    sleep "$(awk -v r=$RANDOM 'BEGIN { print 0.2 + 6 * r / 32768 }')"
    pkill -KILL -P $! 2>/dev/null || kill -KILL $! 2>/dev/null || true
    wait $! 2>/dev/null || true
    echo "kill $kill: $(cat "$work"/killed/run/journal/*.jsonl 2>/dev/null | wc -l) samples journalled"
done
start killed "${settings[@]}"
diff -r "$work/whole/run/corpus" "$work/killed/run/corpus"
twice=$(cat "$work"/killed/run/journal/*.jsonl | grep -oE '"prompt_id":"[^"]*","sample_index":[0-9]+' | sort | uniq -d | wc -l)
[ "$twice" = 0 ] || { echo "$twice samples were drawn twice"; exit 1; }
echo "equal, byte for byte; no sample was drawn twice"
