"""Makes training data: portray simulates scans in chunks, shows what the network would see, and the cache keeps that.

    python -m portray_training.data --portray PATH --cache DIR --split train --scans 4000 [--producers 2]

A chunk is one scenario and one scanner version; which ones follows from the seed, the split and the chunk's number alone. It
is a folder of records that gets its name when it is complete: kill a producer at any time and start it again. Several
producers share the chunks (--part I of --parts N); training may read the cache while they are at work.
"""

import argparse
import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import tempfile
import tomllib

import numpy as np
import tomli_w

from . import records, scanners, scenarios
from .contract import input_contract

CHUNK = 25  # scans
SPLITS = {"train": 0, "val": 1}
# Copied from a truth file's load into a record.
LOAD_FIELDS = ("class", "place", "goods", "mass_kg", "visible", "distinct", "contrast_to_noise", "contrast_to_clutter")


class Producer:
    """Makes the chunks of one split in `cache`/SPLIT_NUMBER/."""

    def __init__(self, portray: str, cache: pathlib.Path, split: str, seed: int, chunk: int = CHUNK, only: dict | None = None):
        """`only` narrows the draw: {"scenarios": {name: share}, "presets": [name, ...]}."""
        self.portray, self.cache, self.split, self.seed, self.chunk = portray, cache, split, seed, chunk
        self.only = only or {}
        self.presets = {name: self._preset(name) for name in scanners.TRAINING}

    def _preset(self, name: str) -> dict:
        return tomllib.loads(self._run("simulate", "--print-preset", name))

    def _run(self, *arguments: str, allowed: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run([self.portray, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode not in allowed:
            raise RuntimeError(f"portray {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout

    def plan(self, number: int) -> tuple[dict, dict]:
        """The scenario and the scanner of chunk `number`."""
        rng = np.random.default_rng([self.seed, SPLITS[self.split], number])
        shares = self.only.get("scenarios") or scenarios.shares()
        name = str(rng.choice(list(shares), p=np.array(list(shares.values())) / sum(shares.values())))
        preset, native = scanners.draw(rng)
        if "presets" in self.only:
            preset, native = str(rng.choice(self.only["presets"])), False
        version = f"{preset}-{self.split}{self.seed}-{number:05}"
        return scenarios.scenario(name), scanners.vary(self.presets[preset], rng, version, native)

    def folder(self, number: int) -> pathlib.Path:
        return self.cache / f"{self.split}_s{self.seed}_{number:05}"

    def make(self, number: int) -> bool:
        """Makes chunk `number` unless it is there; says whether it made it."""
        final = self.folder(number)
        if final.exists():
            return False
        self.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="portray-chunk-") as work:
            scans, tensors = pathlib.Path(work, "scans"), pathlib.Path(work, "tensors")
            scenario, scanner = self.plan(number)
            for name, content in (("scenario", scenario), ("scanner", scanner)):
                pathlib.Path(work, f"{name}.toml").write_bytes(tomli_w.dumps(content).encode())
            pathlib.Path(work, "contract.json").write_text(json.dumps(input_contract()))
            # Exit code 2: some scans found no place for their load. The others are good.
            self._run("simulate", "--scenario", f"{work}/scenario.toml", "--scanner", f"{work}/scanner.toml",
                      "--seed", self.seed, "--first", number * self.chunk, "--count", self.chunk, "--split", self.split,
                      "--density", "--no-contact", "--quiet", "--out", scans, allowed=(0, 2))  # fmt: skip
            self._run("tensors", scans, "--contract", f"{work}/contract.json", "--out", tensors, allowed=(0, 2))
            building = self.cache / f".{final.name}.building"
            shutil.rmtree(building, ignore_errors=True)
            building.mkdir()
            index = [_store(json.loads(line), tensors, building) for line in (tensors / "tensors.jsonl").open()]
            (building / "index.json").write_text(json.dumps(index))
            building.rename(final)
        return True


def _store(line: dict, tensors: pathlib.Path, folder: pathlib.Path) -> dict:
    """Packs one scan of `portray tensors`; returns its entry of the chunk's index."""
    name = line["name"]

    def plane(kind: str) -> np.ndarray | None:
        path = tensors / f"{name}.{kind}.npy"
        return np.load(path) if path.exists() else None

    record = records.from_tensors(plane("input"), plane("loads"), plane("density"), meta(line))
    (folder / f"{name}.scan").write_bytes(records.pack(record))
    return {"file": f"{name}.scan", "rows": record.shape[0], "columns": record.shape[1], "meta": record.meta}


def meta(line: dict) -> dict:
    """What a record keeps of a line of tensors.jsonl and of its truth file."""
    truth = json.loads(pathlib.Path(line["truth"]).read_text())
    return {
        "name": line["name"],
        "coefficient_cm2_g": line["coefficient_cm2_g"],
        "scenario": truth["scenario"]["name"],
        "scanner": truth["scanner"]["name"],
        "container": truth["container"]["type"],
        "vehicle": truth["container"].get("vehicle", "none"),
        "cargo": truth["cargo"],
        "ordinary": truth["ordinary"],
        "loads": [{key: load.get(key) for key in LOAD_FIELDS} for load in truth["loads"]],
    }


def entries(cache: pathlib.Path, split: str) -> list[dict]:
    """The index of all complete chunks of a split, in a fixed order; `file` becomes a path."""
    found = []
    for index in sorted(cache.glob(f"{split}_s*/index.json")):
        for entry in json.loads(index.read_text()):
            found.append(entry | {"file": str(index.parent / entry["file"])})
    return found


def load(entry: dict) -> records.Record:
    return records.unpack(pathlib.Path(entry["file"]).read_bytes())


def make_all(producer: Producer, scans: int, part: int = 0, parts: int = 1, say=print) -> None:
    """Makes this part's share of at least `scans` scans."""
    for number in range(part, -(-scans // producer.chunk), parts):
        if producer.make(number):
            say(f"{producer.folder(number).name} made")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portray", default="portray", help="the portray program")
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="folder of the records")
    parser.add_argument("--split", choices=list(SPLITS), default="train")
    parser.add_argument("--scans", type=int, default=1000, help="how many there should be in the end")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(scenarios.TEMPLATES), help="this template of scenarios alone")
    parser.add_argument("--part", type=int, default=0, help="this producer's number, from 0")
    parser.add_argument("--parts", type=int, default=1, help="how many producers share the work")
    parser.add_argument("--producers", type=int, default=1, help="threads of this producer, each with a portray of its own")
    options = parser.parse_args()
    only = {"scenarios": {options.only: 1.0}} if options.only else None
    producer = Producer(options.portray, options.cache, options.split, options.seed, only=only)
    say = lambda text: print(text, flush=True)  # noqa: E731
    parts = options.parts * options.producers
    with concurrent.futures.ThreadPoolExecutor(options.producers) as pool:
        first = options.part * options.producers
        work = [pool.submit(make_all, producer, options.scans, first + i, parts, say) for i in range(options.producers)]
        for future in work:
            future.result()


if __name__ == "__main__":
    main()
