"""Writes tests/data/statistics/*.json: random cases, most of them with ties, and what independent packages make of them.

    pip install -r tests/data/statistics/requirements.txt
    python3 tests/data/statistics/make.py [ranking ...]

R (4.2 or later, for exact Kolmogorov-Smirnov tests with ties) with pROC 1.18.0 has to be installed as `Rscript`; the packages behind
every figure are named beside it. The tests in src/evaluate/statistics/tests/ read the files.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from anomalib.metrics.aupro import _AUPRO
from crepes.base import ConformalClassifier
from crepes.martingales import EpsilonBettingFunction, SimpleJumper
from MLstatkit import Delong_test
from monai.metrics import compute_froc_curve_data
from pyaupro._reference import compute_pro
from scipy import ndimage, special, stats
from sklearn import metrics
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

HERE = pathlib.Path(__file__).parent


def write(name, cases):
    text = json.dumps(cases, separators=(",", ":"), allow_nan=False)
    (HERE / f"{name}.json").write_text(text.replace("},{", "},\n{") + "\n")
    print(name, len(cases), "bytes", len(text))


def finite(values):
    """None for an infinite threshold: JSON has no infinity."""
    return [float(value) if np.isfinite(value) else None for value in values]


def scored(random, kind, n):
    """Scores and labels of n cases; the kind says how many ties there are."""
    positive = random.random(n) < random.uniform(0.2, 0.8)
    positive[:2] = [True, False]
    raw = random.normal(size=n) + positive * random.uniform(0, 2)
    scores = {
        "none": raw,
        "some": np.round(raw * 4) / 4,
        "many": np.round(raw),
        "all": np.zeros(n),
        "perfect": raw + 100 * positive,
        "reversed": raw - 100 * positive,
        "tiny": np.round(raw * 2) / 2,
    }[kind]
    return np.round(scores, 6), positive


def ranking():
    """scikit-learn: roc_auc_score, average_precision_score, roc_curve, auc."""
    random, cases = np.random.default_rng(1), []
    kinds = ["none", "some", "many", "all", "perfect", "reversed", "tiny"]
    for index in range(42):
        kind = kinds[index % len(kinds)]
        scores, positive = scored(random, kind, int(random.integers(2, 6)) if kind == "tiny" else int(random.integers(10, 60)))
        n = len(scores)
        weighting = ["ones", "counts", "reals"][index // 7 % 3]
        weights = {
            "ones": np.ones(n),
            "counts": random.integers(0, 4, n).astype(float),
            "reals": np.round(random.uniform(0.1, 3, n), 4),
        }[weighting]
        weights[:2] = np.maximum(weights[:2], 1)
        fpr, tpr, thresholds = metrics.roc_curve(positive, scores, sample_weight=weights, drop_intermediate=False)
        detection = []
        for rate in [0.0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0]:
            within = fpr <= rate
            best = tpr[within].max()
            at = np.argmax(within & (tpr == best))
            detection.append({"rate": rate, "detected": best, "false_alarms": fpr[at], "threshold": finite([thresholds[at]])[0]})
        partial = []
        for rate in [0.02, 0.1, 0.3, 1.0]:
            inside = fpr < rate
            x, y = np.append(fpr[inside], rate), np.append(tpr[inside], np.interp(rate, fpr, tpr))
            # The curve rises upright where thresholds have no false alarm more: the last one at the limit counts, as in scikit-learn.
            on = fpr == rate
            if on.any():
                x, y = np.append(fpr[inside], [rate]), np.append(tpr[inside], [tpr[on].min()])
            partial.append({
                "rate": rate,
                "raw": metrics.auc(x, y) if len(x) > 1 else 0.0,
                "standardised": metrics.roc_auc_score(positive, scores, sample_weight=weights, max_fpr=rate),
            })
        cases.append({
            "kind": kind,
            "scores": scores.tolist(),
            "positive": positive.tolist(),
            "weighting": weighting,
            "weights": weights.tolist(),
            "auc": metrics.roc_auc_score(positive, scores, sample_weight=weights),
            "average_precision": metrics.average_precision_score(positive, scores, sample_weight=weights),
            "detection": detection,
            "partial": partial,
            # scikit-learn leaves cases without weight out, so that corners can only be compared where all have one.
            "roc": [] if weighting == "counts" else [fpr.tolist(), tpr.tolist(), finite(thresholds)],
        })
    write("ranking", cases)


R_DELONG = r"""
suppressMessages(library(pROC))
rows <- readLines(commandArgs(TRUE)[1])
num <- function(x) as.numeric(strsplit(x, ",")[[1]])
for (i in seq(1, length(rows), 3)) {
  y <- num(rows[i]); a <- num(rows[i + 1]); b <- num(rows[i + 2])
  make <- function(x) roc(y, x, levels = c(0, 1), direction = "<", quiet = TRUE)
  ra <- make(a); rb <- make(b)
  quiet <- function(x) suppressWarnings(x)
  cat(sprintf("%.17g", c(auc(ra), auc(rb), quiet(var(ra)), quiet(var(rb)), quiet(cov(ra, rb)),
      quiet(ci.auc(ra, method = "delong"))[c(1, 3)], quiet(roc.test(ra, rb, method = "delong", paired = TRUE))$p.value)), "\n")
}
"""


def r(program, rows):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "program.R").write_text(program)
        (folder / "rows.txt").write_text("\n".join(",".join(repr(float(value)) for value in row) for row in rows) + "\n")
        out = subprocess.run(
            ["Rscript", folder / "program.R", folder / "rows.txt"], check=True, capture_output=True, text=True
        ).stdout
    return [[float(word) if word not in ("NA", "NaN") else None for word in line.split()] for line in out.splitlines()]


def delong():
    """R pROC: areas, variances, covariance, interval, p; MLstatkit: z, p and interval once more."""
    random, cases, rows = np.random.default_rng(2), [], []
    kinds = ["none", "some", "many", "tiny"]
    for index in range(28):
        n = 8 if kinds[index % 4] == "tiny" else int(random.integers(12, 60))
        first, positive = scored(random, kinds[index % 4], n)
        positive[:4] = [True, False, True, False]
        second = first + np.round(random.normal(size=n) * 2) / 2
        cases.append({"positive": positive.tolist(), "first": first.tolist(), "second": second.tolist()})
        rows += [positive.astype(float), first, second]
    for case, row in zip(cases, r(R_DELONG, rows), strict=True):
        names = ["auc_first", "auc_second", "variance_first", "variance_second", "covariance", "low", "high", "p"]
        case.update(zip(names, row, strict=True))
        z, p, (low, high), *_ = Delong_test(np.array(case["positive"], int), np.array(case["first"]), np.array(case["second"]))
        case.update({"z": -z, "p_mlstatkit": p, "low_mlstatkit": low, "high_mlstatkit": high})
        spread = case["variance_first"] + case["variance_second"] - 2 * case["covariance"]
        assert spread > 1e-9, "MLstatkit falls back to the bootstrap here"
        # The logit interval from pROC's variance by scipy's logit.
        area, slope = case["auc_first"], case["auc_first"] * (1 - case["auc_first"])
        if slope > 0:
            reach = stats.norm.ppf(0.975) * np.sqrt(case["variance_first"]) / slope
            case["logit"] = [special.expit(special.logit(area) - reach), special.expit(special.logit(area) + reach)]
    write("delong", cases)


# Method 10 in table III of Newcombe, Statistics in Medicine 17, 1998, 2635-2650, to four decimals.
NEWCOMBE = {
    (36, 12, 2, 0): (0.0569, 0.3404), (20, 12, 2, 16): (0.0562, 0.3292), (18, 12, 2, 18): (0.0562, 0.3290),
    (36, 14, 0, 0): (0.1528, 0.4167), (35, 14, 0, 1): (0.1461, 0.4175), (18, 14, 0, 18): (0.1441, 0.3963),
    (2, 97, 1, 0): (0.8721, 0.9854), (1, 97, 1, 1): (0.8736, 0.9850), (0, 29, 1, 0): (0.6666, 0.9882),
    (2, 98, 0, 0): (0.9178, 0.9945), (1, 98, 0, 1): (0.9171, 0.9916), (0, 30, 0, 0): (0.8395, 1.0),
    (54, 0, 0, 0): (-0.0664, 0.0664), (53, 0, 0, 1): (-0.0729, 0.0729), (30, 0, 0, 24): (-0.0358, 0.0358),
    (29, 0, 0, 25): (-0.0354, 0.0354), (28, 0, 0, 26): (-0.0352, 0.0352), (27, 0, 0, 27): (-0.0351, 0.0351),
}


def newcombe(a, b, c, d, level):
    """Method 10 on statsmodels' Wilson intervals."""
    n = a + b + c + d
    one, two = (a + b) / n, (a + c) / n
    low_one, high_one = proportion_confint(a + b, n, 1 - level, "wilson")
    low_two, high_two = proportion_confint(a + c, n, 1 - level, "wilson")
    margins, phi = (a + b) * (c + d) * (a + c) * (b + d), 0.0
    if margins:
        numerator = a * d - b * c
        phi = (max(numerator - n / 2, 0) if numerator > 0 else numerator) / np.sqrt(margins)
    down, up = [one - low_one, high_two - two], [high_one - one, two - low_two]
    form = np.array([[1, -phi], [-phi, 1]])
    return [one - two - np.sqrt(down @ form @ down), one - two + np.sqrt(up @ form @ up)]


