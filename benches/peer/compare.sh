#!/usr/bin/env bash
# portray and its Python peer on the same scans in turns: scans a second, peak memory, the runtime's share of the time.
# Prints the table of docs/speed.md. Arguments go to compare.py, such as --rounds 5.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
python=$(benches/peer/setup.sh)
cargo build --release --quiet
"$python" benches/peer/make_heavy.py "$target/heavy.onnx"
exec "$python" benches/peer/compare.py "$target/release/portray" "$target/compare" \
    --model contrast=models/contrast.onnx --model "heavy=$target/heavy.onnx" "$@"
