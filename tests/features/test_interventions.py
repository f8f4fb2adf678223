"""The family interventions: what runs, what has ended, and what was never seen to end."""

import pandas as pd
import pytest

from hgrisk.features.interventions import describe
from hgrisk.features.settings import FeatureSettings
from tests.builders import event, family_row, report

SPECS = describe(FeatureSettings())
FOLLOWED = (
    "barring_order", "perpetrator_programme", "shelter", "multidisciplinary_approach", "case_management",
    "intensive_regie", "trauma_care",
)  # fmt: skip


def given(*events, mark=400):
    """Return the features at a report."""
    return family_row([*events, report(mark)], "interventions")


def values(x, *names):
    """Return some values, None where empty."""
    return [None if pd.isna(x[name]) else x[name] for name in names]


def course(kind, *events, mark=400):
    """Return whether a kind runs, its number, and the days since its last start and last known end."""
    names = f"{kind}_active", f"{kind}_ever", f"days_since_{kind}_start", f"days_since_{kind}_end"
    return values(given(*events, mark=mark), *names)


@pytest.mark.parametrize("kind", FOLLOWED)
def test_an_intervention_is_followed_from_start_to_end(kind):
    first, second, other = event(kind, 100, ended=110), event(kind, 350), event("aware", 300, ended=310)
    assert course(kind, other) == [0, 0, None, None]
    assert course(kind, other, first) == [0, 1, 300, 290]
    assert course(kind, other, first, second) == [1, 2, 50, 290]
    assert course(kind, second, event(kind, 380)) == [2, 2, 20, None]


def test_an_end_that_does_not_lie_before_the_landmark_is_not_seen():
    order = event("barring_order", 390, ended=400)
    assert course("barring_order", order) == [1, 1, 10, None]
    assert course("barring_order", order, mark=401) == [0, 1, 11, 1]
    assert course("barring_order", event("barring_order", 390, ended=418)) == [1, 1, 10, None]


def test_trap_4_a_start_known_later_is_not_seen():
    order = event("shelter", 350, 400)
    assert course("shelter", order) == [0, 0, None, None]
    assert course("shelter", order, mark=401) == [1, 1, 51, None]


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("multidisciplinary_approach", "mda"), ("multidisciplinary_approach", "zvh"),
        ("trauma_care", "trauma_screening"), ("trauma_care", "trauma_therapy"),
    ],
)  # fmt: skip
def test_other_names_for_the_same_count_with_it(kind, other):
    assert course(kind, event(kind, 100, ended=110), event(other, 200)) == [1, 2, 200, 290]


def test_an_alarm_tells_whether_it_runs():
    x = given(event("aware", 100, ended=200), event("aware", 300, ended=400))
    assert values(x, "aware_active", "aware_ever", "interventions_active") == [1, 2, 1]


@pytest.mark.parametrize("kind", [*FOLLOWED, "aware", "supervision_order", "placement"])
def test_all_that_last_count_among_all_that_run(kind):
    x = given(event(kind, 100, ended=200), event(kind, 300, ended=400))
    assert values(x, "interventions_active", "interventions_365d", "intervention_kinds_ever") == [1, 2, 1]


def test_contacts_and_extensions_are_moments():
    x = given(event("csg", 100), event("barring_order_extended", 250), event("barring_order_extended", 260))
    assert values(x, "csg_ever", "days_since_csg", "interventions_active") == [1, 300, 0]
    assert values(x, "days_since_barring_order_extension", "barring_order_ever") == [140, 0]


REFERRAL = "programme_referrals_ever", "programme_referral_wait_365d", "programme_referral_open_365d"


def test_a_referral_is_open_until_a_programme_starts():
    referral = event("perpetrator_programme_referral", 100)
    assert values(given(referral), *REFERRAL) == [1, None, 300]
    assert values(given(referral, event("perpetrator_programme", 160)), *REFERRAL) == [1, 60, None]
    assert values(given(referral, event("perpetrator_programme", 100)), *REFERRAL) == [1, 0, None]
    again = event("perpetrator_programme", 160), event("perpetrator_programme_referral", 300)
    assert values(given(referral, *again), *REFERRAL) == [2, 60, 100]


def test_a_referral_from_before_the_window_no_longer_waits():
    for first, open_days, wait in ((35, 365, 5), (34, None, None)):
        referral = event("perpetrator_programme_referral", first)
        assert values(given(referral), *REFERRAL) == [1, None, open_days]
        assert values(given(referral, event("perpetrator_programme", 40)), *REFERRAL) == [1, wait, None]


def test_how_a_programme_ended_is_told_apart_from_that_it_ended():
    ends = [
        event("perpetrator_programme_ended", 10 * n, code=code)
        for n, code in enumerate(("completed", "dropped_out", "dropped_out", None))
    ]
    x = given(*ends)
    assert values(x, "programmes_completed_ever", "programmes_dropped_out_ever") == [1, 2]
    assert values(x, "perpetrator_programme_ever", "intervention_kinds_ever") == [0, 0]


def test_over_all_interventions():
    x = given(
        event("barring_order", 34, ended=44),
        event("barring_order", 35),
        event("shelter", 300, ended=400),
        event("csg", 310),
        event("placement", 320, ended=399),
        event("detention", 330),
        event("arrest", 330),
    )
    assert values(x, "intervention_kinds_ever", "interventions_365d", "interventions_active") == [4, 4, 2]


def test_a_value_is_empty_without_any_history_exactly_where_the_catalogue_says_what_that_means():
    x = family_row([report(0)], "interventions")
    assert [spec.name for spec in SPECS] == x.index.tolist()
    assert {spec.name for spec in SPECS if spec.missing} == set(x.index[x.isna()])
    assert (x.dropna() == 0).all()


def test_every_feature_is_described_in_two_languages_and_names_its_unit():
    assert len({spec.sentence_en for spec in SPECS}) == len({spec.sentence_nl for spec in SPECS}) == len(SPECS)
    assert all(spec.sentence_en != spec.sentence_nl and spec.unit in {"count", "days"} for spec in SPECS)


def test_all_is_decided_by_organisations_but_how_a_programme_ended():
    household = {spec.name for spec in SPECS if not spec.process}
    assert household == {"programmes_completed_ever", "programmes_dropped_out_ever"}


def test_the_recent_window_is_a_setting():
    names = {spec.name for spec in describe(FeatureSettings(recent_days=90))}
    assert {"interventions_90d", "programme_referral_wait_90d", "programme_referral_open_90d"} <= names
    assert not [name for name in names if "365" in name]
