"""Planted leaks, each of them caught or made harmless; every test says which.

Not covered, since nothing in a delivery shows it: a source that wrote another value over a row and kept neither a date
nor the first version, and households that were merged under one key from the beginning.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.config import Experiment
from hgrisk.errors import DataError
from hgrisk.experiment import run_experiment
from hgrisk.features.canary import leak_canary
from hgrisk.features.measures import Events, Field
from hgrisk.features.settings import FeatureSettings
from hgrisk.histories.notes import MANY_EVENTS, quality_notes
from tests.builders import build, case, day, event, report
from tests.features import landmines, leaks
from tests.features.landmines import DATED, LANDMARK_DAY, Delivery

FAR = 3000
"""A day on which nothing of the tests is followed any more."""


def alike(one: pd.Series, other: pd.Series) -> bool:
    return one.equals(other)


@pytest.mark.parametrize("mine", DATED)
@pytest.mark.parametrize("on", [LANDMARK_DAY, LANDMARK_DAY + 1, LANDMARK_DAY + 20])
def test_what_comes_on_the_landmarks_day_or_later_is_harmless(mine, on):
    assert alike(mine(on).features(), mine(FAR).features())


@pytest.mark.parametrize("mine", DATED)
def test_the_same_a_day_before_is_history(mine):
    """Else the test above would say nothing."""
    assert not alike(mine(LANDMARK_DAY - 1).features(), mine(FAR).features())


def test_an_instant_after_the_landmarks_is_harmless_and_one_before_is_history():
    without = Delivery().features()
    assert alike(landmines.later_that_day(13).features(), without)
    assert not alike(landmines.later_that_day(11).features(), without)


def test_a_corrected_severity_of_the_index_report_is_harmless():
    low, high = (Delivery(own={"severity": score, "corrected_on": day(45)}).features() for score in (1.0, 5.0))
    assert alike(low, high)
    assert not alike(*(Delivery(own={"severity": score}).features() for score in (1.0, 5.0)))


def test_an_end_of_observation_and_its_reason_are_harmless():
    plain = Delivery(case={"last": 900}).features()
    for reason in ("death", "moved_out_of_region"):
        assert alike(Delivery(case={"last": 40, "end_reason": reason}).features(), plain)


def test_repeats_of_the_index_incident_are_harmless():
    """Whether they were known before a later landmark or not: they are the incident that set the scene."""
    rules = CohortSettings(landmark_kinds=("screening",))
    screening = event("screening", LANDMARK_DAY + 5)

    def features(*events):
        histories = build([report(LANDMARK_DAY), screening, *events])
        cohort = select_landmarks(histories, rules)
        chosen = FeatureSettings(families=("prior_violence", "violence_kinds", "reporters"))
        return landmines.build_features(histories, cohort, chosen).X.iloc[0]

    once = features()
    assert once["prior_reports_ever"] == 0
    assert alike(features(report(LANDMARK_DAY - 5, LANDMARK_DAY + 2)), once)
    assert alike(features(report(LANDMARK_DAY + 2, LANDMARK_DAY + 20)), once)
    assert not alike(features(report(LANDMARK_DAY - 29)), once)


@pytest.mark.parametrize("field", ["value", "severity"])
def test_a_duration_in_the_value_of_a_spell_is_caught_by_the_canary(monkeypatch, field):
    plain = leaks.delivery()
    in_field = plain.events.with_columns(pl.when(pl.col("kind") == "detention").then("value").alias(field))
    histories = replace(plain, events=in_field)
    leaks.plant_family(monkeypatch, measure=Field(Events(("detention",)), field=field, how="mean"))
    result = leak_canary(histories, select_landmarks(histories), FeatureSettings(families=("planted",)))
    assert result.changed == ("planted",)


def test_a_signal_whose_answer_was_written_at_its_end_is_caught_by_the_canary():
    rows = [
        row
        for number in range(6)
        for row in (
            event("signal", 0, ended=400, code="alcohol", value=1.0, case_id=f"H{number}"),
            report(60, case_id=f"H{number}"),
        )
    ]
    histories = build(rows)
    result = leak_canary(histories, select_landmarks(histories), FeatureSettings(families=("problems",)))
    assert result.changed
    open_ended = replace(histories, events=histories.events.with_columns(ended_on=pl.lit(None, dtype=pl.Date)))
    assert leak_canary(open_ended, select_landmarks(open_ended), FeatureSettings(families=("problems",))).changed == ()


def test_a_family_that_reads_the_uncut_histories_is_caught_by_the_canary(monkeypatch):
    def ever(histories, cohort):
        return leaks.count(leaks.pairs(histories, cohort), pl.lit(value=True))

    histories = leaks.delivery()
    leaks.plant(monkeypatch, ever)
    result = leak_canary(histories, select_landmarks(histories), FeatureSettings(families=("planted",)))
    with pytest.raises(DataError, match="found planted changed when later facts were altered"):
        result.check()


def test_a_place_holder_key_that_merges_households_is_said_in_a_note():
    events = build([report(0, event_id=f"e{number}") for number in range(MANY_EVENTS + 1)]).events
    assert quality_notes(events, pl.DataFrame({"person_id": []}, schema={"person_id": pl.String}))[0].startswith(
        "1 household(s) have more than 1,000 events"
    )


def echoing(n: int = 240, *, planted: bool = True) -> dict[str, pl.DataFrame]:
    """Return households of which half are re-reported, and an event before the index that only these have."""
    rng = np.random.default_rng(5)
    first = rng.integers(0, 1000, n)
    rows = []
    for number, on in enumerate(first.tolist()):
        name = {"case_id": f"H{number:03}"}
        rows += [event("advice", on - 100 * int(rng.integers(1, 4)), **name), report(on, **name)]
        if number % 2:
            rows.append(report(on + int(rng.integers(20, 300)), **name))
            rows += [event("repeat_case", on - 1, **name)] if planted else []
    cases = [case(f"H{number:03}", last=2000) for number in range(n)]
    histories = build([{**row, "event_id": f"e{place}"} for place, row in enumerate(rows)], cases)
    return {"events": histories.events, "cases": histories.cases.drop("region", "end_reason")}


@pytest.mark.parametrize("planted", [True, False])
def test_an_outcome_coded_kind_is_caught_by_the_search_for_echoes(planted):
    experiment = Experiment.parse(
        {
            "name": "echo",
            "cohort": {"which": "first"},
            "features": {"families": ["prior_violence"], "kinds": ["advice", "repeat_case"]},
            "split": {"kind": "network"},
            "models": [{"kind": "prior_count"}],
            "evaluation": {"horizons_days": [365], "metrics": ["brier"], "n_resamples": 0},
        },
        "echo",
    )
    experiment = experiment.model_copy(update={"ladder": None})
    steps: list[str] = []
    if planted:
        with pytest.raises(DataError, match=r"No feature alone ranks the training outcomes .*repeat_case"):
            run_experiment(experiment, echoing(), progress=steps.append)
        assert steps[-1] == "echo"
    else:
        run_experiment(experiment, echoing(planted=False), progress=steps.append)
        assert steps[-1] == "tables"
