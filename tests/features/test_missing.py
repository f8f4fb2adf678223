"""What an empty value means, in Dutch."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hgrisk.features.catalogue import described, settings_of
from hgrisk.features.missing import dutch_missing, with_dutch_missing
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import FeatureSpec

SPEC = FeatureSpec("a", "context", "", "a", "een", "no earlier report")


@pytest.mark.parametrize("settings", [settings_of(), settings_of((), FeatureSettings(recent_days=180))])
def test_every_feature_that_can_be_empty_says_so_in_dutch(settings):
    for spec in described(settings):
        assert bool(spec.missing) == bool(spec.missing_nl), f"add to missing_nl.toml: {spec.missing}"
        assert re.findall(r"\d+", spec.missing_nl) == re.findall(r"\d+", spec.missing), spec.name


def test_alternatives_windows_and_names_are_filled_in():
    english = "never asked, or the last answer is unknown (signal_drugs_unknown_ever is then above 0)"
    assert dutch_missing(english) == (
        "nooit gevraagd, of het laatste antwoord is onbekend (signal_drugs_unknown_ever is dan meer dan 0)"
    )
    assert dutch_missing("no decision, in the 90 days before") == "geen besluit, in de 90 dagen ervoor"


def test_what_is_not_known_stays_empty():
    assert not dutch_missing("no such thing")
    assert not dutch_missing("no decision, or no such thing")


def test_a_feature_that_speaks_dutch_itself_keeps_its_words():
    assert with_dutch_missing(SPEC).missing_nl == "geen eerdere melding"
    own = replace(SPEC, missing_nl="niets gemeld")
    assert with_dutch_missing(own) is own
    assert not with_dutch_missing(replace(SPEC, missing="")).missing_nl
