"""Folds in order of time: the past of other networks, as it was known."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from hgrisk.dataset import SplitSettings
from hgrisk.selection.settings import SelectionSettings
from hgrisk.selection.time_folds import time_folds, window_starts

SETTINGS = SelectionSettings(n_windows=3, n_groups=2, first_share=0.4)


@pytest.fixture(scope="module")
def folds(data):
    return list(time_folds(data, SETTINGS, seed=1))


def test_no_network_and_no_later_day_is_learnt_from(folds):
    assert len(folds) == 6
    for fold in folds:
        assert not set(fold.train.clusters) & set(fold.test.clusters)
        assert fold.train.landmarks["landmark_on"].max() < fold.origin <= fold.test.landmarks["landmark_on"].min()
        table = fold.train.outcome.table
        eve = fold.origin - dt.timedelta(days=1)
        assert table["stopped_on"].max() <= eve
        assert table["event_known_on"].drop_nulls().max() <= eve
        ends = table.select(pl.col("landmark_on") + pl.duration(days=pl.col("followable_days").cast(pl.Int64)))
        assert ends.to_series().max() == eve


def test_every_landmark_from_the_first_window_on_is_judged_once(data, folds):
    judged = np.concatenate([fold.test.outcome.table["landmark_id"].to_numpy() for fold in folds])
    start = min(fold.origin for fold in folds)
    later = data.outcome.table.filter(pl.col("landmark_on") >= start)["landmark_id"].to_numpy()
    assert sorted(judged) == sorted(later)
    assert len(later) / len(data.X) == pytest.approx(0.6, abs=0.02)
    sizes = [sum(len(fold.test.X) for fold in folds if fold.origin == day) for day in window_starts(data, SETTINGS)]
    assert max(sizes) < 1.1 * min(sizes)


def test_what_the_training_part_does_not_know_the_folds_do_not_know_either(data):
    train, _ = data.split(SplitSettings(on=dt.date(2022, 6, 1)))
    for fold in time_folds(train, SETTINGS):
        for part in (fold.train, fold.test):
            assert part.outcome.table["stopped_on"].max() < dt.date(2022, 6, 1)


def test_groups_repeat_with_their_seed(data, folds):
    again = list(time_folds(data, SETTINGS, seed=1))
    other = list(time_folds(data, SETTINGS, seed=2))
    assert [list(fold.test.X.index) for fold in again] == [list(fold.test.X.index) for fold in folds]
    assert [list(fold.test.X.index) for fold in other] != [list(fold.test.X.index) for fold in folds]