def rates():
    """statsmodels: Wilson, McNemar; scipy: Clopper-Pearson, binomial mid-p; Newcombe's paper."""
    random, cases = np.random.default_rng(3), []
    for index in range(40):
        level = [0.95, 0.9, 0.99][index % 3]
        trials = [int(random.integers(1, 20)), int(random.integers(20, 500)), int(random.integers(500, 100_000))][index % 3]
        events = [0, trials, int(random.integers(0, trials + 1)), int(trials * 0.01)][index % 4]
        test = stats.binomtest(events, trials)
        cells = [int(count) for count in random.integers(0, [4, 30, 3000][index % 3], 4)]
        cells[3] += 1
        a, b, c, d = cells
        # The definition: twice the tail less the point probability.
        least = min(b, c)
        mid = 2 * stats.binom.cdf(least, b + c, 0.5) - stats.binom.pmf(least, b + c, 0.5)
        cases.append({
            "level": level, "trials": trials, "events": events,
            "wilson": proportion_confint(events, trials, 1 - level, "wilson"),
            "clopper_pearson": list(test.proportion_ci(level, "exact")),
            "upper": stats.binomtest(events, trials, alternative="less").proportion_ci(level, "exact").high,
            "lower": stats.binomtest(events, trials, alternative="greater").proportion_ci(level, "exact").low,
            "cells": cells,
            "newcombe": newcombe(a, b, c, d, level),
            "mcnemar": mcnemar([[a, b], [c, d]], exact=True).pvalue,
            "mid_p": min(mid, 1.0),
        })
    paper = [{"cells": cells, "newcombe": ends} for cells, ends in NEWCOMBE.items()]
    for row in paper:
        assert np.allclose(newcombe(*row["cells"], 0.95), row["newcombe"], atol=1e-4), row
    write("rates", [{"random": cases, "paper": paper}])


