"""Scores of mean counts, against loops over subjects and days that follow the formulas word by word."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.hazards.clustered_curves import EndedRows
from hgrisk.hazards.mean_tests import count_groups, mean_scores
from hgrisk.hazards.placing import place_rows

SAME = 1e-9
SLOPE = 1e-6


def subjects(seed, n=24, *, n_groups=3, n_strata=2):
    """Courses with ties, gaps, late entry, weights; some end in a terminal event."""
    rng = np.random.default_rng(seed)
    rows = []
    for label in range(n):
        group, stratum, weight = label % n_groups, rng.integers(n_strata), rng.integers(1, 4)
        since = 0 if label < 2 * n_groups * n_strata else rng.integers(0, 3)
        for _ in range(rng.integers(1, 5)):
            stop = since + rng.integers(1, 5)
            rows.append([label, group, stratum, weight, since, stop, 1])
            since = stop + (rng.random() < 0.2)
        rows[-1][-1] = rng.integers(0, 3)
    return np.array(rows, dtype=float)


def found(rows, factor=1.0, n_groups=3):
    """Return the scores, with clusters that are the subjects."""
    subject, group, stratum = rows[:, :3].T.astype(np.int64)
    weight, entry, stop, event = np.ascontiguousarray(rows[:, 3:].T)
    places = place_rows(stop, event > 0, entry, stratum, n_groups=int(stratum.max()) + 1)
    ended = EndedRows(weight, event > 1, event == 1)
    counts = count_groups(places, ended, group, n_groups)
    return mean_scores(places, ended, group, subject, np.full(places.n_slots, factor), counts)


def survival(rows, day):
    """Return the chance of some rows to have had no terminal event before a day."""
    free = 1.0
    for earlier in np.unique(rows[(rows[:, 6] > 1) & (rows[:, 5] < day), 5]):
        there, ended = at_risk(rows, earlier), rows[(rows[:, 5] == earlier) & (rows[:, 6] > 1), 3].sum()
        free *= 1 - ended / there if there else 1
    return free


def at_risk(rows, day):
    return rows[(rows[:, 4] < day) & (day <= rows[:, 5]), 3].sum()


def step(rows, day):
    """Return by how much the mean count of some rows rises on a day."""
    there = at_risk(rows, day)
    return survival(rows, day) * rows[(rows[:, 5] == day) & (rows[:, 6] == 1), 3].sum() / there if there else 0.0


def by_days(rows, score, n_groups=3):
    """Return one score, and the part of each subject in it, by loops over days."""
    total, parts = 0.0, np.zeros(int(rows[:, 0].max()) + 1)
    for stratum in np.unique(rows[:, 2]):
        inside = rows[rows[:, 2] == stratum]
        groups = [inside[inside[:, 1] == g] for g in range(n_groups)]
        for day in np.unique(inside[inside[:, 6] > 0, 5]):
            there = np.array([at_risk(group, day) for group in groups])
            steps = np.array([step(group, day) for group in groups])
            if not there.sum():
                continue
            common = there @ steps / there.sum()
            total += there[score] * (steps[score] - common)
            for g, group in enumerate(groups):
                if there[g]:
                    effect = there[score] * ((g == score) - there[g] / there.sum())
                    for label, size in of_subjects(group, day, there[g], common).items():
                        parts[label] += effect * size
    return total, parts


def of_subjects(group, day, there, common):
    """Return the influence of each subject on a step of the mean count of its group, were that the common one."""
    influence = {}
    for label, _, _, weight, since, stop, event in group:
        own = survival(group, day) / there * (stop == day and event == 1) - common / there * (since < day <= stop)
        for earlier in np.unique(group[(group[:, 6] > 1) & (group[:, 5] < day), 5]):
            alive, ended = at_risk(group, earlier), group[(group[:, 5] == earlier) & (group[:, 6] > 1), 3].sum()
            if alive > ended:
                mine = (stop == earlier and event > 1) - ended / alive * (since < earlier <= stop)
                own -= common * mine / (alive - ended)
        influence[int(label)] = influence.get(int(label), 0.0) + weight * own
    return influence


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_scores_and_covariance_equal_loops(seed):
    rows = subjects(seed)
    scores = found(rows)
    totals, parts = zip(*(by_days(rows, score) for score in range(3)), strict=True)
    np.testing.assert_allclose(scores.observed - scores.expected, totals, atol=SAME)
    np.testing.assert_allclose(scores.covariance, np.array(parts) @ np.array(parts).T, atol=SAME)
    assert np.abs(scores.covariance).max() > 1.0
    np.testing.assert_allclose(np.sum(parts, axis=1), totals, atol=SAME)


def test_parts_are_derivatives_by_weight_where_all_groups_have_the_same_counts():
    one = subjects(5, n_groups=1, n_strata=1)
    other = one.copy()
    other[:, 0] += 100
    other[:, 1] = 1
    rows = np.vstack((one, other))
    days = np.unique(one[one[:, 6] > 0, 5])
    both = np.array([at_risk(one, day) / 2 for day in days])

    def difference(label, change):
        moved = one.copy()
        moved[moved[:, 0] == label, 3] += change
        return sum(both * [step(moved, day) - step(other, day) for day in days])

    slopes = np.array([(difference(label, SLOPE) - difference(label, -SLOPE)) / 2 / SLOPE for label in range(24)])
    weight = np.array([one[one[:, 0] == label, 3][0] for label in range(24)])
    expected = 2 * np.sum((weight * slopes) ** 2)
    assert found(rows, n_groups=2).covariance[0, 0] == pytest.approx(expected, rel=1e-5)
    assert found(rows, n_groups=2).observed[0] == pytest.approx(found(rows, n_groups=2).expected[0])


def test_a_factor_multiplies_all():
    rows = subjects(2)
    once, thrice = found(rows), found(rows, factor=3.0)
    np.testing.assert_allclose(thrice.observed, 3 * once.observed)
    np.testing.assert_allclose(thrice.covariance, 9 * once.covariance)
