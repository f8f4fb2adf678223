"""Landmarks of made-up households over four years, with a feature that tells, noise, and networks in two regions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hgrisk.cohort import select_landmarks
from hgrisk.dataset import Dataset
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.features.build import build_features
from hgrisk.features.settings import FeatureSettings
from hgrisk.outcome import time_to_rereport
from tests.builders import build, case, member, report

HOUSEHOLDS, LAST_DAY = 240, 1460


def make_data(seed: int = 1, *, telling: float = 1.0) -> Dataset:
    """Return landmarks of households, three of four alone in their network; reports become known late."""
    rng = np.random.default_rng(seed)
    events, members, cases, tells = [], [], [], {}
    for number in range(HOUSEHOLDS):
        name, risk = f"H{number:03}", rng.normal()
        on = int(rng.integers(0, 500))
        while on < LAST_DAY:
            events.append(report(on, min(on + int(rng.integers(0, 30)), LAST_DAY), case_id=name))
            on += 15 + int(rng.exponential(500 * np.exp(-telling * risk)))
        tells[name] = risk
        members.append(member(name, f"p{number - (number % 4 == 1)}"))
        cases.append(case(name, last=LAST_DAY, region=("north", "south", "east")[number % 3]))
    histories = build(events, cases, memberships=members)
    cohort = select_landmarks(histories)
    features = build_features(histories, cohort, FeatureSettings(families=("prior_violence",)))
    data = Dataset.join(features, time_to_rereport(histories, cohort), cohort)
    risk = data.landmarks["case_id"].replace_strict(tells, return_dtype=pl.Float64).to_numpy()
    X = data.X[["prior_reports_ever"]].assign(tells=risk, noise=rng.normal(size=len(data.X)))
    return replace(data, X=X)


@pytest.fixture(scope="session")
def data() -> Dataset:
    """About a thousand landmarks."""
    return make_data()


@pytest.fixture(scope="session")
def evaluation() -> EvaluationSettings:
    """Two horizons, three metrics, few draws."""
    return EvaluationSettings(horizons_days=(183, 365), metrics=("auc", "brier", "observed_expected"), n_resamples=40)
