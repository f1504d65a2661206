#!/usr/bin/env bash
# Makes target/peer-venv, the Python environment of the peer, and prints the path of its interpreter.
# It is made again when requirements.txt changes.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=${CARGO_TARGET_DIR:-target}/peer-venv
if ! cmp -s benches/peer/requirements.txt "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r benches/peer/requirements.txt >&2
    cp benches/peer/requirements.txt "$venv/requirements.txt"
fi
echo "$(cd "$venv" && pwd)/bin/python"
