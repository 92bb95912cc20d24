#!/usr/bin/env bash
# Kills the quickstart with SIGKILL at 20 random moments, resuming after each, and compares the corpus with that of an
# uninterrupted run, byte for byte; with 1 and 2 threads, at batch 8 and 64. Not part of `cargo test`, which does the
# same with fewer kills on a smaller job.
#
#     tests/kill_and_resume.sh path/to/datagen [TARGET]     TARGET: examples wanted; the quickstart's 500 by default
#
# The kills are spread over the whole run: a killed start loses the samples that were being drawn, so the first 15 starts
# are left to live for a random share of the time that the whole run took; the last five are killed while the corpus is
# being written.
set -euo pipefail
datagen=$(realpath "$1"); target=${2:-500}; kills=20
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
start() { # FOLDER [settings]; becomes the program, so that a start in the background can be killed by its number
    mkdir -p "$work/$1"
    cd "$work/$1"
    exec "$datagen" run "$root/pipelines/quickstart.toml" --output run --quiet --set run.target_examples="$target" \
        "${@:2}" >/dev/null
}
journalled() { cat "$work/$1"/run/journal/*.jsonl 2>/dev/null | wc -l; }
random() { awk -v seed=$RANDOM -v low="$1" -v high="$2" 'BEGIN { print low + (high - low) * seed / 32768 }'; }

begun=$(date +%s.%N)
(start whole)
seconds=$(awk -v a="$begun" -v b="$(date +%s.%N)" 'BEGIN { print b - a }')
needed=$(journalled whole)
echo "uninterrupted: $needed samples in $seconds s"
for threads in 1 2; do
    for batch in 8 64; do
        name="$threads-$batch"
        settings=(--set engine.candle.threads=$threads --set engine.candle.batch=$batch)
        counts=()
        for kill in $(seq $kills); do
            start "$name" "${settings[@]}" &
            child=$!
            if [ "$kill" -le $((kills - 5)) ]; then
                # Twice a fifteenth of the run at the most, and twice that with half the threads; but no less than
                # a batch takes to give its first samples.
                sleep "$(random 0.3 "$(awk -v s="$seconds" -v t=$threads -v b=$batch \
                    'BEGIN { m = 4 * s / 15 / t; l = b / 5; print (m > l ? m : l) }')")"
            else
                # Until the corpus is being written, or the start has ended by itself.
                while kill -0 $child 2>/dev/null && [ ! -d "$work/$name/run/corpus.tmp" ]; do sleep 0.002; done
                sleep "$(random 0 0.05)"
            fi
            kill -KILL $child 2>/dev/null || true
            wait $child 2>/dev/null || true
            counts+=("$(journalled "$name")")
        done
        (start "$name" "${settings[@]}")
        diff -r "$work/whole/run/corpus" "$work/$name/run/corpus"
        twice=$(cat "$work/$name"/run/journal/*.jsonl | grep -oE '"prompt_id":"[^"]*","sample_index":[0-9]+' | sort | uniq -d | wc -l)
        [ "$twice" = 0 ] || { echo "$twice samples were drawn twice"; exit 1; }
        echo "$threads threads, batch $batch: journalled at each kill: ${counts[*]}"
        echo "    equal, byte for byte; no sample was drawn twice"
    done
done
