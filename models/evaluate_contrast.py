#!/usr/bin/env python3
"""Measures contrast.onnx on simulated scans: makes them, scans them and compares the reports with the truth.

    python3 models/evaluate_contrast.py --portray target/release/portray --seed 2 --count 5 --work FOLDER

Runs the program itself, so preparation and judging are measured too. Scans that FOLDER holds already are kept: give each
seed a folder of its own. Tune on one seed and report another. Needs Python alone.

A load is found where a region of a flagged scan has its middle in the load's box or covers half of that box. Mass is that
of the regions that found it over its own.
"""

import argparse
import collections
import csv
import json
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).parent
CLEAN = ("empty", "bananas", "coffee", "drums", "paper_reels", "tiles", "machinery", "household", "timber", "cartons")
LOADED = ("rip_off_coffee", "rip_off_bananas", "structure_roof", "structure_any", "in_empty", "in_cargo_cartons",
          "reefer_machinery", "mixed", "tiles-rip-off", "bananas-in-cargo")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portray", default="target/release/portray", help="the program")
    parser.add_argument("--model", default=str(HERE / "contrast.onnx"))
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--count", type=int, default=5, help="scans for each scenario and scanner")
    parser.add_argument("--scanners", default="dual_6_4,single_6")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for the scans and reports")
    parser.add_argument("--overlays", default="none", choices=("none", "flagged", "all"))
    parser.add_argument("--list", action="store_true", help="name every missed load and every false alarm")
    return parser.parse_args()


def simulate(options):
    scenarios = [f"clean_{name}" for name in CLEAN] + list(LOADED)
    # A seed of its own for each set: the same seed draws the same cargo for every scanner and load.
    seed = 1000 * options.seed
    for scenario in scenarios:
        for scanner in options.scanners.split(","):
            seed += 1
            folder = options.work / "scans" / f"{scenario}-{scanner}"
            if folder.exists():
                continue
            own = HERE.parent / "samples" / "scenarios" / f"{scenario}.toml"
            made = folder.with_suffix(".part")
            subprocess.run([options.portray, "simulate", "--scenario", str(own) if own.exists() else scenario,
                            "--scanner", scanner, "--seed", str(seed), "--count", str(options.count),
                            "--out", made], check=True, stdout=subprocess.DEVNULL)
            made.rename(folder)


def scan(options):
    out = options.work / "reports"
    done = subprocess.run([options.portray, "scan", options.work / "scans", "--out", out, "--model", options.model,
                           "--no-timings", "--fresh", "-q", "--overlays", options.overlays])
    if done.returncode not in (0, 1):
        raise SystemExit(f"portray scan ended with {done.returncode}")
    with (out / "reports.csv").open(newline="") as table:
        return {row["name"]: out / row["report"] for row in csv.DictReader(table)}


def overlap(a, b):
    across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
    down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
    return max(across, 0) * max(down, 0)


def marks(region, load):
    box, true = region["box_px"], load["box_px"]
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "width": 1e-3, "height": 1e-3}
    return overlap(middle, true) > 0 or overlap(box, true) >= true["width"] * true["height"] / 2


def main():
    options = arguments()
    simulate(options)
    reports = scan(options)
    clean = collections.defaultdict(list)
    loads = collections.defaultdict(list)
    elsewhere = collections.Counter()
    for path in sorted((options.work / "scans").glob("*/*.truth.json")):
        truth = json.loads(path.read_text())
        name = f"{path.parent.name}/{truth['scan']['file']}"
        report = json.loads(reports[name].read_text())
        scenario = path.parent.name.rsplit("-", 1)[0]
        flagged = report["verdict"] == "flagged"
        regions = report["regions"] if flagged else []
        if truth["clean"]:
            clean[truth["cargo"] or "empty"].append(flagged)
            if flagged and options.list:
                print(f"false alarm {report['score']:.2f} {name}")
            continue
        for load in truth["loads"]:
            hits = [region for region in regions if marks(region, load)]
            ratio = sum(r["mass"]["kg"] for r in hits if r["mass"]) / load["mass_kg"] if hits else None
            loads[scenario, load["class"], load["visible"]].append((flagged, ratio, len(hits)))
            if not hits and load["visible"] and options.list:
                print(f"missed {report['score']:.2f} {name} {load['class']} {load['mass_kg']:.0f} kg {load['box_px']}")
        if any(not any(marks(region, load) for load in truth["loads"]) for region in regions):
            elsewhere[scenario] += 1

    print("\n| scenario | class | visible | found | scan flagged | regions a load | median mass ratio "
          "| scans with other regions |")
    print("|---|---|---|---|---|---|---|---|")
    for (scenario, kind, visible), results in sorted(loads.items()):
        ratios = [ratio for _, ratio, _ in results if ratio is not None]
        pieces = [count for *_, count in results if count]
        cells = [scenario, kind, "yes" if visible else "no", f"{len(ratios)} / {len(results)}",
                 f"{sum(flagged for flagged, *_ in results)} / {len(results)}",
                 f"{statistics.mean(pieces):.1f}" if pieces else "", f"{statistics.median(ratios):.2f}" if ratios else "",
                 str(elsewhere[scenario])]
        print(f"| {' | '.join(cells)} |")
    print("\n| clean cargo | false alarms |\n|---|---|")
    for cargo, results in sorted(clean.items()):
        print(f"| {cargo} | {sum(results)} / {len(results)} |")
    calm = [flagged for cargo, results in clean.items() if cargo != "machinery" for flagged in results]
    print(f"| all but machinery | {sum(calm)} / {len(calm)} |")


if __name__ == "__main__":
    main()
