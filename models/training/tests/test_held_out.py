"""The plan of the test set: nothing in it that training saw."""

import collections

from portray_training import held_out, scanners, scenarios

PRESET = {
    "schema_version": 1,
    "name": "preset",
    "beams": [{"mv": 9.0}],
    "pixel_mm": {"x": 4.0, "y": 4.0},
    "polarity": "air_dark",
    "bits": 16,
    "margin_mm": [100, 200],
    "geometry": {"source_mm": 7000, "detector_mm": 2500, "source_height_mm": 1900, "array": "vertical"},
    "detector": {"air": 50000, "dark": 100, "photons": 2e4, "electronic": 5, "step": 1},
    "artefacts": {"module_rows": 64, "drift": 0.02},
}


def plan(clean: int = 2000, loaded: int = 1000) -> list[held_out.Chunk]:
    return held_out.plan({name: PRESET for name in scanners.HELD_OUT}, 7, clean, loaded)


def test_the_set_has_the_numbers_asked_for_and_is_the_same_again():
    chunks = plan(130, 70)
    assert sum(c.scans for c in chunks if c.kind == "clean") == 130
    assert sum(c.scans for c in chunks if c.kind == "loaded") == 70
    assert chunks == plan(130, 70)
    assert len({c.name for c in chunks}) == len(chunks)


def test_scanners_are_held_out_and_every_family_is_clean_somewhere():
    chunks = plan()
    assert {c.scanner["name"] for c in chunks} == set(scanners.HELD_OUT)
    assert not set(scanners.HELD_OUT) & set(scanners.TRAINING)
    clean = collections.Counter()
    for chunk in chunks:
        if chunk.kind == "clean":
            assert "load" not in chunk.scenario
            clean[chunk.scenario["cargo"]["families"][0]] += chunk.scans
    assert set(clean) == set(held_out.KNOWN) | set(scenarios.HELD_OUT_FAMILIES)
    new = sum(clean[family] for family in scenarios.HELD_OUT_FAMILIES)
    assert new == sum(clean.values()) / 2
    assert min(clean.values()) >= 40


def test_loaded_scans_have_one_load_and_all_classes_and_held_out_goods():
    loads = [load for c in plan() if c.kind == "loaded" for load in c.scenario["load"]]
    assert all(len(c.scenario["load"]) == 1 for c in plan() if c.kind == "loaded")
    counts = collections.Counter(load["class"] for load in loads)
    assert len(counts) == 6 and max(counts.values()) - min(counts.values()) <= 1
    assert {load["goods"] for load in loads if "goods" in load} == set(scenarios.HELD_OUT_GOODS)
