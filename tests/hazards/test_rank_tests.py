"""Scores of tests between groups, against plain sums over the event times and against each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.hazards.placing import place_rows
from hgrisk.hazards.rank_tests import gray_scores, log_rank_scores

EXACT = 1e-10
ROWS = st.lists(
    st.tuples(st.integers(1, 12), st.integers(-1, 1), st.integers(0, 12), st.integers(0, 2), st.integers(0, 1)),
    min_size=4,
    max_size=50,
)


def columns(rows):
    return (np.array(column) for column in zip(*rows, strict=True))


@settings(max_examples=50, deadline=None)
@given(ROWS)
def test_log_rank_scores_are_sums_over_event_times(rows):
    duration, cause, entry, group, stratum = columns(rows)
    entry, happened = np.minimum(entry, duration - 1), cause == 0
    places = place_rows(duration * 1.0, happened, entry * 1.0, stratum, n_groups=2)
    factor = np.sqrt(1.0 + places.times)
    scores = log_rank_scores(places, happened, np.ones(len(group)), group, factor, n_groups=3)
    observed, expected, covariance = np.zeros(3), np.zeros(3), np.zeros((3, 3))
    for part in range(2):
        for day in np.unique(duration[happened & (stratum == part)]):
            inside = (stratum == part) & (entry < day) & (day <= duration)
            n = np.bincount(group[inside], minlength=3)
            d = np.bincount(group[inside & happened & (duration == day)], minlength=3)
            w, total, events = np.sqrt(1.0 + day), n.sum(), d.sum()
            observed += w * d
            expected += w * events * n / total
            if total > 1:
                share = n / total
                spread = events * (total - events) / (total - 1)
                covariance += w * w * spread * (np.diag(share) - np.outer(share, share))
    np.testing.assert_allclose(scores.observed, observed, atol=EXACT)
    np.testing.assert_allclose(scores.expected, expected, atol=EXACT)
    np.testing.assert_allclose(scores.covariance, covariance, atol=EXACT)


def gray(rows, rho=0.0):
    duration, cause, _, group, stratum = columns(rows)
    places = place_rows(duration * 1.0, cause >= 0, None, stratum, n_groups=2)
    return gray_scores(places, cause, group, rho, n_groups=3)


@settings(max_examples=50, deadline=None)
@given(ROWS)
def test_without_competing_events_gray_compares_as_the_log_rank_test_does(rows):
    rows = [(day, min(cause, 0), 0, group, 0) for day, cause, _, group, _ in rows]
    duration, cause, _, group, _ = columns(rows)
    places = place_rows(duration * 1.0, cause == 0)
    ones = np.ones(len(group))
    plain = log_rank_scores(places, cause == 0, ones, group, np.ones(places.n_slots), n_groups=3)
    scores = gray(rows)
    np.testing.assert_allclose(scores.expected, plain.expected, atol=EXACT)
    np.testing.assert_allclose(scores.observed, plain.observed, atol=EXACT)


@settings(max_examples=50, deadline=None)
@given(ROWS)
def test_without_censoring_those_with_a_competing_event_stay_at_risk(rows):
    rows = [(day, max(cause, 0), 0, group, 0) for day, cause, _, group, _ in rows]
    rows += [(50, 0, 0, group, 0) for group in range(3)]  # no group is left without anybody before the end
    duration, cause, _, group, _ = columns(rows)
    places = place_rows(np.where(cause == 0, duration, 99.0), cause == 0)
    ones = np.ones(len(group))
    plain = log_rank_scores(places, cause == 0, ones, group, np.ones(places.n_slots), n_groups=3)
    np.testing.assert_allclose(gray(rows).expected, plain.expected, atol=EXACT)


@settings(max_examples=50, deadline=None)
@given(ROWS, st.sampled_from([0.0, 1.0, -0.5]))
def test_gray_scores_balance_and_their_covariance_is_one(rows, rho):
    scores = gray(rows, rho)
    assert np.isfinite(scores.covariance).all()
    assert scores.observed.sum() == pytest.approx(scores.expected.sum(), abs=EXACT)
    np.testing.assert_allclose(scores.covariance, scores.covariance.T, atol=EXACT)
    apart = [gray([row for row in rows if row[4] == part], rho) for part in range(2) if any(r[4] == part for r in rows)]
    np.testing.assert_allclose(scores.covariance, sum(one.covariance for one in apart), atol=EXACT)


def test_tied_events_at_one_time_have_the_hypergeometric_variance():
    rows = [(1, 0 if i < 5 else -1, 0, i % 2, 0) for i in range(9)] + [(2, -1, 0, 0, 0), (2, -1, 0, 1, 0)]
    duration, cause, _, group, _ = columns(rows)
    places = place_rows(duration * 1.0, cause == 0)
    plain = log_rank_scores(places, cause == 0, np.ones(11), group, np.ones(places.n_slots), n_groups=2)
    scores = gray_scores(places, cause, group, 0.0, n_groups=2)
    np.testing.assert_allclose(scores.covariance, plain.covariance, atol=EXACT)


def test_tied_competing_events_by_hand():
    # competing events at day 1 (three of six, two of five), then one re-report at day 2
    size, lost = np.array([6, 5]), np.array([3, 2])
    rows = [(1 if i < lost[k] else 3, 1 if i < lost[k] else -1, 0, k, 0) for k in range(2) for i in range(size[k])]
    rows[5] = (2, 0, 0, 0, 0)
    duration, cause, _, group, _ = columns(rows)
    scores = gray_scores(place_rows(duration * 1.0, cause >= 0), cause, group, 0.0, n_groups=2)
    n = size.sum()
    spread = size[:, None] * (np.eye(2) - size[None, :] / n)
    of_time = 1 / (n * size) + lost / ((size - lost) * (size - 1)) / n**2
    np.testing.assert_allclose(scores.covariance, (spread * of_time) @ spread.T, atol=EXACT)
