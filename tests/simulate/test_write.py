"""What is written can be read, is the same each time, and never holds the truth."""

import tomllib

import polars as pl
import pytest

from hgrisk.errors import DataError
from hgrisk.simulate.settings import SimulationSettings
from hgrisk.simulate.simulator import simulate
from hgrisk.simulate.write import write

SETTINGS = SimulationSettings(households=200, seed=3, dirty_share=0.01)
FILES = ["cases.csv", "events.csv", "memberships.csv", "parameters.toml", "persons.csv", "regions.csv"]


def test_same_settings_same_bytes(tmp_path):
    write(simulate(SETTINGS), tmp_path / "one")
    write(simulate(SETTINGS), tmp_path / "two")
    assert sorted(file.name for file in (tmp_path / "one").iterdir()) == FILES
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_parameters_read_back(tmp_path):
    histories = simulate(SETTINGS)
    write(histories, tmp_path)
    parameters = tomllib.loads((tmp_path / "parameters.toml").read_text())
    assert SimulationSettings.parse(parameters["settings"], "parameters.toml") == SETTINGS
    assert parameters["planted"] == histories.planted
    assert parameters["version"]


def test_events_file_holds_sound_and_faulty_rows(tmp_path):
    histories = simulate(SETTINGS)
    write(histories, tmp_path)
    events = pl.read_csv(tmp_path / "events.csv", infer_schema=False)
    assert events.columns == histories.events.columns
    assert events.height == histories.events.height + histories.faulty_rows.height


def test_truth_is_not_written(tmp_path):
    write(simulate(SETTINGS), tmp_path)
    assert not any("frailty" in (tmp_path / name).read_text() for name in FILES if name.endswith("csv"))


def test_earlier_tables_are_overwritten_but_nothing_else(tmp_path):
    write(simulate(SETTINGS), tmp_path / "data")
    write(simulate(SETTINGS), tmp_path / "data")
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(DataError) as caught:
        write(simulate(SETTINGS), other)
    assert str(caught.value) == (
        "Made-up tables go to an empty folder or over earlier made-up tables, but found other files in other: "
        "name another folder, or one with a parameters.toml."
    )
    assert [file.name for file in other.iterdir()] == ["thesis.txt"]
