"""Tables of parts: every number is that of the frame, unless the part is too small to show."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hgrisk.report.validation_parts import change_cell, difference_fold, in_order, metric_folds, part_table
from hgrisk.report.voice import voice

EN = voice("en")
HIDDEN = "hidden"


def cells(tables):
    """Return the cells of tables with parts in rows, by part and metric."""
    found = {}
    for table in tables:
        for row in (row for group in table.groups for row in group.rows):
            for head, cell in zip(table.heads[1:], row[1:], strict=True):
                found[row[0].text, head.text] = cell
    return found


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("design", ["rolling", "regions"])
def test_every_metric_of_a_part_is_that_of_the_frame(validation_tables, design, lang):
    speaking, rows = voice(lang), validation_tables["validation"]
    rows = rows[rows["design"] == design]
    folds = metric_folds(rows, 365, speaking, 10)
    assert len(folds) == rows["model"].nunique()
    for fold, (_, of_model) in zip(folds, rows.groupby("model", sort=False), strict=True):
        found = cells(fold.blocks)
        at = of_model[of_model["horizon_days"] == 365]
        assert len(found) == len(at)
        for row in at.to_dict("records"):
            cell = found[row["part"], speaking.label("metrics", row["metric"])]
            if row["n_test"] < 10:
                assert cell.text == speaking.say("audit", HIDDEN)
                assert cell.interval == ""
            else:
                assert cell == speaking.estimate(row["estimate"], row["lower"], row["upper"])


def test_one_part_is_shown_at_all_horizons(validation_tables):
    rows = validation_tables["validation"]
    folds = rows[rows["design"] == "folds"]
    (fold,) = metric_folds(folds, 365, EN, 10)
    (table,) = fold.blocks
    shown = [cell for group in table.groups for row in group.rows for cell in row[1:]]
    wanted = [EN.estimate(row["estimate"], row["lower"], row["upper"]) for row in folds.to_dict("records")]
    assert sorted(map(str, shown)) == sorted(map(str, wanted))
    assert metric_folds(folds.assign(n_test=9), 365, EN, 10) == ()


@given(smallest=st.integers(1, 1200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_exactly_the_parts_below_the_smallest_cell_are_hidden(validation_tables, smallest):
    rows = validation_tables["validation"]
    rows = rows[(rows["design"] == "regions") & (rows["metric"] == "uno_c") & (rows["horizon_days"] == 365)]
    table = part_table(rows, "caption", EN, smallest)
    hidden = {row[0].text for group in table.groups for row in group.rows if row[1].text == HIDDEN}
    assert hidden == set(rows.loc[rows["n_test"] < smallest, "part"])
    sizes = {row[0].text: row[0].small for group in table.groups for row in group.rows}
    for part, n, events in rows[["part", "n_test", "n_events"]].drop_duplicates().itertuples(index=False):
        told = f"{EN.small_count(n, smallest)} landmarks"
        assert sizes[part] == (told if n < smallest else f"{told}, {EN.small_count(events, smallest)} re-reports")


@pytest.mark.parametrize("design", ["folds", "rolling", "regions"])
def test_differences_are_those_of_the_frame_at_their_horizon(validation_tables, design):
    rows, differences = (validation_tables[name] for name in ("validation", "validation_differences"))
    rows, differences = rows[rows["design"] == design], differences[differences["design"] == design]
    (fold,) = difference_fold(differences, rows, 365, EN, 10)
    text, *tables = fold.blocks
    assert "Count of earlier reports" in text.text
    at = differences[differences["horizon_days"] == 365]
    if design == "folds":
        found = {row[0].text: row[1] for group in tables[0].groups for row in group.rows}
        assert len(found) == len(at)
        for row in at.to_dict("records"):
            cell = found[EN.label("metrics", row["metric"])]
            assert cell == change_cell(row["difference"], row["lower"], row["upper"], EN)
        return
    found = cells(tables)
    assert len(found) == len(at)
    for row in at.to_dict("records"):
        cell = found[row["part"], EN.label("metrics", row["metric"])]
        small = row["part"] == "Ameland"
        wanted = change_cell(row["difference"], row["lower"], row["upper"], EN)
        assert cell.text == (HIDDEN if small else wanted.text)
        assert cell.interval == ("" if small else wanted.interval)


def test_a_difference_of_a_part_of_unknown_size_is_hidden(validation_tables):
    rows, differences = (validation_tables[name] for name in ("validation", "validation_differences"))
    rows, differences = rows[rows["design"] == "rolling"], differences[differences["design"] == "rolling"]
    (fold,) = difference_fold(differences, rows[rows["part"] != "2020"], 365, EN, 10)
    found = cells(fold.blocks[1:])
    assert {cell.text for (part, _), cell in found.items() if part == "2020"} == {HIDDEN}
    assert HIDDEN not in {cell.text for (part, _), cell in found.items() if part != "2020"}


def test_without_differences_at_the_horizon_there_is_no_fold(validation_tables):
    rows, differences = (validation_tables[name] for name in ("validation", "validation_differences"))
    assert difference_fold(differences, rows, 999, EN, 10) == ()


def test_the_order_is_of_names_whatever_the_estimates(validation_tables):
    rows = validation_tables["validation"].sort_values("estimate")
    names = list(in_order(rows[rows["design"] == "regions"])["part"])
    assert names == sorted(names, key=str.casefold)
    assert list(in_order(pd.DataFrame({"part": ["Zeeland", "aalsmeer", "Breda"]}))["part"]) == [
        "aalsmeer",
        "Breda",
        "Zeeland",
    ]


@pytest.mark.parametrize(
    ("values", "text", "interval"),
    [
        ((0.0123, 0.01, 0.02), "+0.012", "(0.010 to 0.020)"),
        ((-0.5, float("nan"), float("nan")), "\N{MINUS SIGN}0.500", ""),
        ((float("nan"), 0.0, 1.0), "not defined", ""),
    ],
)
def test_a_difference_keeps_its_sign(values, text, interval):
    cell = change_cell(*values, EN)
    assert (cell.text, cell.interval) == (text, interval)
