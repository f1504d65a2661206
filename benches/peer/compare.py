#!/usr/bin/env python3
"""Runs portray and the peer on the same scans in turns and prints a Markdown table; compare.sh calls it.

    python3 compare.py PORTRAY WORK_FOLDER [--repeats N] [--rounds N] [--threads N] --model NAME=FILE...

Peak memory is that of the whole process tree: the sum of the processes' proportional set sizes (PSS: a page that several
processes share is counted once), and of their resident set sizes (RSS: counted once in each), looked at ten times a second.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import time

import psutil

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = HERE.parent.parent / "samples"


def scans(folder, repeats):
    """The samples, each `repeats` times under names of its own; returns how many there are."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    count = 0
    for file in sorted(SAMPLES.iterdir()):
        if file.suffix not in (".tif", ".png", ".dcs", ".json") or ".mask." in file.name or ".truth." in file.name:
            continue
        count += file.suffix != ".json"
        for number in range(repeats):
            target = folder / f"{number:03}-{file.name}"
            try:
                os.link(file, target)
            except OSError:
                shutil.copy(file, target)
    return count * repeats


def memory(process):
    """PSS and RSS of a process and all below it, in bytes."""
    pss = rss = 0
    for p in [process, *process.children(recursive=True)]:
        try:
            rss += p.memory_info().rss
            with open(f"/proc/{p.pid}/smaps_rollup") as lines:
                pss += next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
        except (psutil.Error, OSError, StopIteration):
            continue
    return pss, rss


def run(command):
    """Wall time in s, processor time in s and peak PSS and RSS in bytes of a command."""
    pss = rss = 0
    before = os.times()
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    process = psutil.Process(child.pid)
    while True:
        try:
            child.wait(0.1)
            break
        except subprocess.TimeoutExpired:
            now = memory(process)
            pss, rss = max(pss, now[0]), max(rss, now[1])
    wall = time.perf_counter() - started
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    # portray says 1 where something was flagged.
    if child.returncode not in (0, 1):
        sys.exit(f"{command} ended with {child.returncode}")
    return {"wall": wall, "cpu": cpu, "pss": pss, "rss": rss}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("portray", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", action="append", required=True, metavar="NAME=FILE")
    a = parser.parse_args()
    inputs, outs = a.work / "scans", {name: a.work / name for name in ("portray", "peer")}
    count = scans(inputs, a.repeats)
    load = os.getloadavg()[0]
    print(f"{time.strftime('%Y-%m-%d')}, {cpu_name()}, {os.cpu_count()} cores, {a.threads} threads, load average {load:.1f} at the start;")
    print(f"{count} scans ({a.repeats} times the samples), {a.rounds} rounds in turns, medians.\n")
    print("| model | program | scans/s | processor s a scan | peak memory MB (PSS) | (RSS) | runtime's share of wall |")
    print("|---|---|---|---|---|---|---|")
    for model in a.model:
        name, file = model.split("=", 1)
        commands = {
            "portray": [a.portray, "scan", inputs, "--out", outs["portray"], "--threads", a.threads, "--model", file, "--fresh", "--quiet"],
            "peer": [sys.executable, HERE / "peer.py", inputs, "--out", outs["peer"], "--threads", a.threads, "--model", file],
        }
        results = {who: [] for who in commands}
        for _ in range(a.rounds):
            for who, command in commands.items():
                shutil.rmtree(outs[who], ignore_errors=True)
                found = run([str(part) for part in command])
                runtime = sum(json.loads(p.read_text())["timings"]["runtime_ms"] for p in (outs[who] / "scans").glob("*.json"))
                found["share"] = runtime / 1000 / (found["wall"] * a.threads)
                results[who].append(found)
        best = {who: {k: statistics.median(r[k] for r in rounds) for k in rounds[0]} for who, rounds in results.items()}
        for who, m in best.items():
            mb = f"{m['pss'] / 1e6:.0f} | {m['rss'] / 1e6:.0f}"
            print(f"| {name} | {who} | {count / m['wall']:.1f} | {m['cpu'] / count:.3f} | {mb} | {100 * m['share']:.0f} % |")
        ratios = [p["wall"] / o["wall"] for o, p in zip(results["portray"], results["peer"])]
        least = f"{best['portray']['pss'] / best['peer']['pss']:.2f} | {best['portray']['rss'] / best['peer']['rss']:.2f}"
        speed = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        cpu = best["portray"]["cpu"] / best["peer"]["cpu"]
        print(f"| {name} | **portray / peer** | **{speed}** | {cpu:.2f} | {least} | |", flush=True)


def cpu_name():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


if __name__ == "__main__":
    main()
