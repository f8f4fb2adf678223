"""Settings of an evaluation: defaults, refusals, and the grid of days."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.errors import ConfigError
from hgrisk.evaluation.registry import default_metrics
from hgrisk.evaluation.settings import EvaluationSettings, grid_times


def refusal(**values):
    with pytest.raises(ConfigError) as caught:
        EvaluationSettings.parse(values, "[evaluation]")
    return str(caught.value)


def test_defaults():
    settings = EvaluationSettings()
    assert settings.horizons_days == (183, 365, 548)
    assert settings.metrics == default_metrics()
    assert (settings.capacity_shares, settings.cost_ratio) == ((0.01, 0.02, 0.05, 0.10), 10.0)
    assert (settings.n_resamples, settings.level) == (200, 0.95)
    assert (settings.min_group_n, settings.min_group_events, settings.by) == (50, 10, ())


def test_lists_of_a_file_become_tuples():
    settings = EvaluationSettings.parse(
        {"horizons_days": [30, 60], "metrics": ["auc"], "by": ["region"]}, "[evaluation]"
    )
    assert (settings.horizons_days, settings.metrics, settings.by) == ((30, 60), ("auc",), ("region",))


@pytest.mark.parametrize("horizons", [[], [365, 183], [183, 183], [0, 365], [-3]])
def test_horizons_that_do_not_increase_are_refused(horizons):
    assert refusal(horizons_days=horizons) == (
        f"Horizons are increasing whole numbers of days above 0, but found {horizons}: use [183, 365, 548]."
    )


def test_metrics_are_known_and_listed_once():
    assert refusal(metrics=["auc", "roc"]).startswith(
        "A metric has a known name, but found 'roc': use one of antolini_c, "
    )
    assert refusal(metrics=["auc", "auc"]) == "A name is listed once, but found 'auc' more than once: drop the repeat."
    assert refusal(metrics=[]).startswith(
        "An evaluation has at least one metric, but found none: use some of antolini_c, "
    )
    assert refusal(by=["sex", "sex"]) == "A name is listed once, but found 'sex' more than once: drop the repeat."


@pytest.mark.parametrize("shares", [[], [0.0], [0.05, 1.1], [0.05, 0.05], [0.1, 0.05], [float("nan")]])
def test_capacities_that_are_no_increasing_shares_are_refused(shares):
    assert refusal(capacity_shares=shares) == (
        f"Capacities are increasing shares above 0 and at most 1, but found {shares}: use [0.01, 0.05]."
    )


@pytest.mark.parametrize("n_resamples", [1, 19])
def test_too_few_draws_for_an_interval_are_refused(n_resamples):
    assert refusal(n_resamples=n_resamples) == (
        f"An interval needs at least 20 bootstrap draws, but found {n_resamples}: use 200, or 0 for no intervals."
    )


@pytest.mark.parametrize("n_resamples", [0, 20])
def test_no_draws_or_enough_are_taken(n_resamples):
    assert EvaluationSettings(n_resamples=n_resamples).n_resamples == n_resamples


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("cost_ratio", 0.0), ("cost_ratio", float("inf")), ("level", 0.0), ("level", 1.0)),
        *(("n_resamples", -1), ("grid_step_days", 0), ("min_group_n", 0), ("min_group_events", -1)),
    ],
)
def test_values_out_of_range_are_refused(key, value):
    assert refusal(**{key: value}).startswith(f"[evaluation]: {key} must be valid, but found {value}: input should be")


def test_unknown_keys_are_refused():
    assert refusal(horizon=365).startswith("[evaluation] takes known keys only, but found 'horizon'")


def test_the_grid_holds_steps_and_horizons_once():
    grid = grid_times(EvaluationSettings(horizons_days=(60, 100), grid_step_days=30))
    assert grid.tolist() == [30, 60, 90, 100]
    assert grid.dtype == np.float64
    default = grid_times(EvaluationSettings())
    assert {183.0, 365.0, 548.0} <= set(default)
    assert np.diff(default, prepend=0).max() == 30
    assert default[-1] == 548


def test_the_grid_is_the_horizons_when_the_step_is_longer():
    assert grid_times(EvaluationSettings(horizons_days=(10, 20), grid_step_days=30)).tolist() == [10, 20]
