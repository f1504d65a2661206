import numpy as np
import pytest
from portray_training import augment
from portray_training.augment import crop, mirror, quantise, unmeasured, without_ratio, wrong_doors


def test_a_crop_keeps_its_distance_from_the_doors(make):
    record = make()
    part = crop(record, 30, 40)
    assert part.shape == (64, 40)
    assert np.array_equal(part.door_distance, record.door_distance[30:70])
    assert np.array_equal(part.loads, record.loads[:, 30:70])
    assert part.height is record.height


def test_a_mirrored_scan_keeps_a_load_as_far_from_the_doors(make):
    record = make(doors="left")
    there = mirror(record)
    at, mirrored = (np.flatnonzero((r.loads == 1).any(axis=0)) for r in (record, there))
    assert mirrored[0] == 96 - 1 - at[-1]
    assert record.door_distance[at].mean() == pytest.approx(there.door_distance[mirrored].mean())
    assert np.array_equal(mirror(there).attenuation, record.attenuation)


def test_wrong_doors_change_nothing_but_the_distance(make):
    record = make()
    wrong = wrong_doors(record)
    assert wrong.door_distance[0] == record.door_distance[-1]
    assert wrong.attenuation is record.attenuation


def test_attenuation_and_transmission_stay_together(make):
    record = augment.attenuate(make(), 1.05, 0.02)
    assert np.allclose(record.transmission, np.exp(-record.attenuation), rtol=1e-5)
    assert record.density.max() == pytest.approx(105.0)


def test_quantised_transmission_has_few_values(make):
    record = quantise(make(), 200)
    assert len(np.unique(record.transmission)) <= 201
    assert np.isfinite(record.attenuation).all()


def test_single_energy_and_unmeasured_blocks(make):
    assert without_ratio(make()).ratio is None
    record = make()
    blocked = unmeasured(record, [(10, 20, 5, 6)])
    assert not blocked.validity[10:15, 20:26].any()
    assert np.array_equal(blocked.validity[20:], record.validity[20:])


def test_random_versions_are_repeatable_and_cropped(make):
    first, second = (augment.augment(make(), np.random.default_rng(7), 48) for _ in range(2))
    assert first.shape == (64, 48)
    assert np.array_equal(first.attenuation, second.attenuation)


def test_crops_mostly_have_the_load(make):
    rng = np.random.default_rng(0)
    record = make(columns=960)
    having = sum((augment.augment(record, rng, 96).loads == 1).any() for _ in range(100))
    assert having > 75


def test_tall_scans_are_cropped_in_height_and_keep_their_heights(make):
    record = augment.augment(make(rows=600, columns=128), np.random.default_rng(0), 96)
    assert record.shape == (augment.TALLEST, 96)
    assert record.height.shape == (augment.TALLEST,)
    assert np.allclose(-np.diff(record.height), 0.01, atol=1e-4)
