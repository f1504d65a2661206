"""From records to tensors: the network's input, and what it should say in cells of 4 x 4 pixels (40 mm)."""

import dataclasses

import numpy as np
import torch

from .contract import CHANNELS, CLASSES, MULTIPLE, STRIDE
from .records import CHANGED, Record

POSITIVE = 0.25  # a cell belongs to a load whose goods are on this share of it
WHOLE = 0.5  # a crop with this share of a load's cells has the load; one with less, but some, is not judged


@dataclasses.dataclass
class Batch:
    """N scans padded to one size. Rows and columns are 10 mm pixels, r and c are cells: rows / 4, columns / 4."""

    input: torch.Tensor  # float32 (N, channels, rows, columns)
    load: torch.Tensor  # int64 (N, r, c): 0 nothing, n goods of load n; by the largest share
    share: torch.Tensor  # float32 (N, r, c): share of the cell that has goods
    ignore: torch.Tensor  # bool (N, r, c): neither load nor not: edges, packing, loads that the beam cannot show, padding
    excess: torch.Tensor  # float32 (N, r, c): mean excess attenuation of goods, -ln T
    load_class: torch.Tensor  # int64 (N, L + 1): class of load n at n; -1 where there is none
    loaded: torch.Tensor  # float32 (N): 1 with a visible load, 0 clean, -1 not to be judged
    metas: list[dict]

    @property
    def positive(self) -> torch.Tensor:
        """bool (N, r, c): cells where the map should be high."""
        return (self.share >= POSITIVE) & ~self.ignore

    def to(self, device: torch.device) -> "Batch":
        moved = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return Batch(**{k: v.to(device, non_blocking=True) if isinstance(v, torch.Tensor) else v for k, v in moved.items()})


def padded(rows: int, columns: int) -> tuple[int, int]:
    """The next multiples of MULTIPLE."""
    return -(-rows // MULTIPLE) * MULTIPLE, -(-columns // MULTIPLE) * MULTIPLE


def input_tensor(record: Record, size: tuple[int, int]) -> np.ndarray:
    """float32 (channels, rows, columns), padded at the right and bottom as portray pads: unmeasured air, positions go on."""
    rows, columns = record.shape
    tensor = np.zeros((len(CHANNELS), *size), np.float32)
    outside = {"transmission": 1.0, "ratio": 1.0}
    for plane, name in zip(tensor, CHANNELS, strict=True):
        if name == "height":
            plane[:] = _continued(record.height, size[0])[:, None]
        elif name == "door_distance":
            plane[:] = _continued(record.door_distance, size[1])[None]
        else:
            plane[:] = outside.get(name, 0.0)
            values = getattr(record, name)
            plane[:rows, :columns] = 1.0 if values is None else values
    return tensor


def _continued(values: np.ndarray, length: int) -> np.ndarray:
    """Evenly spaced numbers, more of them."""
    step = (values[-1] - values[0]) / max(1, len(values) - 1)
    return (values[0] + step * np.arange(length)).astype(np.float32)


def cells(record: Record, size: tuple[int, int]) -> dict[str, np.ndarray]:
    """The targets of one record padded to `size` pixels, (r, c) each: load, share, ignore, excess."""
    rows, columns = record.shape
    loads = np.full(size, CHANGED, np.uint8)  # nothing is known of the padding
    loads[:rows, :columns] = record.loads
    excess = np.zeros(size, np.float32)
    excess[:rows, :columns] = record.excess()
    numbers = [n for n in range(1, len(record.meta["loads"]) + 1)]
    r, c = size[0] // STRIDE, size[1] // STRIDE
    best, load, share = np.zeros((r, c)), np.zeros((r, c), np.int64), np.zeros((r, c))
    hidden = np.zeros((r, c), bool)
    for number in numbers:
        part = _mean(loads == number)
        share += part
        load[part > best] = number
        best = np.maximum(best, part)
        if not record.meta["loads"][number - 1]["visible"]:
            hidden |= part > 0
    changed = _mean(loads == CHANGED)
    ignore = hidden | (share < POSITIVE) & ((share > 0) | (changed > 0))
    return {"load": load, "share": share.astype(np.float32), "ignore": ignore, "excess": _mean(excess)}


def _mean(plane: np.ndarray) -> np.ndarray:
    """float32 (r, c): means over cells."""
    r, c = plane.shape[0] // STRIDE, plane.shape[1] // STRIDE
    return plane.reshape(r, STRIDE, c, STRIDE).mean(axis=(1, 3), dtype=np.float32)


def loaded(record: Record, target: dict[str, np.ndarray], whole: dict[int, int] | None) -> float:
    """1 with a visible load, 0 without any, -1 where that cannot be said.

    `whole` holds, for a crop, how many pixels each load has in the whole scan.
    """
    state = 0.0
    for number, load in enumerate(record.meta["loads"], 1):
        here = int((record.loads == number).sum())
        if here == 0:
            continue
        enough = whole is None or here >= WHOLE * whole.get(number, here)
        seen = ((target["load"] == number) & ~target["ignore"] & (target["share"] >= POSITIVE)).any()
        if load["visible"] and enough and seen:
            return 1.0
        state = -1.0
    return state


def collate(items: list[tuple[Record, dict[int, int] | None]]) -> Batch:
    """A batch of records, padded to the largest of them; with each record the `whole` of `loaded`."""
    size = padded(max(r.shape[0] for r, _ in items), max(r.shape[1] for r, _ in items))
    targets = [cells(record, size) for record, _ in items]
    most = max((len(record.meta["loads"]) for record, _ in items), default=0)
    classes = np.full((len(items), most + 1), -1, np.int64)
    for row, (record, _) in zip(classes, items):
        for number, load in enumerate(record.meta["loads"], 1):
            row[number] = CLASSES.index(load["class"])
    stack = lambda key: torch.from_numpy(np.stack([t[key] for t in targets]))  # noqa: E731
    return Batch(
        input=torch.from_numpy(np.stack([input_tensor(record, size) for record, _ in items])),
        load=stack("load"),
        share=stack("share"),
        ignore=stack("ignore"),
        excess=stack("excess"),
        load_class=torch.from_numpy(classes),
        loaded=torch.tensor([loaded(r, t, w) for (r, w), t in zip(items, targets)], dtype=torch.float32),
        metas=[record.meta for record, _ in items],
    )
