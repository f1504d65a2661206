"""How much a scan is like those of the training: a Gaussian mixture of its features, fitted when training is over.

A verdict on cargo or from a scanner that the network has never seen is worth less; this says so before anyone is misled.
"""

import math

import numpy as np
import torch
from torch import Tensor, nn


class Familiarity(nn.Module):
    """Features (N, n) to (N, 1) in 0..1. 0.5 at `edge`, where 1 in 100 scans like those of the training lies beyond.

    Features are whitened on their first k principal axes; the rest counts by its length. The energy of a scan is its squared
    distance from the nearest of m centres (a smooth minimum); the graph holds all as constants. Until `fit` all scans are
    familiar.
    """

    def __init__(self, features: int, axes: int = 24, centres: int = 8):
        super().__init__()
        buffer = lambda name, *shape: self.register_buffer(name, torch.zeros(shape))  # noqa: E731
        buffer("mean", features)
        buffer("axes", features, axes)  # orthonormal columns
        buffer("scale", axes)  # 1 / standard deviation along each
        buffer("rest", 1)  # 1 / mean square length of what the axes leave
        buffer("centres", centres, axes)
        buffer("spread", centres, axes)  # 1 / variance of each centre's scans along each axis
        buffer("level", centres)  # -2 log of weight and volume
        buffer("edge", 1)
        buffer("steep", 1)
        self.edge.fill_(10.0)
        self.steep.fill_(1.0)

    def energy(self, features: Tensor) -> Tensor:
        """(N, 1): minus twice the log density, but for a constant."""
        away = features - self.mean
        along = away @ self.axes
        left = ((away**2).sum(1, keepdim=True) - (along**2).sum(1, keepdim=True)).clamp(min=0.0) * self.rest
        white = (along * self.scale).unsqueeze(1)
        each = ((white - self.centres) ** 2 * self.spread).sum(2) + self.level  # (N, m)
        return -2.0 * torch.logsumexp(-0.5 * each, dim=1, keepdim=True) + left

    def forward(self, features: Tensor) -> Tensor:
        return torch.sigmoid((self.edge - self.energy(features)) * self.steep)

    @torch.no_grad()
    def fit(self, features: np.ndarray, held: np.ndarray, seed: int = 0) -> None:
        """Fits to training scans `features` (scans, n) and sets the edge on other ones, `held`, that the fit has not seen."""
        features, held = features.astype(np.float64), held.astype(np.float64)
        k, m = self.axes.shape[1], len(self.centres)
        mean = features.mean(0)
        _, sizes, axes = np.linalg.svd(features - mean, full_matrices=False)
        k_used = min(k, len(sizes))
        basis = np.zeros((features.shape[1], k))
        basis[:, :k_used] = axes[:k_used].T
        scale = np.zeros(k)
        scale[:k_used] = math.sqrt(len(features)) / np.maximum(sizes[:k_used], 1e-6)
        left = ((features - mean) ** 2).sum(1) - (((features - mean) @ basis) ** 2).sum(1)
        weights, centres, variances = _mixture((features - mean) @ basis * scale, m, seed)
        level = (np.log(variances).sum(1) - 2 * np.log(weights)).astype(np.float32)
        for buffer, value in ((self.mean, mean), (self.axes, basis), (self.scale, scale), (self.centres, centres),
                              (self.spread, 1 / variances), (self.level, level)):  # fmt: skip
            buffer.copy_(torch.from_numpy(np.asarray(value, np.float32)))
        # As many degrees of freedom as an axis has: the rest is one more axis, not hundreds.
        self.rest.fill_(1.0 / max(left.mean(), 1e-9))
        energy = self.energy(torch.from_numpy(held.astype(np.float32))).numpy()[:, 0]
        middle, edge = np.quantile(energy, [0.5, 0.99])
        self.edge.fill_(float(edge))
        self.steep.fill_(4.0 / max(float(edge - middle), 1e-3))  # the middle scan has sigmoid(4) = 0.98


def _mixture(points: np.ndarray, count: int, seed: int, rounds: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights (m), centres (m, k) and variances (m, k) of a mixture of upright Gaussians, by expectation maximisation."""
    rng = np.random.default_rng(seed)
    centres = [points[rng.integers(len(points))]]
    while len(centres) < count:  # k-means++: far from those there are
        distance = np.min([((points - c) ** 2).sum(1) for c in centres], axis=0)
        centres.append(points[rng.choice(len(points), p=(distance + 1e-9) / (distance + 1e-9).sum())])
    centres = np.array(centres)
    variances, weights = np.ones_like(centres), np.full(count, 1 / count)
    floor = 0.05  # of the whole's variance: a mixture of few points must not grip each of them
    for _ in range(rounds):
        log = np.log(weights) - 0.5 * (
            ((points[:, None] - centres) ** 2 / variances).sum(2) + np.log(variances).sum(1)
        )
        log -= log.max(1, keepdims=True)
        share = np.exp(log)
        share /= share.sum(1, keepdims=True)
        total = share.sum(0) + 1e-6
        weights = total / total.sum()
        centres = share.T @ points / total[:, None]
        variances = (share.T @ points**2 / total[:, None] - centres**2).clip(floor)
    return weights, centres, variances
