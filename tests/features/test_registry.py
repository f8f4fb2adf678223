"""Feature families are discovered, and each keeps its contract."""

import pytest

from hgrisk.cohort import select_landmarks
from hgrisk.features.cut import cut_history
from hgrisk.features.registry import families, find_family
from hgrisk.features.settings import FeatureSettings
from tests.builders import build, event, member, report

SETTINGS = FeatureSettings(windows_days=(7, 99), kinds=("arrest", "handover_sent"))


def test_every_module_with_a_family_is_found_in_the_order_of_their_names():
    assert list(families()) == ["calendar", "index_report", "prior_violence", "region"]
    assert find_family("region") is families()["region"]


@pytest.mark.parametrize("name", sorted(families()))
def test_every_family_computes_what_it_describes_for_every_landmark(name):
    events = [report(0), report(50), event("arrest", 40), report(70, case_id="H2"), report(5, case_id="H3")]
    histories = build(events, memberships=[member("H1", "p"), member("H2", "p")])
    cohort = select_landmarks(histories)
    view = cut_history(histories, cohort, (), linked=True)
    family = families()[name]
    frame = family.compute(view, SETTINGS)
    specs = family.describe(SETTINGS)
    assert family.name == name
    assert {spec.family for spec in specs} == {name}
    assert set(frame.columns) == {"landmark_id", *(spec.name for spec in specs)}
    assert sorted(frame["landmark_id"]) == cohort.landmarks["landmark_id"].to_list()


@pytest.mark.parametrize("name", sorted(families()))
def test_every_family_takes_a_cohort_without_any_history(name):
    histories = build([report(0)])
    view = cut_history(histories, select_landmarks(histories), (), linked=True)
    assert families()[name].compute(view, SETTINGS).height == 1


def test_a_kind_without_words_of_its_own_is_described_by_its_name():
    sentences = {spec.name: spec.sentence_en for spec in families()["prior_violence"].describe(SETTINGS)}
    assert sentences["prior_handover_sent_7d"] == "earlier events of kind handover sent in the 7 days before"
    assert sentences["prior_arrest_ever"] == "earlier arrests ever"
