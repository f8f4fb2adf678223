"""ICI: its identities; the numbers of R are in tests/reference."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.evaluation._observed_risk import observed_risks
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12
HORIZON = 365
NOISE = 0.006
"""Mean distance of true risks of 40,000 households from their curve: sampling, and a spline of three knots."""


def test_it_is_the_mean_distance_to_the_curve(cohort):
    sample = cohort.sample()
    ((risk, curve),) = observed_risks(sample, HORIZON, np.ones((1, 300)))
    assert get_metric("ici").estimate(sample, HORIZON) == pytest.approx(np.mean(abs(curve.at(risk) - risk)), abs=EXACT)


def test_true_risks_lie_on_the_curve_and_a_shift_is_found(large_cohort):
    assert get_metric("ici").estimate(large_cohort.sample(), HORIZON) < NOISE
    shifted = np.minimum(large_cohort.truth + 0.1, 1.0)
    assert get_metric("ici").estimate(large_cohort.sample(shifted), HORIZON) == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("name", ["ici", "e50", "e90"])
def test_a_card_of_two_risks_has_no_curve(cohort, name):
    risk = np.where(cohort.truth > 0.3, 0.5, 0.2)
    assert np.isnan(get_metric(name).estimate(cohort.sample(risk), HORIZON))


@pytest.mark.parametrize("name", ["ici", "e50", "e90"])
def test_one_re_report_gives_a_number_or_none_but_no_error(name):
    y = Surv.from_arrays([0, 0, 1, 0, 2, 0], [600, 700, 100, 800, 200, 900])
    for risk in ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.1, 0.2, 0.6, 0.4, 0.5, 0.3]):
        value = get_metric(name).estimate(Sample.build(y, y, np.array(risk)[:, None], [HORIZON]), HORIZON)
        assert np.isnan(value) or 0 <= value <= 1


@pytest.mark.parametrize("name", ["ici", "e50", "e90"])
def test_parts_of_a_row_are_refused(cohort, name):
    with pytest.raises(DataError) as caught:
        get_metric(name).compute(cohort.sample(), HORIZON, np.full((1, 300), 0.5))
    assert str(caught.value) == (
        "Calibration errors take rows a whole number of times, but found 0.5: pass counts of copies."
    )
