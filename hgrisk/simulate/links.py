"""Persons who go from one household to a next one, and take their history along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hgrisk.simulate.family import YEAR, YOUNGEST_PARENT, Family
from hgrisk.simulate.parameters.population import AGAINST_PARENTS, Population
from hgrisk.simulate.records import NEVER, Bools, Codes, Days, Floats, Ints

_LEAST_GAP_DAYS = 250
_FORMED_DAYS = (20, 200)
"""How long before its onset a next household is formed."""

_GROWN_AGE, _AGE_WITH_TEENAGER = 18.6, YOUNGEST_PARENT + 13
"""Least age at the onset of a next household: of anyone, so that nobody forms one below 18; of a teenager's parent."""

_CHILDHOOD_DAYS = 6575
"""18 years, or a day more."""


@dataclass(frozen=True, eq=False)
class Links:
    """One value per household: where its first adult comes from, and when the adult leaves for a next household.

    ``left_at`` is inf for who stays, or left as a grown child.
    """

    origin: Ints
    as_child: Bools
    adult_born_on: Days
    formed_on: Days
    left_at: Floats


def draw_links(settings: Population, onset: Floats, kind: Codes, family: Family, rng: np.random.Generator) -> Links:
    """Pair households at random; the first adult of the later one comes from the earlier.

    Each household is in one pair at most, so that a person is in two households at most.

    Parameters
    ----------
    settings : Population
        The settings.
    onset : ndarray of float, shape (n,)
        When violence begins.
    kind : ndarray of int8, shape (n,)
        Main kind of violence.
    family : Family
        Birthdays.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    Links
        Pairs too close in time are dropped, and those whose person is too young to have a teenage child in the later
        household where violence is against parents. All are 18 or older when their household is formed.
    """
    n = onset.size
    pairs = rng.permutation(n)[: 2 * int(n * settings.next_household_share)].reshape(2, -1)
    earlier, later = np.take_along_axis(pairs, np.argsort(onset[pairs], axis=0), axis=0)
    least_age = np.where(kind == AGAINST_PARENTS, _AGE_WITH_TEENAGER, _GROWN_AGE)
    born_by = onset - least_age * YEAR  # later than this nobody can have been born who is the first adult
    fits = (onset[later] - onset[earlier] > _LEAST_GAP_DAYS) & (family.adult_born_on[earlier] < born_by[later])
    earlier, later = earlier[fits], later[fits]
    eldest = family.child_born_on[earlier, 0]
    grown = (eldest != NEVER) & (eldest < born_by[later])
    origin, as_child, born = np.full(n, -1), np.zeros(n, dtype=bool), family.adult_born_on.copy()
    origin[later] = earlier
    as_child[later] = grown & (rng.random(later.size) < settings.grown_child_share)
    born[later] = np.where(as_child[later], eldest, family.adult_born_on[earlier])
    formed = _draw_formed(onset, family, later, rng)
    left, partners = np.full(n, np.inf), ~as_child[later]
    left[earlier[partners]] = formed[later[partners]]
    return Links(origin, as_child, born, formed, left)


def _draw_formed(onset: Floats, family: Family, later: Ints, rng: np.random.Generator) -> Days:
    """Draw when households came to be: next ones soon before the onset, and none before both adults are 18."""
    of_age = np.maximum(family.adult_born_on, family.partner_born_on) + _CHILDHOOD_DAYS
    formed = np.maximum(onset - rng.uniform(30, 3000, onset.size), of_age)
    formed[later] = onset[later] - rng.uniform(*_FORMED_DAYS, later.size)
    days: Days = formed.astype(np.int32)
    return days
