"""Puts loads of other scans into clean ones, so that no clean scan is known by heart to hold nothing.

A few thousand scans are learned by heart: without this a network told loaded scans of the training set from clean ones far
better than new ones (ROC-AUC 0.93 against 0.86), by the cargo and not by the load. Here a clean scan is loaded the next time
it comes. It is threat image projection: the goods' attenuation is added, as a beam of one energy would have it, with the noise
that the lost photons bring. Scans as they were simulated stay the larger part. (Taking loads out was tried: the packing and
the hardening of the beam leave a trace that anyone can see.)
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from . import data
from .records import CHANGED, Record

PUT = 0.4  # of the scans without any load
# Loads in these places push no cargo aside.
ADDED = {"before_cargo", "door_gap", "on_top", "void", "corner", "open_floor", "floor", "front_wall", "roof", "side_wall",
         "corner_post", "beam", "door", "evaporator", "motor"}  # fmt: skip
PUSHING = {"inside", "among"}
INSIDE_CM = 235.0  # across the container
GOODS_G_CM3 = 1.1  # bricks of powder, for the chord of the goods
LEAST_RATIO_AT = 0.05  # attenuation under which `portray` gives no ratio
OPAQUE = 4.5  # attenuation behind which a load put there would not be seen
LEAST_SEEN = 0.03  # mean change in -ln T that a load put in must make
TRIES = 6  # places looked at for a load


@dataclasses.dataclass
class Load:
    """A load cut out of its scan: (rows, columns) of its box."""

    excess: np.ndarray  # float32, -ln T
    loads: np.ndarray  # bool: goods
    packing: np.ndarray  # bool: changed by packing
    foot: float  # height of the lowest row, share of the frame's: beams of other scanners spread the same box otherwise
    door: float  # metres, distance of the column nearest to the doors
    doors_right: bool
    ratio: float | None  # of low- to high-energy attenuation
    coefficient: float  # cm2/g
    meta: dict


def exchange(record: Record, bank: "Bank", rng: np.random.Generator) -> Record:
    """The record, if it is a clean one perhaps with a load put in."""
    if not record.meta["loads"] and rng.random() < PUT:
        donor = bank.draw(record.meta, rng) if _upright(record.meta, record.shape[0]) else None
        if donor is not None:
            record = put_in(record, donor, rng) or record
    return record


class Bank:
    """The loads of all scans, to be drawn for a scan that they fit."""

    def __init__(self, entries: list[dict], load: Callable[[dict], Record] = data.load):
        self.load, self.size = load, len(entries)
        self.entries: dict[tuple, list[tuple[dict, int]]] = {}
        for entry in entries:
            for number, its in enumerate(entry["meta"]["loads"], 1):
                if its["visible"] and its["place"] in ADDED | PUSHING and _upright(entry["meta"], entry["rows"]):
                    self.entries.setdefault(_kind(entry["meta"], its["class"]), []).append((entry, number))

    def draw(self, meta: dict, rng: np.random.Generator) -> Load | None:
        """A load for the scan with this `meta`: of a class that can be there, from a scanner with as many energies."""
        kinds = [kind for kind in (_kind(meta, name) for name in _classes(meta)) if kind in self.entries]
        if not kinds:
            return None
        choices = self.entries[kinds[rng.integers(len(kinds))]]
        entry, number = choices[rng.integers(len(choices))]
        return cut(self.load(entry), number)


def _upright(meta: dict, rows: int) -> bool:
    """Whether the lowest row is about the container's floor: with the vehicle in the frame, heights say nothing of the load's place."""
    tall = any(kind in meta["container"] for kind in ("hc", "reefer"))
    return rows <= (365 if tall else 325)


def _classes(meta: dict) -> list[str]:
    """Classes of loads that a scan of this container can have."""
    if meta["container"].startswith("tank"):
        return []
    empty = meta["cargo"] == "empty"
    names = ["structure", "in_empty"] if empty else ["rip_off", "rip_off", "in_cargo", "in_cargo", "structure"]
    return [*names, "reefer_machinery", "reefer_machinery"] if meta["container"].startswith("reefer") else names


def _kind(meta: dict, name: str) -> tuple:
    """What must agree between the scan that a load comes from and the one it goes to."""
    energies = meta["scanner"].split("-")[0]
    place = meta["container"] if name in ("structure", "reefer_machinery") else ""
    return name, energies, place


def cut(record: Record, number: int) -> Load | None:
    """Load `number` of the record; None if it is not in sight."""
    here = record.loads == number
    rows, columns = np.flatnonzero(here.any(1)), np.flatnonzero(here.any(0))
    if rows.size < 2 or columns.size < 2 :
        return None
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    door = record.door_distance
    return Load(
        excess=np.where(here, record.excess(), 0.0)[box],
        loads=here[box],
        packing=(record.loads == CHANGED)[box],
        foot=1.0 - (rows[-1] + 1) / record.shape[0],
        door=float(door[box[1]].min()),
        doors_right=bool(door[0] > door[-1]),
        ratio=_ratio(record, here),
        coefficient=record.meta["coefficient_cm2_g"],
        meta=record.meta["loads"][number - 1],
    )


def _surroundings(here: np.ndarray, margin: int = 4) -> np.ndarray:
    """bool: within `margin` pixels of `here` and not in it."""
    grown = here.copy()
    for _ in range(margin):
        wider = grown.copy()
        wider[1:] |= grown[:-1]
        wider[:-1] |= grown[1:]
        wider[:, 1:] |= grown[:, :-1]
        wider[:, :-1] |= grown[:, 1:]
        grown = wider
    return grown & ~here


def _ratio(record: Record, here: np.ndarray) -> float | None:
    """Low- over high-energy attenuation of the goods alone, by what is behind them as it is around them."""
    if record.ratio is None:
        return None
    excess = record.excess()
    strong = here & (excess > 0.1) & (record.validity > 0.5)
    around = _surroundings(here) & (record.attenuation > LEAST_RATIO_AT)
    if strong.sum() < 20:
        return 1.1
    behind = float(np.median(record.ratio[around])) if around.sum() >= 20 else 1.1
    low = record.ratio[strong] * record.attenuation[strong] - behind * (record.attenuation - excess)[strong]
    return float(np.clip(np.median(low / excess[strong]), 0.95, 1.35))


def put_in(record: Record, load: Load, rng: np.random.Generator) -> Record | None:
    """The record, a clean one, with the load in it: where it was in its own scan, or, where its kind may lie anywhere, there."""
    flip = (record.door_distance[0] > record.door_distance[-1]) != load.doors_right
    excess, here, packing = (a[:, ::-1] if flip else a for a in (load.excess, load.loads, load.packing))
    rows, columns = here.shape
    for _ in range(TRIES):
        corner = _corner(record, load, rng)
        if corner is None or corner[0] < 0 or corner[0] + rows > record.shape[0] or corner[1] + columns > record.shape[1]:
            continue
        box = slice(corner[0], corner[0] + rows), slice(corner[1], corner[1] + columns)
        behind = record.attenuation[box]
        change = excess * np.float32(rng.uniform(0.85, 1.05))
        if load.meta["place"] in PUSHING:
            chord = excess / (load.coefficient * GOODS_G_CM3) / INSIDE_CM
            change = change - behind * np.minimum(chord * np.float32(rng.uniform(0.8, 1.2)), 1.0)
        visible = (
            np.median((behind + change)[here]) < OPAQUE
            and record.validity[box][here].mean() > 0.9
            and abs(float(change[here].mean())) > LEAST_SEEN
        )
        if visible:
            return _with(record, load, box, excess, change, here, packing, rng)
    return None


def _corner(record: Record, load: Load, rng: np.random.Generator) -> tuple[int, int] | None:
    """Row and column of the box's upper left corner."""
    rows, columns = load.loads.shape
    row = round((1.0 - load.foot) * record.shape[0]) - rows
    door = load.door
    if load.meta["class"] in ("in_cargo", "in_empty") and load.meta["place"] not in ("corner", "front_wall"):
        door = rng.uniform(0.2, max(0.3, float(record.door_distance.max()) - 0.01 * columns - 0.3))
    elif load.meta["class"] == "rip_off":
        door = max(0.0, door + rng.normal(0, 0.1))
    nearest = int(np.abs(record.door_distance - door).argmin())
    column = nearest if record.door_distance[0] < record.door_distance[-1] else nearest - columns + 1
    if column < 0:
        return None
    if load.meta["class"] == "in_cargo" and record.attenuation[max(row, 0) : row + rows, column : column + columns].mean() < 0.1:
        return None  # among cargo, not in the air above it
    return row, column


