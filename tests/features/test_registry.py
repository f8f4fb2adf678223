"""Feature families are discovered, and each keeps its contract."""

import pytest

from hgrisk.cohort import select_landmarks
from hgrisk.features.build import build_features
from hgrisk.features.registry import families, find_family
from hgrisk.features.settings import FeatureSettings
from tests.builders import build, event, member, report

SETTINGS = FeatureSettings(windows_days=(7, 99), kinds=("arrest", "handover_sent"))


def test_every_module_with_a_family_is_found_in_the_order_of_their_names():
    assert list(families()) == [
        "care_chain", "context", "household", "index_report", "interventions", "prior_violence", "problems",
        "reporters", "safety_domain", "violence_kinds",
    ]  # fmt: skip
    assert find_family("context") is families()["context"]


def table(histories, name):
    settings = SETTINGS.model_copy(update={"families": (name,)})
    return build_features(histories, select_landmarks(histories), settings)


@pytest.mark.parametrize("name", sorted(families()))
def test_every_family_computes_what_it_describes_for_every_landmark(name):
    events = [report(0), report(50), event("arrest", 40), report(70, case_id="H2"), report(5, case_id="H3")]
    features = table(build(events, memberships=[member("H1", "p"), member("H2", "p")]), name)
    family = families()[name]
    specs = family.describe(SETTINGS)
    assert family.name == name
    assert {spec.family for spec in specs} == {name}
    assert features.X.columns.tolist() == [spec.name for spec in specs]
    assert len(features.X) == 4
    assert (family.compute is None) == all(spec.measure is not None for spec in specs)


@pytest.mark.parametrize("name", sorted(families()))
def test_every_family_takes_a_cohort_without_any_history(name):
    assert len(table(build([report(0)]), name).X) == 1


def test_a_kind_without_words_of_its_own_is_described_by_its_name():
    sentences = {spec.name: spec.sentence_en for spec in families()["prior_violence"].describe(SETTINGS)}
    assert sentences["prior_handover_sent_7d"] == "earlier events of kind handover sent in the 7 days before"
    assert sentences["prior_arrest_ever"] == "earlier arrests ever"
