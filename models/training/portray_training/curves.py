"""Draws a run's metrics.jsonl as curves.svg."""

import json
import pathlib
import sys

LOSSES = ("total", "map", "dice", "scan", "classes", "excess", "mass")
FIGURES = ("roc_auc", "detected_at_0.01", "detected_at_0.004", "cell_ap")


def draw(run: pathlib.Path) -> None:
    """Losses on the left, validation on the right, over minutes of training."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5))
    train = [line for line in lines if line["kind"] == "train"]
    for name in LOSSES:
        left.plot([x["minutes"] for x in train], [x.get(name) for x in train], label=name, linewidth=1)
    left.set(yscale="log", xlabel="minutes of training", title="losses")
    val = [line for line in lines if line["kind"] == "val"]
    for name in FIGURES:
        right.plot([x["minutes"] for x in val], [x.get(name) for x in val], label=name, marker=".")
    right.set(xlabel="minutes of training", title="validation", ylim=(0, 1))
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(run / "curves.svg")
    pyplot.close(figure)


if __name__ == "__main__":
    draw(pathlib.Path(sys.argv[1]))
