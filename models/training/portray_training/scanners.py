"""Scanner files for training: many randomly varied versions of portray's built-in scanners.

A network trained on one scanner learns that scanner's noise. Every chunk of training scans therefore comes from a scanner of
its own: coarser pixels (a quarter of the rays, so four times the scans an hour), other geometry, beam, noise and artefacts.
"""

import copy
import math

import numpy as np

# Shares of the training set. Held out of training and validation, for tests alone: dual_9_6_dark and gamma_co60.
TRAINING = {"dual_6_4": 0.5, "single_6": 0.3, "export_8bit": 0.2}
HELD_OUT = ("dual_9_6_dark", "gamma_co60")
NATIVE = 0.1  # this share of the chunks keeps the preset's own pixel size
PIXEL_MM = (7.5, 9.5)

# Highest values that the scanner schema allows, with room below.
LIMITS = {"drift": 0.3, "dropouts": 20, "wobble_mm": 15, "module_gain": 0.05, "channel_gain": 0.01, "pulse_jitter": 0.02}


def draw(rng: np.random.Generator) -> tuple[str, bool]:
    """A preset's name, and whether it keeps its own pixel size."""
    preset = str(rng.choice(list(TRAINING), p=list(TRAINING.values())))
    return preset, bool(rng.random() < NATIVE)


def vary(preset: dict, rng: np.random.Generator, name: str, native: bool) -> dict:
    """A version of `preset` (a parsed scanner file) called `name`; the same `rng` state gives the same version."""
    scanner = copy.deepcopy(preset)
    scanner["name"] = name
    scanner["description"] = f"A version of {preset['name']} for training"
    coarser = 1.0 if native else _coarsen(scanner, rng)
    _vary_beams(scanner, rng)
    _vary_geometry(scanner, rng)
    _vary_detector(scanner["detector"], rng)
    _vary_artefacts(scanner.get("artefacts", {}), coarser, rng)
    low, high = scanner["margin_mm"]
    low = max(40.0, low * rng.uniform(0.5, 1.3))
    scanner["margin_mm"] = [round(low), round(low + (high - scanner["margin_mm"][0]) * rng.uniform(0.5, 1.5))]
    if rng.random() < 0.2:
        scanner["polarity"] = "air_dark" if scanner["polarity"] == "air_bright" else "air_bright"
    return scanner


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """Log-uniform: half and double are equally likely."""
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def _coarsen(scanner: dict, rng: np.random.Generator) -> float:
    """Larger pixels that keep noise per mm2, blur in mm and artefacts in mm. Returns how many times longer their side is."""
    old = scanner["pixel_mm"]
    x = rng.uniform(*PIXEL_MM)
    y = float(np.clip(x * rng.uniform(0.93, 1.07), *PIXEL_MM))
    area = x * y / (old["x"] * old["y"])
    side = math.sqrt(area)
    scanner["pixel_mm"] = {"x": round(x, 2), "y": round(y, 2)}
    detector = scanner["detector"]
    detector["photons"] *= area
    for beam in scanner["beams"]:
        if "photons" in beam:
            beam["photons"] *= area
    # A coarse pixel averages `area` fine ones: electronic noise falls with the root of their number.
    detector["electronic"] /= side
    for key in ("blur_px", "crosstalk"):
        if key in detector:
            detector[key] /= side
    detector["afterglow_columns"] = max(0.5, detector.get("afterglow_columns", 4.0) / side)
    artefacts = scanner.get("artefacts", {})
    for key in ("module_rows", "dead_rows", "dead_rows_top"):
        if key in artefacts:
            artefacts[key] = round(artefacts[key] / side)
    for key in ("channel_gain", "pulse_jitter"):
        if key in artefacts:
            artefacts[key] /= math.sqrt(side)
    return side


def _vary_beams(scanner: dict, rng: np.random.Generator) -> None:
    dose = _between(rng, 0.5, 2.0)
    scanner["detector"]["photons"] *= dose
    energy = rng.uniform(0.92, 1.12)
    for beam in scanner["beams"]:
        if "mv" in beam:
            beam["mv"] = round(float(np.clip(beam["mv"] * energy * rng.uniform(0.98, 1.02), 2.5, 10.0)), 2)
        if "photons" in beam:
            beam["photons"] *= dose
        for layer in beam.get("filter", []):
            layer["mm"] = round(layer["mm"] * _between(rng, 0.5, 2.0), 2)


def _vary_geometry(scanner: dict, rng: np.random.Generator) -> None:
    geometry = scanner["geometry"]
    geometry["source_mm"] = round(geometry["source_mm"] * rng.uniform(0.75, 1.35))
    geometry["detector_mm"] = round(rng.uniform(1900, 3400))
    geometry["source_height_mm"] = round(rng.uniform(700, 2700))
    geometry["array"] = "l_shaped" if rng.random() < 0.3 else "vertical"
    geometry["tilt_deg"] = round(rng.uniform(-5, 5), 2) if rng.random() < 0.15 else 0.0


def _vary_detector(detector: dict, rng: np.random.Generator) -> None:
    detector["air"] = round(rng.uniform(38000, 62000))
    detector["dark"] = round(rng.uniform(0, 300))
    detector["electronic"] *= _between(rng, 0.5, 2.0)
    for key, most in (("scatter", 0.1), ("blur_px", 1.5), ("crosstalk", 0.2), ("afterglow", 0.03)):
        if key in detector:
            detector[key] = min(most, detector[key] * _between(rng, 0.5, 2.0))
    detector["companding"] = bool(rng.random() < 0.1)


def _vary_artefacts(artefacts: dict, coarser: float, rng: np.random.Generator) -> None:
    for key, value in artefacts.items():
        if key == "interlace":
            continue
        if key == "module_rows":
            artefacts[key] = int(value * rng.choice([0.5, 1, 1, 2]))
        elif key in ("dead_rows", "dead_rows_top"):
            artefacts[key] = int(round(value * rng.uniform(0, 2)))
        else:
            artefacts[key] = min(LIMITS.get(key, math.inf), value * _between(rng, 0.3, 2.5))
