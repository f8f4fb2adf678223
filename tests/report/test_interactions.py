import numpy as np
import pandas as pd
import pytest

from hgrisk.explain.interactions import COLUMNS
from hgrisk.report.interactions import MOST, interactions
from hgrisk.report.terms import terms_of
from hgrisk.report.voice import voice


def pairs(n, kind="joint term"):
    strength = 0.5 / np.arange(1, n + 1)
    empty = np.nan if kind == "partial dependence" else 1.0
    return pd.DataFrame(
        {
            "model": "ebm",
            "feature_a": "region",
            "feature_b": [f"feature_{number}" for number in range(n)],
            "strength": strength,
            "lower": strength * 0.9 * empty,
            "upper": strength * 1.1 * empty,
            "share": strength / 10,
            "kind": kind,
        }
    )


def test_the_made_table_has_columns_that_a_real_one_has():
    assert set(pairs(1)) - {"model"} <= set(COLUMNS)


def test_numbers_are_those_of_the_frame(content):
    _, text, table = interactions(pairs(2), "EBM", terms_of(content, voice("en")))
    assert "as the model holds it" in text.text
    first, second = table.groups[0].rows
    assert [cell.text for cell in first] == ["Region at the landmark, together with: feature_0", "0.500", "5.0%"]
    assert first[1].interval == "(0.450 to 0.550)"
    assert second[1].text == "0.250"
    assert table.note == ""


def test_what_is_found_by_exchanging_values_is_called_a_hint(content):
    frame = pairs(1, "partial dependence")
    for table in (frame, frame.drop(columns=["lower", "upper"])):
        heading, text, shown = interactions(table, "Cox", terms_of(content, voice("nl")))
        assert heading.role == "heading"
        assert "aanwijzing" in text.text
        assert shown.heads[2].text == "Deel van wat de twee bewegen"
        assert shown.groups[0].rows[0][1].interval == ""


@pytest.mark.parametrize(("n", "said"), [(MOST, ""), (MOST + 3, "The 3 weaker pairs are in the run's table")])
def test_weaker_pairs_are_counted(content, n, said):
    table = interactions(pairs(n), "EBM", terms_of(content, voice("en")))[2]
    assert len(table.groups[0].rows) == MOST
    assert table.note.startswith(said)
    assert bool(table.note) == bool(said)
