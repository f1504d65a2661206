"""Figures of a network on labelled scans: per scan, per load and per cell."""

import math

import numpy as np

RATES = (0.01, 0.004)  # false alarms per clean scan at which detection is reported
BANDS = ((0, 20), (20, 100), (100, math.inf))  # kg
BINS = np.linspace(-16, 16, 1601)  # of map logits, for the average precision


def roc_auc(score: np.ndarray, loaded: np.ndarray) -> float:
    """The chance that a loaded scan scores higher than a clean one; ties count half. NaN without one of either."""
    positive, negative = score[loaded == 1], np.sort(score[loaded == 0])
    if not len(positive) or not len(negative):
        return math.nan
    below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    return float(below.mean() / (2 * len(negative)))


def threshold(clean: np.ndarray, rate: float) -> float:
    """The lowest threshold that at most `rate` of the clean scores exceed."""
    if not len(clean):
        return math.nan
    allowed = int(rate * len(clean))
    return float(np.sort(clean)[::-1][min(allowed, len(clean) - 1)])


class Cells:
    """Average precision over the cells of many maps, by a histogram of their logits."""

    def __init__(self):
        self.positive, self.negative = np.zeros(len(BINS) + 1), np.zeros(len(BINS) + 1)

    def add(self, logits: np.ndarray, positive: np.ndarray, ignore: np.ndarray) -> None:
        bins = np.digitize(logits, BINS)
        self.positive += np.bincount(bins[positive & ~ignore], minlength=len(BINS) + 1)
        self.negative += np.bincount(bins[~positive & ~ignore], minlength=len(BINS) + 1)

    def average_precision(self) -> float:
        found, wrong = np.cumsum(self.positive[::-1]), np.cumsum(self.negative[::-1])
        if found[-1] == 0:
            return math.nan
        precision = found / np.maximum(found + wrong, 1)
        return float((precision * self.positive[::-1]).sum() / found[-1])


def summary(scans: list[dict], loads: list[dict], cells: Cells) -> dict:
    """Figures of one evaluation.

    `scans`: {"score", "loaded" 1, 0 or -1, "scenario", "scanner"}; `loads`, the visible ones: {"score" of its scan, "peak" of
    the map near it, "class", "mass_kg", "found" and "true" total excess, "alone" whether its scan has no other}.
    """
    score, loaded = np.array([s["score"] for s in scans]), np.array([s["loaded"] for s in scans])
    figures = {
        "scans": len(scans),
        "clean": int((loaded == 0).sum()),
        "loaded": int((loaded == 1).sum()),
        "roc_auc": roc_auc(score, loaded),
        "cell_ap": cells.average_precision(),
    }
    limits = {rate: threshold(score[loaded == 0], rate) for rate in RATES}
    for rate, limit in limits.items():
        figures[f"detected_at_{rate:g}"] = _share(score[loaded == 1] > limit)
        figures[f"threshold_at_{rate:g}"] = limit
    figures["classes"] = {name: _of_loads([x for x in loads if x["class"] == name], limits)
                          for name in sorted({x["class"] for x in loads})}  # fmt: skip
    figures["bands"] = {f"{low}-{high}": _of_loads([x for x in loads if low <= x["mass_kg"] < high], limits)
                        for low, high in BANDS}  # fmt: skip
    ratio = np.array([math.log(x["found"] / x["true"]) for x in loads if x["true"] > 0.5 and x["found"] > 0])
    if len(ratio):
        figures["mass_median_factor"] = float(np.exp(np.median(np.abs(ratio))))
        figures["mass_bias"] = float(np.exp(np.median(ratio)) - 1.0)
    return figures


def _of_loads(loads: list[dict], limits: dict[float, float]) -> dict:
    """How many of the loads are in flagged scans, and how many are flagged where they are."""
    figures = {"loads": len(loads)}
    for rate, limit in limits.items():
        figures[f"detected_at_{rate:g}"] = _share(np.array([x["score"] > limit for x in loads]))
        figures[f"located_at_{rate:g}"] = _share(np.array([x["score"] > limit and x["located"] for x in loads]))
    return figures


def _share(flags: np.ndarray) -> float:
    return float(np.mean(flags)) if len(flags) else math.nan
