#!/usr/bin/env python3
"""Writes the tiny models that tests/contract.rs runs: one per kind of contract, and some whose contract is wrong.

    python3 tests/data/models/make.py [FOLDER]
"""

import json
import pathlib
import sys

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
LOGITS, PROBABILITY, SOFTMAX = {"kind": "logits"}, {"kind": "probability"}, {"kind": "softmax"}


def contract(name, channels, area, outputs, **scaling):
    return {
        "schema_version": 1,
        "name": name,
        "version": "1",
        "licence": "MIT OR Apache-2.0",
        "summary": "Made for a test.",
        "input": {"name": "image", "channels": channels, "pixel_mm": 5.0, "area": area, **scaling},
        "outputs": outputs,
        "score": {"threshold": 0.5, "region_seed": 0.5, "region_grow": 0.25, "min_area_mm2": 0.0},
    }


def save(folder, name, nodes, inputs, outputs, constants=(), document=None):
    values = lambda specs: [helper.make_tensor_value_info(n, t, d) for n, t, d in specs]
    initializers = [numpy_helper.from_array(np.array(v, dtype), n) for n, v, dtype in constants]
    graph = helper.make_graph(nodes, name, values(inputs), values(outputs), initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="portray")
    if document is not None:
        entry = model.metadata_props.add()
        entry.key, entry.value = "portray", document if isinstance(document, str) else json.dumps(document)
    checker.check_model(model, full_check=True)
    (folder / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def main(folder):
    node = helper.make_node

    # Image classifier: logits of two classes from the mean of channel 2, over a fixed 32 x 32 input.
    save(
        folder, "classifier",
        [
            node("GlobalAveragePool", ["image"], ["mean"]),
            node("Flatten", ["mean"], ["flat"]),
            node("MatMul", ["flat", "weights"], ["scores"]),
        ],
        [("image", FLOAT, [1, 3, 32, 32])], [("scores", FLOAT, [1, 2])],
        [("weights", [[0, 0], [0, 0], [0, 1]], np.float32)],
        contract("classifier", ["attenuation", "validity", "attenuation"], {"mode": "resize", "width": 32, "height": 32},
                 {"score": {"name": "scores", "values": SOFTMAX, "class": 1}}),
    )

    # Segmentation in tiles, map at a quarter of the resolution: the mean attenuation of 4 x 4 pixels as probability.
    tile = {"mode": "tile", "width": 32, "height": 24, "overlap": 8}
    pool = node("AveragePool", ["image"], ["map"], kernel_shape=[4, 4], strides=[4, 4])
    segmentation = contract("tiles", ["attenuation"], tile, {"map": {"name": "map", "values": PROBABILITY}})
    save(folder, "tiles", [pool], [("image", FLOAT, ["batch", 1, 24, 32])], [("map", FLOAT, ["batch", 1, 6, 8])],
         document=segmentation)
    # The same with a batch of three.
    save(folder, "tiles3", [pool], [("image", FLOAT, [3, 1, 24, 32])], [("map", FLOAT, [3, 1, 6, 8])],
         document=segmentation)

    # As anomalib exports: normalised inside the contract's input, anomaly_map, pred_score, pred_label, pred_mask.
    save(
        folder, "anomalib",
        [
            node("ReduceMean", ["image"], ["anomaly_map"], axes=[1], keepdims=1),
            node("ReduceMax", ["anomaly_map"], ["pred_score"], axes=[1, 2, 3], keepdims=0),
            node("Greater", ["pred_score", "half"], ["pred_label"]),
            node("Greater", ["anomaly_map", "half"], ["pred_mask"]),
        ],
        [("image", FLOAT, ["batch", 3, 64, 64])],
        [("anomaly_map", FLOAT, ["batch", 1, 64, 64]), ("pred_score", FLOAT, ["batch"]),
         ("pred_label", TensorProto.BOOL, ["batch"]), ("pred_mask", TensorProto.BOOL, ["batch", 1, 64, 64])],
        [("half", 0.5, np.float32)],
        contract("anomalib", ["attenuation"] * 3, {"mode": "resize", "width": 64, "height": 64},
                 {"map": {"name": "anomaly_map", "values": {"kind": "linear", "low": -1.0, "high": 1.0}},
                  "score": {"name": "pred_score", "values": {"kind": "linear", "low": -1.0, "high": 1.0}}},
                 range=[0.0, 1.0], mean=[0.5] * 3, std=[0.5] * 3),
    )

    # Detector over tiles: always one box at (8, 4) to (16, 12) whose score is the tile's largest value, and a weak one.
    save(
        folder, "detector",
        [
            node("ReduceMax", ["image"], ["strong"], axes=[0, 1, 2, 3], keepdims=0),
            node("Unsqueeze", ["strong", "axis"], ["one"]),
            node("Concat", ["one", "weak"], ["scores"], axis=0),
            node("Identity", ["corners"], ["boxes"]),
            node("Identity", ["numbers"], ["labels"]),
        ],
        [("image", FLOAT, [1, 1, 32, 32])],
        [("boxes", FLOAT, [2, 4]), ("scores", FLOAT, [2]), ("labels", INT64, [2])],
        [("axis", [0], np.int64), ("weak", [0.1], np.float32), ("numbers", [1, 0], np.int64),
         ("corners", [[8, 4, 16, 12], [0, 0, 4, 4]], np.float32)],
        contract("detector", ["attenuation"], {"mode": "tile", "width": 32, "height": 32, "overlap": 0},
                 {"boxes": {"boxes": "boxes", "scores": "scores", "labels": "labels", "classes": ["brick", "bag"],
                            "layout": "xyxy"}}),
    )

    # A whole-scan map at full resolution, and what can be wrong with it.
    whole = [("image", FLOAT, ["batch", 1, "rows", "columns"])]
    maps = [("map", FLOAT, ["batch", 1, "rows", "columns"])]
    fits = contract("whole", ["attenuation"], {"mode": "whole", "multiple": 1},
                    {"map": {"name": "map", "values": LOGITS}})
    identity = [node("Identity", ["image"], ["map"])]
    save(folder, "whole", identity, whole, maps, document=fits)
    save(folder, "no_contract", identity, whole, maps)
    save(folder, "contract_is_no_json", identity, whole, maps, document="portray 1")
    misnamed = json.loads(json.dumps(fits))
    misnamed["input"]["name"] = "scan"
    save(folder, "misnamed", identity, whole, maps, document=misnamed)
    # 0 / 0 for every pixel without attenuation.
    save(folder, "not_a_number", [node("Div", ["image", "image"], ["map"])], whole, maps, document=fits)
    # A map that no pixel grid fits.
    odd = [node("MaxPool", ["image"], ["map"], kernel_shape=[2, 2], strides=[1, 1])]
    save(folder, "odd_map", odd, whole, [("map", FLOAT, ["batch", 1, "less_rows", "less_columns"])], document=fits)

    # Everything that a contract can name beside map, score and boxes, on a grid of a quarter of the resolution: the classes'
    # logits are mean attenuation and 0, the excess is what the mean attenuation is over 0.5, familiarity the scan's mean up to
    # 1, features its mean and its largest mean. `full` is on another grid.
    sides = ["batch", 1, "map_rows", "map_columns"]
    save(
        folder, "evidence",
        [
            node("AveragePool", ["image"], ["map"], kernel_shape=[4, 4], strides=[4, 4]),
            node("Conv", ["map", "one_and_none"], ["classes"]),
            node("Sub", ["map", "half"], ["excess"]),
            node("GlobalAveragePool", ["map"], ["mean"]),
            node("GlobalMaxPool", ["map"], ["most"]),
            node("Flatten", ["mean"], ["flat_mean"]),
            node("Flatten", ["most"], ["flat_most"]),
            node("Clip", ["flat_mean", "", "one"], ["familiarity"]),
            node("Concat", ["flat_mean", "flat_most"], ["features"], axis=1),
            node("Identity", ["image"], ["full"]),
        ],
        whole,
        [("map", FLOAT, sides), ("classes", FLOAT, ["batch", 2, "map_rows", "map_columns"]), ("excess", FLOAT, sides),
         ("familiarity", FLOAT, ["batch", 1]), ("features", FLOAT, ["batch", 2]),
         ("full", FLOAT, ["batch", 1, "rows", "columns"])],
        [("one_and_none", [[[[1]]], [[[0]]]], np.float32), ("half", 0.5, np.float32), ("one", 1, np.float32)],
        contract("evidence", ["attenuation"], {"mode": "whole", "multiple": 4},
                 {"map": {"name": "map", "values": PROBABILITY},
                  "classes": {"name": "classes", "values": SOFTMAX, "classes": ["in_cargo", "rip_off"]},
                  "excess": {"name": "excess", "sigma": 0.4},
                  "familiarity": {"name": "familiarity", "least": 0.1},
                  "features": {"name": "features"}}),
    )

    # Weights in another file: one that lies where the tests run, so that a loader that follows the name finds it.
    outside = TensorProto(name="weight", data_type=FLOAT, dims=[64], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", "Cargo.toml"), ("offset", "0"), ("length", "256")):
        place = outside.external_data.add()
        place.key, place.value = key, value
    values = lambda name: [helper.make_tensor_value_info(name, FLOAT, ["batch", 1, "rows", "columns"])]
    graph = helper.make_graph([node("Add", ["image", "weight"], ["map"])], "external", values("image"), values("map"),
                              [outside])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="portray")
    (folder / "external.onnx").write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
