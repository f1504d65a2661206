#!/usr/bin/env python3
"""Writes contrast.onnx: untrained multi-scale local contrast of attenuation. The same script gives the same bytes.

    python3 models/make_contrast.py [FILE]

See contrast.md for what the graph does and cannot do; the constants below are explained there.
"""

import json
import pathlib
import sys

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

VERSION = "1.0.0"
PIXEL_MM = 5.0
FIRST = 4  # input pixels per map pixel
LEVELS = (4, 8, 16)  # input pixels per pixel of each pyramid level
LENGTH = 25  # opening length in level pixels: 0.5, 1 and 2 m
SMOOTH = (5, 5, 3)  # side of the box that a load has to fill, in level pixels
# What counts as ordinary: FLOOR of attenuation, SHARE of the attenuation around, PATTERN times the mean contrast
# around (a pattern that repeats is ordinary), NOISE times the mean absolute difference between neighbours.
FLOOR, SHARE, PATTERN, NOISE = 0.06, 0.06, 5.0, 1.5
WIDE = ((101, 41), (75, 27), (51, 15))  # columns and rows of "around" per level, in level pixels
GAIN, CENTRE = 4.0, 1.0  # logit = GAIN * (contrast / ordinary - CENTRE)

CONTRACT = {
    "schema_version": 1,
    "name": "contrast",
    "version": VERSION,
    "licence": "MIT OR Apache-2.0",
    "summary": "Untrained baseline: compact excess of attenuation over its horizontal and its vertical surroundings at "
    "three scales, divided by what is ordinary nearby.",
    "baseline": True,
    "input": {
        "name": "scan",
        "channels": ["attenuation"],
        "range": [0.0, 8.0],
        "pixel_mm": PIXEL_MM,
        "area": {"mode": "whole", "multiple": LEVELS[-1]},
    },
    "outputs": {"map": {"name": "map", "values": {"kind": "logits"}}},
    "score": {
        "threshold": 0.5,
        "region_seed": 0.5,
        "region_grow": 0.2,
        "min_area_mm2": 15000.0,
        "merge_mm": 100.0,
    },
}


class Graph:
    """Nodes in the order they are added, named by what they compute."""

    def __init__(self):
        self.nodes, self.constants = [], {}

    def op(self, kind, inputs, name, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name, values, dtype):
        self.constants.setdefault(name, numpy_helper.from_array(np.array(values, dtype), name))
        return name

    def number(self, value):
        return self.constant(f"number_{value}", value, np.float32)

    def mean(self, x, columns, rows, name):
        """Mean over a box; at the border over the part of it that lies inside. One pass along, one up: same numbers."""
        if rows > 1 and columns > 1:
            return self.mean(self.mean(x, columns, 1, f"{name}_columns"), 1, rows, name)
        pads = [rows // 2, columns // 2] * 2
        return self.op("AveragePool", [x], name, kernel_shape=[rows, columns], pads=pads, count_include_pad=0)

    def top_hat(self, x, columns, rows, name):
        """What stands out from the opening by a line, with air (0) around the scan."""
        pads = self.constant(f"{name}_pads", [0, 0, rows - 1, columns - 1] * 2, np.int64)
        padded = self.op("Pad", [x, pads], f"{name}_padded")
        line = {"kernel_shape": [rows, columns]}
        eroded = self.op("Neg", [self.op("MaxPool", [self.op("Neg", [padded], f"{name}_minus")], f"{name}_least", **line)],
                         f"{name}_eroded")
        return self.op("Sub", [x, self.op("MaxPool", [eroded], f"{name}_opened", **line)], name)


def level(g, x, index):
    """Contrast over what is ordinary, on one level of the pyramid."""
    n = f"level{LEVELS[index]}"
    along = g.top_hat(x, LENGTH, 1, f"{n}_along")
    up = g.top_hat(x, 1, LENGTH, f"{n}_up")
    both = g.op("Min", [along, up], f"{n}_both")
    contrast = g.mean(both, SMOOTH[index], SMOOTH[index], f"{n}_contrast")
    columns, rows = WIDE[index]
    # Differences between horizontal neighbours: noise, and the texture of cargo.
    noise = g.op("Abs", [g.op("Sub", [x, g.mean(x, 3, 1, f"{n}_three")], f"{n}_difference")], f"{n}_noise")
    terms = [
        g.op("Mul", [g.mean(both, columns, rows, f"{n}_pattern"), g.number(PATTERN)], f"{n}_pattern_share"),
        g.op("Mul", [g.mean(x, 11, 11, f"{n}_thick"), g.number(SHARE)], f"{n}_thick_share"),
        g.op("Mul", [g.mean(noise, 11, 11, f"{n}_rough"), g.number(NOISE)], f"{n}_rough_share"),
        g.number(FLOOR),
    ]
    return g.op("Div", [contrast, g.op("Sum", terms, f"{n}_ordinary")], f"{n}_ratio")


def build():
    g = Graph()
    x = g.op("AveragePool", ["scan"], "level4", kernel_shape=[FIRST, FIRST], strides=[FIRST, FIRST])
    ratios = []
    for index, scale in enumerate(LEVELS):
        if index:
            x = g.op("AveragePool", [x], f"level{scale}", kernel_shape=[2, 2], strides=[2, 2])
        ratio = level(g, x, index)
        up = scale // FIRST
        if up > 1:
            scales = g.constant(f"up{up}", [1, 1, up, up], np.float32)
            ratio = g.op("Resize", [ratio, "", scales], f"level{scale}_on_map", mode="linear",
                         coordinate_transformation_mode="half_pixel")
        ratios.append(ratio)
    most = g.op("Max", ratios, "most")
    centred = g.op("Sub", [most, g.number(CENTRE)], "centred")
    g.op("Mul", [centred, g.number(GAIN)], "map")
    graph = helper.make_graph(
        g.nodes,
        "contrast",
        [helper.make_tensor_value_info("scan", TensorProto.FLOAT, ["batch", 1, "rows", "columns"])],
        [helper.make_tensor_value_info("map", TensorProto.FLOAT, ["batch", 1, "map_rows", "map_columns"])],
        list(g.constants.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
                              producer_name="portray models/make_contrast.py", producer_version=VERSION)
    entry = model.metadata_props.add()
    entry.key, entry.value = "portray", json.dumps(CONTRACT, indent=1)
    checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


if __name__ == "__main__":
    default = pathlib.Path(__file__).with_name("contrast.onnx")
    pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else default).write_bytes(build())
