"""Rows by person and interval for a classifier, and the hazard of competing events by interval."""

import numpy as np
import pytest

from hgrisk.models.by_interval import intervals
from hgrisk.models.by_interval.intervals import cut_into_spells
from hgrisk.models.by_interval.person_rows import draw_person_rows, other_rates

EDGES = np.array([0.0, 10.0, 20.0, 30.0])


def spells(duration, event, entry=None):
    late = None if entry is None else np.asarray(entry, dtype=float)
    return cut_into_spells(np.asarray(duration, dtype=float), np.asarray(event), late, EDGES)


def test_rows_by_hand():
    rows = draw_person_rows(spells([15, 25, 10], [1, 0, 2], entry=[5, 0, 0]), np.array([1.0, 2.0, 1.0]), 1.0, 0)
    assert rows.row.tolist() == [0, 0, 1, 1, 1, 2]
    assert rows.interval.tolist() == [0, 1, 0, 1, 2, 0]
    assert rows.label.tolist() == [0, 1, 0, 0, 0, 2]
    np.testing.assert_allclose(rows.weight, [0.5, 1, 2, 2, 1, 1])


def test_a_share_keeps_all_events_and_the_total_weight(monkeypatch):
    rng = np.random.default_rng(1)
    cut = spells(rng.integers(1, 31, 4000), rng.integers(0, 3, 4000))
    whole = draw_person_rows(cut, np.ones(4000), 1.0, 0)
    monkeypatch.setattr(intervals, "CHUNK_VALUES", 1000)
    part = draw_person_rows(cut, np.ones(4000), 0.25, 0)
    assert (part.label > 0).sum() == (whole.label > 0).sum()
    assert (part.label == 0).sum() == pytest.approx(0.25 * (whole.label == 0).sum(), rel=0.1)
    assert part.weight.sum() == pytest.approx(whole.weight.sum(), rel=0.05)
    again = draw_person_rows(cut, np.ones(4000), 0.25, 0)
    np.testing.assert_array_equal(again.row, part.row)
    assert not np.array_equal(draw_person_rows(cut, np.ones(4000), 0.25, 1).row, part.row)


def test_rates_of_competing_events_are_events_over_time_at_risk():
    cut = spells([5, 15, 20, 30], [2, 2, 1, 0], entry=[0, 0, 10, 0])
    rates = other_rates(cut, np.array([1.0, 2.0, 1.0, 1.0]))
    np.testing.assert_allclose(rates, [1 / (0.5 + 2 + 1), 2 / (1 + 1 + 1), 0])
