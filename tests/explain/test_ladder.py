"""The ladder: which steps there are, what each is given, and gains against the right step."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import ConfigError, DataError
from hgrisk.evaluation.evaluate import evaluate
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.explain.ladder import COLUMNS, LadderSettings, climb_ladder, family_steps, ladder_steps
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.cox import CoxRegression
from hgrisk.models.penalty import GRID, choose_penalty
from hgrisk.models.prior_count import PriorCount
from hgrisk.models.prior_count_recency import PriorCountRecency
from hgrisk.surv import Surv

EXACT = 1e-12
FAMILIES = {
    "month": "calendar",
    "prior_reports_ever": "prior_violence",
    "days_since_last_report": "prior_violence",
    "prior_arrest": "prior_violence",
    "region": "region",
}
EVERY = tuple(FAMILIES)
REST = ("month", "region")
FIXED = LadderSettings(penalty=0.5)


def shape(families, settings=FIXED):
    return [(step.name, step.features, step.against) for step in ladder_steps(families, settings)]


def test_six_steps_each_with_its_columns_and_the_step_it_is_held_against():
    count, recency, arrest = EVERY[1:4]
    assert shape(FAMILIES) == [
        ("base rate", (count,), None),
        ("prior count", (count,), "base rate"),
        ("+ recency", (count, recency), "prior count"),
        ("prior-violence family", (count, recency, arrest), "+ recency"),
        ("everything", EVERY, "prior-violence family"),
        ("everything without prior violence", REST, "everything"),
    ]
    kinds = [type(step.model) for step in ladder_steps(FAMILIES, FIXED)]
    assert kinds == [BaseRate, PriorCount, PriorCountRecency, CoxRegression, CoxRegression, CoxRegression]


def test_steps_that_would_repeat_another_are_left_out():
    count, recency = EVERY[1:3]
    assert [name for name, _, _ in shape({count: "prior_violence", recency: "prior_violence"})] == [
        "base rate",
        "prior count",
        "+ recency",
    ]
    without = {name: family for name, family in FAMILIES.items() if name not in ("prior_arrest", recency)}
    assert shape(without, LadderSettings(recency_feature="", penalty=0.5))[2:] == [
        ("everything", ("month", count, "region"), "prior count"),
        ("everything without prior violence", REST, "everything"),
    ]


def test_a_count_kept_elsewhere_is_prior_violence_whatever_its_family():
    families = {"priors": "covariates", "prior_arrest": "prior_violence", "age": "covariates"}
    steps = ladder_steps(families, LadderSettings(count_feature="priors", recency_feature="", penalty=0.5))
    assert [(step.name, step.features) for step in steps][2:] == [
        ("prior-violence family", ("priors", "prior_arrest")),
        ("everything", ("priors", "prior_arrest", "age")),
        ("everything without prior violence", ("age",)),
    ]
    assert steps[1].model.count_feature == "priors"


def test_families_are_added_one_by_one_each_against_the_step_before():
    families = {**FAMILIES, "region": "context", "sector": "reporters", "backlog": "context"}
    steps = family_steps(families, FIXED)
    assert [(step.name, step.against) for step in steps][3:] == [
        ("prior-violence family", "+ recency"),
        ("+ calendar", "prior-violence family"),
        ("+ context", "+ calendar"),
        ("+ reporters", "+ context"),
    ]
    prior = EVERY[1:4]
    assert [set(step.features) - set(prior) for step in steps[4:]] == [
        {"month"},
        {"month", "region", "backlog"},
        {"month", "region", "backlog", "sector"},
    ]
    assert steps[-1].features == tuple(families), "in the order of the table"


def test_a_feature_that_is_not_built_is_refused():
    with pytest.raises(DataError) as caught:
        ladder_steps({"a": "x", "b": "x"}, FIXED)
    assert str(caught.value) == (
        "The ladder's features are built, but found no 'prior_reports_ever' among a, b ...: set [ladder]."
    )
    with pytest.raises(DataError, match="no 'days_since_last_report' among"):
        ladder_steps({"prior_reports_ever": "prior_violence"}, FIXED)


def test_the_penalty_is_a_number_or_chosen():
    assert LadderSettings().penalty == "chosen"
    assert LadderSettings.parse({"penalty": 0}, "[ladder]").penalty == 0
    assert [step.model.penalty for step in ladder_steps(FAMILIES, FIXED)[3:]] == [0.5] * 3
    for wrong in ("best", -0.1, float("nan"), float("inf"), True):
        with pytest.raises(ConfigError, match=r"^The ladder's penalty is a number from 0, or 'chosen', but found "):
            LadderSettings.parse({"penalty": wrong}, "[ladder]")


@pytest.fixture(scope="module")
def train():
    rng = np.random.default_rng(3)
    n = 260
    count = rng.poisson(1.0, n)
    X = pd.DataFrame(
        {
            "month": rng.normal(size=n),
            "prior_reports_ever": count,
            "days_since_last_report": np.where(count > 0, rng.integers(1, 700, n), np.nan),
            "prior_arrest": rng.poisson(0.4, n),
            "region": rng.choice(["north", "south"], n),
        }
    )
    hazard = np.exp(0.5 * np.log1p(count) + 0.5 * X["month"])
    time, stop = rng.exponential(600 / hazard), rng.uniform(200, 900, n)
    y = Surv.from_arrays(time <= stop, np.ceil(np.minimum(time, stop)))
    follow = np.full(n, 900.0)
    return SimpleNamespace(X=X, y=y, y_for=lambda _: y, clusters=np.arange(n) // 2, followable_days=follow)


@pytest.fixture(scope="module")
def climbed(train):
    """The table, and what the judge saw."""
    settings = EvaluationSettings(horizons_days=(90, 180), metrics=("uno_c", "brier"), n_resamples=20)
    seen = []

    def judge(name, model, columns):
        seen.append((name, model, columns))
        risk = model.predict_cumulative_incidence(train.X[columns], settings.horizons_days)
        return evaluate(train.y, train.y, risk, settings.horizons_days, clusters=train.clusters, settings=settings)

    return climb_ladder(train, ladder_steps(FAMILIES, LadderSettings()), judge, seed=4), seen


def test_the_table_holds_each_step_at_each_metric_and_horizon(climbed):
    table, seen = climbed
    assert tuple(table.columns) == COLUMNS
    assert list(dict.fromkeys(table["step"])) == [name for name, _, _ in seen]
    assert len(table) == 6 * 2 * 2
    assert [(name, tuple(columns)) for name, _, columns in seen] == [row[:2] for row in shape(FAMILIES)]


def test_a_gain_is_the_difference_with_the_step_before_and_the_last_with_everything(climbed):
    rows = climbed[0].set_index(["metric", "horizon_days"])
    steps = dict(tuple(rows.groupby("step")))
    for name, _, against in shape(FAMILIES):
        step = steps[name]
        if against is None:
            assert step[["gain", "gain_lower", "gain_upper"]].isna().all(axis=None)
        else:
            np.testing.assert_allclose(step["gain"], step["estimate"] - steps[against]["estimate"], atol=EXACT)
            assert (step["gain_lower"] <= step["gain_upper"]).all()
    lost = steps["everything without prior violence"]["gain"]
    assert (lost["uno_c"] < 0).all()
    assert (lost["brier"] > 0).all()


def test_paired_gains_are_less_uncertain_than_the_scores(climbed):
    table = climbed[0].query("metric == 'uno_c' and step == '+ recency'")
    assert ((table["gain_upper"] - table["gain_lower"]) < (table["upper"] - table["lower"]) / 2).all()


def test_each_large_step_has_the_penalty_chosen_on_its_own_columns(climbed, train):
    for _, model, columns in climbed[1][3:]:
        expected = choose_penalty(train.X[columns], train.y, train.clusters, seed=4)
        assert model.penalty == expected
        assert model.penalty in GRID
        assert list(model.feature_names_in_) == columns


def test_the_step_without_prior_violence_has_no_family_that_gives_it_away():
    families = {"prior_reports_ever": "prior_violence", "decisions_ever": "care_chain", "region": "context"}
    steps = {step.name: step.features for step in ladder_steps(families, LadderSettings(recency_feature=""))}
    assert steps["everything"] == tuple(families)
    assert steps["everything without prior violence"] == ("region",)
    del families["region"]
    steps = {step.name: step.features for step in ladder_steps(families, LadderSettings(recency_feature=""))}
    assert steps["everything"] == tuple(families)
    assert "everything without prior violence" not in steps
