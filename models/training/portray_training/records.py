"""The compact form of one scan on disk: what the network sees and what it should say.

About 0.5 to 1 MB a scan, where the float32 planes have 10 MB. Steps are far below the noise of a pixel.
"""

import dataclasses
import io
import json
import zlib

import numpy as np

from .contract import CHANNELS

ATTENUATION_STEP = 1 / 2048  # in -ln T; noise in open air is 0.004 and more
RATIO_STEP, RATIO_LOW = 1 / 230, 0.6  # 0.6 to 1.7: the graph clips to 0.7..1.6
DENSITY_STEP = 1 / 16  # kg/m2
NOTHING, CHANGED = 0, 255  # values of `loads` that are no load's number


@dataclasses.dataclass
class Record:
    """One scan. Rows and columns are input pixels of 10 mm."""

    attenuation: np.ndarray  # float32 (rows, columns), -ln T
    transmission: np.ndarray  # float32 (rows, columns)
    ratio: np.ndarray | None  # float32 (rows, columns); None: one energy only, 1 everywhere
    validity: np.ndarray  # float32 (rows, columns): 1 measured, 0 repaired or shielded
    height: np.ndarray  # float32 (rows): metres over the crop's bottom edge
    door_distance: np.ndarray  # float32 (columns): metres from the doors
    loads: np.ndarray  # uint8 (rows, columns): 0 nothing, n load n of the truth, 255 changed by packing or taken away
    density: np.ndarray  # float32 (rows, columns): kg/m2 of hidden goods
    meta: dict  # {"name", "coefficient_cm2_g", "loads": [{"class", "visible", "mass_kg", ...}], "cargo", "container", ...}

    @property
    def shape(self) -> tuple[int, int]:
        return self.attenuation.shape

    def excess(self) -> np.ndarray:
        """Excess attenuation of the hidden goods, -ln T: areal density in g/cm2 times cm2/g."""
        return self.density * np.float32(0.1 * self.meta["coefficient_cm2_g"])


def from_tensors(tensor: np.ndarray, loads: np.ndarray | None, density: np.ndarray | None, meta: dict) -> Record:
    """A record of what `portray tensors` wrote: `tensor` is float32 (channels, rows, columns) in the contract's order."""
    planes = dict(zip(CHANNELS, tensor, strict=True))
    height, door = planes["height"], planes["door_distance"]
    # Both depend on one axis alone; should portray change that, training must not go on with something else.
    if np.ptp(height, axis=1).max() > 1e-4 or np.ptp(door, axis=0).max() > 1e-4:
        raise ValueError(f"{meta.get('name')}: height or door distance varies along both axes")
    ratio = planes["ratio"]
    return Record(
        attenuation=planes["attenuation"],
        transmission=planes["transmission"],
        ratio=None if np.all(ratio == 1.0) else ratio,
        validity=planes["validity"],
        height=height[:, 0].copy(),
        door_distance=door[0].copy(),
        loads=np.zeros(ratio.shape, np.uint8) if loads is None else loads,
        density=np.zeros(ratio.shape, np.float32) if density is None else density,
        meta=meta,
    )


def pack(record: Record) -> bytes:
    """The record as a compressed .npz."""
    attenuation = np.round((record.attenuation + 1.0) / ATTENUATION_STEP).clip(0, 65535).astype(np.uint16)
    stored = attenuation.astype(np.float32) * ATTENUATION_STEP - 1.0
    # Transmission follows from attenuation except where that is clipped; there it is kept.
    odd = np.flatnonzero(np.abs(record.transmission - np.exp(-stored)) > 2e-3)
    ratio = np.zeros(0, np.uint8)
    if record.ratio is not None:
        ratio = np.round((record.ratio - RATIO_LOW) / RATIO_STEP).clip(0, 255).astype(np.uint8)
    arrays = {
        # Differences along the rows, high and low bytes apart: a third smaller than the numbers themselves.
        "attenuation": np.stack(_bytes(np.diff(attenuation, axis=1, prepend=np.uint16(0)))),
        "odd": odd.astype(np.uint32),
        "transmission": record.transmission.ravel()[odd].astype(np.float16),
        "ratio": ratio,
        "validity": np.packbits(record.validity > 0.5, axis=1),
        "height": record.height.astype(np.float32),
        "door_distance": record.door_distance.astype(np.float32),
        "loads": record.loads,
        "density": np.round(record.density / DENSITY_STEP).clip(0, 65535).astype(np.uint16),
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    meta = json.dumps(record.meta).encode()
    return len(meta).to_bytes(4, "little") + meta + zlib.compress(buffer.getvalue(), 5)


def unpack(data: bytes) -> Record:
    """The record that `pack` was given, to within the steps above."""
    length = int.from_bytes(data[:4], "little")
    meta = json.loads(data[4 : 4 + length])
    with np.load(io.BytesIO(zlib.decompress(data[4 + length :]))) as arrays:
        high, low = arrays["attenuation"].astype(np.uint16)
        attenuation = np.cumsum(high << 8 | low, axis=1, dtype=np.uint16).astype(np.float32) * ATTENUATION_STEP - 1.0
        transmission = np.exp(-attenuation)
        transmission.ravel()[arrays["odd"]] = arrays["transmission"]
        ratio = arrays["ratio"]
        columns = attenuation.shape[1]
        return Record(
            attenuation=attenuation,
            transmission=transmission,
            ratio=ratio.astype(np.float32) * RATIO_STEP + RATIO_LOW if ratio.size else None,
            validity=np.unpackbits(arrays["validity"], axis=1, count=columns).astype(np.float32),
            height=arrays["height"],
            door_distance=arrays["door_distance"],
            loads=arrays["loads"],
            density=arrays["density"].astype(np.float32) * DENSITY_STEP,
            meta=meta,
        )


def _bytes(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (values >> 8).astype(np.uint8), (values & 255).astype(np.uint8)
