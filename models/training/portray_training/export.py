"""Writes a run's network as an ONNX file that carries its contract.

    python -m portray_training.export --run DIR --out model.onnx --name NAME --version 1.0.0

Fails if ONNX Runtime and PyTorch differ by more than 1e-4 on any of several sizes.
"""

import argparse
import json
import pathlib
import sys
import time

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from .contract import CHANNELS, MULTIPLE, OUTPUTS, contract
from .network import Network, folded, multiply_adds

OPSET = 18
TOLERANCE = 1e-4
TYPICAL = (288, 1216)  # a 40-ft box, padded: rows, columns
SIZES = ((1, 32, 32), (1, 288, 608), (1, *TYPICAL), (2, 320, 672))  # batch, rows, columns


class Graph(nn.Module):
    """Input to a tuple of outputs in the contract's order."""

    def __init__(self, network: Network):
        super().__init__()
        self.network = network

    def forward(self, scan: torch.Tensor) -> tuple[torch.Tensor, ...]:
        outputs = self.network(scan)
        return tuple(outputs[name] for name in OUTPUTS)


def export(network: Network, path: pathlib.Path, document: dict) -> None:
    """Writes the file: batch, rows and columns open, weights inside, the contract in its metadata."""
    graph = Graph(folded(network)).eval()
    example = torch.from_numpy(example_input((2, 2 * MULTIPLE, 4 * MULTIPLE)))
    dimension = torch.export.Dim
    shapes = ({0: dimension("batch"), 2: MULTIPLE * dimension("high"), 3: MULTIPLE * dimension("wide")},)
    program = torch.onnx.export(graph, (example,), input_names=["scan"], output_names=list(OUTPUTS), opset_version=OPSET,
                                dynamo=True, dynamic_shapes=shapes, external_data=False, verbose=False)  # fmt: skip
    model = program.model_proto
    _tidy(model)
    entry = model.metadata_props.add()
    entry.key, entry.value = "portray", json.dumps(document)
    onnx.checker.check_model(model, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def _tidy(model: onnx.ModelProto) -> None:
    """Takes out what names the machine and the source lines of the export; names the open sides."""
    del model.metadata_props[:]
    model.producer_name, model.producer_version, model.doc_string = "portray-training", "", ""
    for item in [*model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output, model.graph]:
        del item.metadata_props[:]
        item.doc_string = ""
    del model.graph.value_info[:]
    for side, name in ((0, "batch"), (2, "rows"), (3, "columns")):
        model.graph.input[0].type.tensor_type.shape.dim[side].dim_param = name


def example_input(shape: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    """Numbers in the ranges of real channels, float32 (batch, channels, rows, columns); the right quarter is padding."""
    batch, rows, columns = shape
    rng = np.random.default_rng(seed)
    x = np.zeros((batch, len(CHANNELS), rows, columns), np.float32)
    measured = columns - columns // 4
    attenuation = rng.gamma(2.0, 1.0, (batch, rows // 8, measured // 8)).repeat(8, 1).repeat(8, 2)
    planes = dict(zip(CHANNELS, range(len(CHANNELS))))
    x[:, planes["attenuation"], :, :measured] = attenuation
    x[:, planes["transmission"]] = np.exp(-x[:, planes["attenuation"]])
    x[:, planes["ratio"]] = 1.0
    x[:, planes["ratio"], :, :measured] = rng.normal(1.1, 0.05, attenuation.shape)
    x[:, planes["validity"], :, :measured] = rng.random(attenuation.shape) < 0.97
    x[:, planes["height"]] = (rows - 0.5 - np.arange(rows)[:, None]) * 0.01
    x[:, planes["door_distance"]] = (measured - 0.5 - np.arange(columns)) * 0.01
    return x


def session(path: pathlib.Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def parity(network: Network, path: pathlib.Path) -> dict[str, float]:
    """The largest difference of each output between the file in ONNX Runtime and `network` in PyTorch."""
    runtime, worst = session(path, 2), dict.fromkeys(OUTPUTS, 0.0)
    for number, size in enumerate(SIZES):
        x = example_input(size, number)
        with torch.no_grad():
            wanted = network.eval()(torch.from_numpy(x))
        for name, found in zip(OUTPUTS, runtime.run(list(OUTPUTS), {"scan": x})):
            assert found.shape == tuple(wanted[name].shape), (name, found.shape, wanted[name].shape)
            difference = np.abs(found - wanted[name].numpy()) / np.maximum(1.0, np.abs(found))
            worst[name] = max(worst[name], float(difference.max()))
    return worst


def milliseconds(path: pathlib.Path, threads: int = 1, rounds: int = 8) -> float:
    """Median time of one typical scan."""
    runtime, x = session(path, threads), example_input((1, *TYPICAL))
    times = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        runtime.run(None, {"scan": x})
        times.append(time.perf_counter() - began)
    return 1e3 * float(np.median(times[1:]))


def describe(network: Network, path: pathlib.Path) -> str:
    parameters = sum(p.numel() for p in network.parameters())
    return (
        f"{parameters:,} parameters, {multiply_adds(network, *TYPICAL) / 1e9:.2f} G multiply-adds for "
        f"{TYPICAL[1]} x {TYPICAL[0]} pixels, {path.stat().st_size / 1e6:.1f} MB, "
        f"{len(onnx.load(path).graph.node)} nodes, {milliseconds(path):.0f} ms on one thread"
    )


def main() -> None:
    from .train import load_run

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=pathlib.Path, required=True, help="folder of a training run")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--name", default="portray-cargo")
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--summary", default="Convolutional network trained on scans that portray simulated.")
    parser.add_argument("--threshold", type=float, default=0.5, help="of the score, 0 to 1")
    options = parser.parse_args()
    network = load_run(options.run)
    export(network, options.out, contract(options.name, options.version, options.summary, options.threshold))
    worst = parity(network, options.out)
    print("largest differences from PyTorch: " + ", ".join(f"{k} {v:.1e}" for k, v in worst.items()))
    print(describe(network, options.out))
    if max(worst.values()) > TOLERANCE:
        sys.exit(f"ONNX Runtime and PyTorch differ by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
