"""Nested: the test rows of a part play no role in its choice."""

from dataclasses import replace

import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.fitting import Fitting
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.selection.candidates import choose
from hgrisk.selection.nested import ChoosingFit
from hgrisk.selection.settings import SelectionSettings
from hgrisk.validation.rolling import rolling_origin, rolling_parts
from hgrisk.validation.settings import ValidationSettings

SETTINGS = SelectionSettings(horizon_days=183, n_windows=2, n_groups=2, min_events=3)
CANDIDATES = {"rate": Fitting(BaseRate(), ("noise",)), "tells": Fitting(ReReportLogistic(), ("tells",))}
DESIGN = ValidationSettings(min_test_events=5, min_train_events=5, first_year=2022)
ASKED = EvaluationSettings(horizons_days=(183,), metrics=("brier",), n_resamples=0)


def test_a_design_takes_the_choice_as_a_model_and_chooses_anew_in_each_part(data):
    nested = ChoosingFit(CANDIDATES, SETTINGS)
    result = rolling_origin(data, {"chosen": nested, **CANDIDATES}, DESIGN, ASKED)
    assert len(nested.choices) == result.table["part"].nunique() == 2
    scores = result.table.pivot_table(index="part", columns="model", values="estimate")
    for (_, row), choice in zip(scores.iterrows(), nested.choices, strict=True):
        assert row["chosen"] == row[choice.chosen]
    train = next(rolling_parts(data, DESIGN)).train
    assert nested.choices[0].table.equals(choose(CANDIDATES, train, SETTINGS).table)


def test_other_test_rows_leave_the_choice_as_it_is(data):
    late = data.landmarks["landmark_on"].dt.year().to_numpy() >= 2022
    spoilt = replace(data, X=data.X.assign(tells=np.where(late, 0.0, data.X["tells"])))
    first = ValidationSettings(min_test_events=5, min_train_events=5, first_year=2022)
    one, other = (next(rolling_parts(each, first)).train for each in (data, spoilt))
    found, expected = choose(CANDIDATES, other, SETTINGS), choose(CANDIDATES, one, SETTINGS)
    assert found.folds.equals(expected.folds)


def test_a_model_in_place_of_a_fit_is_refused_at_once():
    with pytest.raises(DataError, match="wrap a model as Fitting"):
        ChoosingFit({"a": BaseRate(), "b": BaseRate()})
