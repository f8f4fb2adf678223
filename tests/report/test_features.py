import pytest

from hgrisk.features.catalogue import catalogue_table
from hgrisk.report.data import features
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


def test_a_column_that_a_model_makes_for_itself_has_a_label(content):
    sentences = feature_sentences(content.features, voice("nl"))
    assert feature_label("any_prior", sentences, voice("nl")) == "Een eerdere melding, hoeveel ook"


def test_a_feature_without_a_sentence_keeps_its_name(content):
    bare = content.features.assign(sentence_nl=None)
    assert feature_sentences(bare, voice("nl"))["region"] == "region"


def last_table(content, lang):
    """Return the caption, and the cells' texts by head, of the last table of the section."""
    (table,) = features(content, voice(lang)).blocks[-1].blocks
    return table.caption, {
        group.head: [(name.text, " ".join(filter(None, (why.text, why.small)))) for name, why in group.rows]
        for group in table.groups
    }


def test_features_that_tell_nothing_more_are_listed_by_name_with_what_became_of_them(content):
    assert last_table(content, "en") == (
        "Features that tell nothing more",
        {
            "Left out before training": [
                ("prior_reports_730d", "the same as prior_reports_ever"),
                ("days_since_csg", "never recorded"),
            ],
            "Kept: a model names them, or may be given them without the other": [
                ("escalation_slope_730d", "the same as escalation_slope"),
            ],
            "Left out in training": [("region_missing", "the same everywhere"), ("nickname", "no value in 20 rows")],
        },
    )
    caption, groups = last_table(content, "nl")
    assert caption == "Kenmerken die niets extra zeggen"
    assert groups["Weggelaten vóór de training"][0] == ("prior_reports_730d", "hetzelfde als prior_reports_ever")
    assert groups["Weggelaten bij de training"][1] == ("nickname", "geen waarde in 20 rijen")


def test_a_run_that_kept_no_stage_left_its_features_out_in_training(light_with, content):
    older = light_with(dropped_features=content.dropped_features.drop(columns="stage"))
    _, groups = last_table(older, "en")
    assert list(groups) == ["Left out in training"]
    assert len(groups["Left out in training"]) == 5


def test_without_such_features_there_is_no_list(light_with, content):
    bare = light_with(dropped_features=content.dropped_features.iloc[:0])
    assert [block.kind for block in features(bare, voice("en")).blocks if block.kind == "table"] == []


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_family_and_unit_of_the_catalogue_has_a_label(lang):
    table, speaking = catalogue_table(), voice(lang)
    assert set(table["family"]) <= set(speaking.labels("families"))
    assert set(table["unit"]) - {""} <= set(speaking.labels("units"))
