"""The paired comparison of two models."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.evaluation.evaluate import evaluate
from hgrisk.evaluation.gain import gain
from hgrisk.evaluation.settings import EvaluationSettings

SETTINGS = EvaluationSettings(n_resamples=60, horizons_days=(365,), metrics=("auc", "brier"))


def run(cohort, risk, *, settings=SETTINGS, seed=0, clusters=None, rows=slice(None), learnt=slice(None)):
    clusters = np.arange(300) // 2 if clusters is None else clusters
    return evaluate(
        cohort.y[learnt],
        cohort.y[rows],
        risk[rows],
        cohort.grid,
        clusters=clusters[rows],
        settings=settings,
        seed=seed,
        model="m",
    )


@pytest.fixture(scope="module")
def noisy(cohort):
    noise = np.random.default_rng(0).normal(0, 0.1, 300)[:, None]
    return cohort.truth ** np.exp(noise)


def test_a_model_gains_nothing_over_itself(cohort):
    one = run(cohort, cohort.truth)
    assert gain(one, one, "auc", 365) == (0.0, 0.0, 0.0)


def test_the_gain_is_b_minus_a_draw_by_draw(cohort, noisy):
    a, b = run(cohort, noisy), run(cohort, cohort.truth)
    value, lower, upper = gain(a, b, "auc", 365)
    difference = b.replicates["auc", 365] - a.replicates["auc", 365]
    assert value == difference[0] != 0
    assert (lower, upper) == pytest.approx(tuple(np.quantile(difference[1:], [0.025, 0.975])))
    assert gain(b, a, "auc", 365) == pytest.approx((-value, -upper, -lower))


def test_pairing_makes_the_interval_of_similar_models_narrow(cohort, noisy):
    a, b = run(cohort, noisy), run(cohort, cohort.truth)
    _, lower, upper = gain(a, b, "auc", 365)
    alone = b.table.set_index("metric").loc["auc"]
    assert upper - lower < 0.5 * (alone["upper"] - alone["lower"])


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"clusters": np.arange(300)},
        {"rows": slice(0, 299)},
        {"learnt": slice(0, 200)},
        {"settings": SETTINGS.model_copy(update={"n_resamples": 61})},
        {"settings": SETTINGS.model_copy(update={"level": 0.9})},
    ],
)
def test_draws_that_differ_are_not_paired(cohort, change):
    with pytest.raises(DataError) as caught:
        gain(run(cohort, cohort.truth), run(cohort, cohort.truth, **change), "auc", 365)
    assert str(caught.value) == (
        "A paired comparison needs the same test rows, censoring, clusters, seed, draws and level, "
        "but found different ones for 'm' and 'm': evaluate both models in the same way."
    )


def test_a_metric_that_was_not_computed_is_refused(cohort):
    one = run(cohort, cohort.truth)
    with pytest.raises(DataError) as caught:
        gain(one, one, "auc", 183)
    assert str(caught.value) == (
        "The evaluation of 'm' holds the metric asked for, but found auc at 183: use auc at 365, brier at 365."
    )