def _with(record: Record, load: Load, box: tuple, excess: np.ndarray, change: np.ndarray, here: np.ndarray, packing: np.ndarray,
          rng: np.random.Generator) -> Record:  # fmt: skip
    whole = np.zeros(record.shape, np.float32)
    whole[box] = change
    record = changed(record, whole, load.ratio, rng)
    loads, density = np.zeros_like(record.loads), np.zeros_like(record.density)
    loads[box] = np.where(here, 1, np.where(packing, CHANGED, 0))
    density[box] = excess / np.float32(0.1 * record.meta["coefficient_cm2_g"])
    meta = record.meta | {"loads": [load.meta | {"put_in": True}]}
    return dataclasses.replace(record, loads=loads, density=density, meta=meta)


def changed(record: Record, change: np.ndarray, ratio: float | None, rng: np.random.Generator) -> Record:
    """`change` added to the attenuation, the low energy's `ratio` times that, and the noise of the photons that are missing."""
    variance = noise_at_air(record) / np.maximum(record.transmission, 1e-3) * np.maximum(np.expm1(change), 0.0)
    noise = np.sqrt(variance).astype(np.float32)
    high = change + noise * rng.standard_normal(change.shape, np.float32)
    attenuation = record.attenuation + high
    quotient = record.ratio
    if quotient is not None:
        low = quotient * record.attenuation + np.float32(1.1 if ratio is None else ratio) * change
        low += noise * rng.standard_normal(change.shape, np.float32)
        made = np.where(attenuation < LEAST_RATIO_AT, 1.0, low / np.maximum(attenuation, LEAST_RATIO_AT)).clip(0.6, 1.7)
        quotient = np.where(change != 0, made, quotient).astype(np.float32)
    transmission = record.transmission * np.exp(-high)
    return dataclasses.replace(record, attenuation=attenuation, transmission=transmission, ratio=quotient)


def noise_at_air(record: Record) -> float:
    """Variance of a pixel's -ln T in open air: that of second differences along the rows, over 6, times the transmission."""
    a = record.attenuation
    second = (a[:, :-2] - 2 * a[:, 1:-1] + a[:, 2:]) ** 2 * record.transmission[:, 1:-1]
    measured = record.validity[:, 1:-1] > 0.5
    if not measured.any():
        return 0.0
    # The median of a squared normal variable is 0.455 of its variance; edges are in the upper half.
    return min(float(np.median(second[measured])) / (6 * 0.455), math.exp(-4.0))
