"""Rolling origin: what is learnt was known when the year began, and nothing more."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hgrisk.models.base_rate import BaseRate
from hgrisk.models.fitting import Fitting
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.validation.rolling import rolling_origin, rolling_parts
from hgrisk.validation.settings import ValidationSettings

SETTINGS = ValidationSettings(min_test_events=5, min_train_events=5)


@pytest.fixture(scope="module")
def parts(data):
    return list(rolling_parts(data, SETTINGS))


def test_each_year_is_judged_by_the_years_before(data, parts):
    assert [part.name for part in parts] == ["2021", "2022", "2023"]
    for part in parts:
        origin = dt.date(int(part.name), 1, 1)
        assert (part.train.landmarks["landmark_on"] < origin).all()
        assert (part.test.landmarks["landmark_on"].dt.year() == int(part.name)).all()
    in_all = sum(len(part.test.X) for part in parts)
    assert in_all == (data.landmarks["landmark_on"].dt.year() > 2020).sum()


def test_no_label_from_after_the_origin_is_used(data, parts):
    """Neither a re-report that was known later, nor follow-up or the chance of it after the eve of the year."""
    late_by_part = []
    for part in parts:
        eve = dt.date(int(part.name) - 1, 12, 31)
        table = part.train.outcome.table
        assert table["stopped_on"].max() <= eve
        assert table["event_known_on"].drop_nulls().max() <= eve
        ends = table.select(pl.col("landmark_on") + pl.duration(days=pl.col("followable_days").cast(pl.Int64)))
        assert ends.to_series().max() == eve
        np.testing.assert_array_equal(part.train.followable_days, table["followable_days"])
        whole = data.outcome.table.join(table.select("landmark_id", cut="event"), on="landmark_id")
        late = whole.filter((pl.col("event") == 1) & (pl.col("event_known_on") > eve))
        assert (late["cut"] == 0).all()
        late_by_part.append(len(late))
        assert len(whole.filter((pl.col("event") == 1) & (pl.col("event_known_on") <= eve) & (pl.col("cut") == 1)))
    assert min(late_by_part) > 5


def test_what_happens_after_the_origin_changes_no_fitted_model(data, parts):
    """Every re-report that was not known when the year began is moved or taken away: the model stays as it is."""
    origin = dt.date(2022, 1, 1)
    histories = data.outcome.histories
    later = histories.events.filter(pl.col("known_on") < origin)
    without = replace(data, outcome=replace(data.outcome, histories=replace(histories, events=later)))
    fit = Fitting(ReReportLogistic(), ("tells", "noise"))
    one, other = (
        fit(next(p for p in ps if p.name == "2022").train, (183,)) for ps in (parts, rolling_parts(without, SETTINGS))
    )
    np.testing.assert_array_equal(one.coef_, other.coef_)
    full = fit(data, (183,))
    assert np.abs(full.coef_ - one.coef_).max() > 0.01


def test_the_training_can_be_limited_and_the_first_year_set(data):
    short = list(rolling_parts(data, ValidationSettings(train_years=1, first_year=2022)))
    assert [part.name for part in short] == ["2022", "2023"]
    assert [sorted(set(part.train.landmarks["landmark_on"].dt.year())) for part in short] == [[2021], [2022]]
    assert list(rolling_parts(data, ValidationSettings(first_year=2050))) == []


def test_years_are_judged_and_the_last_one_not_beyond_its_follow_up(data, evaluation):
    fits = {"rate": Fitting(BaseRate(), ("noise",)), "logistic": Fitting(ReReportLogistic(), ("tells",))}
    asked = evaluation.model_copy(update={"horizons_days": (183, 365, 548)})
    result = rolling_origin(data, fits, SETTINGS, asked, seed=1)
    judged = result.table.groupby("part")["horizon_days"].unique().map(list).to_dict()
    assert judged == {"2021": [183], "2022": [183, 365, 548], "2023": [183]}
    assert result.omitted.query("part == '2023' and horizon_days == 548")["reason"].tolist() == [
        "test rows that are followed shorter"
    ]
    better = result.differences("rate").query("metric == 'auc'")
    assert (better["difference"] > 0.05).all()
