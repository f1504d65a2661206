#!/usr/bin/env bash
# From nothing to an ONNX file: makes data, trains, evaluates on validation scans, exports.
#
#   models/training/run.sh            hours; MINUTES and SCANS say how long and how much
#   models/training/run.sh --small    about ten minutes on two cores; fails under a ROC-AUC of 0.9
#
# PORTRAY names the portray program (target/release/portray unless told), OUT the folder for everything that is made
# (target/training, or target/training-small). Stop it at any time and start it again: it goes on.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${CARGO_TARGET_DIR:-$here/../../target}
portray=${PORTRAY:-$target/release/portray}
small=
[ "${1:-}" != --small ] || small=1
out=${OUT:-$target/training${small:+-small}}
mkdir -p "$out"

venv=$target/training-venv
python=${PORTRAY_TRAINING_PYTHON:-$venv/bin/python}
if [ -z "${PORTRAY_TRAINING_PYTHON:-}" ] && ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
    python3 -m venv "$venv"
    "$python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/requirements.txt"
fi
cd "$here"
module() { "$python" -m "portray_training.$@"; }

cores=$(nproc)
if [ -n "$small" ]; then
    data=(--portray "$portray" --cache "$out/cache" --only small --producers 2)
    module data "${data[@]}" --split train --scans "${SCANS:-250}"
    module data "${data[@]}" --split val --scans 75
    module train --cache "$out/cache" --run "$out/run" --minutes "${MINUTES:-5}" --validate-minutes 100 --rate 4e-3
    module evaluate --cache "$out/cache" --run "$out/run" --least-auc 0.9
else
    data=(--portray "$portray" --cache "$out/cache" --producers "$(((cores + 3) / 4))")
    module data "${data[@]}" --split val --scans 400
    module data "${data[@]}" --split train --scans 500
    # The rest is made while training is at work on what is there.
    module data "${data[@]}" --split train --scans "${SCANS:-8000}" > "$out/data.log" 2>&1 &
    producer=$!
    trap 'kill "$producer" 2>/dev/null || true' EXIT
    module train --cache "$out/cache" --run "$out/run" --minutes "${MINUTES:-480}"
    module evaluate --cache "$out/cache" --run "$out/run"
fi
module export --run "$out/run" --out "$out/model.onnx"
