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

NAMES = ("ici", "e50", "e90")


def test_it_is_the_mean_distance_to_the_curve(cohort):
    sample = cohort.sample()
    ((risk, curve),) = observed_risks(sample, HORIZON, np.ones((1, 300)))
    assert get_metric("ici").estimate(sample, HORIZON) == pytest.approx(np.mean(abs(curve.at(risk) - risk)), abs=EXACT)


def test_true_risks_lie_on_the_curve_and_a_shift_is_found(large_cohort):
    assert get_metric("ici").estimate(large_cohort.sample(), HORIZON) < NOISE
    shifted = np.minimum(large_cohort.truth + 0.1, 1.0)
    assert get_metric("ici").estimate(large_cohort.sample(shifted), HORIZON) == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("competing", [False, True])
def test_what_happens_after_the_horizon_does_not_bear_on_true_risks(competing):
    rng = np.random.default_rng(1)
    risk, place = 1 / (1 + np.exp(-rng.normal(-1, 1.2, 10_000))), rng.random(10_000)
    # a share "risk" is reported by the horizon; of the others those of low risk soonest
    time = np.where(place < risk, np.ceil(place / risk * HORIZON), HORIZON + np.ceil(rng.exponential(1500 * risk)))
    ended = np.ceil(rng.exponential(4000, 10_000)) if competing else np.full(10_000, np.inf)
    truth = risk * (1 - np.exp(-HORIZON / 4000)) / (HORIZON / 4000) if competing else risk
    followed, first = np.ceil(rng.uniform(300, 1500, 10_000)), np.minimum(time, ended)
    event = np.where(first > followed, 0, np.where(time <= ended, 1, 2))
    y = Surv.from_arrays(event, np.minimum(first, followed))
    later = y["duration_days"] > HORIZON
    cut = Surv.from_arrays(np.where(later, 0, y["event"]), np.where(later, HORIZON + 1, y["duration_days"]))
    found, alone = (
        [get_metric(name).estimate(Sample.build(each, each, truth[:, None], [HORIZON]), HORIZON) for name in NAMES]
        for each in (y, cut)
    )
    assert found[0] < 2 * NOISE
    assert found[2] < 4 * NOISE
    np.testing.assert_allclose(found, alone, atol=EXACT)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_of_two_risks_has_no_curve(cohort, name):
    risk = np.where(cohort.truth > 0.3, 0.5, 0.2)
    assert np.isnan(get_metric(name).estimate(cohort.sample(risk), HORIZON))


@pytest.mark.parametrize("name", NAMES)
def test_one_re_report_gives_a_number_or_none_but_no_error(name):
    y = Surv.from_arrays([0, 0, 1, 0, 2, 0], [600, 700, 100, 800, 200, 900])
    for risk in ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.1, 0.2, 0.6, 0.4, 0.5, 0.3]):
        value = get_metric(name).estimate(Sample.build(y, y, np.array(risk)[:, None], [HORIZON]), HORIZON)
        assert np.isnan(value) or 0 <= value <= 1


@pytest.mark.parametrize("name", NAMES)
def test_parts_of_a_row_are_refused(cohort, name):
    with pytest.raises(DataError) as caught:
        get_metric(name).compute(cohort.sample(), HORIZON, np.full((1, 300), 0.5))
    assert str(caught.value) == (
        "Calibration errors take rows a whole number of times, but found 0.5: pass counts of copies."
    )
