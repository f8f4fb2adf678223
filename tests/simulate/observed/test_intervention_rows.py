"""Interventions as events."""

import numpy as np
import pytest

from hgrisk.simulate.observed.intervention_rows import PROGRAMME, intervention_rows
from hgrisk.simulate.observed.people import ADULT, PARTNER
from hgrisk.simulate.observed.report_rows import parts
from hgrisk.simulate.observed.rows import CODES, EVENT_KINDS, NONE
from hgrisk.simulate.parameters.interventions import ARREST, BARRING_ORDER, HELP, NAMES
from hgrisk.simulate.records import NEVER
from tests.simulate.observed.builders import on, plain_block

DAY = on("2020-01-01")


def rows_of(block, seed=0):
    """Return the rows by kind."""
    found = intervention_rows(block, *parts(block), np.random.default_rng(seed))
    return {EVENT_KINDS[part["kind"][0]]: part for part in found if part.size}


def given(*places, start=DAY + 3, end=DAY + 31, **changes):
    """Return a block with one report, after which some interventions are given."""
    starts, ends = np.full(9, NEVER), np.full(9, NEVER)
    starts[list(places)], ends[list(places)] = start, end
    return plain_block(["2020-01-01"], start_on=starts, end_on=ends, **changes)


def test_nothing_follows_by_itself():
    assert rows_of(plain_block(["2020-01-01"])) == {}


@pytest.mark.parametrize("place", range(len(NAMES)), ids=NAMES)
def test_a_spell_has_its_days_and_its_person(place):
    rows = rows_of(given(place))
    if place == HELP:
        assert rows == {}
        return
    spell = rows[NAMES[place]]
    assert spell["occurred"].tolist() == [DAY + 3]
    assert spell["ended"].tolist() == [NEVER if place == ARREST else DAY + 31]
    person = {"arrest": ADULT, "barring_order": ADULT, "perpetrator_programme": ADULT, "shelter": PARTNER}
    assert spell["person"].tolist() == [person.get(NAMES[place], NONE)]
    assert spell["value"].tolist() == [10 if place == BARRING_ORDER else NONE]
    assert spell["known"].tolist() == [NEVER]
    assert (spell["report"].tolist(), spell["code"].tolist()) == ([0], [NONE])


@pytest.mark.parametrize(("length", "extension"), [(10, []), (11, [1]), (28, [18])])
def test_nobody_knows_at_the_start_that_an_order_will_be_extended(length, extension):
    rows = rows_of(given(BARRING_ORDER, start=DAY, end=DAY + length))
    assert rows["barring_order"]["value"].tolist() == [10]
    extended = rows.get("barring_order_extended", rows["barring_order"][:0])
    assert extended["value"].tolist() == extension
    assert extended["occurred"].tolist() == [DAY + 9] * len(extension)
    assert extended["person"].tolist() == [ADULT] * len(extension)


def test_parts_are_swapped_when_they_were_in_the_report():
    assert rows_of(given(ARREST, reversed=True))["arrest"]["person"].tolist() == [PARTNER]


def test_a_referral_comes_with_the_decision_or_else_with_the_report():
    rows = rows_of(given(PROGRAMME, decided_on=DAY + 2))
    assert rows["perpetrator_programme_referral"]["occurred"].tolist() == [DAY + 2]
    rows = rows_of(given(PROGRAMME))
    assert rows["perpetrator_programme_referral"]["occurred"].tolist() == [DAY]
    assert rows["perpetrator_programme_referral"]["person"].tolist() == [ADULT]


def test_how_a_programme_ended_is_a_row_on_the_day_it_ended():
    n = 4000
    starts, ends = np.full(9, NEVER), np.full(9, NEVER)
    starts[PROGRAMME], ends[PROGRAMME] = DAY + 3, DAY + 90
    rows = rows_of(plain_block(["2020-01-01"] * n, start_on=starts, end_on=ends))["perpetrator_programme_ended"]
    assert set(rows["occurred"].tolist()) == {DAY + 90}
    completed = [CODES[code] for code in rows["code"]].count("completed")
    assert completed / n == pytest.approx(0.6, abs=0.03)
    running = given(PROGRAMME, start=on("2024-12-01"), end=on("2025-06-01"))
    assert set(rows_of(running)) == {"perpetrator_programme", "perpetrator_programme_referral"}


def test_detention_from_the_arrest_on_and_breaches():
    rows = rows_of(given(ARREST, BARRING_ORDER, detained_until_on=DAY + 20, breach_on=DAY + 9))
    assert rows["detention"][["occurred", "ended", "person"]].tolist() == [(DAY + 3, DAY + 20, ADULT)]
    assert rows["barring_order_breach"][["occurred", "ended", "person"]].tolist() == [(DAY + 9, NEVER, ADULT)]
    assert "detention" not in rows_of(given(ARREST))
