"""Counts by group and event time, against a count of each cell on its own."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.hazards.placing import place_rows
from hgrisk.hazards.tables import event_table

EXACT = 1e-12
ROWS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(-1, 1), st.integers(0, 9), st.integers(0, 1), st.integers(1, 4)),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_every_cell_is_counted(rows):
    duration, cause, entry, group, weight = (np.array(column) for column in zip(*rows, strict=True))
    entry = np.minimum(entry, duration - 1)
    places = place_rows(duration * 1.0, cause >= 0, entry * 1.0, group, n_groups=2)
    table = event_table(places, cause, weight * 0.5, n_causes=2, late=entry > 0)
    for slot, (day, code) in enumerate(zip(table.times, table.group, strict=True)):
        opening = slot == table.first[code]
        inside = (group == code) & ((entry == 0) if opening else ((entry < day) & (day <= duration)))
        np.testing.assert_allclose(table.at_risk[slot], weight[inside].sum() / 2, atol=EXACT)
        assert table.rows_at_risk[slot] == inside.sum()
        for k in range(2):
            here = (group == code) & (cause == k) & (duration == day)
            assert table.event_rows[slot, k] == here.sum()
            np.testing.assert_allclose(table.events[slot, k], weight[here].sum() / 2, atol=EXACT)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_who_is_at_risk_follows_from_who_leaves_and_enters(rows):
    duration, cause, entry, group, weight = (np.array(column) for column in zip(*rows, strict=True))
    entry = np.minimum(entry, duration - 1)
    places = place_rows(duration * 1.0, cause >= 0, entry * 1.0, group, n_groups=2)
    table = event_table(places, cause, weight * 1.0, n_causes=2, late=entry > 0)
    after = table.at_risk - table.events.sum(axis=1) - table.censored + table.entered
    closing = table.first[1:] - 1
    np.testing.assert_allclose(np.delete(after, closing), np.delete(table.at_risk, table.first[:-1]), atol=EXACT)
    np.testing.assert_allclose(after[closing], 0.0, atol=EXACT)
    assert table.censored.sum() == weight[cause < 0].sum()
    assert table.entered.sum() == weight[entry > 0].sum()
