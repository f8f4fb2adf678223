"""The persons of a block: who they are, which household they belong to when, and the part they play in an incident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from hgrisk.simulate.observed.period import FAR, Period, whole
from hgrisk.simulate.observed.residences import date_series
from hgrisk.simulate.observed.rows import NONE
from hgrisk.simulate.records import MOST_CHILDREN, NEVER, Bools, Days, Households, Ints

ADULT, PARTNER, ELDEST = range(3)
ELDER = ELDEST + MOST_CHILDREN
PLACES = ELDER + 1
"""Places in a household: the first adult, the partner, the children from the eldest on, the elder."""

ROLES = ("adult", "child", "elder")
_ROLE = np.array([0, 0, *[1] * MOST_CHILDREN, 2])
_MALE = np.array([0.77, 0.0, *[0.5] * MOST_CHILDREN, 0.4])
_OTHER_SEX = 0.95
_BIRTHDAY_UNKNOWN, _SEX_UNKNOWN = 0.015, 0.005


@dataclass(frozen=True, eq=False)
class People:
    """Who stands in each place of each household.

    Attributes
    ----------
    person : ndarray of int64, shape (households, PLACES)
        Number of the person: the household where the person first appears, times ``PLACES``, plus the place there;
        ``NONE`` for an empty place. Who comes from an earlier household keeps that number.
    born_on : ndarray of int32, shape (households, PLACES)
        Birthdays, ``NEVER`` for an empty place.
    from_on, until_on : ndarray of int32, shape (households, PLACES)
        First and last day in the household; ``FAR`` for who does not leave.
    """

    person: Ints
    born_on: Days
    from_on: Days
    until_on: Days

    @classmethod
    def of(cls, homes: Households) -> Self:
        """Give every place its person.

        Parameters
        ----------
        homes : Households
            The households.

        Returns
        -------
        People
            The persons.
        """
        born = np.column_stack(
            (homes.adult_born_on, homes.partner_born_on, homes.child_born_on, homes.elder_born_on)
        ).astype(np.int32)
        person = np.arange(born.size).reshape(born.shape)
        person[:, ADULT] = _first_adults(homes)
        person = np.where(born == NEVER, NONE, person)
        start = np.broadcast_to(homes.formed_on[:, None], born.shape).astype(np.int32)
        start[:, ELDEST:ELDER] = np.maximum(start[:, ELDEST:ELDER], born[:, ELDEST:ELDER])
        return cls(person, born, start, np.maximum(_last_days(homes), start))


def _came_from(homes: Households) -> Ints:
    """Return the place, in the earlier household, of who moved on to be the first adult here; ``NONE`` elsewhere."""
    grown = homes.as_child & (homes.child_born_on[homes.origin, 0] != NEVER)
    return np.where(homes.origin >= 0, homes.origin * PLACES + np.where(grown, ELDEST, ADULT), NONE)


def _first_adults(homes: Households) -> Ints:
    """Follow every first adult back to the household where the person first appears."""
    origin = _came_from(homes)
    found = np.arange(homes.size) * PLACES + ADULT
    while True:
        home, place = np.divmod(found, PLACES)
        earlier = (place == ADULT) & (origin[home] >= 0)
        if not earlier.any():
            return found
        found = np.where(earlier, origin[home], found)


def _last_days(homes: Households) -> Days:
    """Return the last day of each person: the adult parts from the partner, or goes to form the next household."""
    last = np.full((homes.size, PLACES), FAR, dtype=np.int32)
    last[:, ADULT] = whole(homes.separated_at)
    later = np.flatnonzero(homes.origin >= 0)
    home, place = np.divmod(_came_from(homes)[later], PLACES)
    np.minimum.at(last, (home, place), homes.formed_on[later].astype(np.int32) - 1)
    return last


def eighteenth_birthdays(born_on: npt.NDArray[Any]) -> Days:
    """Return the day on which each person turns 18; who was born on 29 February does so on 1 March.

    Parameters
    ----------
    born_on : ndarray of int
        Birthdays as days since 1970-01-01.

    Returns
    -------
    ndarray of int32
        Days, of the same shape.

    Examples
    --------
    >>> eighteenth_birthdays(np.array(["2004-02-29", "2001-07-14"], dtype="M8[D]").astype(int)).astype("M8[D]")
    array(['2022-03-01', '2019-07-14'], dtype='datetime64[D]')
    """
    born = born_on.astype("M8[D]")
    month = born.astype("M8[M]")
    grown = (month + np.timedelta64(18 * 12, "M")).astype("M8[D]") + (born - month.astype("M8[D]"))
    return np.asarray(grown.astype(np.int64), dtype=np.int32)


def child_exposed(homes: Households, home: npt.NDArray[Any], on: npt.NDArray[Any]) -> tuple[Ints, Bools]:
    """Tell which child a report is about: the eldest below 18, or the youngest when all have grown up.

    Parameters
    ----------
    homes : Households
        The households.
    home, on : ndarray of int, shape (n,)
        Household and day of the report.

    Returns
    -------
    place : ndarray of int, shape (n,)
        Place of the child among those born by then, ``NONE`` where there is none.
    below_18 : ndarray of bool, shape (n,)
        Whether any child is.
    """
    born = homes.child_born_on[home]
    there = (born != NEVER) & (born <= on[:, None])
    minor = there & (eighteenth_birthdays(homes.child_born_on)[home] > on[:, None])
    below_18 = minor.any(axis=1)
    youngest = MOST_CHILDREN - 1 - there[:, ::-1].argmax(axis=1)
    place = np.where(below_18, minor.argmax(axis=1), youngest)
    return np.where(there.any(axis=1), ELDEST + place, NONE), below_18


def numbered(prefix: str, numbers: npt.NDArray[Any], digits: int) -> pl.Series:
    """Return keys: a prefix and a number with leading zeros.

    Parameters
    ----------
    prefix : str
        What every key begins with.
    numbers : ndarray of int, shape (n,)
        Numbers, 0 to ``10 ** digits - 1``.
    digits : int
        How many digits.

    Returns
    -------
    polars.Series of String
        Keys.

    Examples
    --------
    >>> numbered("H", np.array([41, 7]), 5).to_list()
    ['H00041', 'H00007']
    """
    text = pl.Series(numbers.astype(np.int64) + 10**digits).cast(pl.String).str.slice(1)  # four times faster than zfill
    return pl.select(pl.concat_str(pl.lit(prefix), text)).to_series()


def membership_rows(people: People, period: Period, case: Ints) -> tuple[Ints, Ints]:
    """Return the memberships in the cases: who ever lived there while it was observed, or before.

    Parameters
    ----------
    people : People
        The persons.
    period : Period
        When each household is observed.
    case : ndarray of int, shape (k,)
        Households that are a case.

    Returns
    -------
    row, place : ndarray of int, shape (memberships,)
        Place in ``case`` and place in the household.
    """
    there = people.person[case] != NONE
    there[:, ELDEST:ELDER] &= people.born_on[case, ELDEST:ELDER] <= period.until[case, None]
    row, place = np.nonzero(there)
    return row, place


def membership_table(people: People, period: Period, home: Ints, place: Ints) -> pl.DataFrame:
    """Return the table of memberships.

    Parameters
    ----------
    people : People
        The persons.
    period : Period
        When each household is observed.
    home, place : ndarray of int, shape (memberships,)
        Household and place in it.

    Returns
    -------
    polars.DataFrame
        ``role``, ``from_on``, ``until_on`` (the last day, empty while it lasts); the keys are for the caller to add.
    """
    until = people.until_on[home, place]
    columns = {
        "role": pl.Series(ROLES).gather(_ROLE[place]),
        "from_on": date_series(np.minimum(people.from_on[home, place], period.until[home])),
        "until_on": date_series(np.where(until <= period.until[home], until, NEVER)),
    }
    return pl.DataFrame(columns)


def person_table(people: People, used: Ints, person_ids: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    """Return the table of persons.

    Parameters
    ----------
    people : People
        The persons.
    used : ndarray of int, shape (k,)
        Numbers of the persons in the tables.
    person_ids : polars.Series of String, shape (k,)
        Their keys.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    polars.DataFrame
        ``person_id``, ``born_on``, ``sex``; the last two empty where unknown.
    """
    unknown = rng.random(used.size) < _BIRTHDAY_UNKNOWN
    sex = _draw_sexes(people, rng).ravel()[used]
    sex = np.where(rng.random(used.size) < _SEX_UNKNOWN, 2, sex)
    columns = {
        "person_id": person_ids,
        "born_on": date_series(np.where(unknown, NEVER, people.born_on.ravel()[used])),
        "sex": pl.Series(["female", "male", None]).gather(sex),
    }
    return pl.DataFrame(columns)


def _draw_sexes(people: People, rng: np.random.Generator) -> Ints:
    """Draw a sex for every place, 1 for male; the partner mostly has the other one."""
    male = (rng.random(people.person.shape) < _MALE).astype(np.int64)
    partner_of = male.ravel()[people.person[:, ADULT]]
    differs = rng.random(partner_of.size) < _OTHER_SEX
    male[:, PARTNER] = np.where(differs, 1 - partner_of, partner_of)
    return male
