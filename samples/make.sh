#!/bin/sh
# Makes every sample again, bit for bit, with the program given in PORTRAY (by default the one that cargo builds), into the
# folder given as the first argument (by default this one).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
make() { # NAME SCENARIO SCANNER FORMAT SEED
    ${PORTRAY:-cargo run --release --quiet --manifest-path "$here/../Cargo.toml" -- simulate --no-contact --quiet} \
        --name "$1" --scenario "$2" --scanner "$3" --format "$4" --seed "$5" --split test --out "$out"
}
make empty-clean clean_empty "$here/scanners/single_6.toml" tiff 101
make bananas-clean clean_bananas "$here/scanners/single_6_8mm.toml" tiff 102
make machinery-clean clean_machinery "$here/scanners/single_6.toml" tiff 103
make reels-clean clean_paper_reels "$here/scanners/single_6_8mm.toml" png 302
make coffee-rip-off "$here/scenarios/coffee-rip-off.toml" "$here/scanners/dual_6_4.toml" tiff 216
make cartons-structure "$here/scenarios/cartons-structure.toml" "$here/scanners/dual_6_4_8mm.toml" tiff 106
make empty-in-empty "$here/scenarios/empty-in-empty.toml" "$here/scanners/export_8bit.toml" png 107
make bananas-in-cargo "$here/scenarios/bananas-in-cargo.toml" "$here/scanners/dual_9_6_dark.toml" tiff 108
make bananas-reefer-machinery "$here/scenarios/bananas-reefer-machinery.toml" "$here/scanners/single_6_8mm.toml" tiff 110
make tiles-rip-off "$here/scenarios/tiles-rip-off.toml" "$here/scanners/single_6_8mm.toml" dicos 203
