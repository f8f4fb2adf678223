"""Time cut into intervals: who is at risk where, and probabilities from hazards by interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import ConfigError, FitError
from hgrisk.models.by_interval.intervals import (
    MOST_INTERVALS,
    cut_into_spells,
    even_edges,
    interval_incidence,
    logit_of,
    row_chunks,
    share_of_rates,
)

EDGES = np.array([0.0, 30.0, 60.0, 90.0])


def spells(duration, event, entry=None, until=None):
    late = None if entry is None else np.asarray(entry, dtype=float)
    return cut_into_spells(np.asarray(duration, dtype=float), np.asarray(event), late, EDGES, until=until)


def test_edges_reach_the_horizon_or_the_longest_follow_up():
    assert even_edges(30, None, 75.0).tolist() == [0, 30, 60, 90]
    assert even_edges(30, 45, 75.0).tolist() == [0, 30, 60]
    assert even_edges(30, 500, 90.0).tolist() == [0, 30, 60, 90]
    assert len(even_edges(0.1, None, 0.3)) == 4  # 0.3 / 0.1 is not quite 3
    assert even_edges(100, None, 5.0).tolist() == [0, 100]


@pytest.mark.parametrize("wrong", [0, -30, np.nan, np.inf, "30", True, None])
def test_a_width_is_a_number_above_zero(wrong):
    with pytest.raises(ConfigError, match="interval_days is a finite number above 0"):
        even_edges(wrong, None, 75.0)


def test_a_wrong_horizon_or_too_many_intervals_are_refused():
    with pytest.raises(ConfigError, match="horizon_days is a finite number above 0"):
        even_edges(30, -1, 75.0)
    with pytest.raises(ConfigError, match="at most 20,000 intervals"):
        even_edges(0.001, None, 75.0)
    assert len(even_edges(1, None, float(MOST_INTERVALS))) == MOST_INTERVALS + 1


def test_rows_fall_in_the_interval_that_they_end_in_and_enter_in():
    cut = spells([30, 31, 90, 75, 60], [1, 0, 2, 5, 0], entry=[0, 30, 15, 60, 59])
    assert cut.first.tolist() == [0, 1, 0, 2, 1]
    assert cut.last.tolist() == [0, 1, 2, 2, 1]
    np.testing.assert_allclose(cut.entered, [0, 0, 0.5, 0, 29 / 30])
    np.testing.assert_allclose(cut.left, [1, 1 / 30, 1, 0.5, 1])
    assert cut.kind.tolist() == [1, 0, 2, 2, 0]


def test_what_comes_after_the_end_is_not_looked_at():
    cut = spells([20, 80, 80, 85], [1, 1, 2, 1], entry=[0, 0, 10, 50], until=45.0)
    assert cut.kept.tolist() == [True, True, True, False]
    assert cut.kind.tolist() == [1, 0, 0]
    np.testing.assert_allclose(cut.left, [20 / 30, 0.5, 0.5])
    with pytest.raises(FitError, match=r"A hazard needs at least one re-report, but found none within 45 days"):
        spells([46, 30], [1, 2], until=45.0)


def test_parts_at_risk_add_up_to_the_time_at_risk():
    rng = np.random.default_rng(1)
    duration = rng.uniform(1, 90, 200)
    entry = duration * rng.random(200) * (rng.random(200) < 0.5)
    cut = spells(duration, rng.integers(0, 3, 200), entry)
    part = cut.at_risk(np.zeros(200, dtype=bool))
    np.testing.assert_allclose(part.sum(axis=1) * 30, duration - entry)
    whole = cut.at_risk(cut.kind > 0)
    assert np.all(whole[np.arange(200), cut.last][cut.kind > 0] == 1)
    np.testing.assert_array_equal(whole[cut.kind == 0], part[cut.kind == 0])


def test_chunks_cover_all_rows_once():
    rows = np.concatenate([np.arange(1000)[chunk] for chunk in row_chunks(1000, 70_000)])
    np.testing.assert_array_equal(rows, np.arange(1000))
    assert list(row_chunks(0, 5)) == []


@given(st.integers(0, 10_000))
def test_incidence_of_both_kinds_and_freedom_of_both_add_up_to_one(seed):
    rng = np.random.default_rng(seed)
    first, other = rng.dirichlet((1, 1, 1), size=(4, 3))[:, :, :2].transpose(2, 0, 1)
    first[0, 1], other[0, 1] = 1.0, 0.0  # an interval that nobody leaves free
    other[1] = 0.0
    days = np.sort(rng.uniform(0, 90, 5))
    mine = interval_incidence(first, other, EDGES, days)
    theirs = interval_incidence(other, first, EDGES, days)
    free = np.ones((4, 5))
    for place in range(3):
        passed = np.clip((days - EDGES[place]) / 30, 0, 1)
        free *= np.where(passed > 0, (1 - first - other)[:, [place]].clip(0) ** passed, 1.0)
    np.testing.assert_allclose(mine + theirs + free, 1.0, atol=1e-12)
    assert np.all(np.diff(mine, axis=1) >= 0)


def test_constant_hazards_give_the_exponential_formula():
    rate, other = np.full((1, 3), 0.3), np.full((1, 3), 0.1)
    days = np.array([0.0, 10.0, 30.0, 47.0, 90.0])
    found = interval_incidence(*share_of_rates(rate, other), EDGES, days)[0]
    np.testing.assert_allclose(found, 0.75 * (1 - np.exp(-0.4 * days / 30)), atol=1e-14)
    nothing = share_of_rates(np.zeros((1, 3)), np.zeros((1, 3)))
    assert not np.any(nothing)


def test_log_odds_are_finite_at_the_ends():
    odds = logit_of(np.array([0.0, 0.25, 1.0]))
    assert np.isfinite(odds).all()
    assert odds[1] == pytest.approx(np.log(1 / 3))
    assert odds[0] < -700
    assert odds[2] > 30
