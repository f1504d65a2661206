#!/usr/bin/env bash
# 500 scans of 3 Mpx through portray: prints the peak of its resident memory and fails above 600 MB.
#
#     benches/memory.sh [SCANS] [THREADS]
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
scans=${1:-500} threads=${2:-2} most=600
cargo build --release --quiet
portray=$target/release/portray
made=$target/memory
rm -rf "$made"
mkdir -p "$made"
# A 40-ft box at 4 by 2.9 mm a pixel, dual energy: a little over 3 Mpx.
sed -e 's/^pixel_mm = .*/pixel_mm = { x = 4.0, y = 2.9 }/' -e 's/^name = .*/name = "dual_3mpx"/' \
    src/simulate/presets/scanner/dual_6_4.toml > "$made/scanner.toml"
for preset in clean_bananas clean_machinery in_cargo_cartons rip_off_coffee; do
    "$portray" simulate --scenario "$preset" --scanner "$made/scanner.toml" --seed 3 --out "$made/few" --name "$preset" >&2
done
mkdir "$made/scans"
number=0
while [ "$number" -lt "$scans" ]; do
    for scan in "$made"/few/*.tif; do
        [ "$number" -lt "$scans" ] || break
        name=$(basename "$scan" .tif)
        ln "$scan" "$made/scans/$number-$name.tif"
        ln "${scan%.tif}.json" "$made/scans/$number-$name.json"
        number=$((number + 1))
    done
done
python3 - "$portray" "$made" "$threads" "$most" <<'PYTHON'
import json, resource, subprocess, sys
portray, made, threads, most = sys.argv[1:]
command = [portray, "scan", f"{made}/scans", "--out", f"{made}/out", "--threads", threads, "--fresh", "--quiet"]
code = subprocess.run(command).returncode
assert code in (0, 1), f"portray ended with {code}"
# Kilobytes on Linux, bytes on macOS.
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
summary = json.load(open(f"{made}/out/summary.json"))
one = json.load(open(f"{made}/out/" + summary["scans"][0]["report"]))["scan"]
size = f"{one['width']}x{one['height']}, {len(one['planes'])} planes"
rate = summary["timings"]["scans_per_s"]
print(f"{summary['counts']['scans']} scans ({size}), {threads} threads: peak {peak:.0f} MB, limit {most} MB; {rate:.1f} scans/s")
sys.exit(peak > float(most))
PYTHON
