"""LightGBM's own contributions."""

from __future__ import annotations

import lightgbm

NAME = "lightgbm"
PACKAGE = "lightgbm"
SHARE = 50
"""A part of the rows is timed."""


def load(folder):
    return lightgbm.Booster(model_file=folder / "model.txt")


def explain(booster, X):
    found = booster.predict(X, pred_contrib=True)
    return found[:, :-1], found[0, -1]