def distributions():
    """scipy.stats and scipy.special."""
    random, cases = np.random.default_rng(4), []
    for index in range(60):
        size = 10 ** random.uniform(-0.3, [1, 3, 6][index % 3])
        a, b = float(max(size * random.uniform(0.01, 1), 0.5)), float(max(size, 0.5))
        p = float(random.choice([0.005, 0.025, 0.05, 0.5, 0.9, 0.975, 0.999, random.random()]))
        x = float(stats.beta.ppf(random.uniform(0.001, 0.999), a, b))
        trials, freedom = int(size) + 1, int(random.integers(2, 200))
        events, rate, z = int(random.integers(0, trials + 1)), float(random.random()), float(random.uniform(-8, 8))
        cases.append({
            "a": a, "b": b, "x": x, "p": p, "beta_cdf": stats.beta.cdf(x, a, b), "beta_quantile": stats.beta.ppf(p, a, b),
            "events": events, "trials": trials, "rate": rate,
            "binomial_cdf": stats.binom.cdf(events, trials, rate), "binomial_pmf": stats.binom.pmf(events, trials, rate),
            "z": z, "normal_cdf": stats.norm.cdf(z), "normal_quantile": stats.norm.ppf(p), "erfc": special.erfc(z),
            "freedom": freedom, "t": stats.t.ppf(1 - p / 2, freedom),
            "k": abs(z) / 3, "kolmogorov": special.kolmogorov(abs(z) / 3),
        })
    write("distributions", cases)


