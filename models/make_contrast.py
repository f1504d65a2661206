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
LENGTH = 31  # length of the opening's lines in level pixels: 0.5, 1 and 2 m
SMOOTH = (9, 7, 5)  # side of the box that a load has to fill, in level pixels
# What counts as ordinary: FLOOR of attenuation, SHARE of the attenuation around, NOISE times the mean difference between
# neighbours, PATTERN times the mean contrast in AROUND (columns, rows at the coarsest level: 6 x 2 m). Contrast counts up
# to CAP there, so that a pattern that repeats is ordinary and one strong load is not.
FLOOR, SHARE, NOISE, PATTERN, CAP = 0.02, 0.3, 5.0, 8.0, 4.0
AROUND = (151, 15)
WEIGHT = (1.0, 1.0, 1.0)  # of each level
# The corner castings of every container are compact and dense: CORNER is taken off at the scan's corners, falling to 0
# within REACH map pixels of both edges.
CORNER, REACH = 8.0, 16
GAIN, CENTRE = 6.0, 0.89  # logit = GAIN * (contrast / ordinary - CENTRE)

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
        "pixel_mm": PIXEL_MM,
        "area": {"mode": "whole", "multiple": LEVELS[-1]},
    },
    "outputs": {"map": {"name": "map", "values": {"kind": "logits"}}},
    "score": {
        "threshold": 0.5,
        "region_seed": 0.5,
        "region_grow": 0.15,
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


def resized(g, x, factor, name):
    """The map on a finer grid, linearly."""
    if factor == 1:
        return x
    scales = g.constant(f"up{factor}", [1, 1, factor, factor], np.float32)
    return g.op("Resize", [x, "", scales], name, mode="linear", coordinate_transformation_mode="half_pixel")


def level(g, x, index):
    """Contrast over what is ordinary, on one level of the pyramid."""
    scale = LEVELS[index]
    n = f"level{scale}"
    along = g.top_hat(x, LENGTH, 1, f"{n}_along")
    up = g.top_hat(x, 1, LENGTH, f"{n}_up")
    both = g.op("Min", [along, up], f"{n}_both")
    contrast = g.mean(both, SMOOTH[index], SMOOTH[index], f"{n}_contrast")
    # Differences between horizontal neighbours: noise, and the texture of cargo.
    noise = g.op("Abs", [g.op("Sub", [x, g.mean(x, 3, 1, f"{n}_three")], f"{n}_difference")], f"{n}_noise")
    # The pattern around is wide, so the coarsest grid is fine enough for it.
    capped = g.op("Min", [both, g.number(CAP)], f"{n}_capped")
    coarse = LEVELS[-1] // scale
    if coarse > 1:
        capped = g.op("AveragePool", [capped], f"{n}_coarse", kernel_shape=[coarse] * 2, strides=[coarse] * 2)
    pattern = resized(g, g.mean(capped, *AROUND, f"{n}_around"), coarse, f"{n}_pattern")
    terms = [
        g.op("Mul", [pattern, g.number(PATTERN)], f"{n}_pattern_share"),
        g.op("Mul", [g.mean(x, 11, 11, f"{n}_thick"), g.number(SHARE)], f"{n}_thick_share"),
        g.op("Mul", [g.mean(noise, 11, 11, f"{n}_rough"), g.number(NOISE)], f"{n}_rough_share"),
        g.number(FLOOR),
    ]
    ratio = g.op("Div", [contrast, g.op("Sum", terms, f"{n}_ordinary")], f"{n}_ratio")
    return g.op("Mul", [ratio, g.number(WEIGHT[index])], f"{n}_weighted")


def corners(g, x):
    """1 in the scan's corners, 0 further than REACH from either of their edges."""
    zero = g.op("Mul", [x, g.number(0.0)], "zero")
    ones = g.op("Add", [zero, g.number(1.0)], "ones")
    near = []
    for name, columns, rows in (("side", REACH, 0), ("end", 0, REACH)):
        pads = g.constant(f"{name}_pads", [0, 0, rows, columns] * 2, np.int64)
        padded = g.op("Pad", [ones, pads], f"{name}_padded")
        inside = g.op("AveragePool", [padded], f"{name}_inside", kernel_shape=[2 * rows + 1, 2 * columns + 1])
        near.append(g.op("Mul", [g.op("Sub", [ones, inside], f"{name}_outside"), g.number(2.0)], f"near_{name}"))
    return g.op("Mul", near, "corner")


def build():
    g = Graph()
    x = g.op("AveragePool", ["scan"], "level4", kernel_shape=[FIRST, FIRST], strides=[FIRST, FIRST])
    ratios = []
    for index, scale in enumerate(LEVELS):
        if index:
            x = g.op("AveragePool", [x], f"level{scale}", kernel_shape=[2, 2], strides=[2, 2])
        ratios.append(resized(g, level(g, x, index), scale // FIRST, f"level{scale}_on_map"))
        if not index:
            corner = g.op("Mul", [corners(g, x), g.number(CORNER)], "castings")
    most = g.op("Sub", [g.op("Max", ratios, "most"), corner], "without_castings")
    g.op("Mul", [g.op("Sub", [most, g.number(CENTRE)], "centred"), g.number(GAIN)], "map")
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
