"""Learning curves: nested shares of networks, one test part, and curves that begin where they can."""

import datetime as dt

import numpy as np
import pytest

from hgrisk.dataset import SplitSettings
from hgrisk.errors import DataError, FitError
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.fitting import Fitting
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.validation.learning import learning_curve
from hgrisk.validation.settings import ValidationSettings

SETTINGS = ValidationSettings(sizes=(0.02, 0.3, 1.0), n_draws=2, min_test_events=5, min_train_events=50)
ASKED = EvaluationSettings(horizons_days=(183,), metrics=("brier",), n_resamples=0)


@pytest.fixture(scope="module")
def parts(data):
    return data.split(SplitSettings(on=dt.date(2022, 1, 1)))


def test_shares_are_nested_networks_and_the_test_part_stays(parts):
    seen = []
    fit = Fitting(ReReportLogistic(penalty=1e-4), ("tells", "noise"))

    def watched(train, horizons):
        seen.append(train)
        return fit(train, horizons)

    table = learning_curve(*parts, {"logistic": watched}, SETTINGS, ASKED, seed=1)
    assert table[["share", "draw"]].to_numpy().tolist() == [[0.3, 0], [1.0, 0], [0.3, 1]]  # 2 % hold too few re-reports
    assert table["n_train"].tolist() == [len(train.X) for train in seen]
    networks = [set(train.clusters) for train in seen]
    assert networks[0] < networks[1] == set(parts[0].clusters)
    assert networks[0] != networks[2]
    assert table["n_train_networks"].tolist() == [len(each) for each in networks]
    for train in seen:
        assert set(train.X.index) == set(parts[0].X.index[np.isin(parts[0].clusters, train.clusters)])
    assert set(table["n_test"]) == {(parts[1].followable_days >= 183).sum()}
    hits = [(train.y["event"] == 1) & (train.y["duration_days"] <= 183) for train in seen]
    assert table["n_train_events"].tolist() == [int(each.sum()) for each in hits]


def test_a_model_that_needs_more_begins_later(parts):
    def choosy(train, horizons):
        if len(train.X) < 300:
            raise FitError("A choosy model has 300 rows", f"{len(train.X)}", "bring more")
        return Fitting(ReReportLogistic(), ("tells",))(train, horizons)

    fits = {"choosy": choosy, "plain": Fitting(ReReportLogistic(), ("tells",))}
    table = learning_curve(*parts, fits, SETTINGS, ASKED)
    assert table.groupby("model")["share"].min().to_dict() == {"choosy": 1.0, "plain": 0.3}


def test_nothing_to_judge_is_refused(parts):
    strict = SETTINGS.model_copy(update={"min_train_events": 10**6})
    with pytest.raises(DataError, match="A learning curve has a share that can be judged, but found none"):
        learning_curve(*parts, {"plain": Fitting(ReReportLogistic(), ("tells",))}, strict, ASKED)
