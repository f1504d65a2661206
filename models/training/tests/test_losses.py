import numpy as np
import pytest
import torch
from portray_training import losses, metrics
from portray_training.contract import CLASSES
from portray_training.targets import collate


def perfect(batch, sure=12.0):
    """Outputs that say what the batch wants."""
    positive = batch.positive.float()
    n, r, c = positive.shape
    classes = torch.zeros(n, len(CLASSES), r, c)
    classes[:, CLASSES.index("in_cargo")] = sure
    return {
        "map": ((positive * 2 - 1) * sure)[:, None],
        "classes": classes,
        "excess": batch.excess[:, None].clone(),
        "score": ((batch.loaded * 2 - 1) * sure)[:, None],
    }


def test_perfect_outputs_cost_nothing(make):
    batch = collate([(make(), None), (make(load=False), None)])
    parts = losses.losses(perfect(batch), batch)
    assert parts["total"] < 0.01, parts


def test_every_error_costs(make):
    batch = collate([(make(), None), (make(load=False), None)])
    for name, spoil in {
        "map": lambda o: o["map"].neg_(),
        "dice": lambda o: o["map"].neg_(),
        "scan": lambda o: o["score"].neg_(),
        "classes": lambda o: o["classes"].neg_(),
        "excess": lambda o: o["excess"].mul_(2),
        "elsewhere": lambda o: o["excess"].add_(1),
        "mass": lambda o: o["excess"].mul_(2),
    }.items():
        outputs = perfect(batch)
        spoil(outputs)
        assert losses.losses(outputs, batch)[name] > 0.1, name


def test_ignored_cells_cost_nothing_in_the_map(make):
    batch = collate([(make(), None)])
    outputs = perfect(batch)
    outputs["map"][0, 0][batch.ignore[0]] = 50.0
    assert losses.losses(outputs, batch)["map"] < 1e-4


def test_invisible_loads_cost_nothing_at_all(make):
    batch = collate([(make(visible=False), None)])
    outputs = perfect(batch)
    outputs["score"].fill_(20.0)
    outputs["excess"][0, 0][batch.share[0] > 0] = 9.0
    assert losses.losses(outputs, batch)["total"] < 0.01


def test_clean_batches_have_finite_losses_and_gradients(make):
    batch = collate([(make(load=False), None)])
    outputs = {k: v.requires_grad_() for k, v in perfect(batch, 0.5).items()}
    losses.losses(outputs, batch)["total"].backward()
    assert torch.isfinite(outputs["map"].grad).all() and torch.isfinite(outputs["excess"].grad).all()


def test_mass_counts_factors(make):
    batch = collate([(make(), None)])
    found, true, counts = losses.totals(batch.excess * 2, batch)
    assert counts.tolist() == [False, True]
    assert found[1] / true[1] == pytest.approx(2.0)
    # 3.2 kg: 20 x 16 pixels of 0.1 x 0.1 dm2 at 100 kg/m2; total excess times the cell's area over the coefficient.
    assert float(true[1]) * 40**2 * 1e-2 / 0.05 / 1000 == pytest.approx(3.2)


def test_small_loads_count_more_per_cell(make):
    small, large = make(), make(rows=160, columns=160)
    large.loads[:] = 1
    batch = collate([(small, None), (large, None)])
    weight = losses.load_weights(batch)
    assert weight[0].max() > weight[1].max() > 0


def test_roc_auc_and_thresholds():
    score, loaded = np.array([0.1, 0.4, 0.35, 0.8, 0.9]), np.array([0, 0, 1, 1, -1])
    assert metrics.roc_auc(score, loaded) == 0.75
    clean = np.arange(1000.0)
    assert (clean > metrics.threshold(clean, 0.01)).sum() == 10
    assert (clean > metrics.threshold(clean, 0.004)).sum() == 4


def test_average_precision_of_known_rankings():
    cells = metrics.Cells()
    positive = np.array([True, False, True, False])
    cells.add(np.array([3.0, 2.0, 1.0, 0.0]), positive, np.zeros(4, bool))
    assert cells.average_precision() == pytest.approx((1 + 2 / 3) / 2)
