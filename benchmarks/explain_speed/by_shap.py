"""shap.TreeExplainer, on the library's own model."""

from __future__ import annotations

import lightgbm
import numpy as np
import shap

NAME = "shap"
PACKAGE = "shap"
SHARE = 50
"""A part of the rows is timed."""


def load(folder):
    return lightgbm.Booster(model_file=folder / "model.txt")


def explain(booster, X):
    explainer = shap.TreeExplainer(booster, feature_perturbation="tree_path_dependent")
    values = explainer.shap_values(X)
    values = values[1] if isinstance(values, list) else values
    return values, np.ravel(explainer.expected_value)[-1]
