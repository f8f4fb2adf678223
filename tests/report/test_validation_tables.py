"""Tables of pooled regions, optimism, learning and what was left out: their numbers are those of the frames."""

import numpy as np
import pytest

from hgrisk.report.validation_parts import change_cell
from hgrisk.report.validation_tables import learning_table, omitted_fold, optimism_table, pooled_fold
from hgrisk.report.voice import voice

EN = voice("en")


def rows_of(table):
    return [(group.head, row) for group in table.groups for row in group.rows]


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_pooled_numbers_are_those_of_the_frame_at_the_horizon(validation_tables, lang):
    speaking, pooled = voice(lang), validation_tables["validation_pooled"]
    (fold,) = pooled_fold(pooled, 365, "prior_count", speaking)
    _, measures, differences = fold.blocks
    at = pooled[pooled["horizon_days"] == 365]
    means = at[~at["difference"]]
    assert len(rows_of(measures)) == len(means)
    found = {(head, row[0].text): row for head, row in rows_of(measures)}
    for row in means.to_dict("records"):
        cells = found[speaking.label("metrics", row["metric"]), speaking.label("models", row["model"])]
        assert cells[1].text == "3"
        assert cells[2] == speaking.estimate(row["estimate"], row["lower"], row["upper"])
        bounds = speaking.num.bounds(row["prediction_lower"], row["prediction_upper"])
        assert cells[3].text.replace("\N{NO-BREAK SPACE}", " ") == bounds
        assert [cell.text for cell in cells[4:]] == [speaking.num.number(0.0137), "44%"]
    row = at[at["difference"]].iloc[0]
    wanted = change_cell(row["estimate"], row["lower"], row["upper"], speaking)
    assert {cells[2].text for _, cells in rows_of(differences)} == {wanted.text}
    assert speaking.label("models", "prior_count") in differences.caption


def test_what_could_not_be_pooled_is_said_to_be_undefined(validation_tables):
    pooled = validation_tables["validation_pooled"]
    empty = ["estimate", "lower", "upper", "prediction_lower", "prediction_upper", "tau2", "i2"]
    (fold,) = pooled_fold(pooled.assign(**dict.fromkeys(empty, np.nan)), 365, "prior_count", EN)
    for table in fold.blocks[1:]:
        for _, row in rows_of(table):
            assert {cell.text for cell in row[2:]} == {"not defined"}


def test_nothing_pooled_at_the_horizon_is_no_fold(validation_tables):
    assert pooled_fold(validation_tables["validation_pooled"], 999, "prior_count", EN) == ()


def test_optimism_is_that_of_the_frame_and_failed_draws_are_told(validation_tables):
    table = validation_tables["validation_optimism"]
    at = table[table["horizon_days"] == 365]
    found = {(head, row[0].text): row for head, row in rows_of(optimism_table(table, 365, EN))}
    assert len(found) == len(at)
    for row in at.to_dict("records"):
        cells = found[EN.label("metrics", row["metric"]), EN.label("models", row["model"])]
        assert [cell.text for cell in cells[1:3]] == [EN.num.number(row["apparent"]), "+0.012"]
        assert cells[3] == EN.estimate(row["corrected"], row["lower"], row["upper"])
        assert (cells[4].text, cells[4].small) == ("200", "3 failed" if row["model"] == "cox" else "")


def test_a_learning_curve_is_that_of_the_frame_with_small_counts_hidden(validation_tables):
    table = validation_tables["validation_learning"]
    rows = table[(table["metric"] == "uno_c") & (table["horizon_days"] == 365)]
    shown = [row for _, row in rows_of(learning_table(rows, "caption", EN, 10))]
    for cells, row in zip(
        shown, rows.sort_values("model", kind="stable", ascending=False).to_dict("records"), strict=True
    ):
        assert cells[0].text == EN.num.percent(row["share"], 0)
        assert cells[1].text == f"{row['n_train_networks']}"
        assert cells[3].text == {4: "<10"}.get(row["n_train_events"], str(row["n_train_events"]))
        assert cells[4] == EN.estimate(row["estimate"], row["lower"], row["upper"])


@pytest.mark.parametrize(
    ("lang", "few", "fit"),
    [
        ("en", "too few re-reports by then in the training rows", "a model could not be fitted there"),
        ("nl", "te weinig her-meldingen tot dan in de trainingsrijen", "een model was daar niet te schatten"),
    ],
)
def test_what_was_left_out_is_told_with_its_reason_and_no_small_count(validation_tables, lang, few, fit):
    omitted = validation_tables["validation_omitted"]
    (table,) = omitted_fold(omitted, {"Texel", "Urk"}, voice(lang)).blocks
    told = {row[0].text: (row[1].text, row[2].text) for _, row in rows_of(table)}
    months = ("6 months, 12 months", "12 months") if lang == "en" else ("6 maanden, 12 maanden", "12 maanden")
    assert told == {"2018": (months[0], few), "Texel": (months[1], fit), "Urk": (months[1], fit)}


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"Urk"}, ["2018", "Urk", "other (1 group)"]),
        (set(), ["2018", "other (2 groups)"]),
    ],
)
def test_a_region_that_was_left_out_is_named_only_where_it_is_known_to_be_large(validation_tables, named, told):
    (table,) = omitted_fold(validation_tables["validation_omitted"], named, EN).blocks
    assert [row[0].text for _, row in rows_of(table)] == told
