"""Persons, memberships, and who is meant in a report."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from hgrisk.simulate.observed.people import (
    ADULT,
    ELDER,
    ELDEST,
    PARTNER,
    PLACES,
    People,
    child_exposed,
    eighteenth_birthdays,
    membership_rows,
    membership_table,
    numbered,
    person_table,
)
from hgrisk.simulate.observed.period import FAR, Period
from hgrisk.simulate.observed.rows import NONE
from hgrisk.simulate.pseudonyms import person_ids
from hgrisk.simulate.records import DIED, NEVER
from hgrisk.simulate.scenario import Scenario
from tests.simulate.observed.builders import on, plain_homes


def memberships(homes, case=None):
    people, period = People.of(homes), Period.of(Scenario(), homes)
    case = np.arange(homes.size) if case is None else np.array(case)
    row, place = membership_rows(people, period, case)
    table = membership_table(people, period, case[row], place)
    return table.with_columns(home=pl.Series(case[row]), place=pl.Series(place))


def of(table, home, place):
    return table.filter(home=home, place=place).select("role", "from_on", "until_on").rows()


def test_every_place_has_its_person_and_empty_ones_nobody():
    people = People.of(plain_homes(2, elder_born_on=[on("1940-01-01"), NEVER]))
    assert people.person.tolist() == [[0, 1, 2, 3, NONE, 5], [6, 7, 8, 9, NONE, NONE]]
    assert people.born_on[0, [ADULT, ELDER]].tolist() == [on("1980-03-04"), on("1940-01-01")]


def test_who_comes_from_an_earlier_household_keeps_the_number():
    people = People.of(plain_homes(4, origin=[-1, 2, 0, 2], as_child=[False, False, False, True]))
    assert people.person[:, ADULT].tolist() == [0, 0, 0, 2 * PLACES + ELDEST]


def test_without_a_child_there_it_is_the_adult_who_came():
    homes = plain_homes(2, origin=[-1, 0], as_child=[False, True], child_born_on=NEVER)
    assert People.of(homes).person[1, ADULT] == 0


def test_the_adult_leaves_for_the_next_household_and_the_grown_child_too():
    homes = plain_homes(
        3, origin=[-1, 0, 0], as_child=[False, False, True],
        formed_on=[on("2003-01-01"), on("2018-05-01"), on("2023-06-01")],
    )  # fmt: skip
    table = memberships(homes)
    assert of(table, 0, ADULT) == [("adult", date(2003, 1, 1), date(2018, 4, 30))]
    assert of(table, 0, ELDEST) == [("child", date(2004, 2, 29), date(2023, 5, 31))]
    assert of(table, 0, PARTNER) == [("adult", date(2003, 1, 1), None)]
    assert of(table, 1, ADULT) == [("adult", date(2018, 5, 1), None)]


def test_the_adult_leaves_at_the_separation_when_that_is_earlier():
    homes = plain_homes(2, separated_at=[on("2016-02-03") + 0.5, np.inf], origin=[-1, 0],
                        formed_on=[on("2003-01-01"), on("2018-05-01")])  # fmt: skip
    assert of(memberships(homes), 0, ADULT) == [("adult", date(2003, 1, 1), date(2016, 2, 3))]


def test_nobody_comes_after_the_end_of_observation():
    homes = plain_homes(terminal=DIED, terminal_at=on("2016-01-01"), formed_on=on("2017-01-01"), child_born_on=NEVER)
    assert of(memberships(homes), 0, PARTNER) == [("adult", date(2016, 1, 1), None)]


def test_nobody_leaves_before_coming():
    homes = plain_homes(2, origin=[-1, 0], formed_on=[on("2010-01-01"), on("2008-01-01")])
    assert of(memberships(homes), 0, ADULT) == [("adult", date(2010, 1, 1), date(2010, 1, 1))]


def test_what_comes_after_the_end_of_observation_is_not_known():
    homes = plain_homes(
        1, terminal=DIED, terminal_at=on("2009-07-31") + 0.5, separated_at=on("2009-08-01"), elder_born_on=0
    )
    table = memberships(homes)
    assert table["place"].to_list() == [ADULT, PARTNER, ELDEST, ELDER]  # the second child is not born yet
    assert table["until_on"].null_count() == 4
    homes = plain_homes(1, terminal=DIED, terminal_at=on("2009-08-01"), separated_at=on("2009-08-01"))
    table = memberships(homes)
    assert of(table, 0, ADULT) == [("adult", date(2003, 1, 1), date(2009, 8, 1))]
    assert of(table, 0, ELDEST + 1) == [("child", date(2009, 8, 1), None)]


def test_only_the_cases_have_members_but_links_stay():
    table = memberships(plain_homes(3, origin=[-1, 0, -1], formed_on=on("2003-01-01")), case=[1])
    assert table["home"].unique().to_list() == [1]
    assert table["role"].to_list() == ["adult", "adult", "child", "child"]


def test_members_of_origin_do_not_end_for_who_stays():
    assert (People.of(plain_homes(2)).until_on == FAR).all()


@pytest.mark.parametrize(
    ("born", "grown"),
    [("2004-02-29", "2022-03-01"), ("2000-12-31", "2018-12-31"), ("1969-01-31", "1987-01-31")],
)
def test_eighteenth_birthdays(born, grown):
    assert eighteenth_birthdays(np.array([[on(born)]])).tolist() == [[on(grown)]]


def test_the_child_meant_is_the_eldest_below_18_or_else_the_youngest():
    born = [[on("2000-01-01"), on("2003-01-01"), on("2006-01-01")], [on("2000-01-01"), NEVER, NEVER], [NEVER] * 3]
    homes = plain_homes(3, child_born_on=born)
    home = np.array([0, 0, 0, 0, 0, 0, 1, 2])
    days = [
        "1999-12-31",
        "2000-01-01",
        "2017-12-31",
        "2018-01-01",
        "2023-12-31",
        *["2024-01-01"] * 3,
    ]
    place, below = child_exposed(homes, home, np.array([on(day) for day in days]))
    assert place.tolist() == [NONE, ELDEST, ELDEST, ELDEST + 1, ELDEST + 2, ELDEST + 2, ELDEST, NONE]
    assert below.tolist() == [False, True, True, True, True, False, False, False]


def test_numbers_with_leading_zeros():
    assert numbered("E00001", np.array([0, 12, 9_999_999]), 7).to_list() == [
        "E000010000000", "E000010000012", "E000019999999",
    ]  # fmt: skip


def test_sexes_and_birthdays_are_now_and_then_unknown():
    homes = plain_homes(10_000)
    people = People.of(homes)
    used = np.unique(people.person[people.person != NONE])
    table = person_table(people, used, person_ids(0, used), np.random.default_rng(1))
    assert table["born_on"].null_count() / table.height == pytest.approx(0.015, abs=0.003)
    assert table["sex"].null_count() / table.height == pytest.approx(0.005, abs=0.002)
    assert set(table["sex"].drop_nulls()) == {"female", "male"}
    place = pl.Series(used % PLACES)
    male = (table["sex"] == "male").fill_null(value=False)
    assert male.filter(place == ADULT).mean() == pytest.approx(0.77, abs=0.02)
    together = male.filter(place == ADULT) == male.filter(place == PARTNER)
    assert together.mean() == pytest.approx(0.05, abs=0.02)
    assert table["born_on"].filter(place == ADULT).drop_nulls().unique().to_list() == [date(1980, 3, 4)]
