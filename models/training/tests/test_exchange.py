import numpy as np
import pytest
from portray_training import exchange


def described(record, load_class="in_empty", place="corner", scanner="dual_6_4-train1-00001", cargo="empty", container="box40"):
    record.meta |= {"scanner": scanner, "cargo": cargo, "container": container}
    for load in record.meta["loads"]:
        load |= {"class": load_class, "place": place}
    return record


def entry(record):
    return {"meta": record.meta, "rows": record.shape[0], "record": record}


@pytest.fixture
def donor(make):
    return described(make())


def test_a_load_put_in_is_in_the_picture_and_in_the_truth(make, donor):
    clean = described(make(load=False, columns=160, seed=1))
    load = exchange.cut(donor, 1)
    loaded = exchange.put_in(clean, load, np.random.default_rng(0))
    here = loaded.loads == 1
    assert here.sum() == (donor.loads == 1).sum()
    change = loaded.attenuation - clean.attenuation
    # 100 kg/m2 at 0.05 cm2/g are 0.5 in -ln T, of which 0.85 to 1.05 are put in.
    assert 0.4 < np.median(change[here]) < 0.54
    assert not change[~here].any()
    assert np.allclose(loaded.transmission, np.exp(-loaded.attenuation), rtol=1e-4)
    assert loaded.excess()[here] == pytest.approx(0.5, rel=0.01)
    assert [x["class"] for x in loaded.meta["loads"]] == ["in_empty"]
    assert clean.meta["loads"] == []
    # Not at the doors' end of another container, but as far from the doors.
    assert loaded.door_distance[np.flatnonzero(here.any(0))].min() == pytest.approx(load.door, abs=0.011)


def test_doors_at_the_other_end_mirror_the_load(make, donor):
    clean = described(make(load=False, doors="left", seed=1))
    load = exchange.cut(donor, 1)
    assert load.doors_right
    loaded = exchange.put_in(clean, load, np.random.default_rng(0))
    columns = np.flatnonzero((loaded.loads == 1).any(0))
    assert loaded.door_distance[columns].min() == pytest.approx(load.door, abs=0.011)


def test_lost_photons_bring_noise(make, donor):
    clean = described(make(load=False, seed=1))
    load = exchange.cut(donor, 1)
    load.excess = load.excess * 4  # exp(2): 2.7 times the standard deviation
    loaded = exchange.put_in(clean, load, np.random.default_rng(0))
    here = loaded.loads == 1
    assert (loaded.attenuation - clean.attenuation)[here].std() > exchange.noise_at_air(clean) ** 0.5


def test_goods_among_cargo_push_it_aside(make, donor):
    load = exchange.cut(described(donor, "in_cargo", "inside"), 1)
    clean = described(make(load=False, columns=160, seed=1), cargo="cartons")
    clean.attenuation[:] = 3.0  # denser than the goods: there is less of it then
    clean.transmission[:] = np.exp(-3.0)
    loaded = exchange.put_in(clean, load, np.random.default_rng(0))
    change = (loaded.attenuation - clean.attenuation)[loaded.loads == 1].mean()
    chord = 10 / exchange.GOODS_G_CM3 / exchange.INSIDE_CM
    assert 0.85 * 0.5 - 1.2 * 3.0 * chord < change < 1.05 * 0.5 - 0.8 * 3.0 * chord


def test_what_could_not_be_seen_is_not_put_in(make, donor):
    clean = described(make(load=False, seed=1))
    clean.attenuation[:] = 6.0
    assert exchange.put_in(clean, exchange.cut(donor, 1), np.random.default_rng(0)) is None
    hidden = described(make(load=False, seed=1))
    hidden.validity[:] = 0.0
    assert exchange.put_in(hidden, exchange.cut(donor, 1), np.random.default_rng(0)) is None


@pytest.mark.parametrize(
    ("donor_is", "scan_is", "fits"),
    [
        ({}, {}, True),
        ({}, {"scanner": "single_6-train1-00002"}, False),
        ({}, {"cargo": "coffee"}, False),
        ({"load_class": "rip_off"}, {"cargo": "coffee"}, True),
        ({"load_class": "reefer_machinery", "container": "reefer40"}, {"container": "reefer40"}, True),
        ({"load_class": "reefer_machinery", "container": "reefer40"}, {}, False),
        ({"load_class": "structure", "container": "box20"}, {}, False),
        ({}, {"container": "tank20"}, False),
        ({"place": "elsewhere"}, {}, False),
    ],
)
def test_loads_go_only_where_they_can_be(make, donor_is, scan_is, fits):
    bank = exchange.Bank([entry(described(make(), **donor_is))], load=lambda entry: entry["record"])
    scan = described(make(load=False), **scan_is)
    assert any(bank.draw(scan.meta, np.random.default_rng(n)) is not None for n in range(20)) == fits


def test_clean_scans_are_loaded_now_and_then_and_loaded_ones_stay(make, donor):
    bank = exchange.Bank([entry(donor)], load=lambda entry: entry["record"])
    rng = np.random.default_rng(0)
    clean = described(make(load=False))
    loaded = sum(bool(exchange.exchange(clean, bank, rng).meta["loads"]) for _ in range(200))
    assert 0.3 * 200 * 0.5 < loaded < 0.5 * 200
    assert exchange.exchange(donor, bank, rng) is donor
