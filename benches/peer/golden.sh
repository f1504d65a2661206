#!/usr/bin/env bash
# Makes tests/data/peer-regions.json again: what the peer finds on the samples, which tests/peer.rs compares with portray on
# every machine, with the peer's packages or without them. To be run after the samples, the built-in model or the peer changed.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PORTRAY_PEER_PYTHON:-$(benches/peer/setup.sh)}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$python" benches/peer/peer.py samples --out "$out" --threads 2
"$python" - "$out/scans" tests/data/peer-regions.json <<'PYTHON'
import json, pathlib, sys

scans = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    report = json.loads(path.read_text())
    model = report["model"]["sha256"]
    regions = [
        {"box_px": r["box_px"], "score": round(r["score"], 5), "mass_kg": r["mass"] and round(r["mass"]["kg"], 3)}
        for r in report["regions"]
    ]
    scans[report["scan"]["name"]] = {
        "sha256": report["scan"]["sha256"], "verdict": report["verdict"], "score": round(report["score"], 5), "regions": regions,
    }
text = json.dumps({"model_sha256": model, "scans": scans}, indent=1)
pathlib.Path(sys.argv[2]).write_text(text + "\n")
PYTHON
