"""The shipped experiments on the real sets next to the repository; skipped, with the reason, where these are absent.

Tolerances: published coefficients of Rossi, Berk and Lenihan are printed with five digits.
"""

import tomllib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from hgrisk.config import Experiment
from hgrisk.experiment import run_experiment

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
PRINTED = 5.1e-6
EXACT = 1e-12  # sums in another order
ROSSI = {
    "fin": -0.37942, "age": -0.05744, "race": 0.31390, "wexp": -0.14980, "mar": -0.43370, "paro": -0.08487,
    "prio": 0.09150,
}  # fmt: skip
AUDIT = ("race", "sex", "age_cat", "age")


def run(name, folder):
    """Run a shipped experiment with few draws, from the paths that it names itself."""
    if not (SHARED / folder).is_dir():
        pytest.skip(f"../shared/data/{folder} is absent")
    path = ROOT / "experiments" / f"{name}.toml"
    experiment = Experiment.read(path)
    few = experiment.evaluation.model_copy(update={"n_resamples": 20})
    data, mapping = path.parent / experiment.data.folder, path.parent / experiment.data.mapping
    assert data.resolve() == (SHARED / folder).resolve()
    return run_experiment(experiment.model_copy(update={"evaluation": few}), data, mapping)


@pytest.fixture(scope="module")
def broward():
    return run("broward", "compas")


@pytest.fixture(scope="module")
def rossi():
    return run("rossi", "rossi")


def test_every_row_of_broward_is_accounted_for(broward):
    events, persons = broward.folder.content.rows.to_dict("records")
    assert (events["read"], events["merged"], events["quarantined"]) == (54_413, 1, 1)
    assert events["read"] == events["used"] + events["merged"] + events["excluded"] + events["quarantined"]
    assert persons == {**persons, "read": 11_757, "used": 11_757, "merged": 0, "excluded": 0, "quarantined": 0}
    reasons = broward.folder.content.quarantine_reasons.set_index("reason")
    assert reasons.loc["exact duplicate of an earlier row", "status"] == "merged"
    assert reasons.loc["ends before it starts", "status"] == "quarantined"


def test_a_screening_needs_its_charge_in_the_month_before(broward):
    steps = broward.folder.content.attrition.set_index("step")
    assert steps["remaining"].iloc[0] == 11_757
    assert steps.loc["index report", ["remaining", "removed"]].tolist() == [9_446, 2_311]
    landmarks = broward.prepared.cohort.landmarks
    gap = landmarks.select((pl.col("landmark_on") - pl.col("index_occurred_on")).dt.total_days()).to_series()
    assert (gap.min(), gap.max()) == (0, 30)
    assert landmarks["case_id"].n_unique() == landmarks.height == 9_446


def test_every_charge_that_counts_lies_strictly_after_its_landmark(broward):
    prepared = broward.prepared
    charged = prepared.outcome.table.filter(event=1)
    assert charged.height == (prepared.whole.y["event"] == 1).sum() > 2_000
    assert (charged["stopped_on"] > charged["landmark_on"]).all()
    dated = charged.join(prepared.cohort.landmarks.select("landmark_id", "case_id"), on="landmark_id")
    reports = prepared.histories.events.filter(kind="report").select("case_id", stopped_on="occurred_on").unique()
    assert dated.join(reports, on=["case_id", "stopped_on"], how="semi").height == dated.height
    later = dated.join(reports.rename({"stopped_on": "other_on"}), on="case_id")
    earlier = later.filter(pl.col("other_on").is_between("landmark_on", "stopped_on", closed="none"))
    # an earlier charge was passed over only while the person was in custody
    assert earlier["landmark_id"].n_unique() <= prepared.outcome.ignored_in_gaps
    assert set(prepared.outcome.table["event"]) == {0, 1}


def test_custody_is_no_time_at_risk_and_follow_up_ends_with_the_data(broward):
    table = broward.prepared.outcome.table
    calendar = (table["stopped_on"] - table["landmark_on"]).dt.total_days()
    assert (table["duration_days"] + table["gap_days"] == calendar).all()
    assert (table["gap_days"] > 0).sum() > 1_000
    assert str(table["stopped_on"].max()) == "2016-04-01"


def test_race_sex_and_age_are_audited_but_no_model_sees_them(broward):
    X = broward.prepared.whole.X
    assert not [name for name in X.columns if name.split("=")[0] in AUDIT or "race" in name]
    assert all(set(fitted.columns) <= set(X.columns) for fitted in broward.models)
    groups = {group.split("=")[0] for group in broward.scores["group"]}
    assert groups == {"all", "race", "sex", "age_cat"}


def test_discrimination_is_believable(broward):
    whole = broward.scores.query("group == 'all' and metric in ('uno_c', 'harrell_c')").set_index("model")
    np.testing.assert_allclose(whole.loc["base_rate", "estimate"], 0.5, atol=EXACT)
    for model in ("prior_count", "cox", "logistic"):
        assert whole.loc[model, "estimate"].between(0.55, 0.80).all(), model
    ladder = broward.ladder.query("metric == 'uno_c'").set_index(["step", "horizon_days"])["estimate"]
    for horizon in (183, 365):
        assert 0.55 < ladder["everything without prior violence", horizon] < ladder["everything", horizon] < 0.80


def test_no_table_of_broward_has_a_column_of_identifiers(broward, tmp_path):
    broward.folder.write(tmp_path)
    assert len((tmp_path / "quarantine.csv").read_text().splitlines()) == 2
    columns = [path.read_text().splitlines()[0].split(",") for path in tmp_path.rglob("*.csv")]
    assert not {"case_id", "person_id", "landmark_id", "network_id"} & {name for row in columns for name in row}


def test_rossi_gives_the_published_coefficients(rossi):
    table = rossi.folder.content.coefficients.set_index("feature")["coef"]
    assert table.index.tolist() == list(ROSSI)
    np.testing.assert_allclose(table, list(ROSSI.values()), atol=PRINTED)
    assert table[["fin", "age", "prio"]].round(3).tolist() == [-0.379, -0.057, 0.091]


def test_rossi_uses_every_person_for_a_year(rossi):
    facts = rossi.folder.content.outcome_facts
    assert (facts["n_landmarks"], facts["n_events"]) == (432, 114)
    assert rossi.prepared.outcome.table["duration_days"].max() == 52 * 7
    assert rossi.folder.content.rows["quarantined"].sum() == 0
    assert rossi.folder.content.apparent is True


def test_the_shipped_mappings_read_as_toml():
    for name in ("broward", "nij_georgia", "rossi"):
        mapping = tomllib.loads((ROOT / "experiments" / f"{name}_mapping.toml").read_text(encoding="utf-8"))
        assert mapping["name"] == name


def test_the_flattered_experiment_on_georgia_is_the_honest_one_with_later_measures_and_says_so():
    honest, flattered = (Experiment.read(ROOT / "experiments" / f"nij_georgia{end}.toml") for end in ("", "_flattered"))
    known, all_of_them = honest.features.covariates, flattered.features.covariates
    assert list(all_of_them)[: len(known)] == list(known)
    assert {how.family for name, how in all_of_them.items() if name not in known} == {"after_release"}
    assert "after_release" not in {how.family for how in known.values()}
    assert flattered.title.startswith("FLATTERED")
    same = ("cohort", "outcome", "split", "evaluation", "seed")
    assert [getattr(honest, name) for name in same] == [getattr(flattered, name) for name in same]