def froc():
    """MONAI: compute_froc_curve_data; scikit-learn: precision_score."""
    random, cases = np.random.default_rng(5), []
    for index in range(24):
        scans, wrong, best, regions = [], [], [], []
        step = [0.01, 0.1, 0.5][index % 3]
        for at in range(int(random.integers(2, 10))):
            # The first scan has a load that no region hits: MONAI leaves the lowest threshold out otherwise.
            loads = int(random.integers(0, 4)) if at else 2
            scan, top = [], np.zeros(loads)
            for _ in range(int(random.integers(0, 6))):
                score = float(np.round(random.uniform(step, 1) / step) * step)
                most = loads if at else loads - 1
                hit = [load for load in range(most) if random.random() < 0.35]
                scan.append({"score": score, "loads": hit})
                regions.append((score, bool(hit)))
                for load in hit:
                    top[load] = max(top[load], score)
                if not hit:
                    wrong.append(score)
            best += top.tolist()
            scans.append({"loads": loads, "regions": scan})
        rates, sensitivities = compute_froc_curve_data(np.array(wrong), np.array(best), len(best), len(scans))
        thresholds = sorted(set(wrong + best))[1:]
        wanted = [0.0, 0.25, 0.5, 1.0, 2.0, 4.0]
        marked, truth = np.array([score for score, _ in regions]), np.array([hit for _, hit in regions], bool)
        cases.append({
            "scans": scans,
            # Upwards, and at last no region at all.
            "curve": [
                {
                    "threshold": threshold, "false_per_scan": rate, "sensitivity": sensitivity,
                    "precision": metrics.precision_score(truth, marked >= threshold),
                }
                for threshold, rate, sensitivity in zip(thresholds, rates, sensitivities)
            ],
            "rates": wanted,
            "sensitivities": [float(sensitivities[rates <= rate].max()) for rate in wanted],
        })
    write("froc", cases)


def overlap_area(scores, regions, limit):
    """The mean of the regions' own ROC curves, each against all outside pixels, at scikit-learn's thresholds."""
    outside = scores[regions == 0]
    thresholds = np.unique(scores)[::-1]
    rates, overlaps = np.array([0.0]), []
    for image, labels in zip(scores, regions):
        for region in range(1, labels.max() + 1):
            inside = image[labels == region]
            truth = np.repeat([1, 0], [len(inside), len(outside)])
            fpr, tpr, at = metrics.roc_curve(truth, np.concatenate([inside, outside]), drop_intermediate=False)
            # Thresholds that this region's curve lacks change nothing for it.
            index = np.searchsorted(-at, -thresholds, side="right") - 1
            overlaps.append(np.concatenate([[0.0], tpr[index]]))
            rates = np.concatenate([[0.0], fpr[index]])
    overlap = np.mean(overlaps, axis=0)
    low = rates <= limit
    x, y = rates[low], overlap[low]
    if x[-1] < limit:
        x, y = np.append(x, limit), np.append(y, np.interp(limit, rates, overlap))
    return float(metrics.auc(x, y) / limit)


def pixels():
    """scikit-learn over the pixels; for the overlaps the evaluation code of MVTec AD (in pyaupro) and anomalib, which add up in single
    precision, and scikit-learn's roc_curve region by region in double."""
    random, cases = np.random.default_rng(6), []
    for index in range(24):
        shape = (int(random.integers(1, 3)), 8, int(random.integers(8, 12)))
        mask = ndimage.binary_dilation(random.random(shape) < 0.03, np.ones((1, 2, 2)))
        mask[0, 0, 0], mask[0, -1, -1] = True, False
        raw = np.clip(random.normal(0.4, 0.15, shape) + mask * random.uniform(0, 0.4), 0, 1)
        steps = [65536, 64, 8, 1][index % 4]
        scores = np.round(raw * steps) / steps
        regions = np.stack([ndimage.label(image, np.ones((3, 3)))[0] for image in mask])
        rates, overlaps = compute_pro(scores, mask.astype(int))
        areas = {}
        for limit in [0.3, 0.05, 1.0]:
            # Up to the first corner at the limit, from there along the chord; the curve may rise upright at the limit.
            to = np.argmax(rates >= np.float32(limit))
            share = (limit - rates[to - 1]) / (rates[to] - rates[to - 1])
            x = np.append(rates[:to], limit)
            y = np.append(overlaps[:to], overlaps[to - 1] + share * (overlaps[to] - overlaps[to - 1]))
            library = _AUPRO(fpr_limit=limit)
            library.update(torch.tensor(scores, dtype=torch.float32), torch.tensor(mask.astype(int)))
            areas[str(limit)] = [float(np.trapezoid(y, x) / limit), float(library.compute()), overlap_area(scores, regions, limit)]
        flat, truth = scores.ravel(), mask.ravel()
        cases.append({
            "maps": [
                {"scores": [int(v) for v in np.round(image.ravel() * 65536)], "regions": label.ravel().tolist()}
                for image, label in zip(scores, regions)
            ],
            "auc": metrics.roc_auc_score(truth, flat),
            "average_precision": metrics.average_precision_score(truth, flat),
            "aupro": [{"limit": float(limit), "mvtec": mvtec, "anomalib": single, "by_region": double}
                for limit, (mvtec, single, double) in areas.items()],
        })
    write("pixels", cases)


