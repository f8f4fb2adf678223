import numpy as np
import pandas as pd

from hgrisk.report.blocks import Fold
from hgrisk.report.stability import MOST, stability
from hgrisk.report.terms import terms_of
from hgrisk.report.voice import voice

FEATURES = pd.DataFrame(
    [
        ("cox", "draws", "region", "region", 0.5, 0.4, 0.6, 1.0, 1.0),
        ("cox", "draws", "index_source & region", "index_report & region", 0.25, 0.1, 0.3, 2.5, 0.25),
        ("cox", "years", "region", "region", 0.05, 0.04, 0.06, 1.5, 0.5),
    ],
    columns=["model", "by", "feature", "family", "mean_abs", "lower", "upper", "mean_rank", "top_share"],
)
FITS = pd.DataFrame(
    [
        ("cox", "draws", 1, 0.914, ""),
        ("cox", "draws", 2, np.nan, ""),
        ("cox", "years", 2016, np.nan, "0 re-reports by then in the training rows"),
        ("cox", "years", 2017, -0.35, ""),
        ("cox", "years", 2018, np.nan, "a <b>reason</b> of its own"),
    ],
    columns=["model", "by", "fit", "rank_correlation", "reason"],
)


def tables(content, lang="en", features=FEATURES, fits=FITS):
    blocks = stability(features, fits, "Cox", terms_of(content, voice(lang)))
    return [block.blocks[0] for block in blocks if isinstance(block, Fold)]


def test_without_tables_there_is_nothing(content):
    assert stability(None, None, "Cox", terms_of(content, voice("en"))) == ()
    assert len(tables(content, features=None)) == 1
    assert len(tables(content, fits=None)) == 1


def test_numbers_are_those_of_the_frame(content):
    draws, years = tables(content)[0].groups
    assert [cell.text for cell in draws.rows[0]] == ["Region at the landmark", "100%", "1.0", "0.500"]
    assert draws.rows[0][3].interval == "(0.400 to 0.600)"
    joint = draws.rows[1]
    assert (joint[0].text, joint[0].small) == (
        "Who reported, together with: Region at the landmark",
        "The report at the landmark, together with: Region",
    )
    assert [cell.text for cell in joint[1:]] == ["25%", "2.5", "0.250"]
    assert (draws.head, years.head) == ("Household networks drawn anew", "One training year at a time")


def test_agreement_and_reasons_of_what_was_left_out(content):
    draws, years = tables(content)[1].groups
    assert [[cell.text for cell in row] for row in draws.rows] == [["1", "0.91"], ["2", "not defined"]]
    said = [(row[0].text, row[1].text, row[1].small) for row in years.rows]
    assert said == [
        ("2016", "left out", "too few re-reports by then in the training rows"),
        ("2017", "\N{MINUS SIGN}0.35", ""),
        ("2018", "left out", "a model could not be fitted there"),
    ]
    first, _, last = tables(content, "nl")[1].groups[1].rows
    assert (first[1].text, first[1].small) == ("weggelaten", "te weinig her-meldingen tot dan in de trainingsrijen")
    assert last[1].small == "een model was daar niet te schatten"


def test_a_column_of_reasons_that_is_empty_is_none(content):
    read_back = FITS.head(2).assign(reason=np.nan)
    assert tables(content, fits=read_back)[1].groups == tables(content, fits=FITS.head(2))[1].groups


def test_less_important_features_are_counted(content):
    many = pd.concat([FEATURES.head(1)] * (MOST + 4))
    (group,) = tables(content, features=many)[0].groups
    assert len(group.rows) == MOST
    assert group.small == "(and 4 less important ones, in the run's table of stability)"
