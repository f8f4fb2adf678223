import pytest

from hgrisk.report.results import feature_label, feature_sentences
from hgrisk.report.voice import voice


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("index_severity", "Severity of the report"),
        ("index_source=police", "Who reported: police"),
        ("max_severity__missing", "Highest severity so far: not recorded"),
        ("log1p(prior_reports_ever)", "Earlier reports ever, on a log scale"),
        ("something_else", "something_else"),
        ("something=else", "something=else"),
    ],
)
def test_columns_of_the_design_are_named_by_their_sentence(content, name, label):
    speaking = voice("en")
    assert feature_label(name, feature_sentences(content.features, speaking), speaking) == label


def test_a_feature_without_a_sentence_keeps_its_name(content):
    bare = content.features.assign(sentence_nl=None)
    assert feature_sentences(bare, voice("nl"))["region"] == "region"
