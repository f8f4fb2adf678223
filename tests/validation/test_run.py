"""All designs in one call, and only those that are asked for."""

import datetime as dt

import pytest

from hgrisk.dataset import SplitSettings
from hgrisk.errors import DataError
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.fitting import Fitting
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.validation.run import validate
from hgrisk.validation.settings import ValidationSettings

ASKED = EvaluationSettings(horizons_days=(183,), metrics=("brier",), n_resamples=20)
FITS = {"rate": Fitting(BaseRate(), ("noise",)), "logistic": Fitting(ReReportLogistic(), ("tells",))}
EVENTS = {"min_test_events": 5, "min_train_events": 5}


def test_every_design_has_its_table(data):
    designs = ("folds", "rolling", "regions", "optimism", "learning")
    settings = ValidationSettings(designs=designs, n_folds=3, n_bootstrap=20, sizes=(0.5, 1.0), **EVENTS)
    found = validate(data, data.split(SplitSettings(on=dt.date(2022, 1, 1))), FITS, settings, ASKED)
    assert set(found.table["design"]) == {"folds", "rolling", "regions"}
    assert set(found.differences["against"]) == {"rate"}
    assert set(found.differences["model"]) == {"logistic"}
    assert found.pooled["difference"].tolist() == [False, False, True]
    assert set(found.optimism["model"]) == set(found.learning["model"]) == set(FITS)
    assert found.learning["share"].unique().tolist() == [0.5, 1.0]


def test_what_is_not_asked_for_is_empty(data):
    settings = ValidationSettings(designs=("rolling",), **EVENTS)
    found = validate(data, (data, data), FITS, settings, ASKED)
    assert set(found.table["design"]) == {"rolling"}
    assert found.pooled.empty
    assert found.optimism.empty
    assert found.learning.empty
    assert found.omitted.empty


def test_a_model_in_place_of_a_fit_is_refused(data):
    with pytest.raises(DataError, match="wrap a model as Fitting"):
        validate(data, (data, data), {"rate": BaseRate()}, ValidationSettings(**EVENTS), ASKED)
