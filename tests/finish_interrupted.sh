#!/usr/bin/env bash
# The stages after drawing (journal, select, dedup, decontamination, mix, writing), killed with SIGKILL at many moments
# and run on a disk that is full, then resumed: the corpus must equal that of an uninterrupted run, byte for byte, and
# nobody ever sees a half-written one. Completions are recorded ones, so that a run is these stages.
#
#     tests/finish_interrupted.sh path/to/datagen [KILLS]     KILLS: 20 by default
#
# Needs ../shared beside the checkout, and the right to mount a tmpfs in a namespace of one's own (`unshare -rm`).
set -euo pipefail
datagen=$(realpath "$1"); kills=${2:-20}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"
[ -e ../shared/data/model_outputs ] || { echo "SKIPPED: ../shared is not there"; exit 1; }
{
    cat pipelines/gsm8k-recorded.toml
    cat <<'TOML'
[[corpus.mix]]
cap = { of = { source = "gsm8k" }, examples = 700 }
[[corpus.mix]]
add = { path = "../shared/data/gsm8k/train.jsonl", problem = "question", solution = "answer", examples = 2_000 }
[dedup]
exact_keys = [["problem", "completion"], ["solution"]]
minhash = {}
[decontaminate]
benchmarks = ["../shared/data/math_test/test.jsonl"]
completions = true
TOML
} | sed "s|\.\./shared|$(realpath ../shared)|" > "$work/pipeline.toml"
# The resolved pipeline stands on the card: every run is called `run`, in a folder of its own.
start() { (cd "$1" && "$datagen" run "$work/pipeline.toml" --output run --quiet >/dev/null); }
same() { diff -r "$work/whole/corpus" "$1/corpus" && cmp "$work/whole/decontamination.parquet" "$1/decontamination.parquet"; }

mkdir "$work/a" "$work/b"
begun=$(date +%s.%N)
start "$work/a"
seconds=$(awk -v a="$begun" -v b="$(date +%s.%N)" 'BEGIN { print b - a }')
mv "$work/a/run" "$work/whole"
echo "uninterrupted: $(find "$work/whole/corpus" -name '*.parquet' | wc -l) Parquet files in $seconds s"

during=0
for kill in $(seq "$kills"); do
    rm -rf "$work/b/run/corpus" "$work/b/run/corpus.tmp"
    [ $((kill % 4)) = 1 ] && rm -rf "$work/b/run"
    cd "$work/b"
    "$datagen" run "$work/pipeline.toml" --output run --quiet >/dev/null 2>&1 &
    child=$!
    cd "$root"
    if [ $((kill % 2)) = 0 ]; then
        # While the corpus is being written.
        while kill -0 $child 2>/dev/null && [ ! -d "$work/b/run/corpus.tmp" ]; do sleep 0.001; done
        sleep "$(awk -v seed=$RANDOM -v s="$seconds" 'BEGIN { print s / 4 * seed / 32768 }')"
    else
        sleep "$(awk -v seed=$RANDOM -v s="$seconds" 'BEGIN { print s * seed / 32768 }')"
    fi
    kill -KILL $child 2>/dev/null || true
    wait $child 2>/dev/null || true
    [ -d "$work/b/run/corpus.tmp" ] && during=$((during + 1))
    # What can be seen is whole.
    [ ! -d "$work/b/run/corpus" ] || same "$work/b/run"
done
start "$work/b"
same "$work/b/run"
echo "$kills kills, $during of them while the corpus was being written: equal, byte for byte"
[ "$during" -gt 0 ] || { echo "no kill fell into the writing: run it again"; exit 1; }

# A disk that is full: each size is reached at another stage.
export datagen work
needed=$(du -sk "$work/whole" | cut -f1)
for percent in 20 60 80 95; do
    size=$((needed * percent / 100))
    unshare -rm bash -euc '
        mkdir -p "$work/disk"
        mount -t tmpfs -o size='"$size"'k none "$work/disk"
        cd "$work/disk"
        if "$datagen" run "$work/pipeline.toml" --output run --quiet >/dev/null 2>"$work/said"; then
            echo "'"$size"' KiB were enough"; exit 1
        fi
        grep -q "the disk is full" "$work/said" || { echo "the message lacks its remedy:"; cat "$work/said"; exit 1; }
        [ ! -e "$work/disk/run/corpus" ] || { echo "a corpus can be seen"; exit 1; }
        mount -o remount,size='"$((4 * needed))"'k "$work/disk"
        "$datagen" run "$work/pipeline.toml" --output run --quiet >/dev/null
        diff -r "$work/whole/corpus" "$work/disk/run/corpus"
    '
    echo "full at $size KiB of $needed: told, and equal after room was made"
done
