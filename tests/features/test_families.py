"""Every feature of every family says in two languages what it is, under a name of its own and with its window in it."""

import re

import pytest

from hgrisk.features.measures import Changes, Count, Decayed, Distinct, Periods
from hgrisk.features.registry import families
from hgrisk.features.settings import FeatureSettings

SETTINGS = [FeatureSettings(), FeatureSettings(recent_days=100, windows_days=(7, 99), persons=False)]
WITHOUT_UNIT = {"month_sin", "month_cos"}
COUNTED = (Count, Decayed, Periods, Distinct, Changes)
"""Measures that are zero, and not empty, where nothing happened."""


@pytest.fixture(params=SETTINGS, ids=["default", "other"])
def specs(request):
    return [spec for family in families().values() for spec in family.describe(request.param)]


def test_names_are_unique_over_all_families(specs):
    names = [spec.name for spec in specs]
    assert sorted(set(names)) == sorted(names)


def test_every_feature_has_its_sentences(specs):
    for spec in specs:
        assert spec.name.isidentifier()
        assert spec.sentence_en.strip() == spec.sentence_en != "", spec.name
        assert spec.sentence_nl.strip() == spec.sentence_nl != "", spec.name
        assert spec.unit or spec.kind == "category" or spec.name in WITHOUT_UNIT, spec.name


def test_no_two_features_say_the_same(specs):
    for words in ([spec.sentence_en for spec in specs], [spec.sentence_nl for spec in specs]):
        assert [sentence for place, sentence in enumerate(words) if sentence in words[:place]] == []


def test_a_name_tells_the_window_and_so_do_the_sentences(specs):
    for spec in (spec for spec in specs if spec.measure):
        stated = re.search(r"_(\d+)d$", spec.name)
        assert spec.measure.within_days == (int(stated[1]) if stated else None), spec.name
        if stated:
            assert f"{stated[1]} da" in spec.sentence_en, spec.name
            assert f"{stated[1]} da" in spec.sentence_nl, spec.name


def test_a_feature_says_what_an_empty_value_means_where_it_can_be_empty(specs):
    for spec in (spec for spec in specs if spec.measure):
        full = isinstance(spec.measure, COUNTED) or getattr(spec.measure, "how", "") in {"active", "ended", "days"}
        of_persons = spec.measure.events.stream not in {"household", "linked"}
        assert bool(spec.missing) == (of_persons or not full), spec.name
