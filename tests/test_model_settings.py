"""A model of an experiment: built with its options, calibrated, or chosen among candidates."""

import re

import pytest

from hgrisk.model_settings import ModelSettings
from hgrisk.models.calibrated import Calibrated
from hgrisk.models.fitting import Fitting
from hgrisk.models.penalty import can_choose
from hgrisk.models.registry import MODELS
from hgrisk.selection.nested import ChoosingFit
from hgrisk.selection.settings import SelectionSettings


@pytest.mark.parametrize("kind", MODELS)
def test_a_model_is_built_with_its_options_and_its_defaults_are_allowed_values(kind):
    defaults = {name: value for name, value in MODELS[kind]().get_params().items() if name != "horizons_days"}
    built = ModelSettings(kind=kind, options=defaults).build()
    assert type(built) is MODELS[kind]
    assert built.get_params() | defaults == built.get_params()
    if "penalty" in defaults:
        assert ModelSettings(kind=kind, options={"penalty": 2}).build().penalty == 2


def test_a_label_is_the_name_or_else_the_kind():
    assert ModelSettings(kind="cox").label == "cox"
    assert ModelSettings(kind="cox", name="Cox 2").label == "Cox 2"


def test_options_of_all_kinds_reach_the_model():
    options = {"max_depth": 2, "learning_rate": 1, "increasing": ["prior_*"], "horizon_days": 365}
    assert ModelSettings(kind="boosted_hazard", options=options).build().get_params() | options == (
        ModelSettings(kind="boosted_hazard", options=options).build().get_params()
    )
    changes = {"age": [183, 365]}
    cox = ModelSettings(kind="cox", options={"changes": changes, "strata": ["region"], "l1_ratio": 0.5}).build()
    assert (cox.changes, cox.strata, cox.l1_ratio) == (changes, ["region"], 0.5)


def test_a_calibration_wraps_the_model():
    settings = ModelSettings(kind="points_card", options={"max_items": 3}, calibrate="platt")
    built = settings.build()
    assert isinstance(built, Calibrated)
    assert (built.method, built.model.max_items) == ("platt", 3)


def test_candidates_take_the_options_of_their_model_where_the_kind_is_the_same():
    values = {
        "kind": "elastic_net",
        "options": {"l1_ratio": 1.0},
        "calibrate": "isotonic",
        "candidates": [
            {"kind": "report_count"},
            {"options": {"penalty": 0.1}},
            {"name": "ridge", "options": {"l1_ratio": 0.0}},
        ],
    }
    found = ModelSettings(**values).build_candidates()
    assert list(found) == ["report_count", "penalty=0.1", "ridge"]
    assert [type(each.model).__name__ for each in found.values()] == ["ReportCount", *["ElasticNetLogistic"] * 2]
    assert [(each.model.penalty, each.model.l1_ratio) for each in list(found.values())[1:]] == [(0.1, 1.0), (0.01, 0.0)]
    assert list(ModelSettings(kind="cox", name="a").build_candidates()) == ["a"]


def test_known_penalties_are_shared_by_fits_on_the_same_rows_only():
    known = {("x",): 3.0}
    one = ModelSettings(kind="cox").fit(["x"], SelectionSettings(), seed=4, known=known)
    assert isinstance(one, Fitting)
    assert one.known is known
    assert (one.columns, one.seed) == (("x",), 4)
    candidates = [{"options": {"penalty": 1.0}}, {"options": {"penalty": "chosen"}}]
    some = ModelSettings(kind="cox", candidates=candidates).fit(["x"], SelectionSettings(), seed=4, known=known)
    assert isinstance(some, ChoosingFit)
    assert [fit.known for fit in some.candidates.values()] == [None, None]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"kind": "points_card", "name": "card", "options": {"max_items": 20}},
            "In model 'card': max_items is a whole number from 1 to 12, but found 20: use 12, say",
        ),
        ({"kind": "cox", "options": {"l1_ratio": 1.5}}, "In model 'cox': l1_ratio is a number from 0 to 1"),
        ({"kind": "logistic", "options": {"penalty": -1.0}, "calibrate": "platt"}, "In model 'logistic': A ridge"),
        (
            {
                "kind": "points_card",
                "name": "card",
                "candidates": [{"options": {"bins": 99}}, {"kind": "report_count"}],
            },
            "In model 'card: bins=99': bins is a whole number from 2 to 10",
        ),
    ],
)
def test_a_value_out_of_range_is_refused_at_reading_with_the_name_of_the_model(values, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ModelSettings(**values)


@pytest.mark.parametrize("kind", [kind for kind in MODELS if can_choose(MODELS[kind]())])
def test_a_penalty_that_is_chosen_is_no_value_out_of_range(kind):
    assert ModelSettings(kind=kind, options={"penalty": "chosen"}).build().penalty == "chosen"
