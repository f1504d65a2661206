import json

import numpy as np
import onnx
import pytest
import torch
from portray_training import export
from portray_training.contract import CHANNELS, OUTPUTS, contract
from portray_training.familiarity import Familiarity
from portray_training.network import Network, Settings, smooth_maximum

TINY = Settings(width=8, blocks=(1, 1, 1, 1), heads=2, context=1)


@pytest.fixture
def network():
    """Small, untrained, but with every branch at work: nothing is zero, and norms differ from one."""
    torch.manual_seed(0)
    network = Network(TINY)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.0)
    for parameter in network.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, 0, 0.05)
    rng = np.random.default_rng(0)
    network.familiarity.fit(rng.normal(0, 1, (200, 2 * TINY.widths[-1])), rng.normal(0, 1, (100, 2 * TINY.widths[-1])))
    return network.eval()


def test_the_exported_file_says_what_pytorch_says(network, tmp_path):
    path = tmp_path / "model.onnx"
    export.export(network, path, contract("tiny", "0.0.0", "test"))
    worst = export.parity(network, path)
    assert max(worst.values()) < export.TOLERANCE, worst
    model = onnx.load(path)
    assert [o.name for o in model.graph.output] == list(OUTPUTS)
    assert json.loads(next(p.value for p in model.metadata_props if p.key == "portray"))["name"] == "tiny"
    assert "BatchNormalization" not in {node.op_type for node in model.graph.node}
    assert b"/home" not in path.read_bytes() and b".py" not in path.read_bytes()


def test_padding_changes_nothing(network):
    """More padding, another scan of the batch being larger, must not change a scan's score or features by much."""
    x = torch.from_numpy(export.example_input((1, 64, 128)))
    wide = torch.zeros(1, len(CHANNELS), 64, 192)
    wide[..., :128] = x
    for name, value in (("transmission", 1.0), ("ratio", 1.0)):
        wide[:, CHANNELS.index(name), :, 128:] = value
    wide[:, CHANNELS.index("height"), :, 128:] = x[:, CHANNELS.index("height"), :, :1]
    wide[:, CHANNELS.index("door_distance"), :, 128:] = x[:, CHANNELS.index("door_distance"), :, -1:] - 0.3
    with torch.no_grad():
        narrow, padded = network(x), network(wide)
    for name in ("score", "features"):
        assert torch.allclose(narrow[name], padded[name], atol=2e-2), name


def test_the_smooth_maximum_is_near_the_highest_mean():
    anomaly = torch.full((1, 1, 20, 30), -9.0)
    anomaly[0, 0, 8:12, 8:12] = 4.0
    here = torch.ones_like(anomaly)
    assert 4.0 <= float(smooth_maximum(anomaly, here)) < 5.0
    here[..., :15] = 0.0
    assert float(smooth_maximum(anomaly, here)) < -5.0


def test_familiar_scans_are_near_one_and_strange_ones_near_zero():
    rng = np.random.default_rng(1)
    base = rng.normal(0, 1, (12, 64))  # features on 12 axes, as real ones hang together
    draw = lambda n: rng.normal(0, 1, (n, 12)) @ base + rng.normal(0, 0.1, (n, 64))  # noqa: E731
    familiarity = Familiarity(64)
    familiarity.fit(draw(1000), draw(400))
    same = familiarity(torch.from_numpy(draw(300)).float())
    strange = familiarity(torch.from_numpy(rng.normal(0, 4, (300, 64))).float())
    assert same.median() > 0.95 and (same < 0.5).float().mean() < 0.05
    assert strange.max() < 0.1
