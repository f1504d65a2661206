"""What training does to a scan: crops, mirrors and disturbs it as other scanners and other days would.

Every function takes and returns a Record; a random generator makes the choices.
"""

import dataclasses

import numpy as np

from .records import Record

SHIELDED = 1e-3  # least transmission after quantisation
TALLEST = 448  # rows of a crop; one scan in twenty has its vehicle in the frame and 600 rows, to which all of a batch are padded


def crop(record: Record, first: int, width: int) -> Record:
    """Columns `first` to `first + width`, all rows. Door distances stay those of the whole scan."""
    columns = slice(first, first + width)
    planes = {name: getattr(record, name)[:, columns] for name in _planes(record)}
    return dataclasses.replace(record, **planes, door_distance=record.door_distance[columns])


def crop_rows(record: Record, first: int, height: int) -> Record:
    """Rows `first` to `first + height`, all columns. Heights stay those of the whole scan."""
    rows = slice(first, first + height)
    planes = {name: getattr(record, name)[rows] for name in _planes(record)}
    return dataclasses.replace(record, **planes, height=record.height[rows])


def mirror(record: Record) -> Record:
    """Left and right exchanged; the doors go along."""
    planes = {name: getattr(record, name)[:, ::-1] for name in _planes(record)}
    return dataclasses.replace(record, **planes, door_distance=record.door_distance[::-1])


def wrong_doors(record: Record) -> Record:
    """The doors are said to be at the other end, as a sidecar may. For whole scans."""
    return dataclasses.replace(record, door_distance=record.door_distance[::-1])


def without_ratio(record: Record) -> Record:
    """As a single-energy scanner sees it."""
    return dataclasses.replace(record, ratio=None)


def attenuate(record: Record, gain: float, offset: float) -> Record:
    """Attenuation `gain` times as large (another energy) plus `offset` (an air level that is off); goods go along."""
    attenuation = np.maximum(record.attenuation * np.float32(gain) + np.float32(offset), -0.2)
    transmission = record.transmission * np.exp(record.attenuation - attenuation)
    density = record.density * np.float32(gain)
    return dataclasses.replace(record, attenuation=attenuation, transmission=transmission, density=density)


def quantise(record: Record, levels: int) -> Record:
    """Transmission in `levels` steps, as an 8-bit export has it."""
    transmission = (np.round(record.transmission * levels) / levels).astype(np.float32)
    attenuation = -np.log(np.maximum(transmission, max(SHIELDED, 0.5 / levels)))
    return dataclasses.replace(record, attenuation=attenuation, transmission=transmission)


def unmeasured(record: Record, blocks: list[tuple[int, int, int, int]]) -> Record:
    """Validity 0 in blocks (row, column, rows, columns): the values were filled in from around."""
    validity = record.validity.copy()
    for row, column, rows, columns in blocks:
        validity[row : row + rows, column : column + columns] = 0.0
    return dataclasses.replace(record, validity=validity)


def _planes(record: Record) -> list[str]:
    names = ["attenuation", "transmission", "validity", "loads", "density"]
    return names if record.ratio is None else [*names, "ratio"]


def augment(record: Record, rng: np.random.Generator, width: int | None) -> Record:
    """One random version for training, `width` columns of it (None: all)."""
    if rng.random() < 0.5:
        record = mirror(record)
    if rng.random() < 0.1:
        record = wrong_doors(record)
    if width is not None and width < record.shape[1]:
        record = crop(record, _where(record, rng, width, axis=1), width)
        if record.shape[0] > TALLEST:
            record = crop_rows(record, _where(record, rng, TALLEST, axis=0), TALLEST)
    if record.ratio is not None and rng.random() < 0.3:
        record = without_ratio(record)
    if rng.random() < 0.8:
        record = attenuate(record, 1.0 + rng.normal(0, 0.025), rng.normal(0, 0.01))
    if rng.random() < 0.1:
        record = quantise(record, int(rng.integers(180, 256)))
    if rng.random() < 0.15:
        record = unmeasured(record, _blocks(record.shape, rng))
    return record


def _where(record: Record, rng: np.random.Generator, width: int, axis: int) -> int:
    """The first row (axis 0) or column (1) of a crop: mostly one with a load of those there are, otherwise anywhere."""
    most = record.shape[axis] - width
    numbers = [n for n in range(1, len(record.meta["loads"]) + 1) if record.meta["loads"][n - 1]["visible"]]
    if numbers and rng.random() < 0.85:
        places = np.flatnonzero((record.loads == rng.choice(numbers)).any(axis=1 - axis))
        if places.size:
            at = int(rng.choice(places))
            return int(np.clip(at - rng.integers(0, width), 0, most))
    return int(rng.integers(0, most + 1))


def _blocks(shape: tuple[int, int], rng: np.random.Generator) -> list[tuple[int, int, int, int]]:
    """Columns, rows and patches of the kind that a scanner loses."""
    rows, columns = shape
    blocks = []
    for _ in range(rng.integers(1, 4)):
        kind = rng.integers(3)
        if kind == 0:
            blocks.append((0, int(rng.integers(columns)), rows, int(rng.integers(1, 4))))
        elif kind == 1:
            blocks.append((int(rng.integers(rows)), 0, int(rng.integers(1, 4)), columns))
        else:
            high, wide = rng.integers(4, 40, 2)
            blocks.append((int(rng.integers(rows)), int(rng.integers(columns)), int(high), int(wide)))
    return blocks
