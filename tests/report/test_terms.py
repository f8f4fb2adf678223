import pytest

from hgrisk.report.terms import terms_of
from hgrisk.report.voice import voice


@pytest.mark.parametrize(
    ("name", "english", "dutch"),
    [
        ("index_severity", "Severity of the report", "Ernst van de melding"),
        (
            "region & index_source",
            "Region at the landmark, together with: Who reported",
            "Regio op het peilmoment, samen met: Wie meldde",
        ),
        (
            "region & nobody_knows",
            "Region at the landmark, together with: nobody_knows",
            "Regio op het peilmoment, samen met: nobody_knows",
        ),
        ("nobody_knows", "nobody_knows", "nobody_knows"),
    ],
)
def test_features_and_pairs_are_named_by_their_sentences(content, name, english, dutch):
    assert terms_of(content, voice("en")).feature(name) == english
    assert terms_of(content, voice("nl")).feature(name) == dutch


def test_a_feature_may_itself_hold_the_sign_of_a_pair(content):
    renamed = content.features.replace({"name": {"region": "a & b"}})
    terms = terms_of(type("Content", (), {"features": renamed}), voice("en"))
    assert terms.feature("a & b") == "Region at the landmark"
    assert terms.pair("a & b", "index_source") == "Region at the landmark, together with: Who reported"


def test_families_are_named_and_units_kept(content):
    terms = terms_of(content, voice("nl"))
    assert terms.family("prior_violence") == "Eerder geweld"
    assert terms.family("calendar & region") == "Kalender, samen met: Regio"
    assert terms.family("mine") == "mine"
    assert terms.units["max_severity"] == "score"
    assert terms.units["region"] == ""
