"""From the stages of a run to what its report says: definitions, counts and tables, checked against the stages."""

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from lifelines import KaplanMeierFitter

from hgrisk.config import Experiment
from hgrisk.errors import ConfigError
from hgrisk.explain.echo import COLUMNS, EchoResult
from hgrisk.facts import attrition, definition, gather, in_language, middle_horizon
from hgrisk.features.quality import idle_notes
from hgrisk.judgement import Judge


@pytest.fixture(scope="module")
def prepared(small_run):
    return small_run.result.prepared


@pytest.fixture(scope="module")
def content(small_run):
    return small_run.result.folder.content


@pytest.fixture(scope="module")
def regather(small_run):
    """Gather the facts again of a run that differs from the small one in its settings or stages."""
    result = small_run.result
    judge = Judge(result.prepared.test, result.experiment.evaluation, 0)

    def again(prepared=result.prepared, models=result.models, **settings):
        values = result.experiment.model_dump()
        for stage, changes in settings.items():
            values[stage] = {**values[stage], **changes} if isinstance(changes, dict) else changes
        return gather(
            Experiment.parse(values, "again"), prepared, judge, models, ladder=result.ladder, further={}
        ).content

    return again


@pytest.mark.parametrize(
    ("horizons", "middle"),
    [((183, 365, 548), 365), ((365, 730, 1095), 365), ((91, 182, 273), 182), ((183, 548), 183), ((90,), 90)],
)
def test_calibration_is_drawn_at_a_year_or_else_in_the_middle(horizons, middle):
    assert middle_horizon(horizons) == middle


def test_attrition_runs_on_from_the_cohort_to_the_outcome(prepared):
    table = attrition(prepared)
    n = prepared.cohort.attrition.height
    assert table.head(n).equals(prepared.cohort.attrition)
    assert table["step"].to_list()[n:] == ["ever at risk"]
    assert table["remaining"].to_list()[-1] == len(prepared.whole.X)


def test_outcome_facts_count_the_outcome(prepared, content):
    facts, y = content.outcome_facts, prepared.whole.y
    assert facts["n_landmarks"] == len(y)
    assert facts["n_events"] == (y["event"] == 1).sum() > 0
    deaths, moves = (y["event"] == 2).sum(), (y["event"] == 3).sum()
    assert facts["competing_events"] == f"death {deaths}, moved out of region {moves}"
    assert moves > 0
    assert (facts["gap_kinds"], facts["merge_window_days"]) == ("detention", 14)
    assert facts["ignored_in_gaps"] == prepared.outcome.ignored_in_gaps
    assert facts["horizons_days"] == [183, 365]
    fitter = KaplanMeierFitter().fit(y["duration_days"], y["event"] == 0)
    assert facts["median_follow_up_days"] == fitter.median_survival_time_


def test_a_follow_up_without_a_median_is_not_told(regather, prepared):
    table = prepared.whole.outcome.table.with_columns(event=pl.lit(1, dtype=pl.Int8))
    whole = replace(prepared.whole, outcome=replace(prepared.whole.outcome, table=table))
    facts = regather(replace(prepared, whole=whole)).outcome_facts
    assert "median_follow_up_days" not in facts
    assert facts["competing_events"] == "death 0, moved out of region 0"


def test_split_facts_count_both_parts_and_what_they_share(prepared, content):
    facts = content.split_facts
    assert (facts["kind"], facts["cut_on"]) == ("temporal", "2020-01-01")
    assert facts["n_train"] == len(prepared.train.X)
    assert facts["n_test"] == len(prepared.test.X)
    assert facts["n_train_events"] == (prepared.train.y["event"] == 1).sum()
    assert facts["n_test_events"] == (prepared.test.y["event"] == 1).sum()
    known = set(prepared.train.clusters)
    assert facts["n_test_networks"] == len(set(prepared.test.clusters))
    share = np.mean([cluster in known for cluster in prepared.test.clusters])
    assert facts["share_of_test_in_known_networks"] == f"{share:.0%}"
    assert 0.05 < share < 0.95


