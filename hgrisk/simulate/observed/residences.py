"""Where a household lives, under the name that its region has by then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from hgrisk.simulate.observed.period import Period, whole
from hgrisk.simulate.records import NEVER, Codes, Households, Ints, day_number
from hgrisk.simulate.regions import INHABITANTS, MERGED, SUCCESSOR
from hgrisk.simulate.scenario import Scenario

_NAMES = (*INHABITANTS, SUCCESSOR)
_MERGED = np.array([name in MERGED for name in INHABITANTS])
_SCHEMA = {"case_id": pl.String, "region": pl.String, "from_on": pl.Date, "until_on": pl.Date}


def region_table(scenario: Scenario) -> pl.DataFrame:
    """Return the 26 regions and the successor of two.

    Parameters
    ----------
    scenario : Scenario
        The world.

    Returns
    -------
    polars.DataFrame
        ``region``, ``valid_from``, ``valid_until`` (the last day, empty when still valid), ``successor``.

    Examples
    --------
    >>> regions = region_table(Scenario())
    >>> regions.height, regions["successor"].drop_nulls().to_list()
    (27, ['Oost-Brabant', 'Oost-Brabant'])
    """
    start, merger = scenario.population.register_on, scenario.population.merger_on
    last = merger - timedelta(days=1)
    rows = [
        (name, start, last if name in MERGED else None, SUCCESSOR if name in MERGED else None) for name in INHABITANTS
    ]
    schema = {"region": pl.String, "valid_from": pl.Date, "valid_until": pl.Date, "successor": pl.String}
    return pl.DataFrame([*rows, (SUCCESSOR, merger, None, None)], schema=schema, orient="row")


def region_at(homes: Households, home: npt.NDArray[Any], on: npt.NDArray[Any]) -> Codes:
    """Return the region in which each household lives on a day.

    Parameters
    ----------
    homes : Households
        The households.
    home, on : ndarray of int, shape (n,)
        Household and day.

    Returns
    -------
    ndarray of int8, shape (n,)
        Places in `regions.INHABITANTS`; on the day of a move the new one.
    """
    moved = on >= whole(homes.moved_at)[home]
    region: Codes = np.where(moved, homes.next_region[home], homes.region[home]).astype(np.int8)
    return region


def region_names(scenario: Scenario, region: npt.NDArray[Any], on: npt.NDArray[Any]) -> pl.Series:
    """Return the names of regions on a day: from the merger on that of the successor.

    Parameters
    ----------
    scenario : Scenario
        The world.
    region, on : ndarray of int, shape (n,)
        Place in `regions.INHABITANTS` and day.

    Returns
    -------
    polars.Series of String
        Names.

    Examples
    --------
    >>> region_names(Scenario(), np.array([22, 22, 9]), np.array([18992, 18993, 18993])).to_list()
    ['Brabant-Noordoost', 'Oost-Brabant', 'Utrecht']
    """
    merged = _MERGED[region] & (on >= day_number(scenario.population.merger_on))
    return pl.Series(_NAMES).gather(np.where(merged, len(INHABITANTS), region))


def case_regions(scenario: Scenario, homes: Households, period: Period, case: Ints, ids: pl.Series) -> pl.DataFrame:
    """Return where the cases lived that moved to another region while they were observed.

    Parameters
    ----------
    scenario : Scenario
        The world.
    homes : Households
        The households.
    period : Period
        When they are observed.
    case : ndarray of int, shape (k,)
        Households that are a case.
    ids : polars.Series of String, shape (k,)
        Their keys.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``region``, ``from_on``, ``until_on``: two rows per case that moved.
    """
    day = whole(homes.moved_at)[case]
    moved = (day > period.start) & (day <= period.until[case]) & (homes.region[case] != homes.next_region[case])
    place = np.repeat(np.flatnonzero(moved), 2)
    second = np.arange(place.size) % 2 == 1
    home, day = case[place], day[place]
    start = np.where(second, day, period.start)
    region = np.where(second, homes.next_region[home], homes.region[home])
    columns = {
        "case_id": ids.gather(place),
        "region": region_names(scenario, region, start),
        "from_on": date_series(start),
        "until_on": date_series(np.where(second, NEVER, day - 1)),
    }
    return pl.DataFrame(columns, schema=_SCHEMA)


def date_series(days: npt.NDArray[Any]) -> pl.Series:
    """Return days since 1970-01-01 as dates, null for ``NEVER``.

    Examples
    --------
    >>> date_series(np.array([0, NEVER])).to_list()
    [datetime.date(1970, 1, 1), None]
    """
    numbers = pl.Series(np.ascontiguousarray(days, dtype=np.int32))
    return numbers.set(numbers == NEVER, None).cast(pl.Date)
