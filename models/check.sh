#!/bin/sh
# Fails if a committed model differs from what its script writes. Without Python's onnx there is nothing to compare with,
# which is said and is no failure.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PORTRAY_PYTHON:-python3}
wanted=$(sed -n 's/^onnx==//p' "$here/requirements.txt")
found=$("$python" -c 'import onnx; print(onnx.__version__)' 2>/dev/null || echo none)
if [ "$found" != "$wanted" ]; then
    echo "models not compared: onnx is $found, the models were made with $wanted (pip install -r models/requirements.txt)"
    exit 0
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
