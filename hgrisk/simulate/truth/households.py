"""Every household of the world as it is, reported or not: what the true model is fitted to."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from hgrisk.simulate.parameters.population import KINDS
from hgrisk.simulate.parameters.violence import COVARIATES
from hgrisk.simulate.records import MOST_CHILDREN, NEVER, RELATIONS, Days, Floats, Households
from hgrisk.simulate.regions import INHABITANTS

TERMINALS = ("extraction", "died", "lost")
"""Why the observation of a household ends, in the order of `records`: ``OBSERVED``, ``DIED``, ``LOST``."""


def household_table(homes: Households, keys: pl.Series, registered: pl.Series) -> pl.DataFrame:
    """Return one row per household of a block.

    Parameters
    ----------
    homes : Households
        The block.
    keys : polars.Series of str
        Their ``case_id``.
    registered : polars.Series of str
        The ``case_id`` of the block's observed cases.

    Returns
    -------
    polars.DataFrame
        case_id, in_register, the fixed covariates as they truly are, and the fields of `Households` that the hazard of
        violence and the end of observation rest on. ``kind_1``, ``rate_1``, ``until_1_at`` and so on are of the first
        relation; what ends in ``_at`` is in days since 1970-01-01 with a fraction, what ends in ``_on`` a date. Null
        stands for what there is not or does not happen. ``origin`` is the ``case_id`` of the earlier household.
    """
    columns: dict[str, Any] = {
        "case_id": keys,
        "in_register": keys.is_in(registered.implode()),
        "frailty": homes.frailty,
        **{name: homes.covariates[:, place] for place, name in enumerate(COVARIATES)},
        **_relations(homes),
        "onset_at": homes.onset_at,
        "separated_at": _instants(homes.separated_at),
        "terminal_at": _instants(homes.terminal_at),
        "terminal": _named(homes.terminal, TERMINALS),
        **_places(homes),
        "severity_shift": homes.severity_shift,
        "escalating": homes.escalating,
        **_births(homes),
        "formed_on": _dates(homes.formed_on),
        "origin": keys.gather(_places_or_null(homes.origin)),
        "as_child": homes.as_child,
    }
    return pl.DataFrame(columns)


def _relations(homes: Households) -> dict[str, pl.Series]:
    columns = {}
    for place in range(RELATIONS):
        columns[f"kind_{place + 1}"] = _named(homes.kind[:, place], KINDS)
        columns[f"rate_{place + 1}"] = pl.Series(homes.rate[:, place])
        columns[f"until_{place + 1}_at"] = _instants(homes.until_at[:, place])
    return columns


def _places(homes: Households) -> dict[str, pl.Series]:
    names = tuple(INHABITANTS)
    next_region = np.where(np.isfinite(homes.moved_at), homes.next_region, -1)
    return {
        "region": _named(homes.region, names),
        "next_region": _named(next_region, names),
        "moved_at": _instants(homes.moved_at),
    }


def _births(homes: Households) -> dict[str, pl.Series]:
    return {
        "adult_born_on": _dates(homes.adult_born_on),
        "partner_born_on": _dates(homes.partner_born_on),
        "elder_born_on": _dates(homes.elder_born_on),
        **{f"child_{place + 1}_born_on": _dates(homes.child_born_on[:, place]) for place in range(MOST_CHILDREN)},
    }


def _named(places: np.ndarray[Any, np.dtype[Any]], names: tuple[str, ...]) -> pl.Series:
    """Turn places into names, null where there is none (-1)."""
    return pl.Series(names).gather(_places_or_null(places))


def _places_or_null(places: np.ndarray[Any, np.dtype[Any]]) -> pl.Series:
    wanted = pl.Series(places).cast(pl.Int64)
    return pl.select(pl.when(wanted >= 0).then(wanted)).to_series()


def _instants(at: Floats) -> pl.Series:
    days = pl.Series(at)
    return pl.select(pl.when(days.is_finite()).then(days)).to_series()


def _dates(on: Days) -> pl.Series:
    days = pl.Series(on)
    return pl.select(pl.when(days != NEVER).then(days).cast(pl.Date)).to_series()
