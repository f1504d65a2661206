"""Trains portray's model: simulated scans in, an ONNX file with its contract out. models/training/README.md says how."""

import os

# Threads that wait for each other by spinning take the cores from the producers of data: a training step cost 3 to 9 s of
# processor time on two busy cores, and 1.4 s with these. They count only before PyTorch is loaded, hence here.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
