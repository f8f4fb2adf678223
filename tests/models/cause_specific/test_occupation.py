"""State occupation, against matrix products and against the incidence of one competing end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from hgrisk.models.cause_specific.incidence import cumulative_incidence, merge_hazards
from hgrisk.models.cause_specific.occupation import Passage, occupation


def chain(seed, n_states=4, n_times=6):
    rng = np.random.default_rng(seed)
    pairs = [(a, b) for a in range(n_states) for b in range(n_states) if a != b and rng.random() < 0.5] or [(0, 1)]
    times = [np.sort(rng.choice(np.arange(1.0, 12.0), n_times, replace=False)) for _ in pairs]
    return [Passage(*pair, own, rng.uniform(0, 0.25, n_times)) for pair, own in zip(pairs, times, strict=True)]


def steps(passages, relative, day, since=0.0):
    """The matrix of hazards of each day on which something happens."""
    for time in np.unique(np.concatenate([passage.times for passage in passages])):
        if since < time <= day:
            matrix = np.zeros((4, 4))
            for passage, size in zip(passages, relative, strict=True):
                matrix[passage.origin, passage.target] += size * passage.jumps[passage.times == time].sum()
            yield matrix - np.diag(matrix.sum(axis=1))


@given(st.integers(0, 10_000))
def test_the_aalen_johansen_estimator_is_a_product_of_matrices(seed):
    passages, rng = chain(seed), np.random.default_rng(seed)
    start = rng.dirichlet(np.ones(4), 3)
    relative = np.ones((3, len(passages)))
    found = occupation(start, passages, relative, np.array([12.0, 0.0, 5.0]), 0.5, evenly=False)
    for place, day in enumerate((12.0, 0.0, 5.0)):
        product = np.eye(4)
        for step in steps(passages, relative[0], day, 0.5):
            product = product @ (np.eye(4) + step)
        np.testing.assert_allclose(found[:, place], start @ product, atol=1e-12)


@given(st.integers(0, 10_000))
def test_states_add_up_to_one_however_large_a_hazard(seed):
    passages, rng = chain(seed), np.random.default_rng(seed)
    relative = np.exp(rng.normal(0, 4, (5, len(passages))))
    found = occupation(np.eye(4)[rng.integers(0, 4, 5)], passages, relative, np.arange(13.0))
    assert np.all((found >= 0) & (found <= 1))
    np.testing.assert_allclose(found.sum(axis=2), 1.0, atol=1e-12)


def test_a_jump_of_ways_out_of_one_state_runs_evenly():
    passages = [Passage(0, 1, np.array([3.0]), np.array([0.4])), Passage(0, 2, np.array([3.0]), np.array([0.9]))]
    found = occupation(np.eye(4)[:1], passages, np.array([[2.0, 0.5]]), np.array([3.0]))
    (step,) = steps(passages, [2.0, 0.5], 3.0)
    np.testing.assert_allclose(found[0, 0], expm(step)[0], atol=1e-12)


def test_one_end_and_another_are_what_the_incidence_of_two_hazards_is():
    rng = np.random.default_rng(2)
    times, others = np.arange(1.0, 30, 2), np.arange(1.0, 30, 3)
    mine, theirs = rng.uniform(0, 0.1, len(times)), rng.uniform(0, 0.1, len(others))
    passages, score = [Passage(0, 1, times, mine), Passage(0, 2, others, theirs)], np.array([-1.0, 0.5, 2.0])
    relative = np.column_stack((np.exp(score), np.ones(3)))
    days = np.array([0.0, 10.0, 29.0])
    found = occupation(np.tile([1.0, 0, 0], (3, 1)), passages, relative, days)
    expected = cumulative_incidence(score, merge_hazards(times, mine, others, theirs), days)
    np.testing.assert_allclose(found[:, :, 1], expected, atol=1e-12)


def test_many_rows_are_followed_part_by_part(monkeypatch):
    monkeypatch.setattr("hgrisk.models.cause_specific.occupation.CHUNK_ROWS", 2)
    passages = chain(3)
    relative = np.exp(np.random.default_rng(3).normal(size=(5, len(passages))))
    together = occupation(np.tile(np.eye(4)[0], (5, 1)), passages, relative, np.array([4.0, 9.0]))
    for row in range(5):
        alone = occupation(np.eye(4)[:1], passages, relative[row : row + 1], np.array([4.0, 9.0]))
        np.testing.assert_array_equal(together[row], alone[0])


def test_a_jump_on_the_day_itself_lies_behind():
    passages = [Passage(0, 1, np.array([3.0, 4.0]), np.array([0.4, 0.2]))]
    found = occupation(np.eye(2)[:1], passages, np.ones((1, 1)), np.array([3.0, 4.0]), 3.0)
    np.testing.assert_allclose(found[0], [[1.0, 0.0], [np.exp(-0.2), 1 - np.exp(-0.2)]])


def test_without_a_day_ahead_nothing_changes():
    found = occupation(np.eye(4)[:1], chain(4), np.ones((1, len(chain(4)))), np.array([7.0]), 7.0)
    assert found[0, 0].tolist() == pytest.approx([1.0, 0.0, 0.0, 0.0])
