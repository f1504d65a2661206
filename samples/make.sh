#!/bin/sh
# Makes every sample again, bit for bit, with the program given in PORTRAY (by default the one that cargo builds), into the
# folder given as the first argument (by default this one).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
make() { # NAME SCENARIO SCANNER FORMAT SEED
    ${PORTRAY:-cargo run --release --quiet --manifest-path "$here/../Cargo.toml" -- simulate} \
        --name "$1" --scenario "$2" --scanner "$3" --format "$4" --seed "$5" --split test --out "$out"
}
make empty-clean clean_empty dual_6_4 tiff 101
make bananas-clean clean_bananas dual_6_4 tiff 102
make machinery-clean clean_machinery dual_6_4 tiff 103
make reels-clean clean_paper_reels single_6 png 104
make coffee-rip-off "$here/scenarios/coffee-rip-off.toml" dual_6_4 tiff 105
make cartons-structure "$here/scenarios/cartons-structure.toml" dual_6_4 tiff 106
make empty-in-empty "$here/scenarios/empty-in-empty.toml" export_8bit png 107
make bananas-in-cargo "$here/scenarios/bananas-in-cargo.toml" dual_9_6_dark tiff 108
make bananas-reefer-machinery "$here/scenarios/bananas-reefer-machinery.toml" dual_6_4 tiff 109
make tiles-rip-off "$here/scenarios/tiles-rip-off.toml" single_6 dicos 110
