"""What training makes small. Shapes as in targets.Batch: (N, r, c) cells of 40 mm."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .contract import CLASSES
from .targets import Batch

FOCUS = 1.5  # exponent of the focal loss
TYPICAL = 60.0  # cells of a typical load: smaller ones count more per cell, larger ones less
WEIGHTS = {"map": 1.0, "dice": 0.5, "scan": 0.5, "classes": 0.3, "excess": 1.0, "elsewhere": 0.5, "mass": 0.2}


def losses(outputs: dict[str, Tensor], batch: Batch) -> dict[str, Tensor]:
    """Each loss by name, and their weighted sum as `total`. All are finite for batches without any load."""
    logits, positive, valid = outputs["map"].squeeze(1), batch.positive, ~batch.ignore
    weight = load_weights(batch)
    parts = {
        "map": focal(logits, positive, valid, weight),
        "dice": dice(logits, positive, valid),
        "scan": scan(outputs["score"].squeeze(1), batch.loaded),
        "classes": classes(outputs["classes"], batch, weight),
    }
    excess = outputs["excess"].squeeze(1)
    parts["excess"], parts["elsewhere"] = excess_losses(excess, batch)
    parts["mass"] = mass(excess, batch)
    parts["total"] = sum(WEIGHTS[name] * value for name, value in parts.items())
    return parts


def load_numbers(batch: Batch) -> Tensor:
    """int64 (N, r, c): a number for each load of the batch; 0 is nothing."""
    most = batch.load_class.shape[1]
    first = torch.arange(len(batch.load), device=batch.load.device).view(-1, 1, 1) * most
    return torch.where(batch.load > 0, batch.load + first, torch.zeros_like(batch.load))


def load_weights(batch: Batch) -> Tensor:
    """(N, r, c): weight of the positive cells, 0 elsewhere; the root of TYPICAL / cells of the load, 0.25 to 4."""
    numbers = load_numbers(batch) * batch.positive
    count = torch.bincount(numbers.flatten(), minlength=batch.load_class.numel()).clamp(min=1)
    weight = (TYPICAL / count.float()).sqrt().clamp(0.25, 4.0)
    return weight[numbers] * batch.positive


def focal(logits: Tensor, positive: Tensor, valid: Tensor, weight: Tensor) -> Tensor:
    """Focal cross entropy over valid cells, per weighted positive cell; 10 more a scan keep clean batches in bounds."""
    target = positive.float()
    entropy = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    missed = (target - torch.sigmoid(logits)).abs() ** FOCUS
    cost = entropy * missed * torch.where(positive, weight, torch.ones_like(weight)) * valid
    return cost.sum() / (weight.sum() + 10.0 * len(logits))


def dice(logits: Tensor, positive: Tensor, valid: Tensor) -> Tensor:
    """1 - Dice coefficient of probabilities, mean over scans with a positive cell; 0 if there are none."""
    probability = torch.sigmoid(logits) * valid
    target = (positive & valid).float()
    both = (probability * target).sum((1, 2))
    coefficient = (2 * both + 1.0) / (probability.sum((1, 2)) + target.sum((1, 2)) + 1.0)
    has = (target.sum((1, 2)) > 0).float()
    return ((1.0 - coefficient) * has).sum() / has.sum().clamp(min=1.0)


def scan(score: Tensor, loaded: Tensor) -> Tensor:
    """Cross entropy of scan logits (N) where it is known whether there is a visible load."""
    known = (loaded >= 0).float()
    entropy = F.binary_cross_entropy_with_logits(score, loaded.clamp(min=0.0), reduction="none")
    return (entropy * known).sum() / known.sum().clamp(min=1.0)


def classes(logits: Tensor, batch: Batch, weight: Tensor) -> Tensor:
    """Cross entropy of the classes (N, 6, r, c) at positive cells, loads weighted as in the map."""
    wanted = batch.load_class.flatten()[load_numbers(batch)].clamp(0, len(CLASSES) - 1)
    entropy = F.cross_entropy(logits, wanted, reduction="none")
    return (entropy * weight).sum() / weight.sum().clamp(min=1.0)


def _shown(batch: Batch) -> Tensor:
    """bool (N, L + 1): the loads that the beam shows, by number."""
    shown = torch.zeros_like(batch.load_class, dtype=torch.bool)
    for row, meta in zip(shown, batch.metas):
        for number, load in enumerate(meta["loads"], 1):
            row[number] = bool(load["visible"])
    return shown


def excess_losses(excess: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Smooth L1 of excess attenuation: where there are goods of visible loads, however few, and where there is nothing.

    Cells at a load's edge count here, though not in the map: a region's mass is the sum over all of it.
    """
    goods = (batch.share > 0) & _shown(batch).flatten()[load_numbers(batch)]
    nothing = (batch.share == 0) & ~batch.ignore
    cost = F.smooth_l1_loss(excess, batch.excess, beta=0.2, reduction="none")
    inside = (cost * goods).sum() / goods.sum().clamp(min=1)
    return inside, (cost * nothing).sum() / nothing.sum().clamp(min=1)


def totals(excess: Tensor, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Sums of excess over each load's cells: predicted and true, and which of them count: (N * (L + 1)) each."""
    numbers = load_numbers(batch).flatten()
    zeros = torch.zeros(batch.load_class.numel(), device=excess.device)
    found = zeros.index_add(0, numbers, excess.flatten().float())
    true = zeros.index_add(0, numbers, batch.excess.flatten())
    return found, true, _shown(batch).flatten() & (true > 0.5)


def mass(excess: Tensor, batch: Batch) -> Tensor:
    """Smooth L1 of the log of each visible load's total: factors count, for 10 kg as for 500 kg."""
    found, true, counts = totals(excess, batch)
    cost = F.smooth_l1_loss((found + 0.1).log(), (true + 0.1).log(), beta=0.3, reduction="none")
    return (cost * counts).sum() / counts.sum().clamp(min=1)
