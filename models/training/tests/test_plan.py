"""Scenarios and scanner versions; nothing is simulated."""

import numpy as np
import pytest
import tomli_w
from portray_training import scanners, scenarios

PRESET = {
    "schema_version": 1, "name": "dual_6_4", "beams": [{"mv": 6.0, "filter": [{"material": "steel", "mm": 3}]},
                                                     {"mv": 4.0, "photons": 9e3}],
    "pixel_mm": {"x": 4.5, "y": 4.5}, "polarity": "air_bright", "bits": 16, "margin_mm": [120, 240],
    "geometry": {"source_mm": 7500, "detector_mm": 2600, "source_height_mm": 1900, "array": "vertical"},
    "detector": {"air": 58000, "dark": 150, "photons": 2.5e4, "electronic": 4, "step": 4, "blur_px": 0.55, "crosstalk": 0.06},
    "artefacts": {"module_rows": 64, "drift": 0.03, "dropouts": 1.0, "dead_rows": 6, "interlace": 0.5},
}  # fmt: skip


@pytest.mark.parametrize("name", scenarios.TEMPLATES)
def test_half_of_the_scans_are_clean_and_nothing_held_out_is_in(name):
    scenario = scenarios.scenario(name)
    clean = np.prod([1 - load["probability"] for load in scenario["load"]])
    assert clean == pytest.approx(0.5 if scenario["load"] else 1.0, abs=1e-3)
    assert not set(scenario["cargo"]["families"]) & set(scenarios.HELD_OUT_FAMILIES)
    assert not {load.get("goods") for load in scenario["load"]} & set(scenarios.HELD_OUT_GOODS)
    tomli_w.dumps(scenario)


def test_shares_sum_to_one():
    assert sum(scenarios.shares().values()) == pytest.approx(1.0)
    assert sum(scanners.TRAINING.values()) == pytest.approx(1.0)
    assert not set(scanners.TRAINING) & set(scanners.HELD_OUT)


def test_a_version_keeps_noise_per_area_and_the_preset():
    for seed in range(50):
        version = scanners.vary(PRESET, np.random.default_rng(seed), "v", native=False)
        pixel, detector = version["pixel_mm"], version["detector"]
        assert 7.5 <= pixel["x"] <= 9.5 and 7.5 <= pixel["y"] <= 9.5
        dose = detector["photons"] / PRESET["detector"]["photons"] / (pixel["x"] * pixel["y"] / 4.5**2)
        assert 0.49 <= dose <= 2.01
        assert version["beams"][1]["photons"] / 9e3 == pytest.approx(detector["photons"] / 2.5e4)
        assert detector["air"] + detector["dark"] <= 65535
        assert 2.5 <= version["beams"][0]["mv"] <= 10 and version["geometry"]["detector_mm"] >= 1400
        tomli_w.dumps(version)
    assert PRESET["pixel_mm"] == {"x": 4.5, "y": 4.5} and PRESET["name"] == "dual_6_4"


def test_versions_repeat_and_differ():
    first, again, other = (scanners.vary(PRESET, np.random.default_rng(s), "v", native=True) for s in (1, 1, 2))
    assert first == again != other
    assert first["pixel_mm"] == PRESET["pixel_mm"]