def test_a_split_without_a_date_names_none(regather):
    assert "cut_on" not in regather(split={"kind": "none", "on": None}).split_facts


def test_run_facts_say_how_to_repeat_it(small_run, prepared, content):
    facts = content.run_facts
    assert (facts["data_digest"], facts["seed"]) == (prepared.histories.digest, "11")
    assert facts["command"] == "hgrisk run experiment.toml --data FOLDER"
    penalty = small_run.result.models[1].model.penalty
    assert penalty > 0.001
    assert facts["penalties"] == f"prior_count 0.001, all features {penalty:g}"


@pytest.mark.parametrize(
    ("counts", "unit", "lang", "text"),
    [
        ("re_report", "household", "en", "The first event of kind report about the same household, strictly after "),
        ("follow_up", "person", "en", "kind follow up report about the same person reported as perpetrator, strictly"),
        ("any", "dyad", "en", "The first event of kind report, follow up report about the same two persons, strictly"),
        ("re_report", "household", "nl", "De eerste gebeurtenis van soort report over hetzelfde huishouden, strikt na"),
        ("any", "person", "nl", "over dezelfde persoon die als pleger is gemeld, strikt na het peilmoment"),
        ("any", "dyad", "nl", "over dezelfde twee personen, strikt na het peilmoment"),
    ],
)
def test_the_definition_follows_the_settings_and_the_language(counts, unit, lang, text):
    experiment = Experiment.parse({"name": "a", "outcome": {"counts": counts, "unit": unit}}, "a.toml")
    sentence = definition(experiment, lang)
    assert text in sentence
    assert sentence.endswith(("time is counted in days at risk.", "de tijd telt in dagen onder risico."))
    with pytest.raises(ConfigError, match=r"^A report is in en or nl, but found 'fr': give one of these\.$"):
        definition(experiment, "fr")


def test_the_definition_alone_changes_with_the_language(small_run, content):
    dutch = in_language(content, small_run.result.experiment, "nl")
    assert dutch.outcome_facts["definition"].startswith("De eerste")
    back = in_language(dutch, small_run.result.experiment, "en")
    assert back.outcome_facts == content.outcome_facts
    assert replace(dutch, outcome_facts={}).notes == content.notes


def test_coefficients_are_those_of_the_cox_models(small_run, content, regather):
    table = content.coefficients
    assert table.columns.tolist() == ["model", "feature", "coef", "se", "lower", "upper"]
    for fitted in small_run.result.models:
        rows = table[table["model"] == fitted.name]
        np.testing.assert_array_equal(rows["coef"], fitted.model.coef_)
        np.testing.assert_allclose(rows["lower"], np.exp(rows["coef"] - 1.959964 * rows["se"]), rtol=1e-6)
        assert rows["feature"].tolist() == fitted.model.design_names_
    bare = tuple(replace(fitted, model=SimpleModel(fitted.model)) for fitted in small_run.result.models)
    assert regather(models=bare).coefficients is None


class SimpleModel:
    """A fitted model that shows no coefficients."""

    def __init__(self, model):
        self._model = model
        self.supported_times_ = model.supported_times_
        self.predict_cumulative_incidence, self.predict_risk = model.predict_cumulative_incidence, model.predict_risk

    def get_params(self):
        return {}


def test_dropped_columns_are_listed_once_with_their_reason(small_run, content):
    preparer = small_run.result.models[1].model.preparer_
    expected = sorted((small_run.result.models[0].model.dropped_ | preparer.dropped_).items())
    table = content.dropped_features
    assert table.columns.tolist() == ["feature", "reason", "stage"]
    training = table.loc[table["stage"] == "training", ["feature", "reason"]]
    assert list(training.itertuples(index=False, name=None)) == expected
    assert len(expected) > 0


def test_idle_features_are_listed_first_and_told_in_a_note(prepared, content):
    idle, table = prepared.idle, content.dropped_features
    gone = table.loc[table["stage"] == "before"].set_index("feature")["reason"]
    assert gone.index.tolist() == idle.loc[idle["dropped"], "feature"].tolist()
    assert gone["prior_reports_730d"] == "same as prior_reports_ever"
    assert {"constant", "wholly missing"} <= set(gone)
    kept = table.loc[table["stage"] == "kept", "feature"].tolist()
    assert kept == idle.loc[~idle["dropped"], "feature"].tolist()
    assert not set(gone.index) & set(prepared.whole.X.columns)
    assert set(kept) <= set(prepared.whole.X.columns)
    assert [note for note in content.notes if "left out before training" in note] == idle_notes(idle)[:1]


