"""Lift: by hand, paired draws, and its refusals."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.errors import ConfigError, DataError
from hgrisk.evaluation.bootstrap import percentile_interval
from hgrisk.evaluation.evaluate import evaluate
from hgrisk.evaluation.lift import lift
from hgrisk.evaluation.settings import EvaluationSettings

EXACT = 1e-12
ASKED = EvaluationSettings(
    horizons_days=(365,), metrics=("capacity_recall", "capacity_precision", "auc"), n_resamples=30
)


def judged(cohort, risk, seed=1):
    return evaluate(
        cohort.y, cohort.y, risk, cohort.grid, clusters=np.arange(len(risk)) // 2, settings=ASKED, seed=seed
    )


def test_it_is_the_ratio_draw_by_draw(cohort):
    model, constant = judged(cohort, cohort.truth), judged(cohort, np.full_like(cohort.truth, 0.3))
    found = lift(constant, model, 365, 0.1)
    ratios = model.replicates["capacity_recall@10%", 365] / 0.1  # one risk for all finds the capacity share
    assert found == pytest.approx((ratios[0], *percentile_interval(ratios, 0.95)), abs=EXACT)
    assert found[0] > 1.2


def test_a_model_has_no_lift_over_itself(cohort):
    model = judged(cohort, cohort.truth)
    assert lift(model, model, 365, 0.05, "capacity_precision") == (1.0, 1.0, 1.0)


def test_other_metrics_capacities_and_draws_are_refused(cohort):
    model = judged(cohort, cohort.truth)
    with pytest.raises(ConfigError) as caught:
        lift(model, model, 365, 0.05, "auc")
    assert str(caught.value) == (
        "A lift is of a share found at capacity, but found 'auc': use one of capacity_recall, capacity_precision."
    )
    with pytest.raises(DataError, match=r"holds the metric asked for, but found capacity_recall@3% at 365"):
        lift(model, model, 365, 0.03)
    with pytest.raises(DataError, match="A paired comparison needs the same"):
        lift(model, judged(cohort, cohort.truth, seed=2), 365, 0.05)
