"""Makes the test set: scans as `portray bench` reads them, from scanners and with cargo that no training scan had.

    python -m portray_training.held_out --portray PATH --out DIR [--clean 2000] [--loaded 1000] [--producers 1]

Scanners are the held-out built-in ones in varied versions; half of the clean scans hold one of the held-out families, the
other half all families in turn, so that false alarms can be told for each. Loaded scans have one load each, the six classes
in equal numbers; where other goods than narcotics can be, every fourth chunk has a held-out kind. Chunks are folders of their own; an
interrupted run goes on where it stopped.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import pathlib
import subprocess
import tomllib

import numpy as np
import tomli_w

from . import scanners
from .scenarios import CARRIED, DRY, HELD_OUT_FAMILIES, HELD_OUT_GOODS, ORDINARY

CHUNK = 20  # scans
SPLIT = "test"
REEFERS = ["bananas", "frozen_meat", "frozen_fish"]
NEW_DRY = [family for family in HELD_OUT_FAMILIES if family not in REEFERS]
DRY_BOXES = ["box20", "box40", "box40", "box40hc"]
# The family in its containers; all others are dry.
CONTAINERS = {
    **{family: ["reefer40"] for family in REEFERS},
    "cars": ["box40hc", "open_top40"],
    "garments_hanging": ["box40hc"],
    "empty": ["box20", "box40", "box40hc", "reefer40", "tank20"],
}
KNOWN = [*DRY, "cars", "garments_hanging", "bananas", "frozen_meat", "empty"]


@dataclasses.dataclass(frozen=True)
class Chunk:
    """One folder of the set: `scans` scans of one scenario by one scanner."""

    number: int
    kind: str
    scenario: dict
    scanner: dict
    scans: int

    @property
    def name(self) -> str:
        return f"{self.kind}_{self.number:04}"


def scenario(name: str, containers: list[str], families: list[str], fill: list[float], load: dict | None) -> dict:
    """A scenario file, as `tomli_w` writes it."""
    content = {
        "schema_version": 1,
        "name": name,
        "containers": containers,
        "vehicles": CARRIED,
        "ordinary": ORDINARY,
        "cargo": {"families": families, "fill": fill},
    }
    return content | ({"load": [load]} if load else {})


def clean(rng: np.random.Generator, number: int) -> dict:
    """The scenario of clean chunk `number`: held-out families and known ones in turns."""
    families = HELD_OUT_FAMILIES if number % 2 == 0 else KNOWN
    family = families[number // 2 % len(families)]
    return scenario(f"test_clean_{family}", CONTAINERS.get(family, DRY_BOXES), [family], [0.4, 1.0], None)


def loaded(rng: np.random.Generator, number: int) -> dict:
    """The scenario of loaded chunk `number`: the classes in turns, their masses from small to large."""
    kinds = ["rip_off", "in_cargo", "structure", "in_empty", "person", "reefer_machinery"]
    kind, turn = kinds[number % len(kinds)], number // len(kinds)
    bands = {"structure": [[10, 50], [50, 100], [100, 200]], "reefer_machinery": [[10, 20], [20, 50]]}
    band = bands.get(kind, [[10, 50], [50, 150], [150, 600]])
    mass = band[turn % len(band)]
    # Half of what hides among cargo hides in cargo that training never saw.
    dry = NEW_DRY if turn % 2 == 0 else DRY
    load: dict = {"class": kind, "mass_kg": mass}
    if kind in ("rip_off", "in_cargo", "in_empty") and turn % 4 == 3:
        load["goods"] = HELD_OUT_GOODS[turn // 4 % len(HELD_OUT_GOODS)]
    if kind == "person":
        return scenario("test_person", ["box40", "box40hc"], ["empty", "household", "furniture", "cartons", "toys"],
                        [0.4, 0.8], {"class": "person"})  # fmt: skip
    if kind == "reefer_machinery":
        return scenario("test_reefer_machinery", ["reefer40"], REEFERS, [0.85, 1.0], load)
    if kind == "in_empty":
        return scenario("test_in_empty", ["box20", "box40", "box40hc", "reefer40"], ["empty"], [0.85, 1.0], load)
    if kind == "structure" and turn % 3 == 2:
        load["places"] = ["roof", "floor", "front_wall", "foam"]
        return scenario("test_structure_reefer", ["reefer40"], REEFERS, [0.85, 1.0], load)
    return scenario(f"test_{kind}", DRY_BOXES, list(dry), [0.4, 1.0], load)


def plan(presets: dict[str, dict], seed: int, clean_scans: int, loaded_scans: int) -> list[Chunk]:
    """The chunks of the set; which ones follows from the seed and the numbers alone."""
    chunks = []
    for kind, count, of in (("clean", clean_scans, clean), ("loaded", loaded_scans, loaded)):
        for number in range(-(-count // CHUNK)):
            rng = np.random.default_rng([seed, len(kind), number])
            preset = scanners.HELD_OUT[int(rng.integers(len(scanners.HELD_OUT)))]
            native = bool(rng.random() < scanners.NATIVE)
            version = scanners.vary(presets[preset], rng, preset, native)
            chunks.append(Chunk(number, kind, of(rng, number), version, min(CHUNK, count - number * CHUNK)))
    return chunks


def in_turns(chunks: list[Chunk]) -> list[Chunk]:
    """Clean and loaded ones evenly mixed, so that a set that is stopped early has both."""
    count = collections.Counter(chunk.kind for chunk in chunks)
    return sorted(chunks, key=lambda chunk: (chunk.number / count[chunk.kind], chunk.kind))


def make(portray: str, out: pathlib.Path, seed: int, chunk: Chunk) -> str:
    """Makes a chunk's folder; scans that are there already are kept. Says what was made."""
    folder = out / chunk.name
    folder.mkdir(parents=True, exist_ok=True)
    for what in ("scenario", "scanner"):
        (folder / f"{what}.toml").write_text(tomli_w.dumps(getattr(chunk, what)))
    first = chunk.number * CHUNK + (0 if chunk.kind == "clean" else 1_000_000)
    # Exit code 2: some scans found no place for their load. The others are good.
    done = subprocess.run(
        [portray, "simulate", "--scenario", folder / "scenario.toml", "--scanner", folder / "scanner.toml",
         "--seed", str(seed), "--first", str(first), "--count", str(chunk.scans), "--split", SPLIT, "--no-contact",
         "--quiet", "--out", folder],
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode not in (0, 2):
        raise RuntimeError(f"portray simulate ended with {done.returncode} for {chunk.name}:\n{done.stderr}")
    return f"{chunk.name}: {len(list(folder.glob('*.truth.json')))} scans"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portray", default="portray", help="the portray program")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the set")
    parser.add_argument("--clean", type=int, default=2000, help="scans")
    parser.add_argument("--loaded", type=int, default=1000, help="scans")
    parser.add_argument("--seed", type=int, default=20261)
    parser.add_argument("--producers", type=int, default=1, help="chunks at once")
    options = parser.parse_args()

    def preset(name: str) -> dict:
        printed = subprocess.run([options.portray, "simulate", "--print-preset", name], capture_output=True, text=True, check=True)
        return tomllib.loads(printed.stdout)

    chunks = plan({name: preset(name) for name in scanners.HELD_OUT}, options.seed, options.clean, options.loaded)
    chunks = in_turns(chunks)
    with concurrent.futures.ThreadPoolExecutor(options.producers) as pool:
        for line in pool.map(lambda chunk: make(options.portray, options.out, options.seed, chunk), chunks):
            print(line, flush=True)


if __name__ == "__main__":
    main()
