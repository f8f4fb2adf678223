"""The futures of every landmark as a table."""

import numpy as np
import polars as pl
import pytest

from hgrisk.errors import DataError
from hgrisk.simulate.strategies import STRATEGIES
from hgrisk.simulate.truth.outcomes import outcome_table
from tests.simulate.truth.made_block import make_block


@pytest.fixture(scope="module")
def block():
    _, _, reports, outcomes = make_block(2)
    place = np.arange(reports.size)
    registered = pl.DataFrame({"report": place, "landmark_on": reports.on}).with_columns(
        pl.col("landmark_on").cast(pl.Date), event_id=pl.format("E{}", "report"), case_id=pl.lit("H00000001")
    )
    return outcomes, registered


def test_every_future_stands_in_its_column(block):
    outcomes, registered = block
    table = outcome_table(outcomes, registered)
    assert table["event_id"].to_list() == [f"E{place}" for place in outcomes.report]
    for name, days in (("violence", outcomes.violence_days), ("report", outcomes.report_days)):
        for place, strategy in enumerate(STRATEGIES):
            wanted = [None if value < 0 else value for value in days[:, place].tolist()]
            assert table[f"{name}_days__{strategy}"].to_list() == wanted
    assert table["terminal_days"].to_list() == [None if day < 0 else day for day in outcomes.terminal_days.tolist()]


def test_columns_and_types(block):
    table = outcome_table(*block)
    assert table.columns[:6] == [
        "case_id", "event_id", "landmark_on", "terminal_days", "violence_days__natural", "report_days__natural",
    ]  # fmt: skip
    assert table.width == 4 + 2 * len(STRATEGIES)
    assert {*table.dtypes[3:]} == {pl.Int16}
    assert table.schema["landmark_on"] == pl.Date


def test_the_order_of_the_registered_rows_does_not_matter(block):
    outcomes, registered = block
    assert outcome_table(outcomes, registered.reverse()).equals(outcome_table(outcomes, registered))


def test_a_landmark_that_is_not_registered_is_refused(block):
    outcomes, registered = block
    lacking = registered.filter(pl.col("report") != int(outcomes.report[0]))
    k = outcomes.report.size
    with pytest.raises(DataError, match=rf"one registered report, but found {k - 1} rows for {k} landmarks"):
        outcome_table(outcomes, lacking)


def test_a_landmark_that_is_registered_twice_is_refused(block):
    outcomes, registered = block
    k = outcomes.report.size
    with pytest.raises(DataError, match=rf"found {k + 1} rows for {k} landmarks: give one row"):
        outcome_table(outcomes, pl.concat([registered, registered.filter(report=int(outcomes.report[0]))]))
