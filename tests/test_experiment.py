"""An experiment end to end: repeatable to the last digit, reconciled, and stopped by bad rows and by a leak."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hgrisk.audit.settings import AuditSettings
from hgrisk.cohort import CohortSettings
from hgrisk.config import DataSettings, Experiment, ModelSettings
from hgrisk.dataset import SplitSettings
from hgrisk.errors import ConfigError, DataError
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.experiment import STEPS, run_experiment
from hgrisk.features import build, registry
from hgrisk.features.cut.history import CutHistory
from hgrisk.features.registry import families
from hgrisk.features.settings import CovariateSettings, FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.judgement import Judge
from hgrisk.provenance import seeds
from tests.explain.small_run import MARK, TWICE

EXACT = 1e-12
COUNT = ModelSettings(kind="prior_count")


@pytest.fixture(scope="module")
def small(study) -> Experiment:
    return Experiment.read(study / "small.toml")


@pytest.fixture(scope="module")
def quick(small) -> Experiment:
    """The same question with one model and no ladder."""
    return small.model_copy(update={"models": (COUNT,), "ladder": None})


def changed(experiment, **changes):
    return experiment.model_copy(update=changes)


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_fresh_interpreter_with_other_hashes_gives_the_same_files_byte_for_byte(study, small_run, tmp_path):
    words = ["run", str(study / "small.toml"), "--no-track", "--out", "small"]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", "from hgrisk.cli import main; main()", *words],
        env={**os.environ, "PYTHONHASHSEED": "4321", "OMP_NUM_THREADS": "2"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    again, before = files(tmp_path / "small"), files(small_run.out)
    assert sorted(again) == sorted(before)
    assert [name for name in before if again[name] != before[name]] == []
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_a_second_run_in_one_process_gives_the_same_tables_byte_for_byte(study, small, small_run, tmp_path):
    steps = []
    result = run_experiment(small, study / "delivery", progress=steps.append)
    result.folder.write(tmp_path)
    before = files(small_run.out)
    tables = files(tmp_path)
    assert {"scores.csv", "ladder.csv", "tables/coefficients.csv", "tables/facts.json"} <= set(tables)
    assert [name for name in tables if tables[name] != before[name]] == []
    assert tuple(steps) == STEPS


def test_frames_give_the_same_result_as_files_and_a_model_the_same_draws_alone(study, quick, small_run):
    frames = {path.stem: pd.read_csv(path, dtype=str) for path in (study / "delivery").glob("*.csv")}
    result = run_experiment(quick, frames)
    before = small_run.result.scores.query("model == 'prior_count'").reset_index(drop=True)
    pd.testing.assert_frame_equal(result.scores, before, check_exact=True)
    assert result.prepared.histories.digest == small_run.result.prepared.histories.digest
    assert result.ladder.empty
    assert result.ladder.columns.tolist() == small_run.result.ladder.columns.tolist()


def test_another_seed_changes_the_intervals_and_nothing_else(study, quick, small_run):
    other = run_experiment(changed(quick, seed=12), study / "delivery").scores
    before = small_run.result.scores.query("model == 'prior_count'").reset_index(drop=True)
    same = ["model", "metric", "horizon_days", "group", "estimate", "n", "n_events"]
    pd.testing.assert_frame_equal(other[same], before[same], check_exact=True)
    defined = before["lower"].notna()
    assert (other["lower"] != before["lower"])[defined].mean() > 0.8
    assert (other["upper"] != before["upper"])[defined].mean() > 0.8


def test_too_many_quarantined_rows_stop_the_run_before_anything_else(study, small):
    steps = []
    with pytest.raises(DataError) as caught:
        run_experiment(changed(small, data=DataSettings(max_bad_share=0.001)), study / "delivery", None, steps.append)
    assert re.fullmatch(
        r"At most 0\.1% of the rows is quarantined, but found 0\.\d%: mend the source \(see 'hgrisk check'\) or raise "
        r"max_bad_share under \[data\]\.",
        str(caught.value),
    )
    assert steps == ["read"]


def test_a_leaking_family_stops_the_run_before_a_model_is_fitted(study, small, monkeypatch):
    honest = CutHistory.view

    def leaking_view(cut, covariates, regional):
        view = honest(cut, covariates, regional)
        every = cut.histories.events.group_by("case_id").agg(pl.len().alias("planted"))
        counts = cut.cohort.landmarks.select("landmark_id", "case_id").join(every, on="case_id", how="left")
        return replace(view, landmarks=view.landmarks.join(counts.drop("case_id"), on="landmark_id", how="left"))

    def describe(settings):  # noqa: ARG001
        return (FeatureSpec("events_of_all_time", "planted", "", "a leak", "een lek"),)

    def compute(view, settings):  # noqa: ARG001
        return view.landmarks.select("landmark_id", pl.col("planted").alias("events_of_all_time"))

    known = {**families(), "planted": Family("planted", describe, compute)}
    monkeypatch.setattr(CutHistory, "view", leaking_view)
    for module in (build, registry):
        monkeypatch.setattr(module, "families", lambda: known)
    leaking = changed(small, features=small.features.model_copy(update={"families": ("prior_violence", "planted")}))
    steps = []
    with pytest.raises(DataError, match=r"but found events_of_all_time changed when later facts were altered: "):
        run_experiment(leaking, study / "delivery", progress=steps.append)
    assert steps[-1] == "leak canary"


def test_a_code_that_was_written_with_the_outcome_in_hand_stops_the_run(study, quick):
    frames = {path.stem: pd.read_csv(path, dtype=str) for path in (study / "delivery").glob("*.csv")}
    reports = frames["events"][frames["events"]["kind"].isin(["report", "follow_up_report"])]
    days = pd.to_datetime(reports["occurred_on"]).groupby(reports["case_id"])
    again = frames["cases"]["case_id"].map((days.max() - days.min()).dt.days > 14)
    frames["cases"]["closed_as"] = np.where(again.eq(True), "again", "done")
    vouched = {"closed_as": CovariateSettings(kind="category")}
    echoing = changed(
        quick,
        cohort=CohortSettings(which="first"),
        features=FeatureSettings(families=("prior_violence",), covariates=vouched),
        split=SplitSettings(kind="none"),
    )
    steps = []
    with pytest.raises(DataError, match=r"^No feature alone ranks .*, but found 'closed_as' = again with "):
        run_experiment(echoing, frames, progress=steps.append)
    assert steps[-1] == "echo"


def test_an_attribute_that_no_model_may_see_stops_the_run_when_a_feature_is_it_under_another_name(study, quick):
    frames = {path.stem: pd.read_csv(path, dtype=str) for path in (study / "delivery").glob("*.csv")}
    faith = np.random.default_rng(1).choice(["a", "b", "c"], len(frames["cases"]), p=[0.6, 0.37, 0.03])
    frames["cases"] = frames["cases"].assign(faith=faith, belief=pd.Series(faith).map({"a": "x", "b": "y", "c": "z"}))
    for name, audited, rule in (
        ("belief", "faith", "'belief' with the values of 'faith' one to one: take 'belief' out of the features, or "),
        ("", "region", "'region' as both: take 'region' out of the features, or list 'region' under by "),
    ):
        covariates = {name: CovariateSettings(kind="category")} if name else {}
        features = FeatureSettings(families=("prior_violence", "context", "index_report"), covariates=covariates)
        settings = AuditSettings(only_audit=(audited,), n_resamples=0)
        steps = []
        with pytest.raises(DataError, match=rf"^No feature gives away an attribute that no model may see, .* {rule}"):
            run_experiment(changed(quick, features=features, audit=settings), frames, progress=steps.append)
        assert steps[-1] == "split"


def test_a_group_that_is_not_there_stops_the_run_before_a_model_is_fitted(study, quick):
    settings = AuditSettings(reported_more={"region": ("Nowhere",)}, n_resamples=0)
    steps = []
    with pytest.raises(ConfigError, match=r"^A group reported more often is a value of 'region', but found 'Nowhere':"):
        run_experiment(changed(quick, audit=settings), study / "delivery", progress=steps.append)
    assert steps[-1] == "split"


def test_every_gain_is_a_difference_of_two_estimates_on_the_same_rows(small_run):
    ladder = small_run.result.ladder
    steps = ["base rate", "prior count", "+ recency", "prior-violence family", "everything"]
    last = "everything without prior violence"
    assert list(dict.fromkeys(ladder["step"])) == [*steps, last]
    table = ladder.pivot_table(index=["metric", "horizon_days"], columns="step", values=["estimate", "gain"])
    for before, after in [*pairwise(steps), ("everything", last)]:
        difference = table["estimate", after] - table["estimate", before]
        np.testing.assert_allclose(table["gain", after].dropna(), difference[table["gain", after].notna()], atol=EXACT)
        assert table["gain", after].notna().sum() >= 4  # uno_c and brier at both horizons
    assert ladder.loc[ladder["step"] == "base rate", ["gain", "gain_lower", "gain_upper"]].isna().all(axis=None)


def test_models_and_ladder_are_judged_on_the_same_rows_and_draws(small_run):
    result = small_run.result
    assert len({fitted.evaluation.pairing for fitted in result.models}) == 1
    whole = result.scores.query("group == 'all'")
    able = {day: int((result.prepared.test.followable_days >= day).sum()) for day in set(whole["horizon_days"])}
    assert whole["n"].tolist() == whole["horizon_days"].map(able).tolist()
    keys, values = ["metric", "horizon_days"], ["estimate", "lower", "upper"]
    for name, step in (("prior_count", "prior count"), ("all features", "everything")):
        as_model = whole[whole["model"] == name].set_index(keys)[values]
        as_step = result.ladder[result.ladder["step"] == step].set_index(keys)[values]
        pd.testing.assert_frame_equal(as_model, as_step, check_exact=True)


@pytest.mark.parametrize("kind", ["temporal", "network"])
def test_test_rows_are_weighed_by_the_censoring_they_share(study, quick, small_run, kind):
    if kind == "temporal":
        result = small_run.result
    else:
        result = run_experiment(changed(quick, split=SplitSettings(kind="network")), study / "delivery")
    test, settings = result.prepared.test, result.experiment.evaluation
    seed = seeds(11, ("split", "bootstrap"))["bootstrap"]
    fitted = result.models[0]
    found = fitted.evaluation.table.query("group == 'all'").reset_index(drop=True)
    again = Judge(test, settings, seed).evaluate(fitted.name, fitted.model, fitted.columns).table
    pd.testing.assert_frame_equal(found, again, check_exact=True)
    able = test.followable_days >= 183
    whole = Judge(test, settings, seed).sample(fitted)
    sample = Sample.build(test.y[able], test.y[able], whole.risk[able], whole.times)
    assert get_metric("brier").estimate(sample, 183) == pytest.approx(
        found.query("metric == 'brier' and horizon_days == 183")["estimate"].item(), abs=EXACT
    )


def test_a_run_without_a_split_is_marked_as_apparent(study, quick, small_run):
    result = run_experiment(changed(quick, split=SplitSettings(kind="none")), study / "delivery")
    assert result.folder.content.apparent is True
    assert result.prepared.train.X.equals(result.prepared.test.X)
    assert small_run.result.folder.content.apparent is False


def test_rows_reconcile_with_the_files_and_the_planted_faults(study, small_run):
    rows = {row["source"].split(": ")[0]: row for row in json.loads((small_run.out / "rows.json").read_text())}
    for name, row in rows.items():
        lines = (study / "delivery" / f"{name}.csv").read_text().splitlines()
        assert row["read"] == len(lines) - 1
        assert row["read"] == row["used"] + row["merged"] + row["excluded"] + row["quarantined"]
    ids = pd.read_csv(study / "delivery" / "events.csv")["event_id"]
    planted = ids[ids.str.startswith(f"{MARK}F")]
    quarantine = pd.read_csv(small_run.out / "quarantine.csv")
    assert len(quarantine) == sum(row["quarantined"] for row in rows.values()) == len(planted) > 10
    assert quarantine["source_row"].sub(1).tolist() == planted.index.tolist()
    assert rows["events"]["merged"] == TWICE


def test_attrition_adds_up_to_the_landmarks_of_the_run(small_run):
    attrition = small_run.result.folder.content.attrition
    steps = ["events: report, follow_up_report", "one landmark per incident", "one landmark per day"]
    steps += ["observed at the landmark", "lookback window", "ever at risk"]
    assert attrition["step"].tolist() == steps
    removed = attrition["remaining"].shift().sub(attrition["remaining"]).iloc[1:]
    assert removed.tolist() == attrition["removed"].iloc[1:].tolist()
    facts = small_run.result.folder.content.outcome_facts
    assert attrition["remaining"].iloc[-1] == facts["n_landmarks"] == len(small_run.result.prepared.whole.X)


def test_households_can_be_at_risk_from_the_end_of_the_merge_window(study, quick, small_run):
    models = (COUNT, ModelSettings(kind="base_rate"), ModelSettings(kind="logistic"))
    outcome = quick.outcome.model_copy(update={"at_risk_from": "merge_window"})
    result = run_experiment(changed(quick, models=models, outcome=outcome), study / "delivery")
    assert result.prepared.train.y["entry_days"].max() == 14
    attrition = result.folder.content.attrition
    assert attrition["step"].iloc[-1] == "at risk after the merge window"
    lost = len(small_run.result.prepared.whole.X) - len(result.prepared.whole.X)
    assert attrition["removed"].iloc[-1] == lost > 0
    assert set(result.scores["model"]) == {"prior_count", "base_rate", "logistic"}
    assert result.scores["estimate"].notna().any()
    train = result.prepared.train
    for fitted, y in zip(result.models[:2], (train.y, train.y_from_landmark), strict=True):
        again = ModelSettings(kind=fitted.name).build().fit(train.X[fitted.columns], y)
        expected = fitted.model.predict_risk(train.X[fitted.columns], 365)
        np.testing.assert_allclose(again.predict_risk(train.X[fitted.columns], 365), expected, rtol=EXACT)
    assert any("households enter the risk set" in note for note in result.folder.content.notes)


def test_a_model_is_given_the_families_and_features_it_names(study, quick):
    models = (
        ModelSettings(kind="cox", features=("context", "prior_reports_ever"), options={"penalty": 1.0}),
        ModelSettings(kind="prior_count"),
        ModelSettings(kind="base_rate"),
    )
    result = run_experiment(changed(quick, models=models), study / "delivery")
    context = [spec.name for spec in result.prepared.features.catalogue if spec.family == "context"]
    cox, count, base = (fitted.columns for fitted in result.models)
    assert sorted(cox) == sorted([*context, "prior_reports_ever"])
    assert count == ["prior_reports_ever"]
    assert base == list(result.prepared.train.X.columns)
    stray = (ModelSettings(kind="cox", features=("contekst",)),)
    with pytest.raises(ConfigError) as caught:
        run_experiment(changed(quick, models=stray), study / "delivery")
    assert str(caught.value) == (
        "A model's features are families or features that are built, but found 'contekst': use families such as "
        f"{', '.join(families())}, or feature names."
    )
