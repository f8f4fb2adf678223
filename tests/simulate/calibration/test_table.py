"""The calibration table and its Markdown."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hgrisk.simulate.calibration.quantities import QUANTITIES, RATIOS, REGIONAL
from hgrisk.simulate.calibration.register import REGIONS
from hgrisk.simulate.calibration.table import calibration_table, calibration_text
from hgrisk.simulate.calibration.tally import Tally


def counted(**counts):
    found = Tally.empty()
    for name, pair in counts.items():
        found.counts[RATIOS.index(name)] = pair
    return found


def row(table, name):
    return table.filter(quantity=name).row(0, named=True)


@pytest.mark.parametrize(("top", "within"), [(299, True), (298, False), (319, True), (339, True), (340, False)])
def test_within_is_at_most_the_tolerance_away(top, within):
    table = calibration_table(counted(first_reports_2023=(top, 1000)))
    found = row(table, "first_reports_2023")
    assert (found["simulated"], found["within"]) == (top / 1000, within)


def test_what_cannot_be_counted_is_null():
    table = calibration_table(counted(first_reports_2023=(0, 10)))
    assert row(table, "first_reports_2023")["simulated"] == 0
    assert table["within"].null_count() == table.height - 1
    assert table["quantity"].to_list() == [quantity.name for quantity in QUANTITIES]
    assert table.columns == ["quantity", "target", "tolerance", "simulated", "within", "source", "description"]


def test_the_spread_between_regions_is_that_of_log_rates():
    people = np.array(list(REGIONS.values()))
    low_and_high = np.where(np.arange(25) % 2, 10, 20) * people
    found = row(calibration_table(replace(Tally.empty(), by_region=low_and_high)), REGIONAL)
    halves = np.array([math.log(20)] * 13 + [math.log(10)] * 12)
    assert found["simulated"] == pytest.approx(halves.std(ddof=1))
    assert found["within"] is True
    one_without = np.where(np.arange(25) == 3, 0, low_and_high)
    assert row(calibration_table(replace(Tally.empty(), by_region=one_without)), REGIONAL)["simulated"] is None


def test_markdown_has_a_line_for_every_quantity():
    text = calibration_text(calibration_table(counted(first_reports_2023=(3, 10), re_reports_2023=(9, 10))))
    lines = text.splitlines()
    assert text.endswith("|\n")
    assert len(lines) == 2 + len(QUANTITIES)
    assert {line.count("|") for line in lines} == {8}
    assert lines[2].startswith("| `first_reports_2023` | 0.319 | 0.020 | 0.300 | yes | CBS 85361NED | Share of the")
    assert lines[3].startswith("| `re_reports_2023` | 0.381 | 0.020 | 0.900 | no |")
    assert "| - | - |" in lines[4]