def conformal():
    """crepes: p-values without smoothing, simple jumper; scipy: the Beta distribution."""
    random, cases = np.random.default_rng(7), []
    for index in range(24):
        n = int(random.integers(1, 40)) if index % 2 else int(random.integers(40, 120))
        step = [1e-6, 0.25, 1.0, 1e9][index % 4]
        clean, fresh = np.round(random.normal(size=n) / step) * step, np.round(random.normal(1, 2, 12) / step) * step
        p_values = ConformalClassifier().fit(clean).predict_p(fresh.reshape(-1, 1), smoothing=False)[:, 0]
        rate = float(random.choice([0.05, 0.1, 0.2, 0.5]))
        rank = sum(k / (n + 1) <= rate for k in range(1, n + 1))
        uniform = random.random(40) ** random.uniform(0.5, 2)
        wealth = SimpleJumper(J=0.01, bf=EpsilonBettingFunction(E=[-1, 0, 1])).apply(uniform, return_index=False)
        wealth = wealth[0] if isinstance(wealth, tuple) else wealth
        cases.append({
            "clean": clean.tolist(), "fresh": fresh.tolist(), "p": p_values.tolist(), "rate": rate, "rank": rank,
            "attained": [float(end) for end in stats.beta.interval(0.95, rank, n + 1 - rank)] if rank else None,
            "uniform": uniform.tolist(), "wealth": np.asarray(wealth, float).tolist()[-40:],
        })
    write("conformal", cases)


R_KS = r"""
rows <- readLines(commandArgs(TRUE)[1])
num <- function(x) as.numeric(strsplit(x, ",")[[1]])
for (i in seq(1, length(rows), 2)) {
  test <- suppressWarnings(ks.test(num(rows[i]), num(rows[i + 1]), exact = TRUE))
  cat(sprintf("%.17g", c(test$statistic, test$p.value)), "\n")
}
"""


def kolmogorov():
    """R: ks.test, exact with ties; scipy: ks_2samp, exact without; all dealings (permutation_test) for the smallest."""
    random, cases, rows = np.random.default_rng(8), [], []
    for index in range(32):
        step = [1e-6, 0.25, 1.0, 1e9][index % 4]
        small = index % 8 >= 4
        m, n = random.integers(2, 6 if small else 60, 2)
        first, second = np.round(random.normal(size=m) / step) * step, np.round(random.normal(0.5, 1.2, size=n) / step) * step
        case = {"first": first.tolist(), "second": second.tolist()}
        if len(set(first.tolist() + second.tolist())) == m + n:
            case["scipy"] = float(stats.ks_2samp(first, second, method="exact").pvalue)
        if small:
            case["dealt"] = float(stats.permutation_test(
                (first, second), lambda x, y: stats.ks_2samp(x, y, method="asymp").statistic, alternative="greater", n_resamples=np.inf
            ).pvalue)
        cases.append(case)
        rows += [first, second]
    for case, (statistic, p) in zip(cases, r(R_KS, rows), strict=True):
        case.update({"statistic": statistic, "p": p})
    write("kolmogorov", cases)


def speed():
    """numpy: percentiles; scipy: quantile_test's interval, ttest_1samp's interval of the logs."""
    random, cases = np.random.default_rng(9), []
    for index in range(24):
        n = int(random.integers(6, 15)) if index % 2 else int(random.integers(15, 400))
        step = [1e-6, 0.1, 0.5][index % 3]
        times, level = np.round(random.lognormal(0, 0.3, n) / step) * step + step, [0.95, 0.9][index % 2]
        other = np.round(times * random.lognormal(0.1, 0.1, n), 6)
        ends = {}
        for share in [0.5, 0.95, 0.99]:
            interval = stats.quantile_test(times, p=share).confidence_interval(level)
            ends[str(share)] = finite([interval.low, interval.high])
        interval = stats.ttest_1samp(np.log(other / times), 0).confidence_interval(level)
        cases.append({
            "times": times.tolist(), "other": other.tolist(), "level": level,
            "percentiles": np.percentile(times, [0, 50, 95, 99, 100]).tolist(),
            "intervals": ends,
            "ratio": float(stats.gmean(other / times)), "low": float(np.exp(interval.low)), "high": float(np.exp(interval.high)),
        })
    write("speed", cases)


WANTED = sys.argv[1:]
for make in [ranking, delong, rates, distributions, froc, pixels, conformal, kolmogorov, speed]:
    if not WANTED or make.__name__ in WANTED:
        make()
