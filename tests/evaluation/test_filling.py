"""Filling the capacity of each draw: against one copy of every row, and for parts of a population."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import cluster_weights, percentile_interval
from hgrisk.evaluation.capacity import fill_capacity, flagged_sums
from hgrisk.evaluation.filling import fill_draws, flagged_totals
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-9
SHARE = 0.1


def slow(levels, copies, share):
    """Sort every copy, and flag from the top; equal risks share what is left of the room."""
    risk = np.sort(np.repeat(levels, copies))[::-1]
    room = share * len(risk)
    threshold = risk[max(0, int(np.ceil(room - EXACT)) - 1)]
    part = (room - np.sum(risk > threshold)) / np.sum(risk == threshold)
    return threshold, (levels > threshold) + min(1.0, part) * (levels == threshold)


rows = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)


@given(rows, st.floats(0.01, 1.0))
def test_each_draw_is_filled_as_its_copies_would_be(rows, share):
    table = np.array(rows)
    levels, copies = table[:, 0] / 6, table[:, 1:].T
    filled = fill_draws(levels, copies, share)
    flagged = flagged_totals(filled, levels, copies, np.ones((len(levels), 1)))[:, 0]
    np.testing.assert_allclose(flagged, share * copies.sum(axis=1), atol=EXACT)
    for k, draw in enumerate(copies):
        if draw.sum():
            threshold, flags = slow(levels, draw, share)
            assert filled.thresholds[k] == threshold
            values = np.column_stack((levels, levels**2))
            sums = flagged_totals(filled, levels, copies, values)
            np.testing.assert_allclose(sums[k], (draw * flags) @ values, atol=EXACT)


def whole(sample, draw):
    return replace(sample.take(np.repeat(np.arange(len(sample)), draw)), population=None)


@pytest.mark.parametrize("name", ["capacity_recall", "capacity_precision", "expected_cost", "net_benefit"])
def test_a_group_is_flagged_at_the_threshold_of_everyone_in_the_same_draw(cohort, name):
    metric = get_metric(name).with_parameters(capacity_share=SHARE)
    sample = cohort.sample(np.round(cohort.truth, 2))
    weights = np.random.default_rng(1).integers(0, 4, (6, 300)).astype(np.uint16)
    mask = np.arange(300) % 3 == 0
    found = metric.compute(sample.take(mask, weights), 365, weights[:, mask])
    copied = [whole(sample, draw).take(np.repeat(mask, draw)) for draw in weights]
    np.testing.assert_allclose(found, [metric.estimate(part, 365) for part in copied], atol=EXACT)
    assert len(set(found)) == 6


def test_a_part_without_draws_is_flagged_at_the_threshold_of_its_population_as_it_is(cohort):
    sample, mask = cohort.sample(), np.arange(300) % 3 == 0
    part, copies = sample.take(mask), np.random.default_rng(1).integers(0, 4, (3, 100))
    sums = flagged_sums(part, 365, copies, SHARE)
    assert set(sums.thresholds) == {fill_capacity(sample, 365, SHARE).threshold}
    np.testing.assert_allclose(sums.flagged, copies @ fill_capacity(part, 365, SHARE).share, atol=EXACT)


def test_the_estimate_of_a_part_with_draws_is_that_of_the_first_of_ones(cohort):
    sample, mask = cohort.sample(), np.arange(300) % 3 == 0
    weights = cluster_weights(np.arange(300), 20, 0)
    part, metric = sample.take(mask, weights), get_metric("capacity_recall").with_parameters(capacity_share=SHARE)
    assert metric.estimate(part, 365) == metric.compute(part, 365, weights[:, mask])[0]


def test_draws_that_are_not_those_of_the_population_are_refused(cohort):
    sample, ones = cohort.sample(), np.ones((4, 300))
    with pytest.raises(DataError) as caught:
        flagged_sums(sample.take(np.arange(10), ones), 365, np.ones((3, 10)), SHARE)
    assert str(caught.value) == (
        "A part has as many draws as its population, but found 3 and 4: take the part with the draws it is judged in."
    )
    with pytest.raises(DataError) as caught:
        sample.take(np.arange(10)).take(np.arange(5), np.ones((1, 10)))
    assert str(caught.value) == (
        "Draws of a population are given with the first part taken from it, but found a part of a part: "
        "take the rows from the whole sample."
    )


def test_intervals_of_recall_and_of_its_difference_are_as_wide_as_the_estimates_spread():
    """400 samples of 400 households, of which half have a re-report.

    With flags that stay where they are in the sample both are twice as wide.
    """
    recall = get_metric("capacity_recall").with_parameters(capacity_share=SHARE)
    estimates, widths = [], []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        a, b = rng.normal(size=(2, 400))
        happened = rng.random(400) < 1 / (1 + np.exp(-(a + b)))
        y = Surv.from_arrays(happened.astype(int), np.where(happened, 100, 400))
        weights = cluster_weights(np.arange(400), 50, seed)
        one, other = (
            recall.compute(Sample.build(y, y, 1 / (1 + np.exp(-x[:, None])), [365]), 365, weights) for x in (a, b)
        )
        estimates.append((one[0], one[0] - other[0]))
        widths.append([np.subtract(*percentile_interval(draws, 0.8)[::-1]) for draws in (one, one - other)])
    spread = np.subtract(*np.quantile(estimates, [0.9, 0.1], axis=0))
    np.testing.assert_allclose(np.mean(widths, axis=0) / spread, 1.0, atol=0.15)
