"""The concordance kernel against a slow and obvious count of pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.evaluation._concordance import concordance
from hgrisk.evaluation.sample import Sample
from hgrisk.hazards import concordance as kernel
from hgrisk.surv import Surv

EXACT = 1e-10
HORIZON = 4

rows = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 6), st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=25
)


def slow(event, days, risk, copies, censoring):
    """Count pair by pair: Wolbers et al. (2014) with equal risks 1/2 and, on one day, events before censoring."""
    won = compared = 0.0
    n = len(event)
    for i in range(n):
        if event[i] != 1 or days[i] > HORIZON:
            continue
        for j in range(n):
            if days[j] > days[i] or (days[j] == days[i] and event[j] != 1):
                pair = 1 / censoring[i] ** 2
            elif days[j] < days[i] and event[j] >= 2:
                pair = 1 / (censoring[i] * censoring[j])
            else:
                continue
            pair *= copies[i] * copies[j]
            compared += pair
            won += pair * ((risk[i] > risk[j]) + 0.5 * (risk[i] == risk[j]))
    return won / compared if compared else np.nan


def build(table):
    event, days, risk, copies = (np.array(column) for column in zip(*table, strict=True))
    y = Surv.from_arrays(event, days)
    weights = np.stack((np.ones(len(event)), copies))
    return Sample.build(y, y, risk[:, None] / 4, [HORIZON]), weights


def check(table, weighted):
    sample, weights = build(table)
    censoring = sample.censoring.before(sample.duration_days) if weighted else np.ones(len(table))
    found = concordance(sample, HORIZON, weights, censoring)
    expected = [slow(sample.event, sample.duration_days, sample.risk[:, 0], row, censoring) for row in weights]
    np.testing.assert_allclose(found, expected, atol=EXACT)


@given(rows, st.booleans())
@settings(deadline=None)
def test_compiled_kernel_equals_the_slow_count(table, weighted):
    check(table, weighted)


@given(rows, st.booleans())
@settings(deadline=None, max_examples=50)
def test_uncompiled_kernel_equals_the_slow_count(table, weighted):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "count_pairs", kernel._count_pairs)
        check(table, weighted)


def test_uncompiled_and_compiled_kernels_agree_on_more_draws_than_one_block(cohort, monkeypatch):
    sample = cohort.sample()
    weights = np.random.default_rng(0).integers(0, 3, (40, len(sample)))
    censoring = sample.censoring.before(sample.duration_days)
    compiled = concordance(sample, 365, weights, censoring)
    monkeypatch.setattr(kernel, "count_pairs", kernel._count_pairs)
    monkeypatch.setattr(kernel, "DRAWS_AT_ONCE", 7)
    np.testing.assert_allclose(compiled, concordance(sample, 365, weights, censoring), rtol=1e-12)
