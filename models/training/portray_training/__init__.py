"""Trains portray's model: simulated scans in, an ONNX file with its contract out. models/training/README.md says how."""
