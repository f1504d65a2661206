import pathlib
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from portray_training.contract import CHANNELS  # noqa: E402
from portray_training.records import from_tensors  # noqa: E402


@pytest.fixture
def make():
    """Makes a record as `portray tensors` would: air, a block of cargo, and a load of 20 x 16 pixels unless told."""

    def _make(rows=64, columns=96, load=True, visible=True, doors="right", energies=2, seed=0):
        rng = np.random.default_rng(seed)
        attenuation = np.abs(rng.normal(0, 0.01, (rows, columns))).astype(np.float32)
        attenuation[rows // 2 :] += 1.0
        loads, density = np.zeros((rows, columns), np.uint8), np.zeros((rows, columns), np.float32)
        if load:
            loads[36:58, 38:62] = 255
            loads[37:57, 40:56] = 1
            density[37:57, 40:56] = 100.0
            attenuation[37:57, 40:56] += 0.5
        from_left = np.arange(columns) + 0.5
        door = columns - from_left if doors == "right" else from_left
        planes = {
            "attenuation": attenuation,
            "transmission": np.exp(-attenuation),
            "ratio": np.full((rows, columns), 1.15 if energies == 2 else 1.0),
            "validity": (rng.random((rows, columns)) < 0.99),
            "height": np.broadcast_to(((rows - np.arange(rows) - 0.5) * 0.01)[:, None], (rows, columns)),
            "door_distance": np.broadcast_to(door * 0.01, (rows, columns)),
        }
        tensor = np.stack([planes[name] for name in CHANNELS]).astype(np.float32)
        hidden = [{"class": "in_cargo", "visible": visible, "mass_kg": 3.2, "goods": "narcotics"}] if load else []
        meta = {"name": "made", "coefficient_cm2_g": 0.05, "loads": hidden, "scenario": "test", "scanner": "test"}
        return from_tensors(tensor, loads if load else None, density if load else None, meta)

    return _make
