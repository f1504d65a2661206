#!/usr/bin/env python3
"""Scan files to JSON reports with numpy, scipy, tifffile and onnxruntime: the peer that portray is compared with.

    python3 peer.py INPUT... --out DIR [--model FILE] [--threads N]

It does the job of `portray scan` (docs/prepare.md and docs/reports.md say what each step is for) the way a good Python user would
write it: whole-array numpy, compiled decoders and filters, one process per thread with a session of one thread each. It leaves
out what no library gives it: outlines of regions, resuming, limits for hostile files.
"""

import argparse
import hashlib
import io
import json
import os
import pathlib
import time
from concurrent.futures import ProcessPoolExecutor

# One thread a process: the pool is what uses the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import imagecodecs
import numpy as np
import onnxruntime
import pydicom
import tifffile
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.special import expit

SUFFIXES = {".tif", ".tiff", ".png", ".npy", ".dcs", ".dcm"}
LENGTHS_MM, HEIGHTS_MM = (6058, 12192, 13716), (2896, 2591, 2438)  # ISO 668
NOISE_FLOOR, SHIELDED, BRIGHTEST = 0.001, 0.002, 1.25  # transmission
SHIELDED_SIDE_MM, RING_MM, GAP_MM = 100, 120, 20
MAX_SHIELDED = 0.05  # share of the picture within its edges
# NIST SRD 126: photon energy in MeV, mass attenuation of water, aluminium and iron in cm2/g.
ENERGY = np.array([0.1, 0.2, 0.5, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10])
WATER = np.array([0.1707, 0.1370, 0.09687, 0.07865, 0.07072, 0.06323, 0.05754, 0.04942, 0.03969, 0.03403, 0.03031, 0.0277, 0.02429, 0.02219])
ALUMINIUM = np.array([0.1704, 0.1223, 0.08445, 0.06841, 0.06146, 0.05496, 0.05006, 0.04324, 0.03541, 0.03106, 0.02836, 0.02655, 0.02437, 0.02318])
IRON = np.array([0.3717, 0.1460, 0.08414, 0.06699, 0.05995, 0.0535, 0.04883, 0.04265, 0.03621, 0.03312, 0.03146, 0.03057, 0.02991, 0.02994])


# Reading


def read(path):
    """Planes (energies, rows, columns) as stored, the sidecar, and the file's digest."""
    data = path.read_bytes()
    if path.suffix in (".tif", ".tiff"):
        planes = tifffile.imread(io.BytesIO(data), maxworkers=1)
    elif path.suffix == ".png":
        planes = imagecodecs.png_decode(data)
    elif path.suffix == ".npy":
        planes = np.load(io.BytesIO(data))
    else:
        planes = pydicom.dcmread(io.BytesIO(data)).pixel_array
    sidecar = path.with_suffix(".json")
    meta = json.loads(sidecar.read_text()) if sidecar.exists() else {}
    return planes if planes.ndim == 3 else planes[None], meta, hashlib.sha256(data).hexdigest()


# Preparing


def run_of_air(profile):
    """How many values from the start stay within 1.5 % of what came before them."""
    smooth = ndimage.median_filter(profile, 5)
    below = smooth < 0.985 * np.median(smooth[:8])
    return max(int(np.argmax(below)) - 4, 0) if below.any() else len(profile)


