"""The leak canary is silent on every family, and sings for every planted leak."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.errors import DataError
from hgrisk.features import build as build_module
from hgrisk.features import canary as canary_module
from hgrisk.features import registry
from hgrisk.features.canary import leak_canary
from hgrisk.features.cut import cut_history
from hgrisk.features.registry import families
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from tests.builders import build, case, event, member, random_cohorts, report


@settings(max_examples=40)
@given(random_cohorts(), st.integers(0, 2**32 - 1), st.booleans())
def test_no_family_leaks(drawn, seed, linked):
    histories, cohort = drawn
    usable = [name for name, family in families().items() if cohort.settings.dates == () or not family.needs_index]
    chosen = FeatureSettings(families=usable, windows_days=(7, 365), linked_households=linked)
    result = leak_canary(histories, cohort, chosen, seed=seed)
    assert result.changed == ()
    result.check()


def delivery(n=40, seed=3, *, bare=False):
    """Return households with spells, late knowledge, instants and shared persons; or bare, with reports alone."""
    rng = np.random.default_rng(seed)
    events, memberships = [], []
    for number in range(n):
        name = {"case_id": f"H{number:02}"}
        for on in np.cumsum(rng.integers(20, 90, 6)).tolist():
            late = int(rng.integers(0, 10))
            events.append(report(on, on + late, at=int(rng.integers(8, 12)), **name))
            if bare:
                continue
            events.append(event("arrest", on, on + late, at=int(rng.integers(8, 17)), **name))
            events.append(event("detention", on, ended=on + int(rng.integers(1, 200)), **name))
        memberships += [member(name["case_id"], f"p{number}"), member(name["case_id"], f"p{number // 2 * 2}", 300)]
    return build(events, [case(f"H{number:02}", last=700) for number in range(n)], memberships=memberships)


def pairs(histories, cohort):
    """Return every landmark with every event of its household."""
    columns = ["landmark_id", "case_id", "landmark_on", "landmark_at", "observed_until", "network_id"]
    return cohort.landmarks.select(columns).join(histories.events, on="case_id")


def count(rows, where):
    return rows.filter(where).group_by("landmark_id").agg(planted=pl.len())


def known_on_the_day(histories, cohort):
    return count(pairs(histories, cohort), pl.col("known_on") <= pl.col("landmark_on"))


def known_later_that_day(histories, cohort):
    on_the_day = (pl.col("known_on") == pl.col("landmark_on")) & pl.col("known_at").is_not_null()
    return count(pairs(histories, cohort), (pl.col("known_on") < pl.col("landmark_on")) | on_the_day)


def occurred_before(histories, cohort):
    return count(pairs(histories, cohort), pl.col("occurred_on") < pl.col("landmark_on"))


def ends_of_spells(histories, cohort):
    known = pairs(histories, cohort).filter(pl.col("known_on") < pl.col("landmark_on"))
    return known.group_by("landmark_id").agg(
        (pl.col("ended_on") - pl.col("landmark_on")).dt.total_days().max().alias("planted")
    )


def end_of_the_case(histories, cohort):
    seen = pairs(histories, cohort).select("landmark_id", "case_id").unique().join(histories.cases, on="case_id")
    return seen.select("landmark_id", planted=pl.col("observed_until").dt.epoch("d"))


def end_of_the_landmark(histories, cohort):  # noqa: ARG001
    return cohort.landmarks.select("landmark_id", planted=pl.col("observed_until").dt.epoch("d"))


def members_whenever_they_came(histories, cohort):
    links = cohort.landmarks.select("landmark_id", "case_id").join(histories.memberships, on="case_id")
    return links.group_by("landmark_id").agg(planted=pl.col("person_id").n_unique())


LEAKS = [
    known_on_the_day, known_later_that_day, occurred_before, ends_of_spells, end_of_the_case, end_of_the_landmark,
    members_whenever_they_came,
]  # fmt: skip


def plant(monkeypatch, leak):
    """Let the cut show a leaking column, and a family that uses it."""

    def leaking_cut(histories, cohort, covariates, *, linked):
        view = cut_history(histories, cohort, covariates, linked=linked)
        return replace(view, landmarks=view.landmarks.join(leak(histories, cohort), on="landmark_id", how="left"))

    def describe(settings):  # noqa: ARG001
        return (FeatureSpec("planted", "planted", "", "a leak", "een lek"),)

    def compute(view, settings):  # noqa: ARG001
        return view.landmarks.select("landmark_id", pl.col("planted").cast(pl.Float64))

    known = {**families(), "planted": Family("planted", describe, compute)}
    monkeypatch.setattr(build_module, "cut_history", leaking_cut)
    for module in (build_module, registry):
        monkeypatch.setattr(module, "families", lambda: known)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_found(monkeypatch, leak, seed):
    histories = delivery()
    cohort = select_landmarks(histories)
    plant(monkeypatch, leak)
    chosen = FeatureSettings(families=("calendar", "planted", "prior_violence"))
    result = leak_canary(histories, cohort, chosen, seed=seed)
    assert result.changed == ("planted",)
    with pytest.raises(DataError) as caught:
        result.check()
    assert str(caught.value) == (
        "A feature depends only on what was known at the landmark, but found planted changed when later facts were "
        "altered: compute the family from the cut history alone."
    )


@pytest.mark.parametrize("leak", [known_on_the_day, known_later_that_day, occurred_before])
def test_a_leak_is_found_though_nothing_in_the_delivery_would_show_it(monkeypatch, leak):
    histories = delivery(bare=True)
    plant(monkeypatch, leak)
    assert leak_canary(histories, select_landmarks(histories), FeatureSettings(families=("planted",))).changed


def test_a_region_that_knows_of_later_moves_is_found(monkeypatch):
    def last_residence(where, cases, case_regions, regions):  # noqa: ARG001
        lived = case_regions.unique("case_id", keep="last", maintain_order=True).select("case_id", "region")
        return where.select("case_id").join(lived, on="case_id", how="left", maintain_order="left")["region"]

    histories = delivery(4)
    cohort = select_landmarks(histories)
    assert leak_canary(histories, cohort).changed == ()
    monkeypatch.setattr(canary_module, "region_on", last_residence)
    assert leak_canary(histories, cohort).changed == ("region",)


def test_a_planted_family_without_a_leak_is_not(monkeypatch):
    def known_before(histories, cohort):
        return count(pairs(histories, cohort), pl.col("known_on") < pl.col("landmark_on"))

    histories = delivery()
    plant(monkeypatch, known_before)
    assert leak_canary(histories, select_landmarks(histories), FeatureSettings(families=("planted",))).changed == ()


def test_it_watches_one_landmark_of_each_network_up_to_a_number():
    histories = delivery()
    cohort = select_landmarks(histories)
    assert leak_canary(histories, cohort).n_landmarks == cohort.landmarks["network_id"].n_unique() == 20
    apart = replace(histories, memberships=histories.memberships.clear())
    cohort = select_landmarks(apart)
    whole = leak_canary(apart, cohort, FeatureSettings(families=("calendar",)))
    assert (whole.n_landmarks, whole.n_features) == (40, 6)
    assert leak_canary(apart, cohort, n_landmarks=7).n_landmarks == 7


def test_a_screening_and_its_index_report_on_the_landmarks_day_are_left_alone():
    events = [report(0, case_id="H1"), event("screening", 30, at=12), report(20, 30), report(10, 30, at=9)]
    cohort_settings = CohortSettings(landmark_kinds=("screening",), index_within_days=30)
    histories = build(events)
    cohort = select_landmarks(histories, cohort_settings)
    for seed in range(5):
        assert leak_canary(histories, cohort, seed=seed).changed == ()
    assert timedelta(days=30) == cohort.landmarks["landmark_on"].item() - histories.events["occurred_on"].min()
