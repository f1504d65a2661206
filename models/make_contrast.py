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

VERSION = "1.2.1"
PIXEL_MM = 5.0
FIRST = 4  # input pixels per map pixel
LEVELS = (4, 8, 16)  # input pixels per pixel of each pyramid level: 20, 40 and 80 mm
# Per level, in level pixels. Light gaps narrower than CLOSED are filled first: the seams of boxes and bags, and between
# pallets. A load is shorter than LENGTH, (columns, rows), both ways, and fills a good part of a box of side SMOOTH.
CLOSED = (3, 7, 3)
LENGTH = ((31, 29), (25, 27), (27, 21))
SMOOTH = (9, 11, 7)
# What counts as ordinary: FLOOR of attenuation, SHARE of the attenuation around, and what contrast is usual nearby. That is
# the square of the mean root of the highest contrast in boxes of CELL pixels of the coarsest level: a pattern counts in
# full, a single load hardly against itself. ALONG (columns, rows) counts PATTERN times, UP counts COLUMN times per level.
FLOOR, SHARE, PATTERN, COLUMN = 0.222, 0.01, 4.2, (3.2, 1.88, 0.32)
CELL, ALONG, UP = 7, (121, 15), (3, 41)
EDGE = 1.2  # a pixel's own contrast counts this many times where it is less than its load's: it draws the outline
# The corner castings of every container are compact and dense, and a fan beam shows the near and the far one apart: contrast
# counts for nothing in the scan's corners, and fully from REACH map pixels (columns, rows: 0.5 and 1.2 m) from either
# edge. The coarsest level leaves out ENDS (0.5 m) at both ends, where it would take a whole refrigeration unit for a load.
# STEEP is the masks' slope.
REACH, ENDS, STEEP = (26, 60), 24, 6.0
GAIN, CENTRE = 4.0, 1.1  # logit = GAIN * (contrast / ordinary - CENTRE)

CONTRACT = {
    "schema_version": 1,
    "name": "contrast",
    "version": VERSION,
    "licence": "MIT OR Apache-2.0",
    "summary": "Untrained baseline: compact excess of attenuation over its horizontal and its vertical surroundings at "
    "three scales, divided by what is usual nearby.",
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

    def most(self, x, columns, rows, name):
        """Highest value in a box, one pass along and one up."""
        if rows > 1 and columns > 1:
            return self.most(self.most(x, columns, 1, f"{name}_columns"), 1, rows, name)
        pads = [rows // 2, columns // 2] * 2
        return self.op("MaxPool", [x], name, kernel_shape=[rows, columns], pads=pads)

    def squared(self, x):
        """The product with itself."""
        return self.op("Mul", [x, x], f"{x}_squared")

    def closing(self, x, side, name):
        """Light gaps narrower than `side` filled with the less dense of their neighbours."""
        filled = self.op("Neg", [self.most(x, side, side, f"{name}_most")], f"{name}_minus")
        return self.op("Neg", [self.most(filled, side, side, f"{name}_least")], name)

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


def level(g, x, index, inner, middle):
    """Contrast over what is ordinary, on one level of the pyramid."""
    scale, (columns, rows), side = LEVELS[index], LENGTH[index], SMOOTH[index]
    n = f"level{scale}"
    x = g.closing(x, CLOSED[index], f"{n}_closed")
    along = g.top_hat(x, columns, 1, f"{n}_along")
    up = g.top_hat(x, 1, rows, f"{n}_up")
    both = g.op("Mul", [g.op("Min", [along, up], f"{n}_least"), inner], f"{n}_both")
    contrast = g.mean(both, side, side, f"{n}_contrast")
    # What is usual around is wide, so the coarsest grid is fine enough for it.
    coarse = LEVELS[-1] // scale
    usual = contrast
    if coarse > 1:
        usual = g.op("MaxPool", [usual], f"{n}_coarse", kernel_shape=[coarse] * 2, strides=[coarse] * 2)
    root = g.op("Sqrt", [g.most(usual, CELL, CELL, f"{n}_cells")], f"{n}_root")
    around = g.op("Mul", [g.squared(g.mean(root, *ALONG, f"{n}_along_cells")), g.number(PATTERN)], f"{n}_around")
    above = g.op("Mul", [g.squared(g.mean(root, *UP, f"{n}_up_cells")), g.number(COLUMN[index])], f"{n}_above")
    usual = g.op("Max", [around, above], f"{n}_usual")
    terms = [
        resized(g, usual, coarse, f"{n}_pattern"),
        g.op("Mul", [g.mean(x, 11, 11, f"{n}_thick"), g.number(SHARE)], f"{n}_thick_share"),
        g.number(FLOOR),
    ]
    # The box's contrast marks the load's middle; spread over the box and cut by each pixel's own it reaches the edges.
    spread = g.most(contrast, side, side, f"{n}_spread")
    own = g.op("Mul", [g.mean(both, 3, 3, f"{n}_own"), g.number(EDGE)], f"{n}_own_share")
    cut = g.op("Min", [spread, own], f"{n}_cut")
    if middle is not None:
        cut = g.op("Mul", [cut, middle], f"{n}_off_the_ends")
    return g.op("Div", [cut, g.op("Sum", terms, f"{n}_ordinary")], f"{n}_ratio")


def masks(g, x):
    """(0 in the scan's corners and 1 further than REACH from either edge, 0 at its ends and 1 further than ENDS)."""
    zero = g.op("Mul", [x, g.number(0.0)], "zero")
    ones = g.op("Add", [zero, g.number(1.0)], "ones")

    def near(columns, rows, name):
        """1 at the edge, 0 further from it than this many pixels. It is the same in every row, or in every column: of one
        line only, for a tall box over the whole scan would cost as much as all else together."""
        line = g.op("ReduceMax", [ones], f"{name}_line", axes=[3] if rows else [2], keepdims=1)
        pads = g.constant(f"{name}_pads", [0, 0, rows, columns] * 2, np.int64)
        padded = g.op("Pad", [line, pads], f"{name}_padded")
        inside = g.op("AveragePool", [padded], f"{name}_inside", kernel_shape=[2 * rows + 1, 2 * columns + 1])
        return g.op("Mul", [g.op("Sub", [line, inside], f"{name}_outside"), g.number(2.0)], name)

    def away(closeness, name):
        steep = g.op("Min", [g.op("Mul", [closeness, g.number(STEEP)], f"{name}_steep"), ones], f"{name}_whole")
        return g.op("Sub", [ones, steep], f"{name}{FIRST}")

    corner = g.op("Mul", [near(REACH[0], 0, "side"), near(0, REACH[1], "top")], "corner")
    return away(corner, "inner"), away(near(ENDS, 0, "end"), "middle")


def build():
    g = Graph()
    x = g.op("AveragePool", ["scan"], "level4", kernel_shape=[FIRST, FIRST], strides=[FIRST, FIRST])
    inner, middle = masks(g, x)
    ratios = []
    for index, scale in enumerate(LEVELS):
        if index:
            x, inner, middle = (
                g.op("AveragePool", [y], f"{name}{scale}", kernel_shape=[2, 2], strides=[2, 2])
                for y, name in ((x, "level"), (inner, "inner"), (middle, "middle"))
            )
        ratio = level(g, x, index, inner, middle if scale == LEVELS[-1] else None)
        ratios.append(resized(g, ratio, scale // FIRST, f"level{scale}_on_map"))
    most = g.op("Max", ratios, "most")
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
