#!/usr/bin/env bash
# Tokens per second of the local engine and of llama.cpp on the CPU: the same weights (bf16, f16, and llama.cpp's q8_0),
# prompts, lengths, batch sizes and threads, one after the other. First the greedy tokens of both are compared: if the
# converted weights were not the same model, the comparison would mean nothing.
#
#     benches/llama_cpp.sh [BATCHES] [NEW]        default: 1,32,128 and 128; needs node's npm, python3, a C compiler
#
# llama.cpp comes as the binaries that node-llama-cpp publishes (npm), with its header from the sources in the same
# release; `gguf` comes from PyPI. PREFIX=… runs both sides under a command, e.g. PREFIX='chrt -f 50' on a machine that
# does other things as well.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
batches=${1:-1,32,128}; new=${2:-128}
threads=${THREADS:-$(nproc)}; per_prompt=4; version=3.22.1
cache="${XDG_CACHE_HOME:-$HOME/.cache}/datagen-llama-cpp-$version"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

if [ ! -e "$cache/ready" ]; then
    mkdir -p "$cache"; cd "$cache"
    npm pack --silent "@node-llama-cpp/linux-x64@$version" "node-llama-cpp@$version" >/dev/null
    tar xzf "node-llama-cpp-linux-x64-$version.tgz" --strip-components=1 package/bins
    tar xzf "node-llama-cpp-$version.tgz" --strip-components=2 package/llama/gitRelease.bundle
    git clone --quiet --depth 1 gitRelease.bundle sources 2>/dev/null || git clone --quiet gitRelease.bundle sources
    python3 -m venv venv
    venv/bin/pip install --quiet gguf
    touch ready
fi
bins="$cache/bins/linux-x64"
library() { ls "$bins/lib$1".so "$bins/lib$1".v*.so 2>/dev/null | head -1; }
cc -O2 -I"$cache/sources/include" -I"$cache/sources/ggml/include" "$root/benches/llama_cpp.c" -o "$work/llama_cpp" \
    "$(library llama)" "$(library ggml)" "$(library ggml-base)" -Wl,-rpath,"$bins" -Wl,-rpath-link,"$bins"
export LLAMA_BACKENDS="$bins"

cd "$root"
program() { # the file that cargo built for a target
    cargo build --release --quiet --message-format=json "--$1" "$2" |
        sed -n 's/.*"name":"'"$2"'".*"executable":"\([^"]*\)".*/\1/p' | tail -1
}
drawing=$(program bench drawing); example=$(program example checkpoint)
run() { ${PREFIX:-} "$@"; }

echo "# $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs), $threads threads; $(date -u +%F); $(git rev-parse --short HEAD)"
run "$drawing" --batch "$batches" --new "$new" --threads "$threads" --per-prompt $per_prompt --prompts-to "$work/prompts"
for kind in bf16 f16 q8_0; do
    "$cache/venv/bin/python" benches/to_gguf.py models/builtin "$work/$kind.gguf" $kind
done
head -1 "$work/prompts" | sed 's/ /, /g; s/.*/{"prompts": [[&]], "new": 64}/' | "$example" models/builtin |
    python3 -c 'import json, sys; print(*json.load(sys.stdin)["greedy"][0])' >"$work/ours"
"$work/llama_cpp" "$work/bf16.gguf" "$work/prompts" "$threads" greedy 64 >"$work/theirs"
if cmp -s "$work/ours" "$work/theirs"; then
    echo "# the 64 greedy tokens of the first prompt are the same in both"
else
    # llama.cpp rounds activations to bf16 on the way, so that a near tie may fall otherwise.
    echo "# greedy tokens differ:"; diff "$work/ours" "$work/theirs" || true
fi
for kind in bf16 f16 q8_0; do
    run "$work/llama_cpp" "$work/$kind.gguf" "$work/prompts" "$threads" $per_prompt "$new" ${batches//,/ }
done
