"""Runs a network over whole labelled scans.

    python -m portray_training.evaluate --run DIR --cache DIR [--split val]
"""

import argparse
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

from . import data, losses, metrics
from .network import Network
from .targets import Batch, collate

NEAR = 7  # cells: a load is located if the map's highest place lies within 28 cm of it


@torch.no_grad()
def evaluate(network: Network, entries: list[dict], device: torch.device, half: bool = False) -> tuple[dict, np.ndarray]:
    """Figures over the entries (see data.entries), and the scans' features (scans, n). `half` computes in bfloat16."""
    network.eval()
    scans, loads, features, cells = [], [], [], metrics.Cells()
    for entry in entries:
        batch = collate([(data.load(entry), None)]).to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            outputs = network(batch.input.contiguous(memory_format=torch.channels_last))
        features.append(outputs["features"][0].float().cpu().numpy())
        scan, its = judged(outputs, batch)
        scans.append(scan)
        loads.extend(its)
        cells.add(outputs["map"][0, 0].float().cpu().numpy(), batch.positive[0].cpu().numpy(), batch.ignore[0].cpu().numpy())
    return metrics.summary(scans, loads, cells), np.array(features)


def judged(outputs: dict[str, torch.Tensor], batch: Batch) -> tuple[dict, list[dict]]:
    """What `metrics.summary` wants of a batch of one scan."""
    meta, anomaly = batch.metas[0], outputs["map"].float()
    score = float(outputs["score"])
    scan = {"score": score, "loaded": float(batch.loaded[0]), "scenario": meta["scenario"], "scanner": meta["scanner"]}
    found, true, counts = losses.totals(outputs["excess"].squeeze(1), batch)
    highest = F.avg_pool2d(anomaly, 3, 1, 1, count_include_pad=False)[0, 0]
    place = highest.flatten().argmax()
    loads = []
    for number, load in enumerate(meta["loads"], 1):
        if not counts[number]:
            continue
        mask = (batch.load[0] == number).float()[None, None]
        near = F.max_pool2d(mask, 2 * NEAR + 1, 1, NEAR)[0, 0].flatten()
        loads.append({
            "score": score,
            "located": bool(near[place] > 0),
            "class": load["class"],
            "mass_kg": load["mass_kg"],
            "found": float(found[number]),
            "true": float(true[number]),
        })  # fmt: skip
    return scan, loads


def text(figures: dict) -> str:
    """The figures in a few lines."""
    lines = [
        f"{figures['scans']} scans, {figures['loaded']} loaded: ROC-AUC {figures['roc_auc']:.4f}, "
        f"cell AP {figures['cell_ap']:.3f}, mass within a factor of {figures.get('mass_median_factor', float('nan')):.2f} "
        f"(median), bias {100 * figures.get('mass_bias', float('nan')):+.0f} %"
    ]
    columns = [f"{what}_at_{rate:g}" for rate in metrics.RATES for what in ("detected", "located")]
    lines.append(f"{'':20}{'loads':>7}" + "".join(f"{c:>20}" for c in columns))
    for name, row in (figures["classes"] | {f"{band} kg": row for band, row in figures["bands"].items()}).items():
        lines.append(f"{name:20}{row['loads']:7}" + "".join(f"{row[c]:20.3f}" for c in columns))
    detected = "  ".join(f"{100 * figures[f'detected_at_{r:g}']:.1f} % at {100 * r:g} % false alarms" for r in metrics.RATES)
    return "\n".join([*lines, f"scans detected: {detected}"])


def main() -> None:
    from .train import load_run

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=pathlib.Path, required=True, help="folder of a training run")
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--split", default="val")
    parser.add_argument("--least-auc", type=float, help="fail (exit code 1) below this ROC-AUC")
    options = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = load_run(options.run).to(device, memory_format=torch.channels_last)
    figures, _ = evaluate(network, data.entries(options.cache, options.split), device)
    (options.run / f"figures-{options.split}.json").write_text(json.dumps(figures, indent=1))
    print(text(figures))
    if options.least_auc and not figures["roc_auc"] >= options.least_auc:
        raise SystemExit(f"ROC-AUC {figures['roc_auc']:.3f} is below {options.least_auc}")


if __name__ == "__main__":
    main()
