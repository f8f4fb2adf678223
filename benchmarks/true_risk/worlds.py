"""Made-up worlds as a pipeline sees them, with the true risk beside every landmark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.dataset import Dataset
from hgrisk.features.build import build_features
from hgrisk.features.quality import without_idle
from hgrisk.features.settings import FeatureSettings
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.outcome import OutcomeSettings, time_to_rereport
from hgrisk.simulate.scenario import Scenario
from hgrisk.simulate.world import make_world
from true_risk.futures import COUNTS, true_risks

HORIZON = 365
LATEST_DELAY = 0
"""Days from a report to its landmark, at most, where truth is laid beside it: true futures count from the report."""

COHORT = CohortSettings(
    landmark_kinds=("report", "follow_up_report"), merge_window_days=14, lookback="require_and_cap", lookback_days=730,
    until_on=date(2023, 12, 31),
)  # fmt: skip
OUTCOME = OutcomeSettings(counts="any", gap_kinds=(), reporting_lag_days=30)
"""What the true futures count: every report, in detention too."""


@dataclass(frozen=True)
class Known:
    """A world: its landmarks, and what is true of them.

    Attributes
    ----------
    data : Dataset
        Landmarks with features and recorded outcome.
    counts : ndarray of float, shape (n, 3)
        Draws with a report (even and odd ones) and with violence; NaN where truth does not fit the landmark.
    n_draws : int
        Draws of each landmark.
    detection : dict of str to float
        By region, its true chance of a report against that of a region without differences.
    """

    data: Dataset
    counts: np.ndarray
    n_draws: int
    detection: dict

    def of(self, rows):
        """Return the counts of the rows of another dataset, taken from this one."""
        place = {name: k for k, name in enumerate(self.data.X.index)}
        return self.counts[[place[name] for name in rows.X.index]]


def make(scenario, *, families, n_draws):
    """Return a world with its true risks."""
    world = make_world(scenario)
    histories = CaseHistories.read(dict(world.observed))
    cohort = select_landmarks(histories, COHORT)
    outcome = time_to_rereport(histories, cohort, OUTCOME)
    features, _ = without_idle(build_features(histories, cohort, FeatureSettings(families=families)))
    data = Dataset.join(features, outcome, cohort)
    table = true_risks(scenario, HORIZON, n_draws).table
    late = (pl.col("landmark_on") - pl.col("index_occurred_on")).dt.total_days() > LATEST_DELAY
    beside = data.landmarks.join(table, on=["case_id", "index_occurred_on"], how="left", maintain_order="left")
    counts = beside.select(pl.when(~late).then(pl.col(name)).alias(name) for name in COUNTS).cast(pl.Float64).to_numpy()
    regions = world.truth["regions"]
    return Known(data, counts, n_draws, dict(zip(regions["region"], regions["detection_ratio"], strict=True)))


def scenario(name, seed, households, **changes):
    """Return a scenario in which nothing but what it is about changes from year to year.

    The protocol of 2019 and the lockdowns are left out: they are a drift of their own.
    """
    reporting = {"protocol_ratio": 1.0, "lockdown_ratio": 1.0} | changes.pop("reporting", {})
    return Scenario.named(name, seed=seed, households=households, reporting=reporting, **changes)
