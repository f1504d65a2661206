import numpy as np
from portray_training.augment import crop
from portray_training.contract import CHANNELS
from portray_training.targets import cells, collate, input_tensor, loaded


def test_cells_of_a_load_its_edges_and_its_packing(make):
    record = make()  # goods in rows 37..57, columns 40..56, packing around
    target = cells(record, (64, 96))
    positive = (target["share"] >= 0.25) & ~target["ignore"]
    # Columns fill cells 10 to 13. Of cell row 9 (rows 36..40) three quarters are goods, of row 14 (56..60) a quarter.
    assert np.argwhere(positive).min(axis=0).tolist() == [9, 10]
    assert np.argwhere(positive).max(axis=0).tolist() == [14, 13]
    assert target["share"][9, 10] == 0.75 and target["share"][14, 10] == 0.25
    assert target["load"][10, 11] == 1
    assert target["ignore"][10, 9] and target["ignore"][10, 14]  # packing
    assert not target["ignore"][2, 2]
    assert target["excess"][10, 11] == np.float32(0.5)


def test_a_cell_with_few_goods_is_ignored_but_its_excess_is_kept(make):
    record = make()
    record.loads[:], record.density[:] = 0, 0
    record.loads[8, 8:10], record.density[8, 8:10] = 1, 80.0  # 2 of 16 pixels
    target = cells(record, (64, 96))
    assert target["ignore"][2, 2] and target["share"][2, 2] == 0.125
    assert np.isclose(target["excess"][2, 2], 80 / 10 * 0.05 * 0.125)


def test_a_load_that_the_beam_cannot_show_is_no_target_and_no_verdict(make):
    record = make(visible=False)
    target = cells(record, (64, 96))
    assert not ((target["share"] >= 0.25) & ~target["ignore"]).any()
    assert loaded(record, target, None) == -1.0


def test_padding_is_unmeasured_air_and_positions_run_on(make):
    record = make(rows=60, columns=90)
    tensor = dict(zip(CHANNELS, input_tensor(record, (64, 96))))
    assert tensor["transmission"][62, 5] == 1.0 and tensor["validity"][62, 5] == 0.0 and tensor["ratio"][5, 95] == 1.0
    assert np.allclose(tensor["height"][:, 0], (60 - np.arange(64) - 0.5) * 0.01, atol=1e-5)
    assert np.allclose(tensor["door_distance"][0], (90 - np.arange(96) - 0.5) * 0.01, atol=1e-5)


def test_padding_is_ignored(make):
    assert cells(make(rows=60, columns=90, load=False), (64, 96))["ignore"][15, 0]


def test_a_crop_is_loaded_only_with_enough_of_the_load(make):
    record = make()
    whole = {1: int((record.loads == 1).sum())}
    for first, wanted in ((38, 1.0), (54, -1.0), (64, 0.0)):
        part = crop(record, first, 32)
        assert loaded(part, cells(part, (64, 32)), whole) == wanted, first


def test_a_batch_is_padded_to_its_largest_scan(make):
    batch = collate([(make(), None), (make(rows=60, columns=120, load=False), None)])
    assert batch.input.shape == (2, len(CHANNELS), 64, 128)
    assert batch.load.shape == (2, 16, 32)
    assert batch.loaded.tolist() == [1.0, 0.0]
    assert batch.load_class.tolist() == [[-1, 3], [-1, -1]]
    assert batch.positive[0].any() and not batch.positive[1].any()
