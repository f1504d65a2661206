"""Trains the network on the cache for a given time.

    python -m portray_training.train --cache DIR --run DIR --minutes 240

The run's folder gets metrics.jsonl (a line a report), curves.svg, checkpoint.pt (to go on from: start the same command again)
and weights.pt (the mean of recent weights, for export). The learning rate follows the share of the time that is used up, so
that a run always ends with a cooled-down network, however fast the machine.
"""

import argparse
import copy
import dataclasses
import json
import math
import os
import pathlib
import time

import numpy as np
import torch

from . import data
from .batches import stream
from .curves import draw
from .evaluate import evaluate, text
from .losses import losses
from .network import Network, Settings

WARMUP, WARMUP_SHARE = 300, 0.05  # steps, or this share of the time where that is shorter
DECAY = 0.02  # of weights, AdamW
CLIP = 2.0  # norm of gradients
EMA = 0.999  # of weights, a step
SAVE_SECONDS = 180


def main() -> None:
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.run.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    Run(options, device).go()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="folder of the records")
    parser.add_argument("--run", type=pathlib.Path, required=True, help="folder of the run")
    parser.add_argument("--minutes", type=float, default=240, help="of training, validation not counted")
    parser.add_argument("--validate-minutes", type=float, default=20, help="of training between two validations")
    parser.add_argument("--validate-scans", type=int, default=400)
    parser.add_argument("--batch", type=int, default=8, help="crops a batch")
    parser.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--width", type=int, default=Settings.width, help="of the network's first level")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--workers", type=int, default=1, help="processes that read and augment scans")
    parser.add_argument("--full", action="store_true", help="compute in float32 instead of bfloat16")
    parser.add_argument("--start", type=pathlib.Path, help="weights.pt to begin with")
    return parser.parse_args()


