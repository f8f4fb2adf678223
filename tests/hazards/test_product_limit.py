"""One pass for all curves, against the plain functions on one group and against hand counts."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.curves import RiskTable, _incidence_variance, aalen_johansen, kaplan_meier, nelson_aalen
from hgrisk.hazards.placing import place_rows
from hgrisk.hazards.product_limit import (
    curves,
    hazard_variance,
    incidence_variance,
    survival_variance,
    within_groups,
)
from hgrisk.hazards.tables import event_table

EXACT = 1e-12
ROWS = st.lists(st.tuples(st.integers(1, 15), st.integers(-1, 1), st.integers(0, 1)), min_size=1, max_size=50)


def counted(rows):
    duration, cause, group = (np.array(column) for column in zip(*rows, strict=True))
    places = place_rows(duration * 1.0, cause >= 0, group=group, n_groups=2)
    return duration * 1.0, cause, group, event_table(places, cause, np.ones(len(cause)), n_causes=2)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_curves_of_groups_are_those_of_each_group_alone(rows):
    duration, cause, group, table = counted(rows)
    of = curves(table, [0, 1], [0])
    for code in np.unique(group):
        slots, mine = slice(table.first[code], table.first[code + 1]), group == code
        days, event = duration[mine], cause[mine] + 1
        np.testing.assert_allclose(of.survival[slots], kaplan_meier(days, event > 0).at(table.times[slots]), atol=EXACT)
        np.testing.assert_allclose(of.hazard[slots], nelson_aalen(days, event > 0).at(table.times[slots]), atol=EXACT)
        np.testing.assert_allclose(of.reached[slots], aalen_johansen(days, event).at(table.times[slots]), atol=EXACT)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_incidence_variance_is_that_of_the_plain_function(rows):
    _, _, _, table = counted(rows)
    of = curves(table, [0, 1], [0])
    variance = incidence_variance(of)
    for code in range(2):
        slots = slice(table.first[code] + 1, table.first[code + 1])
        every = RiskTable(table.times[slots], of.at_risk[slots], of.removed[slots])
        mine = RiskTable(table.times[slots], of.at_risk[slots], of.counted[slots])
        expected = _incidence_variance(every, mine, of.reached[slots])
        np.testing.assert_allclose(variance[slots], expected, atol=EXACT)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_without_competing_events_the_variance_is_greenwoods(rows):
    _, _, _, table = counted([(day, min(cause, 0), group) for day, cause, group in rows])
    of = curves(table, [0], [0])
    alive = of.survival > 0
    np.testing.assert_allclose(incidence_variance(of)[alive], survival_variance(of)[alive], atol=EXACT)
    assert np.all(survival_variance(of)[~alive] == 0)


def test_variances_by_hand():
    _, _, _, table = counted([(1, 0, 0), (2, 0, 0), (2, -1, 0), (3, -1, 0)])
    of = curves(table, [0], [0])
    np.testing.assert_allclose(of.survival[:3], [1, 3 / 4, 1 / 2], atol=EXACT)
    np.testing.assert_allclose(hazard_variance(of)[:3], [0, 1 / 16, 1 / 16 + 1 / 9], atol=EXACT)
    greenwood = [0, (3 / 4) ** 2 / 12, (1 / 2) ** 2 * (1 / 12 + 1 / 6)]
    np.testing.assert_allclose(survival_variance(of)[:3], greenwood, atol=EXACT)


def test_counts_that_do_not_remove_add_up_as_a_mean():
    # two rows that recur: nothing removes, so that the mean count is the Nelson-Aalen sum
    _, _, _, table = counted([(1, 0, 0), (2, 0, 0), (3, -1, 0)])
    of = curves(table, [], [0])
    np.testing.assert_allclose(of.reached[:3], [0, 1 / 3, 1 / 3 + 1 / 2], atol=EXACT)
    assert of.survival.tolist() == [1, 1, 1, 1]


def test_sums_begin_anew_in_each_group():
    assert within_groups(np.array([1.0, 2.0, 4.0, 8.0]), np.array([0, 2, 4])).tolist() == [1, 3, 4, 12]
