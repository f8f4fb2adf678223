import numpy as np
import pandas as pd
import pytest

from hgrisk.figures.numerals import numerals
from hgrisk.report.blocks import Alert, Fold, Panels, Paragraph, Picture, Table
from hgrisk.report.explanation import explanation
from hgrisk.report.voice import voice

IMPORTANCE = pd.DataFrame(
    [
        ("cox", "prior_reports_365d", "prior_violence", 0.1234, 0.1111, 0.1357),
        ("cox", "region & index_source", "index_report & region", 0.0123, 0.0111, 0.0135),
        ("cox", "calendar_year", "calendar", 0.0, 0.0, 0.0),
        ("ebm", "region", "region", 2.5, np.nan, np.nan),
    ],
    columns=["model", "feature", "family", "mean_abs", "lower", "upper"],
)
FAMILIES = pd.DataFrame(
    [
        ("cox", "prior_violence", 0.12, 0.11, 0.13),
        ("cox", "index_report & region", 0.01, 0.01, 0.02),
        ("ebm", "region", 2.5, np.nan, np.nan),
    ],
    columns=["model", "family", "mean_abs", "lower", "upper"],
)
SHAPES = pd.DataFrame(
    [("cox", "max_severity", 0.9, "1", 1.0, 1.0, 300, -0.1, -0.2, 0.0)],
    columns=["model", "feature", "own_share", "label", "low", "high", "n", "mean", "lower", "upper"],
)
FITS = pd.DataFrame([("forest", "draws", 1, 0.5, "")], columns=["model", "by", "fit", "rank_correlation", "reason"])
EVERY = {"importance": IMPORTANCE, "importance_families": FAMILIES, "shapes": SHAPES, "stability_fits": FITS}


def made(light_with, lang="en", **further):
    return explanation(light_with(further=further), voice(lang), 10)


def pictures(blocks):
    return [block for block in blocks if isinstance(block, Picture)]


def test_without_tables_there_is_no_section(light_with):
    assert made(light_with) is None
    assert made(light_with, importance=IMPORTANCE.iloc[:0]) is None


def test_every_number_above_zero_is_in_the_table_as_in_the_frame(light_with, lang):
    own, num = IMPORTANCE[IMPORTANCE["model"] == "cox"], numerals(lang)
    (picture,) = pictures(made(light_with, lang, importance=own).blocks)
    rows = picture.table.groups[0].rows
    assert len(rows) == 2
    for row, (_, given) in zip(rows, own.iterrows(), strict=False):
        said = f"{row[1].text} {row[1].interval}"
        assert said == num.interval(given["mean_abs"], given["lower"], given["upper"], 3)
    assert picture.wide is not None
    assert num.number(0.1234) in picture.wide.alt


@pytest.mark.parametrize(
    ("lang", "names", "families", "note"),
    [
        (
            "en",
            ["Earlier reports in the 365 days before", "Region at the landmark, together with: Who reported"],
            ["Earlier violence", "The report at the landmark, together with: Region"],
            "1 more move no score at these landmarks.",
        ),
        (
            "nl",
            ["Eerdere meldingen in de 365 dagen ervoor", "Regio op het peilmoment, samen met: Wie meldde"],
            ["Eerder geweld", "De melding op het peilmoment, samen met: Regio"],
            "Nog 1 bewegen geen enkele score op deze peilmomenten.",
        ),
    ],
)
def test_features_and_families_are_named_in_the_language(light_with, lang, names, families, note):
    own = {name: table[table["model"] == "cox"] for name, table in EVERY.items() if name.startswith("imp")}
    features, by_family = pictures(made(light_with, lang, **own).blocks)
    assert [row[0].text for row in features.table.groups[0].rows] == names
    assert [row[0].small for row in features.table.groups[0].rows] == families
    assert [row[0].text for row in by_family.table.groups[0].rows] == families
    assert features.table.note == note


@pytest.mark.parametrize(
    ("lang", "effect", "zero"),
    [("en", "no effect", "hardly ever 0"), ("nl", "geen effect", "bijna nooit precies 0")],
)
def test_the_section_says_what_importance_is_not_and_where_cases_are_explained(light_with, lang, effect, zero):
    blocks = made(light_with, lang, **EVERY).blocks
    (alert,) = [block for block in blocks if isinstance(block, Alert)]
    assert effect in alert.title
    assert zero in alert.text
    said = " ".join(block.text for block in blocks if isinstance(block, Paragraph))
    assert "hgrisk.explain_cases" in said
    assert "hgrisk.sentences" in said


def test_models_are_in_folds_the_first_open(light_with):
    folds = [block for block in made(light_with, **EVERY).blocks if isinstance(block, Fold)]
    assert [fold.summary for fold in folds] == [
        f"{name}: what moves its scores" for name in ("Cox regression", "ebm", "forest")
    ]
    assert [fold.is_open for fold in folds] == [True, False, False]
    cox, ebm, forest = (fold.blocks for fold in folds)
    assert any(isinstance(block, Panels) for block in cox)
    assert len(pictures(ebm)) == 1  # its one family says what its one feature says
    assert not pictures(forest)
    assert any(isinstance(block, Fold) and isinstance(block.blocks[0], Table) for block in forest)
    single = made(light_with, shapes=SHAPES).blocks
    assert not any(isinstance(block, Fold) for block in single)


def test_a_model_that_nothing_moves_says_so(light_with):
    still = IMPORTANCE.tail(1).assign(mean_abs=0.0)
    blocks = made(light_with, importance=still, importance_families=FAMILIES.tail(1).assign(mean_abs=0.0)).blocks
    assert blocks[-1].text == "ebm gives every landmark the same score: no feature moves it."
    assert not pictures(blocks)


def test_one_feature_has_no_order_that_could_change(light_with):
    def folds(*names):
        ranks = pd.DataFrame(
            [("ebm", "draws", name, "region", 1.0, 0.9, 1.1, 1.0, 1.0) for name in names],
            columns=["model", "by", "feature", "family", "mean_abs", "lower", "upper", "mean_rank", "top_share"],
        )
        blocks = made(light_with, stability=ranks, stability_fits=FITS.assign(model="ebm")).blocks
        return sum(isinstance(block, Fold) for block in blocks)

    assert folds("region", "calendar_year") == 2
    assert folds("region") == 0
