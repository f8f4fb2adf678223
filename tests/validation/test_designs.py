"""What designs share: parts judged alike for all models, what cannot be judged said, and paired differences."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError, FitError
from hgrisk.evaluation.evaluate import evaluate
from hgrisk.evaluation.gain import gain
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.support import effective_n
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.cox import CoxRegression
from hgrisk.models.fitting import Fitting
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.validation.designs import COLUMNS, Part, judge_parts, keep, usable_horizons
from hgrisk.validation.settings import ValidationSettings

SETTINGS = ValidationSettings(min_test_events=5, min_train_events=5)
FITS = {"rate": Fitting(BaseRate()), "logistic": Fitting(ReReportLogistic(), columns=("tells",))}


@pytest.fixture(scope="module")
def parts(data):
    half = data.clusters % 2 == 0
    return [Part("one", keep(data, half), keep(data, ~half)), Part("two", keep(data, ~half), keep(data, half))]


@pytest.fixture(scope="module")
def result(parts, evaluation):
    return judge_parts("halves", parts, FITS, SETTINGS, evaluation, seed=4)


def test_the_table_is_that_of_an_evaluation_of_each_part(result, parts, evaluation):
    assert tuple(result.table.columns) == COLUMNS
    assert len(result.table) == 2 * 2 * 3 * 2
    test = parts[1].test
    risk = FITS["logistic"](parts[1].train, (183, 365)).predict_cumulative_incidence(test.X[["tells"]], [183, 365])
    y = test.y_from_landmark
    own = evaluate(
        *(y, y, risk, [183, 365]),
        clusters=test.clusters,
        settings=evaluation,
        seed=4,
        model="logistic",
        followable_days=test.followable_days,
    ).table
    found = result.table.query("part == 'two' and model == 'logistic'").reset_index(drop=True)
    columns = ["metric", "horizon_days", "estimate", "lower", "upper", "n_events"]
    pd.testing.assert_frame_equal(found[columns], own[columns])
    able = {day: int((test.followable_days >= day).sum()) for day in (183, 365)}
    assert found["n_test"].tolist() == found["horizon_days"].map(able).tolist()
    assert able[365] < able[183] < len(test.X)
    assert set(found["n_train"]) == {len(parts[1].train.X)}


def test_differences_are_paired_draw_by_draw(result):
    found = result.differences("rate").set_index(["part", "model", "metric", "horizon_days"])
    assert set(found.index.get_level_values("model")) == {"logistic"}
    one, other = result.evaluations["one", "rate"], result.evaluations["one", "logistic"]
    row = found.loc[("one", "logistic", "brier", 365)]
    assert (row["difference"], row["lower"], row["upper"]) == gain(one, other, "brier", 365)
    assert row["upper"] < 0  # a telling feature lowers the Brier score
    with pytest.raises(DataError, match="found 'cox': use rate, logistic"):
        result.differences("cox")


def test_net_benefit_has_no_differences(parts, evaluation):
    asked = evaluation.model_copy(update={"metrics": ("net_benefit",), "horizons_days": (183,), "n_resamples": 0})
    assert judge_parts("halves", parts, FITS, SETTINGS, asked).differences("rate").empty


def test_models_with_risks_at_any_day_serve_metrics_of_the_whole_curve(parts, evaluation):
    asked = evaluation.model_copy(update={"metrics": ("integrated_brier",), "horizons_days": (365,), "n_resamples": 0})
    table = judge_parts("one", parts[:1], {"cox": Fitting(CoxRegression(penalty=0.01))}, SETTINGS, asked).table
    assert table["estimate"].between(0, 0.3).all()


def test_a_horizon_that_cannot_be_judged_is_listed_with_its_reason(parts, evaluation):
    part = parts[0]
    first = keep(part.test, np.arange(len(part.test.X)) < 3)
    few = int(((first.y["event"] == 1) & (first.y["duration_days"] <= 183)).sum())
    assert usable_horizons(Part("p", part.train, first), (183,), ValidationSettings(min_train_events=5)) == (
        (),
        [("p", 183, f"{few} re-reports by then in the test rows")],
    )
    short = replace(
        part.test.outcome, table=part.test.outcome.table.filter(part.test.outcome.table["duration_days"] < 300)
    )
    reasons = [("p", 365, "test rows that are followed shorter")]
    assert usable_horizons(Part("p", part.train, part.test.take(short)), (183, 365), SETTINGS) == ((183,), reasons)
    reasons = [("p", 365, "training rows that are followed shorter")]
    assert usable_horizons(Part("p", part.test.take(short), part.train), (183, 365), SETTINGS) == ((183,), reasons)
    strict = ValidationSettings(min_test_events=10_000)
    with pytest.raises(DataError, match=r"The design 'halves' has a part that can be judged, but found none, for one"):
        judge_parts("halves", parts, FITS, strict, evaluation)
    with pytest.raises(DataError, match="but found no part: bring more histories, or leave it out"):
        judge_parts("halves", [], FITS, SETTINGS, evaluation)


def test_a_test_part_whose_weights_are_thin_is_listed_with_what_they_tell(parts):
    train, test = parts[0].train, parts[0].test
    y, able = test.y_from_landmark, test.followable_days >= 365
    n = effective_n(Sample.build(y[able], y[able], np.zeros((able.sum(), 1)), [365]).status(365).weight)
    strict = SETTINGS.model_copy(update={"min_effective_n": n + 0.5})
    found = usable_horizons(Part("p", train, test), (183, 365), strict)
    reason = f"censoring weights of the test rows that tell as much as {n:.0f} rows"
    assert found == ((183,), [("p", 365, reason)])
    assert usable_horizons(Part("p", train, test), (365,), SETTINGS.model_copy(update={"min_effective_n": n - 0.5}))[0]


def test_training_rows_that_could_not_be_followed_do_not_count(parts):
    train = parts[0].train
    table = train.outcome.table
    brief = train.take(replace(train.outcome, table=table.with_columns(followable_days=table["followable_days"] * 0.0)))
    found = usable_horizons(Part("p", brief, parts[0].test), (183,), SETTINGS)
    assert found == ((), [("p", 183, "0 re-reports by then in the training rows")])


def test_a_part_that_a_model_cannot_learn_from_is_omitted_for_all_with_the_reason(parts, evaluation):
    def fit_or_refuse(train, horizons_days):
        if train is parts[0].train:
            raise FitError("A model is fitted", "none", "bring more")
        return FITS["rate"](train, horizons_days)

    found = judge_parts("halves", parts, {"rate": FITS["rate"], "picky": fit_or_refuse}, SETTINGS, evaluation)
    assert set(found.table["part"]) == {"two"}
    assert set(found.table["model"]) == {"rate", "picky"}
    assert set(found.omitted["part"]) == {"one"}
    assert found.omitted["reason"].unique().tolist() == ["A model is fitted, but found none: bring more."]
