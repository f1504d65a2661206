import numpy as np
import pytest
from portray_training import records
from portray_training.contract import CHANNELS


@pytest.mark.parametrize("energies", [1, 2])
def test_a_packed_record_comes_back(make, energies):
    record = make(energies=energies)
    record.transmission[3, 4] = 0.2  # a place where transmission does not follow from attenuation
    again = records.unpack(records.pack(record))
    assert np.abs(again.attenuation - record.attenuation).max() <= records.ATTENUATION_STEP
    assert np.abs(again.transmission - record.transmission).max() <= 2.5e-3
    assert abs(again.transmission[3, 4] - 0.2) < 1e-3
    for name in ("validity", "height", "door_distance", "loads", "density"):
        assert np.array_equal(getattr(again, name), getattr(record, name)), name
    assert again.meta == record.meta
    assert (again.ratio is None) == (energies == 1)
    if energies == 2:
        assert np.abs(again.ratio - record.ratio).max() <= records.RATIO_STEP


def test_extreme_values_are_kept_within_range(make):
    record = make()
    record.attenuation[0, :3] = -0.5, 12.0, 30.9
    again = records.unpack(records.pack(record))
    assert np.allclose(again.attenuation[0, :3], [-0.5, 12.0, 30.9], atol=1e-3)


def test_excess_is_density_in_grams_times_the_coefficient(make):
    assert make().excess()[40, 45] == pytest.approx(100.0 / 10 * 0.05)


def test_positions_that_vary_along_both_axes_are_refused():
    tensor = np.zeros((len(CHANNELS), 8, 8), np.float32)
    tensor[CHANNELS.index("height")] = np.arange(8)
    with pytest.raises(ValueError, match="both axes"):
        records.from_tensors(tensor, None, None, {"name": "odd"})
