"""The datasheet says what was written, how to make it again, and what it is not."""

from pathlib import Path

import polars as pl
import pytest

from hgrisk.simulate.calibration.table import calibration_table
from hgrisk.simulate.calibration.tally import Tally
from hgrisk.simulate.datasheet import TABLES, WorldSummary, command, datasheet, truth_notice
from hgrisk.simulate.planted import FAULTS
from hgrisk.simulate.scenario import Scenario


def summary(**changes):
    values = {
        "households": 5000,
        "cases": 3210,
        "events": 45_678,
        "planted": {"missing_kind": 2, "date_after_2100": 1},
        "rows": {name: 1000 + place for place, name in enumerate(TABLES)},
        "calibration": calibration_table(Tally.empty()),
        "folder": Path("secret-place"),
    }
    return WorldSummary(**values | changes)


def test_it_says_what_was_written():
    scenario = Scenario.named("drift", households=5000, seed=4)
    text = datasheet(scenario, summary())
    assert text.startswith("# Datasheet: a made-up world, scenario drift\n")
    assert "Nothing here is about a real household or person, and no figure here is evidence" in text
    assert scenario.question in text
    assert "5,000 households with violence, of which 3,210 are known to Veilig Thuis; 45,678 events" in text
    assert "- 3 faulty rows are planted in the events, with an `event_id` that begins with F: " in text
    assert "1 date after 2100, 2 missing kind." in " ".join(text.split())
    assert "`hgrisk simulate --scenario drift --households 5000 --seed 4 --out DIR`" in text
    assert "CC0 1.0" in text
    assert text.endswith("\n")
    for name, n in summary().rows.items():
        assert f"| `{name}` | {n:,} | {TABLES[name]} |" in text


def test_it_does_not_say_where_it_lies():
    assert "secret-place" not in datasheet(Scenario(), summary())


def test_numbers_stand_beside_their_targets():
    text = datasheet(Scenario(), summary())
    table = summary().calibration
    for name in table["quantity"]:
        assert f"| `{name}` |" in text
    assert "The targets are those of the baseline" not in text
    assert "The targets are those of the baseline; the scenario drift" in datasheet(Scenario.named("drift"), summary())


def test_lines_of_prose_are_short_enough():
    planted = dict.fromkeys(FAULTS, 1000)
    lines = (datasheet(Scenario.named("drift"), summary(planted=planted)) + truth_notice()).splitlines()
    assert [line for line in lines if len(line) > 120 and not line.startswith("|")] == []


def test_no_faulty_rows_are_said_to_be_none():
    assert "- There are no faulty rows." in datasheet(Scenario(), summary(planted={}))


def test_the_truth_warns():
    assert "**Never give this folder to a pipeline.**" in truth_notice()


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (Scenario.named("baseline", households=9, seed=3), "--scenario baseline --households 9 --seed 3"),
        (
            Scenario.named("drift", households=9, seed=3, dirty_share=0.02),
            "--scenario drift --households 9 --seed 3 --dirty 0.02",
        ),
        (Scenario.named("drift").model_copy(update={"name": "mine"}), "--scenario scenario.toml"),
        (Scenario.named("drift", violence={"front_days": 44.0}), "--scenario scenario.toml"),
    ],
)
def test_the_command_makes_the_same_world(scenario, words):
    assert command(scenario) == f"hgrisk simulate {words} --out DIR"


def test_a_calibrated_number_is_shown():
    table = summary().calibration.with_columns(simulated=pl.lit(0.123456), within=pl.lit(value=False))
    assert " | 0.123 | no | " in datasheet(Scenario(), summary(calibration=table))


def test_targets_are_those_of_other_settings_whatever_the_name():
    baseline_by_another_name = Scenario.named("baseline", households=5000).model_copy(update={"name": "mine"})
    changed = Scenario.named("baseline", violence={"front_days": 44.0})
    assert "The targets are those of the baseline" not in datasheet(baseline_by_another_name, summary())
    assert "The targets are those of the baseline; the scenario baseline" in datasheet(changed, summary())
