#!/usr/bin/env python3
"""Writes a fully convolutional net of random weights that costs what a small trained model does.

    python3 benches/peer/make_heavy.py FILE [GMACS]

An encoder and decoder over four resolutions, about GMACS (0.3) thousand million multiplications and additions for 256 x 256 pixels. Its
map means nothing: it is squashed to stay far below the seed, so that time goes where it goes on a clean scan.
"""

import json
import pathlib
import sys

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

SIDE = 256


def build(gmacs):
    def net(width):
        """Layers as (inputs, outputs, kernel, stride, resolution after it); and the cost for SIDE x SIDE in MACs."""
        layers = [(1, width, 3, 2, 2), (width, 2 * width, 3, 2, 4), (2 * width, 2 * width, 3, 1, 4), (2 * width, 2 * width, 3, 1, 4)]
        layers += [(2 * width, 4 * width, 3, 2, 8), (4 * width, 4 * width, 3, 1, 8), (4 * width, 4 * width, 3, 1, 8)]
        layers += [(4 * width, 8 * width, 3, 2, 16), (8 * width, 8 * width, 3, 1, 16), (8 * width, 4 * width, 1, 1, 16)]
        return layers, sum(i * o * k * k * (SIDE // r) ** 2 for i, o, k, _, r in layers)

    width = next(w for w in range(4, 256, 2) if net(w)[1] >= gmacs * 1e9)
    layers, macs = net(width)
    random = np.random.default_rng(1)
    nodes, constants, x = [], [], "scan"
    for index, (inputs, outputs, kernel, stride, _) in enumerate(layers):
        weights = random.normal(0, (2 / (inputs * kernel * kernel)) ** 0.5, (outputs, inputs, kernel, kernel)).astype(np.float32)
        constants.append(numpy_helper.from_array(weights, f"w{index}"))
        pads = [kernel // 2] * 4
        nodes.append(helper.make_node("Conv", [x, f"w{index}"], [f"c{index}"], strides=[stride] * 2, pads=pads))
        nodes.append(helper.make_node("Relu", [f"c{index}"], [f"r{index}"]))
        x = f"r{index}"
    constants += [
        numpy_helper.from_array(random.normal(0, 0.1, (1, 4 * width, 1, 1)).astype(np.float32), "last"),
        numpy_helper.from_array(np.array([1, 1, 4, 4], np.float32), "up"),
        numpy_helper.from_array(np.array(-4, np.float32), "far_below"),
    ]
    nodes += [
        helper.make_node("Conv", [x, "last"], ["score"]),
        helper.make_node("Tanh", ["score"], ["bounded"]),
        helper.make_node("Resize", ["bounded", "", "up"], ["enlarged"], mode="linear", coordinate_transformation_mode="half_pixel"),
        helper.make_node("Add", ["enlarged", "far_below"], ["map"]),
    ]
    given = helper.make_tensor_value_info("scan", TensorProto.FLOAT, ["batch", 1, "rows", "columns"])
    made = helper.make_tensor_value_info("map", TensorProto.FLOAT, ["batch", 1, "map_rows", "map_columns"])
    graph = helper.make_graph(nodes, "heavy", [given], [made], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="portray benches")
    contract = {
        "schema_version": 1,
        "name": "heavy",
        "version": "1.0.0",
        "licence": "MIT OR Apache-2.0",
        "summary": f"Random weights, {macs / 1e9:.2f} GMAC for 256 x 256 pixels; for measuring speed only.",
        "baseline": True,
        "input": {
            "name": "scan",
            "channels": ["attenuation"],
            "range": [0.0, 8.0],
            "pixel_mm": 5.0,
            "area": {"mode": "whole", "multiple": 16},
        },
        "outputs": {"map": {"name": "map", "values": {"kind": "logits"}}},
        "score": {"threshold": 0.5, "region_seed": 0.5, "region_grow": 0.2, "min_area_mm2": 15000.0, "merge_mm": 100.0},
    }
    entry = model.metadata_props.add()
    entry.key, entry.value = "portray", json.dumps(contract)
    checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True), contract["summary"]


if __name__ == "__main__":
    data, summary = build(float(sys.argv[2]) if len(sys.argv) > 2 else 0.3)
    pathlib.Path(sys.argv[1]).write_bytes(data)
    print(summary, file=sys.stderr)
