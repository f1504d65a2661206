"""An endless stream of training batches from the cache, read and augmented in processes of its own."""

import pathlib
import random

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from . import data
from .augment import augment
from .exchange import Bank, exchange
from .targets import Batch, collate

REFRESH = 100  # batches after which a process looks for new chunks: producers may still be at work
WHOLE = 0.25  # share of batches with whole scans; the others are crops
CROP = 640  # columns, 6.4 m
AREA = 8 * CROP  # columns of a batch, all scans together, at batch size 8


class Stream(IterableDataset):
    """Batches of `size` crops, or of fewer whole scans with as many columns in all."""

    def __init__(self, cache: pathlib.Path, seed: int, size: int):
        self.cache, self.seed, self.size = cache, seed, size

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        torch.set_num_threads(1)
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        order: list[dict] = []
        bank = None
        count = 0
        while True:
            if count % REFRESH == 0:
                entries = data.entries(self.cache, "train")
                if bank is None or len(entries) != bank.size:
                    bank = Bank(entries)
                if not entries:
                    raise FileNotFoundError(f"{self.cache} has no chunk of training scans")
            count += 1
            whole = rng.random() < WHOLE
            size = self.size if not whole else max(2, round(self.size * CROP / 1216))
            # Every scan once before any comes again; new ones join the next round.
            while len(order) < size:
                fresh = list(entries)
                random.Random(int(rng.integers(2**31))).shuffle(fresh)
                order.extend(fresh)
            chosen, order = order[:size], order[size:]
            yield collate([self._item(entry, bank, rng, None if whole else CROP) for entry in chosen])

    def _item(self, entry: dict, bank: Bank, rng: np.random.Generator, width: int | None):
        record = exchange(data.load(entry), bank, rng)
        whole = {n: int((record.loads == n).sum()) for n in range(1, len(record.meta["loads"]) + 1)}
        return augment(record, rng, width), whole


def stream(cache: pathlib.Path, seed: int, size: int, workers: int):
    """An iterator over Batch."""
    loader = DataLoader(Stream(cache, seed, size), batch_size=None, num_workers=workers, collate_fn=_same,
                        prefetch_factor=4 if workers else None)  # fmt: skip
    return iter(loader)


def _same(batch: Batch) -> Batch:
    return batch