def normalise(counts):
    """Counts of one plane to transmission; dark from a black strip, air from the margins of the picture. Also the dark's noise."""
    bright = np.quantile(counts[::7, ::7], 0.995)
    measured = np.flatnonzero(counts[:, ::5].mean(axis=1) > 0.03 * bright)
    first, last = measured[0], measured[-1] + 1
    strip = np.concatenate([counts[: max(first - 1, 0)], counts[last + 1 :]])
    dark, sigma = 0.0, 0.0
    if strip.size:
        dark = float(np.median(strip))
        sigma = 1.4826 * float(np.median(np.abs(strip - dark)))
    image = counts[first:last] - np.float32(dark)
    columns = image[:: max(len(image) // 128, 1)].mean(axis=0)
    left, right = run_of_air(columns), run_of_air(columns[::-1])
    width = image.shape[1]
    if left + right >= width or left + right == 0:
        return image / np.float32(bright - dark), first, 0, sigma / bright
    levels = [np.median(side, axis=1) for side in (image[:, :left], image[:, width - right :]) if side.shape[1] >= 4]
    # A dead channel is 0 at both ends.
    alive = (levels[0] > 0) & (levels[-1] > 0)
    quotient = float(np.median(levels[-1][alive] / levels[0][alive]))
    row = (levels[0] + levels[-1] / quotient) / 2
    dead = (row < 0.3 * ndimage.median_filter(row, 15)) | (row <= 0)
    row[dead] = np.interp(np.flatnonzero(dead), np.flatnonzero(~dead), row[~dead])
    drift = np.interp(np.arange(width), [left / 2, width - right / 2], [1, quotient]).astype(np.float32)
    image /= row[:, None]
    air_rows = run_of_air((image[:, ::8] / drift[::8]).mean(axis=1))
    if air_rows >= 4:
        drift = np.median(image[: min(air_rows, 64)], axis=0)
        drift = ndimage.uniform_filter1d(ndimage.median_filter(drift, 45, mode="nearest"), 45, mode="nearest")
    image /= drift
    if dead.any():
        good = np.flatnonzero(~dead)
        nearest = good[np.clip(np.searchsorted(good, np.flatnonzero(dead)), 0, len(good) - 1)]
        image[dead] = image[nearest]
    return image, first, int(air_rows), sigma / float(np.median(row))


def edge(profile):
    """The first value past half of the first rise."""
    something = profile > 0.015
    begin = int(np.argmax(something[:-1] & something[1:]))
    return begin + int(np.argmax(profile[begin:] > 0.5 * profile[begin : begin + 4].max()))


def locate(t, pixel):
    """The container's box (top, bottom, left, right) in front of air, and whether it is one."""
    size = 4
    rows, columns = (n // size * size for n in t.shape)
    blocks = 1 - t[:rows, :columns].reshape(rows // size, size, columns // size, size).mean(axis=(1, 3))
    something = ndimage.binary_opening(blocks > 0.025, np.ones((2, 3)))
    if not something.any():
        return (0, t.shape[0], 0, t.shape[1]), False
    tops = np.where(something.any(axis=0), something.argmax(axis=0), -1)
    bottoms = len(something) - something[::-1].argmax(axis=0)
    roof = np.bincount(tops[tops >= 0]).argmax()
    under_roof = np.flatnonzero(np.abs(tops - roof) <= 2)
    left, right, top = under_roof[0] * size, (under_roof[-1] + 1) * size, roof * size
    bottom = int(np.median(bottoms[under_roof])) * size
    # Block edges to single pixels.
    reach = 5 * size
    inner_rows = slice(top + (bottom - top) // 20, (top + bottom) // 2)
    inner = slice(left + (right - left) // 20, right - (right - left) // 20, 5)
    a, b = max(left - reach, 0), min(right + reach, t.shape[1])
    new_left = a + edge(1 - t[inner_rows, a : left + reach].mean(axis=0))
    new_right = b - edge(1 - t[inner_rows, right - reach : b].mean(axis=0)[::-1])
    a, b = max(top - reach, 0), min(bottom + reach, len(t))
    new_top = a + edge(1 - np.median(t[a : top + reach, inner], axis=1))
    new_bottom = b - edge(1 - np.median(t[bottom - reach : b, inner], axis=1)[::-1])
    length, height = (new_right - new_left) * pixel[0], (new_bottom - new_top) * pixel[1]
    if min(abs(length / nominal - 1) for nominal in LENGTHS_MM) > 0.08:
        return (new_top, new_bottom, new_left, new_right), False
    below = bottoms[under_roof] - bottom // size
    if (below > 2).sum() > 2 or (abs(below) <= 2).mean() < 0.9 or not any(0.97 <= height / nominal <= 1.4 for nominal in HEIGHTS_MM):
        # Beams and wheels hang below: the floor is the lowest edge along the length, from an ISO height down to what a
        # fan beam makes of one, that has something under it.
        lines = []
        for at in range(int(0.988 * HEIGHTS_MM[1] / pixel[1]), min(int(1.4 * HEIGHTS_MM[0] / pixel[1]), len(t) - new_top - 8)):
            rows = t[new_top + at - 3 : new_top + at + 3, inner]
            steps = rows[3:].mean(axis=0) - rows[:3].mean(axis=0)
            step = abs(float(np.median(steps)))
            straight = max((steps > 0.01).mean(), (steps < -0.01).mean()) >= 2 / 3
            if straight and step > 0.02 and np.quantile(1 - t[new_top + at + 7, inner], 0.15) > 0.05:
                lines.append((at, step))
        if not lines:
            return (new_top, new_bottom, new_left, new_right), False
        # A line is found in several rows; the strongest of them is its place.
        new_bottom = new_top + max((line for line in lines if line[0] + 6 > lines[-1][0]), key=lambda line: line[1])[0]
    return (new_top, new_bottom, new_left, new_right), True


def jumps(t):
    """Where a pixel lies far outside what the pixels two columns to each side allow."""
    low, high = np.minimum(t[:, :-4], t[:, 4:]), np.maximum(t[:, :-4], t[:, 4:])
    return ((low > 0.03) & (t[:, 2:-2] < 0.5 * low)) | (t[:, 2:-2] > 1.3 * high + 0.02)


def fill_dropouts(t):
    """Fills dropout columns (one or two wide; black, white or constant) in place and returns their mask."""
    filled = np.zeros(t.shape, bool)
    least = max(int(np.ceil(0.03 * len(t))), 8)
    candidates = 2 + np.flatnonzero(jumps(t[::3]).sum(axis=0) >= max(least // 6, 1))
    for c in candidates:
        jumped = jumps(t[:, c - 2 : c + 3])[:, 0]
        values = t[jumped, c]
        if jumped.sum() < least or not (np.median(values) < 0.006 or np.median(values) > 1.1):
            continue
        same = t[:, c] < 0.006 if np.median(values) < 0.006 else t[:, c] > 1.1
        filled[:, c] = ndimage.binary_closing(jumped | same, np.ones(7))
    if not filled.any():
        return filled
    filled &= ~ndimage.binary_opening(filled, np.ones((1, 3)))
    for c in np.flatnonzero(filled.any(axis=0)):
        rows = filled[:, c]
        before = c - 2 if filled[:, c - 1].any() else c - 1
        after = c + 2 if c + 1 < t.shape[1] and filled[:, c + 1].any() else c + 1
        t[rows, c] = (t[rows, max(before, 0)] + t[rows, min(after, t.shape[1] - 1)]) / 2
    return filled


def darkest(t):
    """The transmission that 0.2 % of the medians of squares of 16 pixels lie under, and the least of them half a square apart."""

    def medians(t):
        rows, columns = (n // 16 * 16 for n in t.shape)
        squares = t[:rows, :columns].reshape(rows // 16, 16, columns // 16, 16)[:, ::2, :, ::2]
        return np.median(squares.transpose(0, 2, 1, 3).reshape(rows // 16, columns // 16, -1), axis=2)

    whole = medians(t)
    least = [whole.min(), *(medians(part).min() for part in (t[8:], t[:, 8:], t[8:, 8:]))]
    return float(np.quantile(whole, 0.002)), float(min(least))


def resize(plane, size, how):
    return np.asarray(Image.fromarray(plane).resize((size[1], size[0]), how))


def prepare(planes, meta, pixel_mm):
    """Counts to attenuation planes on the model's grid, masks of shielded and repaired pixels, and where the grid lies."""
    given = meta.get("pixel_mm", 5.0)
    pixel = (given["x"], given["y"]) if isinstance(given, dict) else tuple(given) if isinstance(given, list) else (given, given)
    full = meta.get("full_scale", np.iinfo(planes.dtype).max if planes.dtype.kind == "u" else float(planes.max()))
    counts = planes[:2].astype(np.float32)
    polarity = meta.get("polarity")
    if polarity is None:
        border = np.concatenate([counts[0, :, :8].ravel(), counts[0, :, -8:].ravel(), counts[0, :8].ravel()])
        polarity = "air_bright" if np.median(border) > np.median(counts[0, ::9, ::9]) else "air_dark"
    if polarity == "air_dark":
        np.subtract(np.float32(full), counts, out=counts)
    normal = [normalise(plane) for plane in counts]
    first = max(n[1] for n in normal)
    rows = min(len(n[0]) + n[1] for n in normal) - first
    ts = [n[0][first - n[1] :][:rows] for n in normal]
    (top, bottom, left, right), container = locate(ts[0], pixel)
    ts = [np.ascontiguousarray(t[top:bottom, left:right]) for t in ts]
    if len(ts) == 2:
        both = [t[::5, ::7].ravel() for t in ts]
        dense = (np.minimum(*both) > 0.05) & (np.maximum(*both) < 0.6)
        if dense.sum() >= 50 and np.median(np.log(both[0][dense]) / np.log(both[1][dense])) > 1.02:
            ts.reverse()
    repaired = np.logical_or.reduce([fill_dropouts(t) for t in ts])
    quantum = 2 / (0.9 * full) if planes.dtype.kind == "u" else 0
    level = max(SHIELDED, 5 * normal[0][3], quantum)
    if normal[0][3] == 0:  # No black strip tells the dark level: what is near the darkest is not seen.
        level = next((1.25 * t for t in darkest(ts[0]) if level < 1.25 * t <= 0.05), level)
    shielded = (ts[0] < level) & ~repaired
    size = (max(round((bottom - top) * pixel[1] / pixel_mm), 1), max(round((right - left) * pixel[0] / pixel_mm), 1))
    attenuation = []
    for t in ts:
        t = resize(t, size, Image.Resampling.BILINEAR).clip(NOISE_FLOOR, BRIGHTEST)
        attenuation.append(np.maximum(-np.log(t), 0))
    masks = [resize(mask.astype(np.uint8) * 255, size, Image.Resampling.BOX) for mask in (shielded, repaired)]
    frame = {
        "crop_px": {"x": int(left), "y": int(first + top), "width": int(right - left), "height": int(bottom - top)},
        "container": container,
        "source_pixel": pixel,
        "pixel": (pixel[0] * (right - left) / size[1], pixel[1] * (bottom - top) / size[0]),
        "doors": meta.get("doors", "right"),
    }
    return attenuation, masks[0] >= 128, masks[1] > 0, frame


# Inferring


class Model:
    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.contract = json.loads(self.session.get_modelmeta().custom_metadata_map["portray"])
        self.digest = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()

    def scores(self, attenuation):
        """The model's map from 0 to 1, at its own resolution, how many pixels a value covers, and the time it took."""
        given, output = self.contract["input"], self.contract["outputs"]["map"]
        rows, columns = attenuation.shape
        multiple = given["area"]["multiple"]
        x = np.pad(attenuation, ((0, -rows % multiple), (0, -columns % multiple)))
        if "range" in given:
            x = x.clip(*given["range"])
        started = time.perf_counter()
        (answer,) = self.session.run([output["name"]], {given["name"]: x[None, None]})
        seconds = time.perf_counter() - started
        answer = answer.reshape(answer.shape[-2:])
        unit = x.shape[1] // answer.shape[1]
        answer = answer[: -(-rows // unit), : -(-columns // unit)]
        return (expit(answer) if output["values"]["kind"] == "logits" else answer), unit, seconds


# Judging


def merged(boxes, gap):
    """Groups of indices of boxes (slices) that are at most `gap` (rows, columns) apart."""
    groups = []
    for index, box in enumerate(boxes):
        group, bounds = [index], [[s.start, s.stop] for s in box]
        while True:
            near = [g for g in groups if all(a <= d + n and c <= b + n for (a, b), (c, d), n in zip(bounds, g[1], gap))]
            if not near:
                break
            for other in near:
                groups.remove(other)
                group += other[0]
                bounds = [[min(a, c), max(b, d)] for (a, b), (c, d) in zip(bounds, other[1])]
        groups.append((group, bounds))
    return groups


def coefficients(mev):
    mev = np.clip(mev, ENERGY[0], ENERGY[-1])
    at = [float(np.exp(np.interp(np.log(mev), np.log(ENERGY), np.log(table)))) for table in (WATER, ALUMINIUM, IRON)]
    return 0.955 * at[0], at[1], at[2]


def effective(stated):
    return stated if stated < 2 else min(stated / 3, 10)


def excess(attenuation, valid, box, mask, pixel):
    """Mean extra attenuation over the four sides' medians, its uncertainty, and the number of pixels."""
    (top, bottom), (left, right) = box
    (gy, ry), (gx, rx) = ((int(np.ceil(GAP_MM / p)), int(np.ceil(RING_MM / p))) for p in (pixel[1], pixel[0]))
    sides = [
        np.s_[top:bottom, max(left - gx - rx, 0) : max(left - gx, 0)],
        np.s_[top:bottom, right + gx : right + gx + rx],
        np.s_[max(top - gy - ry, 0) : max(top - gy, 0), left:right],
        np.s_[bottom + gy : bottom + gy + ry, left:right],
    ]
    medians = [np.median(attenuation[s][valid[s]]) for s in sides if valid[s].sum() >= 8]
    if not medians or not mask.any():
        return None
    background = np.median(medians)
    spread = {2: 1.13, 3: 1.69, 4: 2.06}.get(len(medians))
    sigma = (max(medians) - min(medians)) / spread if spread else 0.1 * abs(background)
    # The region and a small margin: outlines run inside what they mark.
    y, x = max(top - gy, 0), max(left - gx, 0)
    window = attenuation[y : bottom + gy, x : right + gx]
    around = np.zeros(window.shape, bool)
    around[top - y : bottom - y, left - x : right - x] = mask
    around = ndimage.maximum_filter(around, (2 * gy + 1, 2 * gx + 1), mode="constant")
    return float(window[around].mean() - background), float(sigma), int(around.sum())


def zone(box, length, height):
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if y > height - 150:
        return "roof"
    if y < 200:
        return "floor"
    return "door_end" if x > length - 1200 else "front_wall" if x < 600 else "load"


def boxes_of(box, frame):
    """A box in grid pixels in source pixels and in mm from the front bottom corner."""
    (top, bottom), (left, right) = box
    crop, (px, py), (sx, sy) = frame["crop_px"], frame["pixel"], frame["source_pixel"]
    x0, x1 = int(left * px / sx), min(int(np.ceil(right * px / sx)), crop["width"])
    y0, y1 = int(top * py / sy), min(int(np.ceil(bottom * py / sy)), crop["height"])
    source = {"x": crop["x"] + x0, "y": crop["y"] + y0, "width": x1 - x0, "height": y1 - y0}
    x = x0 if frame["doors"] == "right" else crop["width"] - x1
    mm = {"x": x * sx, "y": (crop["height"] - y1) * sy, "width": (x1 - x0) * sx, "height": (y1 - y0) * sy}
    return source, mm


def judge(attenuation, shielded, repaired, frame, scores, unit, contract, meta):
    limits = contract["score"]
    (px, py), shape = frame["pixel"], attenuation[0].shape
    cell = px * py * unit * unit
    labels, count = ndimage.label(scores >= limits["region_grow"], np.ones((3, 3)))
    peaks = np.atleast_1d(ndimage.maximum(scores, labels, np.arange(1, count + 1))) if count else np.array([])
    seeded = np.flatnonzero(peaks >= limits["region_seed"]) + 1
    found = ndimage.find_objects(labels)
    gap = (round(limits["merge_mm"] / (py * unit)), round(limits["merge_mm"] / (px * unit)))
    energies = sorted(meta.get("energies_mv", []), reverse=True)
    high = effective(energies[0]) if energies else 2.0
    low = effective(energies[1]) if len(energies) > 1 else high * 2 / 3
    at_high, at_low = coefficients(high), coefficients(low)
    valid = ~(shielded | repaired)
    length = frame["crop_px"]["width"] * frame["source_pixel"][0]
    height = frame["crop_px"]["height"] * frame["source_pixel"][1]
    regions = []
    for group, bounds in merged([found[n - 1] for n in seeded], gap):
        part = tuple(slice(*b) for b in bounds)
        mask = np.isin(labels[part], seeded[group])
        if mask.sum() * cell < limits["min_area_mm2"]:
            continue
        box = [[a * unit, min(b * unit, most)] for (a, b), most in zip(bounds, shape)]
        large = mask.repeat(unit, axis=0).repeat(unit, axis=1)[: box[0][1] - box[0][0], : box[1][1] - box[1][0]]
        source, mm = boxes_of(box, frame)
        inside = scores[part][mask]
        region = {
            "box_px": source,
            "box_mm": mm,
            "area_mm2": float(mask.sum() * cell),
            "score": float(inside.max()),
            "mean_score": float(inside.mean()),
            "zone": zone(mm, length, height) if frame["container"] else None,
            "mass": None,
            "material": None,
            "shielded_share": float(shielded[box[0][0] : box[0][1], box[1][0] : box[1][1]][large].mean()),
        }
        extra = excess(attenuation[0], valid, box, large, frame["pixel"])
        if extra is not None:
            to_kg = extra[2] * px * py / 100 / at_high[0] / 1000
            kg = extra[0] * to_kg
            sigma = float(np.hypot(extra[1] * to_kg, kg * (0.16 if energies else 0.35)))
            region["mass"] = {"kg": kg, "sigma_kg": sigma, "extra_attenuation": extra[0]}
            if len(attenuation) == 2 and extra[0] >= 0.05 and high > low:
                other = excess(attenuation[1], valid, box, large, frame["pixel"])
                ratio = other[0] / extra[0]
                bands = [l / h for h, l in zip(at_high, at_low)]
                cuts = [(bands[0] + bands[1]) / 2, (bands[1] + bands[2]) / 2]
                band = "organic" if ratio > cuts[0] else "mineral" if ratio > cuts[1] else "metal"
                region["material"] = {"band": band, "ratio": ratio}
        regions.append(region)
    regions.sort(key=lambda r: -r["score"])
    square = np.ones((max(round(SHIELDED_SIDE_MM / py), 1), max(round(SHIELDED_SIDE_MM / px), 1)))
    blocked = []
    if shielded.any():
        # Where a square of that side fits; two one-dimensional minima cost far less than a binary opening with a square.
        eroded = ndimage.minimum_filter(shielded, square.shape, mode="constant")
        places, count = ndimage.label(ndimage.maximum_filter(eroded, square.shape), np.ones((3, 3)))
        blocked = [boxes_of([[s.start, s.stop] for s in place], frame)[0] for place in ndimage.find_objects(places)]
    # Nothing gets through much of it, in places too ragged for a square: noise lets pixels over the level here and there.
    inner = shielded[square.shape[0] : -square.shape[0], square.shape[1] : -square.shape[1]]
    score = regions[0]["score"] if regions else min(float(scores.max()), limits["threshold"] - 0.001)
    if score >= limits["threshold"]:
        verdict = "flagged"
    elif blocked or inner.mean() > MAX_SHIELDED or repaired.mean() > 0.2:
        verdict = "inconclusive"
    else:
        verdict = "clear"
    return {"verdict": verdict, "score": score, "threshold": limits["threshold"], "regions": regions, "shielded": blocked}


# Reporting


def overlay(attenuation, scores, unit, shielded, report, frame):
    """The picture with score map, shielded places and boxes drawn in, as PNG bytes."""
    rows, columns = attenuation.shape
    scale = min(1600 / columns, 1)
    size = (round(rows * scale), round(columns * scale))
    most = max(float(np.quantile(attenuation[::6, ::6], 0.995)), 0.5)
    grey = resize((255 * (1 - (attenuation / most).clip(0, 1))).astype(np.uint8), size, Image.Resampling.BOX)
    tint = Image.fromarray((255 * scores).astype(np.uint8)).resize((scores.shape[1] * unit, scores.shape[0] * unit)).crop((0, 0, columns, rows))
    strength = 0.45 * np.asarray(tint.resize((size[1], size[0]), Image.Resampling.BILINEAR), np.float32)[..., None] / 255
    colour = grey[..., None] * (1 - strength) + np.array([255, 60, 40], np.float32) * strength
    colour[resize(shielded.astype(np.uint8) * 255, size, Image.Resampling.BOX) > 127] = (90, 60, 160)
    picture = Image.new("RGB", (size[1], size[0] + 86))
    picture.paste(Image.fromarray(colour.astype(np.uint8)), (0, 56))
    draw = ImageDraw.Draw(picture)
    draw.text((8, 8), f"{report['verdict']}  {report['scan']['name']}", "white")
    draw.text((8, 34), f"score {report['score']:.3f} (threshold {report['threshold']:.3f})", "grey")
    crop, px, sx = frame["crop_px"], frame["pixel"], frame["source_pixel"]
    for number, region in enumerate(report["regions"], 1):
        b = region["box_px"]
        x0, y0 = (b["x"] - crop["x"]) * sx[0] / px[0] * scale, (b["y"] - crop["y"]) * sx[1] / px[1] * scale
        x1, y1 = x0 + b["width"] * sx[0] / px[0] * scale, y0 + b["height"] * sx[1] / px[1] * scale
        draw.rectangle((x0, 56 + y0, x1, 56 + y1), outline=(255, 60, 40), width=2)
        draw.text((x0 + 2, 44 + y0), f"{number}: {region['score']:.2f}", (255, 60, 40))
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def write(path, data):
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(data)
    os.replace(temporary, path)


MODEL = None


def start(path):
    global MODEL
    MODEL = Model(path)


def one(job):
    """One scan from file to report; a failure is its report."""
    path, out = job
    report = {"scan": {"name": path.name}}
    times = [time.perf_counter()]
    try:
        planes, meta, digest = read(path)
        report["scan"] |= {"sha256": digest, "height": planes.shape[1], "width": planes.shape[2], "planes": len(planes), "metadata": meta}
        times.append(time.perf_counter())
        attenuation, shielded, repaired, frame = prepare(planes, meta, MODEL.contract["input"]["pixel_mm"])
        times.append(time.perf_counter())
        scores, unit, runtime = MODEL.scores(attenuation[0])
        times.append(time.perf_counter())
        report |= judge(attenuation, shielded, repaired, frame, scores, unit, MODEL.contract, meta)
        report["preparation"] = frame
        times.append(time.perf_counter())
        if report["verdict"] != "clear":
            write(out / "overlays" / f"{path.stem}.png", overlay(attenuation[0], scores, unit, shielded, report, frame))
        times.append(time.perf_counter())
        names = ("read_ms", "prepare_ms", "infer_ms", "judge_ms", "overlay_ms")
        report["timings"] = {n: 1000 * (b - a) for n, a, b in zip(names, times, times[1:])} | {"runtime_ms": 1000 * runtime}
    except Exception as error:
        report |= {"verdict": "failed", "score": None, "regions": [], "error": f"{type(error).__name__}: {error}"}
    report["model"] = {"name": MODEL.contract["name"], "version": MODEL.contract["version"], "sha256": MODEL.digest}
    write(out / "scans" / f"{path.name}.json", json.dumps(report, indent=2).encode())
    return {"name": path.name, "verdict": report["verdict"], "score": report["score"], "regions": len(report["regions"])}


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+", type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path, default=here.parent.parent / "models" / "contrast.onnx")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    for folder in ("scans", "overlays"):
        (arguments.out / folder).mkdir(parents=True, exist_ok=True)
    paths = []
    for given in arguments.inputs:
        inside = sorted(given.rglob("*")) if given.is_dir() else [given]
        paths += [p for p in inside if p.suffix in SUFFIXES and not p.name.endswith(".mask.png")]
    with ProcessPoolExecutor(arguments.threads, initializer=start, initargs=(str(arguments.model),)) as pool:
        rows = list(pool.map(one, [(path, arguments.out) for path in paths]))
    rows.sort(key=lambda row: (row["verdict"] != "flagged", -(row["score"] or 0), row["name"]))
    write(arguments.out / "summary.json", json.dumps({"scans": rows}, indent=2).encode())


if __name__ == "__main__":
    main()
