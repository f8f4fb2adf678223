"""Features with their values in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hgrisk.explain.values import say_value
from hgrisk.features.catalogue import described, settings_of
from hgrisk.features.spec import FeatureSpec
from hgrisk.words import load_words

CATALOGUE = {spec.name: spec for spec in described(settings_of())}


def say(name, value, lang="en", **others):
    return say_value(CATALOGUE[name], pd.Series({name: value, **others}, dtype=object), lang)


@pytest.mark.parametrize(
    ("name", "value", "english", "dutch"),
    [
        ("prior_reports_365d", 0.0, "no earlier reports in the last 12 months",
         "geen eerdere meldingen in de laatste 12 maanden"),
        ("prior_reports_30d", 1.0, "1 earlier report in the last month", "1 eerdere melding in de laatste maand"),
        ("arrests_ever", 2.0, "2 arrests ever", "2 aanhoudingen ooit"),
        ("gaps_shrink", 1.0, "the last gap is shorter than the mean of those before: yes",
         "de laatste tussenpoos is korter dan gemiddeld daarvoor: ja"),
        ("police_share_ever", 0.25, "share of all earlier reports that police and justice made: 25%",
         "aandeel van politie en justitie in alle eerdere meldingen: 25%"),
        ("escalation_slope", -1.25, "trend of severity over the earlier reports: -1.25",
         "verloop van de ernst over de eerdere meldingen: -1,25"),
        ("regie_holder", "local_team", "who last accepted a handover and so holds coordination (regie): local team",
         "wie het laatst een overdracht accepteerde en zo de regie heeft: local team"),
        ("max_severity", np.nan, "highest severity so far: no value (no earlier report with a severity)",
         "hoogste ernst tot nu toe: geen waarde (geen eerdere melding met een ernst)"),
        ("days_since_radar_links", np.nan, "no radar links", "geen radarkoppelingen"),
        ("days_since_csg", np.nan, None, None),
        ("days_since_reported_person_arrests", np.nan, None, None),
        ("police_share_ever", np.nan, None, None),
        ("weekend", np.nan, None, None),
    ],
)  # fmt: skip
def test_features_of_the_catalogue(name, value, english, dutch):
    if english is None:
        spec = CATALOGUE[name]
        assert say(name, value).endswith(f": no value ({spec.missing or 'not recorded'})")
        assert say(name, value, "nl").endswith(f": geen waarde ({spec.missing_nl or 'niet vastgelegd'})")
    else:
        assert (say(name, value), say(name, value, "nl")) == (english, dutch)


@pytest.mark.parametrize(
    ("days", "english"),
    [
        (0.0, ", the last on the same day"),
        (1.0, ", the last 1 day ago"),
        (41.0, ", the last 41 days ago"),
        (np.nan, ""),
    ],
)
def test_a_count_says_how_long_ago_the_last_was(days, english):
    told = say("prior_reports_365d", 3.0, days_since_last_report=days)
    assert told == f"3 earlier reports in the last 12 months{english}"


def test_a_count_that_is_not_whole_is_told_plainly():
    """Such as after a what-if, or of another table."""
    assert say("prior_reports_365d", 2.5) == "incidents reported earlier in the 365 days before: 2.5"


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_feature_can_be_said_with_any_value(lang):
    for spec in CATALOGUE.values():
        for value in ("some_code",) if spec.kind == "category" else (0.0, 1.0, 2.0, 0.123, np.nan):
            told = say(spec.name, value, lang)
            assert told, spec.name
            assert "{" not in told


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_words_tell_counts_that_exist(lang):
    for stem, forms in load_words(lang, "hgrisk.explain")["counts"].items():
        assert f"{stem}_ever" in CATALOGUE, stem
        assert forms["last"] in CATALOGUE, stem
    assert set(load_words(lang, "hgrisk.explain")["days"]) <= set(CATALOGUE)


def test_other_features_keep_their_own_sentence():
    spec = FeatureSpec("dependents", "covariates", "count", "dependents", "afhankelijken")
    assert say_value(spec, pd.Series({"dependents": 2.0}), "nl") == "afhankelijken: 2"
