#!/usr/bin/env bash
# Fails if a committed model differs from what its script writes. The scripts run in target/models-venv, a Python environment
# with the packages of requirements.txt, which is made where it is missing and made again when they change; or with the Python
# that PORTRAY_PYTHON names, where that has them. Where neither is to be had, nothing can be compared, which is a failure too.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
wanted=$(sed -n 's/^onnx==//p' "$here/requirements.txt")
version() { "$1" -c 'import onnx; print(onnx.__version__)' 2>/dev/null || echo none; }
python=${PORTRAY_PYTHON:-python3}
if [ "$(version "$python")" != "$wanted" ]; then
    venv=${CARGO_TARGET_DIR:-$here/../target}/models-venv
    if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
        rm -rf "$venv"
        if ! { "$python" -m venv "$venv" && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
            -r "$here/requirements.txt"; } >&2; then
            rm -rf "$venv"
            echo "models not compared: onnx $wanted is not there and cannot be installed; pip install -r models/requirements.txt" >&2
            exit 1
        fi
        cp "$here/requirements.txt" "$venv/requirements.txt"
    fi
    python=$venv/bin/python
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$python" "$here/make_contrast.py" "$made/contrast.onnx"
cmp "$made/contrast.onnx" "$here/contrast.onnx"
mkdir "$made/tests"
"$python" "$here/../tests/data/models/make.py" "$made/tests"
count=0
for model in "$here"/../tests/data/models/*.onnx; do
    cmp "$made/tests/$(basename "$model")" "$model"
    count=$((count + 1))
done
[ "$count" -eq "$(ls "$made/tests" | wc -l)" ]
echo "contrast.onnx and $count test models are what their scripts write"
