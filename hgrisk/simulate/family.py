"""The birthdays in a household."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hgrisk.simulate.parameters.population import (
    AGAINST_PARENTS,
    CHILD_ABUSE,
    ELDER_ABUSE,
    PARTNER_VIOLENCE,
    Population,
)
from hgrisk.simulate.records import MOST_CHILDREN, NEVER, Codes, Days, Floats

YEAR = 365.25
YOUNGEST_PARENT = 17.0
_YOUNGEST_PARTNER, _OLDEST_PARTNER, _OLDEST = 18.6, 85, 99
_ALONE_SHARE = 0.25


@dataclass(frozen=True, eq=False)
class Family:
    """Birthdays as days since 1970-01-01; ``NEVER`` where there is no such person. Children eldest first."""

    adult_born_on: Days
    partner_born_on: Days
    elder_born_on: Days
    child_born_on: Days


def draw_family(settings: Population, onset: Floats, kind: Codes, rng: np.random.Generator) -> Family:
    """Draw the birthdays, so that ages at the onset fit the kind of violence and each other.

    Parameters
    ----------
    settings : Population
        The settings.
    onset : ndarray of float, shape (n,)
        When violence begins.
    kind : ndarray of int8, shape (n,)
        Main kind of violence.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    Family
        Birthdays. The first adult and the partner are at least 17 years older than the eldest child; partners are
        there where violence is between them, and in three of four other households.

    Examples
    --------
    >>> onset, kind = np.full(2, 18_000.0), np.array([3, 0], dtype=np.int8)
    >>> family = draw_family(Population(children_share=0), onset, kind, np.random.default_rng(1))
    >>> (family.elder_born_on == NEVER).tolist(), (family.child_born_on[:, 0] == NEVER).tolist()
    ([False, True], [True, False])
    """
    n = onset.size
    children = _child_ages(settings, kind, rng)
    adult = np.where(rng.random(n) < settings.under_25_share, rng.uniform(18.2, 25, n), 25 + rng.gamma(2.2, 6, n))
    adult = np.where(kind == AGAINST_PARENTS, np.maximum(adult, children[:, 0] + YOUNGEST_PARENT), adult).clip(max=80)
    partner = adult + rng.normal(-1, 4, n)
    alone = (kind != PARTNER_VIOLENCE) & (rng.random(n) < _ALONE_SHARE)
    partner = np.where(alone, np.nan, partner)
    elder = np.where(kind == ELDER_ABUSE, rng.uniform(66, 92, n), np.nan)
    return _fitted(onset, adult, partner, elder, children)


def with_adults(family: Family, onset: Floats, adult_born_on: Days) -> Family:
    """Put other first adults into households: the age of the partner moves along, that of the others fits.

    Parameters
    ----------
    family : Family
        Birthdays of n households.
    onset : ndarray of float, shape (n,)
        When violence begins.
    adult_born_on : ndarray of int32, shape (n,)
        Birthdays of the adults, at least 18.2 years before the onset; where it is that of the family, nothing changes.

    Returns
    -------
    Family
        Birthdays: children of a young adult are young.
    """
    other = np.flatnonzero(adult_born_on != family.adult_born_on)
    at, born = onset[other], adult_born_on[other]
    older = (family.adult_born_on[other] - born) / YEAR
    partner, elder = (_ages(at, days[other]) for days in (family.partner_born_on, family.elder_born_on))
    children = _ages(at[:, None], family.child_born_on[other])
    fitted = _fitted(at, (at - born) / YEAR, partner + older, elder, children)
    found = {name: days.copy() for name, days in vars(replace(family, adult_born_on=adult_born_on)).items()}
    for name in ("partner_born_on", "elder_born_on", "child_born_on"):
        found[name][other] = getattr(fitted, name)
    return Family(**found)


def _child_ages(settings: Population, kind: Codes, rng: np.random.Generator) -> Floats:
    """Draw the ages at the onset, eldest first and NaN where there is no child, shape (n, MOST_CHILDREN)."""
    n, against = kind.size, kind == AGAINST_PARENTS
    with_child = against | (kind == CHILD_ABUSE) | (rng.random(n) < settings.children_share)
    number = np.where(with_child, 1 + rng.binomial(MOST_CHILDREN - 1, 0.4, n), 0)
    ages = rng.uniform(0, 16, (n, MOST_CHILDREN))
    teenager = rng.uniform(12, 18, n)
    ages = np.where(against[:, None], ages * teenager[:, None] / 16, ages)
    ages[:, 0] = np.where(against, teenager, ages[:, 0])
    there = np.arange(MOST_CHILDREN) < number[:, None]
    eldest_first: Floats = -np.sort(-np.where(there, ages, np.nan), axis=1)
    return eldest_first


def _fitted(onset: Floats, adult: Floats, partner: Floats, elder: Floats, children: Floats) -> Family:
    """Turn ages at the onset into birthdays; children become young enough for the adult, then the rest old enough."""
    most = (adult - YOUNGEST_PARENT) / np.fmax(children[:, 0], YOUNGEST_PARENT / 100)
    children = children * np.minimum(most, 1)[:, None]
    least = np.fmax(children[:, 0] + YOUNGEST_PARENT, _YOUNGEST_PARTNER)
    return Family(
        _birthdays(onset, adult),
        _birthdays(onset, np.maximum(partner.clip(max=_OLDEST_PARTNER), least)),
        _birthdays(onset, np.maximum(elder, adult + YOUNGEST_PARENT).clip(max=_OLDEST)),
        _birthdays(onset[:, None], children),
    )


def _birthdays(onset: Floats, age: Floats) -> Days:
    return np.where(np.isnan(age), NEVER, np.floor(onset - np.nan_to_num(age) * YEAR)).astype(np.int32)


def _ages(onset: Floats, born_on: Days) -> Floats:
    return np.where(born_on == NEVER, np.nan, (onset - born_on) / YEAR)
