"""Settings of an evaluation: horizons, metrics, capacity, bootstrap and audit groups."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from pydantic import Field, field_validator

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError
from hgrisk.evaluation.bootstrap import FEWEST_DEFINED
from hgrisk.evaluation.capacity import DEFAULT_COST_RATIO, DEFAULT_SHARES
from hgrisk.evaluation.registry import all_metrics, default_metrics, get_metric
from hgrisk.settings import MOST, Settings


class EvaluationSettings(Settings):
    """What is evaluated, when, for whom, and with how many bootstrap draws.

    Attributes
    ----------
    horizons_days : tuple of int
        Horizons in days, increasing, above 0.
    metrics : tuple of str
        Names of metrics; by default those of :func:`hgrisk.evaluation.registry.default_metrics`.
    capacity_shares : tuple of float
        Shares of the households that can be flagged, increasing, above 0 and at most 1; each metric at capacity is
        given at each of them.
    cost_ratio : float
        Cost of a re-report that was not flagged, in units of a flag that was not needed; for the expected cost.
    n_resamples : int
        Bootstrap draws of household networks: 0 for no intervals, otherwise at least 20.
    level : float
        Coverage of the intervals, between 0 and 1.
    grid_step_days : int
        Step of the grid of days at which risks are predicted; above 31 there is no integrated Brier score.
    min_group_n, min_group_events : int
        A group with fewer rows, or fewer re-reports by the horizon, is listed without estimates.
    by : tuple of str
        Audit columns; every value of each is a group.

    Examples
    --------
    >>> EvaluationSettings(horizons_days=(365,)).n_resamples
    200
    """

    horizons_days: tuple[int, ...] = (183, 365, 548)
    metrics: tuple[str, ...] = Field(default_factory=default_metrics)
    capacity_shares: tuple[float, ...] = DEFAULT_SHARES
    cost_ratio: float = Field(default=DEFAULT_COST_RATIO, gt=0.0, allow_inf_nan=False)
    n_resamples: int = Field(default=200, ge=0, le=MOST)
    level: float = Field(default=0.95, gt=0.0, lt=1.0)
    grid_step_days: int = Field(default=30, ge=1)
    min_group_n: int = Field(default=50, ge=1)
    min_group_events: int = Field(default=10, ge=0)
    by: tuple[str, ...] = ()

    @field_validator("horizons_days")
    @classmethod
    def _horizons_increase(cls, horizons: tuple[int, ...]) -> tuple[int, ...]:
        if not horizons or horizons[0] <= 0 or any(a >= b for a, b in pairwise(horizons)):
            raise ConfigError(
                "Horizons are increasing whole numbers of days above 0", f"{list(horizons)}", "use [183, 365, 548]"
            )
        return horizons

    @field_validator("capacity_shares")
    @classmethod
    def _capacities_increase(cls, shares: tuple[float, ...]) -> tuple[float, ...]:
        if not shares or not (shares[0] > 0.0 and shares[-1] <= 1.0) or not all(a < b for a, b in pairwise(shares)):
            raise ConfigError(
                "Capacities are increasing shares above 0 and at most 1", f"{list(shares)}", "use [0.01, 0.05]"
            )
        return shares

    @field_validator("metrics", "by")
    @classmethod
    def _names_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ConfigError("A name is listed once", f"{twice[0]!r} more than once", "drop the repeat")
        return names

    @field_validator("metrics")
    @classmethod
    def _metrics_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names:
            raise ConfigError(
                "An evaluation has at least one metric", "none", f"use some of {', '.join(all_metrics())}"
            )
        for name in names:
            get_metric(name)
        return names

    @field_validator("n_resamples")
    @classmethod
    def _enough_draws(cls, n_resamples: int) -> int:
        if 0 < n_resamples < FEWEST_DEFINED:
            raise ConfigError(
                f"An interval needs at least {FEWEST_DEFINED} bootstrap draws",
                f"{n_resamples}",
                "use 200, or 0 for no intervals",
            )
        return n_resamples


def grid_times(settings: EvaluationSettings) -> Floats:
    """Return the days at which risks are predicted for an evaluation.

    Parameters
    ----------
    settings : EvaluationSettings
        Horizons and step of the grid.

    Returns
    -------
    ndarray, shape (k,)
        Days, increasing: every step up to the last horizon, and every horizon.

    Examples
    --------
    >>> grid_times(EvaluationSettings(horizons_days=(45, 100), grid_step_days=30)).tolist()
    [30.0, 45.0, 60.0, 90.0, 100.0]
    """
    last = settings.horizons_days[-1]
    steps = np.arange(settings.grid_step_days, last + 1, settings.grid_step_days)
    return np.union1d(steps, settings.horizons_days).astype(np.float64)
