import numpy as np
import pandas as pd

from hgrisk.audit.proxy import COLUMNS, FEATURE_COLUMNS
from hgrisk.report.blocks import Fold, Table
from hgrisk.report.giveaways import giveaways
from hgrisk.report.voice import voice

PROXY = pd.DataFrame(
    [
        ("sex", "woman", 0.714, 0.68, 0.75, 1200, 300, True),
        ("origin", "b", np.nan, np.nan, np.nan, 1200, None, False),
        ("origin", "a", 0.55, 0.5, 0.6, 1200, 200, True),
        ("origin", "c", 0.99, 0.9, 1.0, 6, 3, True),
    ],
    columns=list(COLUMNS),
)
FEATURES = pd.DataFrame(
    [("sex", "woman", "prior_reports_ever", 0.314, 0.561), ("sex", "woman", "<i>mine", 0.2, 0.55)],
    columns=list(FEATURE_COLUMNS),
)


def made(light_with, lang="en", **further):
    return giveaways(light_with(further=further), voice(lang), 10)


def test_without_a_test_there_is_nothing(light_with):
    assert made(light_with) == ()
    assert made(light_with, audit_proxy=PROXY.iloc[:0]) == ()
    assert not any(isinstance(block, Fold) for block in made(light_with, audit_proxy=PROXY))


def test_numbers_are_those_of_the_frame_and_levels_stand_by_name(light_with):
    (table,) = [block for block in made(light_with, audit_proxy=PROXY) if isinstance(block, Table)]
    sex, origin = table.groups
    assert sex.head == "Sex"
    assert [(row[0].text, row[1].text, row[2].text, row[2].interval) for row in (*sex.rows, *origin.rows)] == [
        ("woman", "1,200", "0.71", "(0.68 to 0.75)"),
        ("a", "1,200", "0.55", "(0.50 to 0.60)"),
        ("other (2 groups)", "withheld", "withheld", ""),
    ]


def test_a_level_with_few_rows_has_no_name_anywhere(light_with):
    """Its name would tell of its one household, in the table and above the features that tell it."""
    few = PROXY.assign(n=1200, n_level=[300, 9, 200, 10], shown=True)
    features = pd.DataFrame([("origin", each, "reports", 0.3, 0.6) for each in "abc"], columns=list(FEATURE_COLUMNS))
    blocks = made(light_with, audit_proxy=few, audit_proxy_features=features)
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert [row[0].text for row in table.groups[1].rows] == ["a", "c", "other (1 group)"]
    assert [group.head for group in blocks[-1].blocks[0].groups] == ["origin: a", "origin: c"]
    bare = few.drop(columns="n_level").assign(shown=[True, False, True, True])
    (table,) = [block for block in made(light_with, audit_proxy=bare) if isinstance(block, Table)]
    assert [row[0].text for row in table.groups[1].rows] == ["a", "c", "other (1 group)"]


def test_features_are_named_by_their_sentences(light_with):
    blocks = made(light_with, "nl", audit_proxy=PROXY, audit_proxy_features=FEATURES)
    (table,) = blocks[-1].blocks
    assert table.groups[0].head == "Geslacht: woman"
    assert [[cell.text for cell in row] for row in table.groups[0].rows] == [
        ["Eerdere meldingen ooit", "0,31", "0,56"],
        ["<i>mine", "0,20", "0,55"],
    ]
    assert "maakt een model er niet blind voor" in blocks[2].text
