"""The metrics: one file each, found by the registry; each exports ``METRIC``."""
