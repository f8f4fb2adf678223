"""One run that asks for every stage: candidates, a calibrated card, explanations, designs, an audit."""

from __future__ import annotations

from pathlib import Path

import pytest

from hgrisk.config import Experiment
from hgrisk.experiment import RunResult, run_experiment

EVERYTHING = {
    "models": [
        {"kind": "report_count"},
        {"kind": "points_card", "name": "card", "calibrate": "platt"},
        {
            "kind": "elastic_net",
            "name": "chosen",
            "candidates": [{"kind": "report_count", "name": "count"}, {"options": {"penalty": 0.05}}],
        },
        {"kind": "base_rate"},
    ],
    "ladder": {"model": "logistic", "penalty": 0.1},
    "evaluation": {"horizons_days": [183, 365], "metrics": ["auc", "brier", "observed_expected"], "n_resamples": 20},
    "selection": {"horizon_days": 183, "n_windows": 3, "n_groups": 2, "min_events": 1},
    "validation": {
        "designs": ["folds", "rolling", "regions", "optimism", "learning"],
        "models": ["report_count", "chosen"],
        "n_folds": 3,
        "n_bootstrap": 20,
        "sizes": [0.5, 1.0],
        "first_year": 2021,
        "min_train_events": 10,
        "min_test_events": 10,
    },
    "audit": {
        "by": ["region"],
        "only_audit": ["end_reason"],
        "models": ["card"],
        "n_resamples": 20,
        "min_n": 10,
        "min_events": 2,
        "reported_more": {"region": ["Utrecht"]},
    },
    "explain": {
        "models": ["card", "base_rate"],
        "n_resamples": 20,
        "n_draws": 2,
        "by_year": True,
        "n_shapes": 2,
        "n_interacting": 3,
    },
}


@pytest.fixture(scope="session")
def rich(study: Path) -> RunResult:
    """The run, in memory."""
    small = Experiment.read(study / "small.toml").model_dump(exclude_none=True)
    experiment = Experiment.parse({**small, **EVERYTHING}, "rich")
    return run_experiment(experiment, study / "delivery")
