"""The leak canary is silent on every family, and sings for every planted leak."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.errors import DataError
from hgrisk.features import canary as canary_module
from hgrisk.features import registry
from hgrisk.features.canary import leak_canary
from hgrisk.features.measures import Count, Events, Field
from hgrisk.features.registry import families
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family
from tests.builders import build, case, day, event, member, random_cohorts, report
from tests.features import leaks, strategies
from tests.features.leaks import LEAKS, delivery, plant, plant_family
from tests.features.planted import specs_of

PLANTED = FeatureSettings(families=("planted",))


def silent(histories, cohort, seed=0, **options):
    usable = [name for name, family in families().items() if cohort.settings.dates == () or not family.needs_index]
    chosen = FeatureSettings(families=usable, windows_days=(7, 365), recent_days=60, **options)
    result = leak_canary(histories, cohort, chosen, seed=seed)
    assert result.changed == ()
    result.check()
    return result


@settings(max_examples=8)
@given(random_cohorts(), st.integers(0, 2**32 - 1), st.booleans())
def test_no_family_leaks(drawn, seed, linked):
    silent(*drawn, seed, linked_households=linked)


@settings(max_examples=8)
@given(strategies.cohorts(), st.integers(0, 2**32 - 1), st.booleans())
def test_no_family_leaks_where_persons_cross_households(drawn, seed, persons):
    silent(*drawn, seed, persons=persons)


@settings(max_examples=10)
@given(strategies.cohorts(), st.integers(0, 2**32 - 1), strategies.MEASURES)
def test_no_measure_leaks(drawn, seed, measures):
    """But for one of what a spell holds, which may tell of its end: that is taken out."""
    rules = drawn[1].settings
    judged = pl.when(pl.col("kind").is_in(rules.report_kinds)).then("severity").alias("severity")
    plain = drawn[0].events.with_columns(judged, value=pl.lit(None, dtype=pl.Float64))
    histories = replace(drawn[0], events=plain)
    with pytest.MonkeyPatch.context() as patch:
        family = Family("planted", lambda _: specs_of(measures))
        patch.setattr(registry, "families", lambda: {"planted": family})
        assert leak_canary(histories, select_landmarks(histories, rules), PLANTED, seed=seed).changed == ()


@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_found(monkeypatch, leak):
    histories = delivery()
    cohort = select_landmarks(histories)
    plant(monkeypatch, leak)
    result = leak_canary(histories, cohort, FeatureSettings(families=("context", "planted", "prior_violence")))
    assert result.changed == ("planted",)
    with pytest.raises(DataError) as caught:
        result.check()
    assert str(caught.value) == (
        "A feature depends only on what was known at the landmark, but found planted changed when later facts were "
        "altered: compute the family from the cut history alone."
    )


@pytest.mark.parametrize("leak", [leaks.known_on_the_day, leaks.known_later_that_day, leaks.occurred_before])
def test_a_leak_is_found_though_nothing_in_the_delivery_would_show_it(monkeypatch, leak):
    histories = delivery(bare=True)
    plant(monkeypatch, leak)
    assert leak_canary(histories, select_landmarks(histories), PLANTED).changed == ("planted",)


def test_a_planted_family_without_a_leak_is_not(monkeypatch):
    histories = delivery()
    plant(monkeypatch, leaks.known_before)
    assert leak_canary(histories, select_landmarks(histories), PLANTED).changed == ()


def test_a_severity_that_was_corrected_later_is_found(monkeypatch):
    histories = delivery()
    plant(monkeypatch, leaks.corrections)
    report_rows = pl.col("kind") == "report"
    histories = replace(histories, events=histories.events.filter(report_rows))
    cohort = select_landmarks(histories)
    assert leak_canary(histories, cohort, PLANTED).changed == ()
    corrected = histories.events.with_columns(corrected_on=pl.lit(day(600)))
    histories = replace(histories, events=corrected)
    assert leak_canary(histories, select_landmarks(histories), PLANTED).changed == ("planted",)


def test_a_birthday_that_comes_later_is_found(monkeypatch):
    histories = delivery()
    plant(monkeypatch, leaks.birthdays)
    cohort = select_landmarks(histories)
    for on, changed in ((-900, ()), (600, ("planted",))):
        born = histories.persons.with_columns(born_on=pl.lit(day(on)))
        assert leak_canary(replace(histories, persons=born), cohort, PLANTED).changed == changed


@pytest.mark.parametrize(
    ("measure", "found"),
    [
        (Field(Events(("detention",)), field="value", how="sum"), True),
        (Field(Events(("detention",)), field="severity", how="max"), True),
        (Field(Events(("report",)), field="severity", how="max"), False),
        (Count(Events(("detention",), values=(7.0, 30.0, 60.0, None))), True),
        (Count(Events(("detention",))), False),
    ],
)
def test_what_a_spell_holds_may_have_been_written_at_its_end(monkeypatch, measure, found):
    whole = delivery()
    given_at_end = whole.events.with_columns(severity=pl.coalesce("severity", "value"), value=pl.col("value") % 2 * 7)
    histories = replace(whole, events=given_at_end)
    plant_family(monkeypatch, measure=measure)
    result = leak_canary(histories, select_landmarks(histories), PLANTED)
    assert result.changed == (("planted",) if found else ())


@pytest.mark.parametrize(
    "condition",
    [pl.col("known_on") <= pl.col("landmark_on"), pl.col("known_on") > pl.col("landmark_on"), pl.lit(value=True)],
)
def test_what_a_region_learns_later_is_found(monkeypatch, condition):
    def compute(view, settings):  # noqa: ARG001
        rows = view.landmarks.select("landmark_id", "landmark_on", "region").join(view.regional, on="region")
        known = rows.filter(condition).group_by("landmark_id").agg(planted=pl.col("reports").sum())
        return view.landmarks.select("landmark_id").join(known, on="landmark_id", how="left")

    histories = delivery()
    plant_family(monkeypatch, compute)
    assert leak_canary(histories, select_landmarks(histories), PLANTED).changed == ("planted",)


def test_what_a_region_knew_is_not(monkeypatch):
    def compute(view, settings):  # noqa: ARG001
        rows = view.landmarks.select("landmark_id", "landmark_on", "region").join(view.regional, on="region")
        before = rows.filter(pl.col("known_on") < pl.col("landmark_on"))
        return before.group_by("landmark_id").agg(planted=pl.col("reports").sum())

    histories = delivery()
    plant_family(monkeypatch, compute)
    assert leak_canary(histories, select_landmarks(histories), PLANTED).changed == ()


def test_a_region_that_knows_of_later_moves_is_found(monkeypatch):
    def last_residence(where, cases, case_regions, regions):  # noqa: ARG001
        lived = case_regions.unique("case_id", keep="last", maintain_order=True).select("case_id", "region")
        return where.select("case_id").join(lived, on="case_id", how="left", maintain_order="left")["region"]

    histories = delivery(4)
    cohort = select_landmarks(histories)
    assert leak_canary(histories, cohort).changed == ()
    monkeypatch.setattr(canary_module, "region_on", last_residence)
    assert leak_canary(histories, cohort).changed == ("region",)


def test_an_index_report_that_knows_of_later_corrections_is_found():
    events = [report(20, severity=2.0, corrected_on=day(40)), event("screening", 30)]
    histories = build(events)
    rules = CohortSettings(landmark_kinds=("screening",))
    chosen = FeatureSettings(families=("index_report",))
    assert leak_canary(histories, select_landmarks(histories, rules), chosen).changed == ()
    cohort = select_landmarks(histories, rules)
    shown = replace(cohort, landmarks=cohort.landmarks.with_columns(index_severity=pl.lit(2.0)))
    assert leak_canary(histories, shown, chosen).changed == ("index_severity",)


def test_it_watches_one_landmark_of_each_component_up_to_a_number():
    few = FeatureSettings(families=("context",))
    histories = delivery()
    cohort = select_landmarks(histories)
    assert leak_canary(histories, cohort, few).n_landmarks == cohort.landmarks["network_id"].n_unique() == 12
    apart = replace(histories, memberships=histories.memberships.clear())
    cohort = select_landmarks(apart)
    whole = leak_canary(apart, cohort, few)
    assert (whole.n_landmarks, whole.n_features) == (24, 14)
    assert leak_canary(apart, cohort, few, n_landmarks=7).n_landmarks == 7


def test_households_whose_events_name_one_person_are_watched_together():
    events = [report(on, case_id=name, person_id="p") for name, on in (("H1", 0), ("H2", 50), ("H1", 100), ("H2", 150))]
    histories = build(events)
    cohort = select_landmarks(histories)
    assert cohort.landmarks["network_id"].n_unique() == 2
    for seed in range(4):
        result = leak_canary(histories, cohort, FeatureSettings(families=("prior_violence",)), seed=seed)
        assert (result.n_landmarks, result.changed) == (1, ())


def test_a_screening_and_its_index_report_on_the_landmarks_day_are_left_alone():
    events = [report(0, case_id="H1"), event("screening", 30, at=12), report(20, 30), report(10, 30, at=9)]
    cohort_settings = CohortSettings(landmark_kinds=("screening",), index_within_days=30)
    histories = build(events)
    cohort = select_landmarks(histories, cohort_settings)
    for seed in range(4):
        silent(histories, cohort, seed)


def test_covariates_are_not_watched():
    histories = build([report(0), report(90)], [case(score=1.0)], memberships=[member("H1", "p")])
    chosen = FeatureSettings.parse({"families": ["prior_violence"], "covariates": {"score": {}}}, "features")
    alone = FeatureSettings(families=("prior_violence",))
    cohort = select_landmarks(histories)
    both = [leak_canary(histories, cohort, one).n_features for one in (chosen, alone)]
    assert both[0] == both[1]