def test_a_vouched_echo_and_a_search_without_landmarks_are_told(regather, prepared):
    row = ("kind", "= again", 365, 0.97, 0.95, 0.99, True)
    found = EchoResult(pd.DataFrame([row], columns=list(COLUMNS)), (365,), 0.85)
    assert prepared.echoes.notes == []
    assert regather(replace(prepared, echoes=found)).notes[-1] == (
        "'kind' = again with 0.97 (95% interval 0.95 to 0.99) at 365 days: it alone ranks the training outcomes; the "
        "experiment vouches that it was known at the landmark."
    )
    bare = replace(found, table=found.table.iloc[:0], horizons_days=())
    assert regather(replace(prepared, echoes=bare)).notes[-1] == (
        "No feature could be searched for an echo of the outcome: fewer than 20 training landmarks have, or have not, "
        "a re-report by any horizon."
    )
    off = regather(replace(prepared, echoes=replace(bare, limit=1.0))).notes[-1]
    assert off == "The experiment turned off the search for features that echo the outcome."


def test_the_canary_the_limits_and_the_features_are_told(small_run, content):
    assert content.canary == {"n_features": small_run.result.prepared.canary.n_features, "n_changed": 0,
                              "n_landmarks": small_run.result.prepared.canary.n_landmarks}  # fmt: skip
    assert content.limits == ["Made-up data."]
    assert content.features["name"].tolist() == list(small_run.result.prepared.features.X.columns)
    assert {"missing", "missing_nl"} <= set(content.features)  # a card says what not known means
    assert (content.title, content.experiment, content.calibration_horizon_days) == ("A small run", "small", 365)


def test_quarantine_holds_the_quarantined_rows_only(small_run, prepared):
    unused = prepared.histories.account.unused
    quarantine = small_run.result.folder.quarantine
    assert len(quarantine) == unused.filter(pl.col("status") == "quarantined").height < unused.height
    assert set(quarantine["status"]) == {"quarantined"}


def test_every_table_by_model_has_every_model(content):
    assert list(content.calibration) == list(content.predicted) == ["prior_count", "all features"]
    assert content.scores["model"].unique().tolist() == ["prior_count", "all features"]


NOTES = {
    "gap": "had a re-report while not at risk",
    "lookback": "No lookback window is set",
    "lag": "No reporting lag is set",
    "merge": "these days are part of the follow-up and of the horizons",
    "late": "No outcome can fall within 14 days of the incident that set the landmark: households enter the risk set",
}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, {"merge"}),
        ({"cohort": {"lookback": "none"}}, {"merge", "lookback"}),
        ({"outcome": {"reporting_lag_days": 0}}, {"merge", "lag"}),
        ({"cohort": {"merge_window_days": 0}}, set()),
        ({"outcome": {"at_risk_from": "merge_window"}}, {"late"}),
    ],
)
def test_notes_warn_of_what_is_not_set(regather, prepared, settings, said):
    quiet = replace(prepared, outcome=replace(prepared.outcome, ignored_in_gaps=0))
    notes = regather(quiet, **settings).notes
    assert {name for name, text in NOTES.items() if any(text in note for note in notes)} == said


def test_ignored_re_reports_and_the_notes_on_the_data_are_told(regather, prepared):
    histories = replace(prepared.histories, notes=("A note on the data.",))
    outcome = replace(prepared.outcome, ignored_in_gaps=3)
    notes = regather(replace(prepared, histories=histories, outcome=outcome)).notes
    assert notes[0] == "A note on the data."
    assert "3 landmark(s) had a re-report while not at risk; these re-reports are not counted." in notes


def test_without_a_title_the_name_stands_over_the_report(regather):
    assert regather(title="").title == "small"
