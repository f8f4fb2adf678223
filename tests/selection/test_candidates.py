"""Choosing: a telling model wins, noise does not, the table is that of a slow way, refusals."""

import numpy as np
import pytest

from hgrisk.errors import DataError, FitError
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.fitting import Fitting
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.selection.candidates import choose
from hgrisk.selection.settings import SelectionSettings
from hgrisk.selection.time_folds import time_folds

SETTINGS = SelectionSettings(horizon_days=183, n_windows=2, n_groups=3, min_events=5)
RATE, NOISE, TELLS = (
    Fitting(BaseRate(), ("noise",)),
    Fitting(ReReportLogistic(), ("noise",)),
    Fitting(ReReportLogistic(), ("tells",)),
)
CANDIDATES = {"rate": RATE, "noise": NOISE, "tells": TELLS, "both": Fitting(ReReportLogistic(), ("tells", "noise"))}


def test_a_telling_model_is_chosen_and_noise_beside_it_is_not(data):
    choice = choose(CANDIDATES, data, SETTINGS)
    assert choice.chosen == "tells"
    assert choice.best in ("tells", "both")
    assert choice.table["candidate"].tolist() == list(CANDIDATES)
    assert choice.table.set_index("candidate").loc["tells", "is_chosen"]
    assert choose({"rate": RATE, "noise": NOISE}, data, SETTINGS).chosen == "rate"


def test_the_table_is_that_of_a_slow_and_obvious_way(data):
    choice = choose({"rate": RATE, "tells": TELLS}, data, SETTINGS, seed=2)
    values = []
    for fold in time_folds(data, SETTINGS, seed=2):
        risk = TELLS(fold.train, (183,)).predict_cumulative_incidence(fold.test.X[["tells"]], [183])
        y = fold.test.y_from_landmark
        able = fold.test.followable_days >= 183
        values.append(get_metric("brier").estimate(Sample.build(y[able], y[able], risk[able], [183]), 183))
    row = choice.table.set_index("candidate").loc["tells"]
    assert row["mean"] == pytest.approx(np.mean(values))
    assert row["se"] == pytest.approx(np.std(values, ddof=1) / np.sqrt(len(values)))
    assert choice.folds.query("candidate == 'tells'")["estimate"].tolist() == pytest.approx(values)
    base = choice.folds.query("candidate == 'rate'")["estimate"].to_numpy()
    gap = np.std(base - np.array(values), ddof=1) / np.sqrt(len(values))
    assert choice.best == "tells"
    assert choice.table["se_difference"].tolist() == pytest.approx([gap, 0.0])


def test_a_metric_that_is_to_be_high_is_turned(data):
    choice = choose(CANDIDATES, data, SETTINGS.model_copy(update={"metric": "auc", "rule": "best"}))
    means = choice.table.set_index("candidate")["mean"]
    assert choice.best == choice.chosen == means.idxmax()
    assert 0.6 < means["tells"] < 1


def test_a_candidate_that_cannot_be_fitted_somewhere_is_never_chosen(data):
    def stubborn(train, horizons):
        if len(train.X) < 400:
            raise FitError("A stubborn model has 400 rows", f"{len(train.X)}", "bring more")
        return TELLS(train, horizons)

    choice = choose({"stubborn": stubborn, "rate": RATE}, data, SETTINGS)
    assert choice.chosen == "rate"
    refused = choice.folds.query("candidate == 'stubborn'")
    assert refused["estimate"].isna().any()
    assert "A stubborn model has 400 rows, but found" in refused["reason"].max()


def test_too_few_folds_are_refused(data):
    with pytest.raises(DataError, match="A choice rests on two folds or more, but found 0 with 500 re-reports by 183"):
        choose(CANDIDATES, data, SETTINGS.model_copy(update={"min_events": 500}))


def test_a_model_in_place_of_a_fit_is_refused(data):
    with pytest.raises(DataError, match="wrap a model as Fitting"):
        choose({"a": BaseRate(), "b": BaseRate()}, data)
