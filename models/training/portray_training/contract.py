"""The model contract: what portray feeds the graph and what its outputs mean. The only place that names either."""

PIXEL_MM = 10.0
MULTIPLE = 32  # sides of the input are a multiple of this: five halvings
STRIDE = 4  # input pixels per pixel of the output maps: 40 mm
CHANNELS = ("attenuation", "transmission", "ratio", "validity", "height", "door_distance")
CLASSES = ("rip_off", "reefer_machinery", "structure", "in_cargo", "in_empty", "person")
OUTPUTS = ("map", "classes", "excess", "features", "score", "familiarity")  # in the graph's order


def contract(name: str, version: str, summary: str, threshold: float = 0.5) -> dict:
    """The whole document that goes into the ONNX file's metadata. `threshold` is a score after the sigmoid, 0 to 1."""
    document = input_contract()
    document |= {"name": name, "version": version, "summary": summary}
    document["outputs"] = {
        "map": {"name": "map", "values": {"kind": "logits"}},
        "score": {"name": "score", "values": {"kind": "logits"}},
        "classes": {"name": "classes", "values": {"kind": "softmax"}, "classes": list(CLASSES)},
        "excess": {"name": "excess", "sigma": 0.4},
        "familiarity": {"name": "familiarity", "least": 0.1},
        "features": {"name": "features"},
    }
    document["score"]["threshold"] = threshold
    return document


def input_contract() -> dict:
    """The smallest contract with this model's input, for `portray tensors`: that needs no graph."""
    return {
        "schema_version": 1,
        "name": "training-input",
        "version": "1.0.0",
        "licence": "MIT OR Apache-2.0",
        "summary": "What the network is trained on.",
        "input": {
            "name": "scan",
            "channels": list(CHANNELS),
            "pixel_mm": PIXEL_MM,
            "area": {"mode": "whole", "multiple": MULTIPLE},
        },
        "outputs": {"map": {"name": "map", "values": {"kind": "logits"}}},
        "score": {
            "threshold": 0.5,
            "region_seed": 0.5,
            "region_grow": 0.2,
            "min_area_mm2": 10000.0,
            "merge_mm": 150.0,
        },
    }
