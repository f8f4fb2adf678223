"""Ages in years that change on the birthday."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

_YEAR = 365.2425


def ages(born_on: pl.Series, on: pl.Series) -> pl.Series:
    """Return ages: completed years, and the days since the last birthday / 365.2425.

    Completed years change on the birthday (on 1 March in common years for who was born on 29 February): with all days
    divided by the length of a mean year, a person could be 17.999 years old on the eighteenth birthday.

    Parameters
    ----------
    born_on : polars.Series of Date
        Birthdays, empty where unknown.
    on : polars.Series of Date
        The days on which the ages are asked for.

    Returns
    -------
    polars.Series of Float64
        Ages in years; empty where the birthday is unknown, or not before the day and so not known yet.

    Examples
    --------
    >>> from datetime import date
    >>> ages(pl.Series([date(2002, 4, 10)]), pl.Series([date(2020, 4, 10)])).to_list()
    [18.0]
    """
    known = (born_on < on).fill_null(value=False)
    years = np.full(len(born_on), np.nan)
    years[known.to_numpy()] = _since_birth(_days(born_on.filter(known)), _days(on.filter(known)))
    return pl.Series("age_years", years, nan_to_null=True)


def _days(dates: pl.Series) -> NDArray[np.datetime64]:
    return dates.to_physical().to_numpy().astype("datetime64[D]")


def _since_birth(born: NDArray[np.datetime64], day: NDArray[np.datetime64]) -> NDArray[np.float64]:
    month = born.astype("datetime64[M]")
    in_month = born - month.astype("datetime64[D]")
    years = day.astype("datetime64[Y]").astype(np.int64) - born.astype("datetime64[Y]").astype(np.int64)
    birthday = (month + 12 * years).astype("datetime64[D]") + in_month
    to_come = birthday > day
    years[to_come] -= 1
    birthday[to_come] = (month[to_come] + 12 * years[to_come]).astype("datetime64[D]") + in_month[to_come]
    since: NDArray[np.float64] = years + (day - birthday).astype(np.int64) / _YEAR
    return since
