"""The text beside the truth names every column of its tables, and no column that they do not have."""

import re

import pytest

from hgrisk.simulate.parameters.interventions import NAMES
from hgrisk.simulate.scenario import Scenario
from hgrisk.simulate.strategies import STRATEGIES
from hgrisk.simulate.truth.notice import TRUTH_NOTICE
from hgrisk.simulate.world import make_world

SECTIONS = dict(re.findall(r"^## (\w+): [^\n]*\n\n(.*?)(?=\n## |\Z)", TRUTH_NOTICE, flags=re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def truth():
    return make_world(Scenario.named("baseline", households=300)).truth


def pattern(column):
    """Return the name of a column with S for its strategy and X for its intervention."""
    stem, bars, rest = column.partition("__")
    letter = {"from_on": "X", "log_odds": "X"}.get(stem, "S")
    if bars:
        assert rest in (NAMES if letter == "X" else STRATEGIES)
    return stem + bars + (letter if bars else "")


def heads(section):
    """Return what the lines of a section are about: the names before their first colon."""
    lines = re.sub(r"\n  ", " ", section).splitlines()
    found = [line.partition(":")[0] for line in lines if line.startswith("- ")]
    return {name for head in found for name in re.findall(r"`(\w+)`", head)}


def test_every_table_has_its_section(truth):
    assert set(SECTIONS) == set(truth)


@pytest.mark.parametrize("table", SECTIONS)
def test_every_column_is_named_in_it_and_no_other(truth, table):
    assert heads(SECTIONS[table]) == {pattern(column) for column in truth[table].columns}


def test_it_warns():
    assert "**Never give this folder to a pipeline.**" in TRUTH_NOTICE
    assert 'dtype_backend="pyarrow"' in TRUTH_NOTICE
