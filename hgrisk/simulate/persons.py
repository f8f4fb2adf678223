"""The persons in each household and the parts they play in its incidents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from hgrisk.simulate.households import YEAR, Households, Ints
from hgrisk.simulate.settings import AGAINST_PARENTS, CHILD_ABUSE, ELDER_ABUSE

FIRST_ADULT, SECOND_ADULT, CHILD, ELDER = range(4)
ROLES = np.array(["adult", "adult", "child", "elder"])


@dataclass(frozen=True)
class People:
    """The persons, and who in each household plays which part.

    Parameters
    ----------
    persons, memberships : polars.DataFrame
        The observed tables.
    first, second, child, elder : ndarray of shape (households,)
        Person numbers, -1 where there is none; ``child`` is the eldest.
    """

    persons: pl.DataFrame
    memberships: pl.DataFrame
    first: Ints
    second: Ints
    child: Ints
    elder: Ints


def person_ids(numbers: Ints) -> pl.Series:
    """Return pseudonymous keys, null for -1.

    Examples
    --------
    >>> person_ids(np.array([0, -1])).to_list()
    ['P000001', None]
    """
    key = pl.lit("P") + (pl.col("number") + 1).cast(pl.String).str.zfill(6)
    return pl.DataFrame({"number": numbers}).select(pl.when(pl.col("number") >= 0).then(key)).to_series()


def case_ids(numbers: Ints) -> pl.Series:
    """Return the keys of the household-cases.

    Examples
    --------
    >>> case_ids(np.array([0, 41])).to_list()
    ['H00001', 'H00042']
    """
    key = pl.lit("H") + (pl.col("number") + 1).cast(pl.String).str.zfill(5)
    return pl.DataFrame({"number": numbers}).select(key).to_series()


def draw_people(homes: Households, rng: np.random.Generator) -> People:
    """Draw the persons of each household.

    Parameters
    ----------
    homes : Households
        The households; a person reported as perpetrator who comes from an earlier one keeps the same key.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    People
        Persons, memberships, and the parts they play.
    """
    home, part = _places(homes, rng)
    born = _birthdays(home, part, homes, rng)
    moved_in = (part == FIRST_ADULT) & (homes.origin[home] >= 0)
    person = np.where(moved_in, -1, np.cumsum(~moved_in) - 1)
    first = _first_adults(person, home, part, homes)
    person[part == FIRST_ADULT] = first[home[part == FIRST_ADULT]]
    formed, left = _formed_and_left(homes, rng)
    return People(
        _persons_table(born[~moved_in], part[~moved_in], rng),
        _memberships_table(person, home, part, np.maximum(formed[home], born), left),
        first,
        *(_in_part(which, person, home, part, homes) for which in (SECOND_ADULT, CHILD, ELDER)),
    )


def _places(homes: Households, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """One place per person in a household, ordered by household and part."""
    n = homes.entry.size
    alone = (homes.kind == CHILD_ABUSE) & (rng.random(n) < 0.3)
    counts = np.ones((n, 4), dtype=np.int64)
    counts[:, SECOND_ADULT] = ~alone
    counts[:, CHILD] = homes.children
    counts[:, ELDER] = homes.kind == ELDER_ABUSE
    cells = np.repeat(np.arange(n * 4), counts.ravel())
    return cells // 4, cells % 4


def _birthdays(home: Ints, part: Ints, homes: Households, rng: np.random.Generator) -> Ints:
    """Birthdays per place; in violence against parents the eldest child is the person reported as perpetrator."""
    by_child = homes.kind == AGAINST_PARENTS
    entry, known = homes.entry[home], (homes.entry - homes.born)[home] / YEAR
    parent = np.where(by_child[home], known + rng.normal(29, 4, home.size).clip(17, 45), known)
    partner = (parent + rng.normal(-1, 4, home.size)).clip(18.2, 85)
    eldest = (part == CHILD) & (np.diff(part, prepend=-1) != 0)
    eldest |= (part == CHILD) & (np.diff(home, prepend=-1) != 0)
    youngest_parent = np.minimum(parent, partner) - 16.5
    child = np.minimum(rng.uniform(0, 17, home.size), youngest_parent.clip(0.2))
    child = np.where(by_child[home], np.where(eldest, known, known * rng.uniform(0.3, 0.9, home.size)), child)
    age = np.choose(part, [parent, partner, child, rng.uniform(66, 92, home.size)])
    born: Ints = entry - (age * YEAR).astype(np.int64)
    same = (part == FIRST_ADULT) & ~by_child[home] | eldest & by_child[home]
    return np.where(same, homes.born[home], born)


def _in_part(which: int, person: Ints, home: Ints, part: Ints, homes: Households) -> Ints:
    found = np.full(homes.entry.size, -1)
    rows = np.flatnonzero(part == which)[::-1]
    found[home[rows]] = person[rows]
    return found


def _first_adults(person: Ints, home: Ints, part: Ints, homes: Households) -> Ints:
    first = _in_part(FIRST_ADULT, person, home, part, homes)
    for later in np.flatnonzero(homes.origin >= 0):
        first[later] = first[homes.origin[later]]
    return first


def _persons_table(born: Ints, part: Ints, rng: np.random.Generator) -> pl.DataFrame:
    male = rng.random(part.size) < np.choose(part, [0.77, 0.25, 0.5, 0.4])
    table = pl.DataFrame(
        {
            "person_id": person_ids(np.arange(part.size)),
            "born_on": born.astype(np.int32),
            "sex": np.where(male, "male", "female"),
            "birthday_known": rng.random(part.size) > 0.015,
            "sex_known": rng.random(part.size) > 0.005,
        }
    )
    return table.select(
        "person_id",
        pl.when("birthday_known").then(pl.col("born_on").cast(pl.Date)).alias("born_on"),
        pl.when("sex_known").then("sex").alias("sex"),
    )


def _memberships_table(person: Ints, home: Ints, part: Ints, start: Ints, left: Ints) -> pl.DataFrame:
    table = pl.DataFrame(
        {
            "case_id": case_ids(home),
            "person_id": person_ids(person),
            "role": ROLES[part],
            "from_on": start.astype(np.int32),
            "until_on": np.where(part == FIRST_ADULT, left[home], -1).astype(np.int32),
        }
    )
    until = pl.when(pl.col("until_on") >= 0).then(pl.col("until_on")).cast(pl.Date)
    return table.with_columns(pl.col("from_on").cast(pl.Date), until)


def _formed_and_left(homes: Households, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw when households formed, and when the first adult left for a later household (-1: never)."""
    formed = homes.entry - rng.integers(30, 3650, homes.entry.size)
    later = np.flatnonzero(homes.origin >= 0)
    formed[later] = homes.entry[later] - 60
    left = np.full(homes.entry.size, -1)
    left[homes.origin[later]] = homes.entry[later] - 60
    return formed, left
