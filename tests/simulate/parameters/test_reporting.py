"""The settings of reporting: what is refused, in which words."""

from datetime import date

import pytest

from hgrisk.errors import ConfigError
from hgrisk.simulate.parameters.population import KINDS
from hgrisk.simulate.parameters.reporting import POLICE, SOURCES, Reporting


def refused(**values):
    with pytest.raises(ConfigError) as error:
        Reporting.parse(values, "reporting")
    return str(error.value)


def test_police_and_justice_are_the_first_source():
    assert SOURCES[POLICE] == "police_and_justice"
    assert POLICE == 0  # the engine counts the other sources from 1 on


def test_every_kind_and_source_is_named():
    assert refused(kind_ratios={"other": 1}).startswith("kind_ratios names every key once, but found other: give ")
    assert refused(police_shares={"other": 1}).startswith("police_shares names every key once, but found other: give ")
    assert refused(other_sources=dict.fromkeys(SOURCES, 0.1)) == (
        f"other_sources names every key once, but found {', '.join(SOURCES)}: give {', '.join(SOURCES[1:])}."
    )


def test_numbers_fit():
    assert refused(kind_ratios={**dict.fromkeys(KINDS, 1.0), "other": -1.0}) == (
        "kind_ratios are above 0, but found -1.0 for other: give 1 for no difference."
    )
    assert refused(police_shares={**dict.fromkeys(KINDS, 0.5), "other": 1.25}) == (
        "police_shares lie in [0, 1], but found 1.25 for other: give a share."
    )
    assert refused(other_sources=dict.fromkeys(SOURCES[1:], 0.1)) == (
        "other_sources adds up to 1, but found 0.7: rescale the shares."
    )


def test_a_lockdown_ends_after_its_start():
    days = (date(2020, 3, 1), date(2020, 2, 1))
    assert refused(lockdowns=((date(2019, 1, 1), date(2019, 1, 1)), days)) == (
        "A lockdown starts before it ends, but found 2020-03-01 to 2020-02-01: give the first day first."
    )
    assert Reporting(lockdowns=()).lockdowns == ()