class Run:
    """One training run and all its state."""

    def __init__(self, options: argparse.Namespace, device: torch.device):
        self.options, self.device = options, device
        self.network = Network(Settings(width=options.width)).to(device, memory_format=torch.channels_last)
        if options.start:
            self.network.load_state_dict(torch.load(options.start, weights_only=True)["weights"])
        self.mean = copy.deepcopy(self.network).requires_grad_(False)
        self.optimizer = torch.optim.AdamW(_groups(self.network), lr=options.rate, betas=(0.9, 0.99))
        self.step, self.scans, self.seconds = 0, 0, 0.0
        self.sums: dict[str, float] = {}
        self.counted = 0

    @property
    def progress(self) -> float:
        """Share of the training time that is used up, 0 to 1."""
        return min(1.0, self.seconds / (60 * self.options.minutes))

    def go(self) -> None:
        self._resume()
        batches = stream(self.options.cache, self.options.seed + 1000 * self.step, self.options.batch, self.options.workers)
        saved = validated = reported = self.seconds
        while self.progress < 1.0:
            began = time.monotonic()
            self._learn(next(batches).to(self.device))
            self.seconds += time.monotonic() - began
            if self.seconds - reported > min(60, 6 * self.options.minutes):
                self._report()
                reported = self.seconds
            if self.seconds - validated > 60 * self.options.validate_minutes:
                self._validate()
                validated = self.seconds
            if self.seconds - saved > SAVE_SECONDS:
                self._save()
                saved = self.seconds
        self._report()
        self._save()
        self._validate()
        self._finish()

    def _learn(self, batch) -> None:
        self.network.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.rate * rate(self.step, self.progress)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=not self.options.full):
            outputs = self.network(batch.input.contiguous(memory_format=torch.channels_last))
        parts = losses({name: value.float() for name, value in outputs.items()}, batch)
        self.optimizer.zero_grad(set_to_none=True)
        parts["total"].backward()
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        if torch.isfinite(norm):  # one broken batch must not end a run of hours
            self.optimizer.step()
        self.step += 1
        self.scans += len(batch.input)
        self._average()
        for name, value in (parts | {"norm": norm}).items():
            self.sums[name] = self.sums.get(name, 0.0) + float(value.detach())
        self.counted += 1

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(EMA, (1 + self.step) / (10 + self.step))
        for mean, now in zip(self.mean.state_dict().values(), self.network.state_dict().values()):
            if mean.dtype.is_floating_point:
                mean.lerp_(now, 1 - keep)
            else:
                mean.copy_(now)

    def _report(self) -> None:
        if not self.counted:
            return
        means = {name: round(value / self.counted, 5) for name, value in self.sums.items()}
        self._write({"kind": "train", **means})
        self.sums, self.counted = {}, 0

    def _validate(self) -> None:
        began = time.monotonic()
        entries = spread(data.entries(self.options.cache, "val"), self.options.validate_scans)
        if not entries:
            return
        figures, _ = evaluate(self.mean, entries, self.device, half=not self.options.full)
        self._write({"kind": "val", "took_s": round(time.monotonic() - began, 1), **figures})
        print(text(figures), flush=True)
        draw(self.options.run)

    def _write(self, line: dict) -> None:
        line = {"step": self.step, "scans": self.scans, "minutes": round(self.seconds / 60, 2)} | line
        with (self.options.run / "metrics.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")
        if line["kind"] == "train":
            print(" ".join(f"{name} {value}" for name, value in line.items()), flush=True)

    def _state(self) -> dict:
        return {"settings": dataclasses.asdict(self.network.settings), "weights": self.mean.state_dict()}

    def _save(self) -> None:
        progress = {"step": self.step, "scans": self.scans, "seconds": self.seconds}
        state = {"network": self.network.state_dict(), "optimizer": self.optimizer.state_dict(), "progress": progress}
        _write_whole(self.options.run / "checkpoint.pt", state | {"mean": self.mean.state_dict()})
        _write_whole(self.options.run / "weights.pt", self._state())

    def _resume(self) -> None:
        path = self.options.run / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True, map_location=self.device)
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.scans, self.seconds = (state["progress"][k] for k in ("step", "scans", "seconds"))
        print(f"going on at step {self.step}, {self.seconds / 60:.1f} minutes", flush=True)

    def _finish(self) -> None:
        """Fits what is fitted after training: how familiar a scan is. Some minutes; stopped here, the next start does it again."""
        entries = spread(data.entries(self.options.cache, "train"), 1000)
        held = spread(data.entries(self.options.cache, "val"), 400)
        if min(len(entries), len(held)) < 20:
            return
        features = [evaluate(self.mean, part, self.device, half=not self.options.full)[1] for part in (entries, held)]
        np.savez(self.options.run / "features.npz", train=features[0], val=features[1])
        self.mean.familiarity.fit(*features)
        _write_whole(self.options.run / "weights.pt", self._state())


def rate(step: int, progress: float) -> float:
    """The learning rate's factor: up in WARMUP steps or WARMUP_SHARE of the time, then down a cosine to 1 %."""
    return min(1.0, max((step + 1) / WARMUP, progress / WARMUP_SHARE)) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))


def spread(entries: list[dict], count: int) -> list[dict]:
    """`count` entries, evenly from all chunks."""
    if len(entries) <= count:
        return entries
    return [entries[int(i)] for i in np.linspace(0, len(entries) - 1, count)]


def load_run(folder: pathlib.Path) -> Network:
    """The network of a run's weights.pt, on the CPU, in evaluation mode."""
    state = torch.load(folder / "weights.pt", weights_only=True, map_location="cpu")
    settings = state["settings"] | {"blocks": tuple(state["settings"]["blocks"])}
    network = Network(Settings(**settings))
    network.load_state_dict(state["weights"])
    return network.eval()


def _groups(network: Network) -> list[dict]:
    """Weights of convolutions and linear layers decay; norms, biases and scalars do not."""
    decay = [p for p in network.parameters() if p.ndim > 1]
    return [{"params": decay, "weight_decay": DECAY},
            {"params": [p for p in network.parameters() if p.ndim <= 1], "weight_decay": 0.0}]  # fmt: skip


def _write_whole(path: pathlib.Path, state: dict) -> None:
    """A file is the old one or the new one, never half."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, path)


if __name__ == "__main__":
    main()
