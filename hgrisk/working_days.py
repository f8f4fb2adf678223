"""Working days in the Netherlands: the five-day norm of a safety assessment counts these, from receipt.

Monday to Friday, less New Year's Day, Easter Monday, King's Day (Queen's Day before 2014), Ascension Day, Whit Monday,
both Christmas days, and 5 May in every fifth year, when most employers give the day off. Good Friday is a working day.
The Algemene termijnenwet, which governs terms set by law, also sets free Good Friday and every 5 May.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
from holidays import country_holidays

from hgrisk.errors import DataError

Dates = npt.NDArray[np.datetime64]

_FIRST_YEAR, _LAST_YEAR = 1966, 2200
"""The Dutch holidays are known from 1966 on; outside these years only weekends are free."""

_GOOD_FRIDAY = "Goede vrijdag"
_FEWEST_A_YEAR = 250


def dutch_holidays(first: date, last: date) -> Dates:
    """Return the Dutch public holidays of a period, also those that fall in a weekend.

    Parameters
    ----------
    first, last : date
        The period, both days included.

    Returns
    -------
    ndarray of datetime64[D]
        The holidays, in order.

    Examples
    --------
    >>> print(*dutch_holidays(date(2023, 4, 1), date(2023, 5, 31)))
    2023-04-09 2023-04-10 2023-04-27 2023-05-18 2023-05-28 2023-05-29
    """
    days = _holidays_of(first.year, last.year)
    return days[(days >= np.datetime64(first)) & (days <= np.datetime64(last))]


def working_days_between(start: npt.ArrayLike, end: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the number of working days after a start, up to and including an end.

    Parameters
    ----------
    start, end : array_like of datetime64[D], date or int
        Dates, or days since 1970-01-01; they broadcast.

    Returns
    -------
    ndarray of int64
        The number; where the end lies before the start, that of the way back, negative.

    Raises
    ------
    DataError
        If a value is no date.

    Examples
    --------
    >>> int(working_days_between(date(2023, 4, 6), date(2023, 4, 14)))  # Easter Monday lies between
    5
    """
    begin, finish = np.broadcast_arrays(_dates(start), _dates(end))
    if begin.size == 0:
        return np.zeros(begin.shape, dtype=np.int64)
    first, last = np.minimum(begin, finish), np.maximum(begin, finish)
    calendar = _calendar(_year(first.min()), _year(last.max()))
    count = np.busday_count(first + 1, last + 1, busdaycal=calendar)
    return np.asarray(np.where(finish < begin, -count, count), dtype=np.int64)


def add_working_days(start: npt.ArrayLike, n: npt.ArrayLike) -> Dates:
    """Return the n-th working day after a start.

    Parameters
    ----------
    start : array_like of datetime64[D], date or int
        Dates, or days since 1970-01-01; any day of the week.
    n : array_like of int
        Number of working days, 0 or more, which broadcasts with ``start``; 0 gives the start itself, whatever day it
        is.

    Returns
    -------
    ndarray of datetime64[D]
        The days.

    Raises
    ------
    DataError
        If a value is no date, or a number is below 0.

    Examples
    --------
    >>> print(add_working_days(date(2023, 4, 6), 5))
    2023-04-14
    """
    begin, number = np.broadcast_arrays(_dates(start), np.asarray(n))
    if begin.size == 0:
        return begin.copy()
    if number.dtype.kind not in "iu" or number.min() < 0:
        raise DataError("A number of working days is whole and 0 or more", f"{number.min()}", "give 0, 1, 2 and so on")
    last = _year(begin.max()) + 1 + int(number.max()) // _FEWEST_A_YEAR
    calendar = _calendar(_year(begin.min()), last)
    after = np.busday_offset(begin, number, roll="backward", busdaycal=calendar)
    return np.where(number == 0, begin, after)


def _dates(days: npt.ArrayLike) -> Dates:
    given = np.asarray(days)
    if given.dtype.kind not in "iuMO":
        raise DataError("Days are dates, or whole days since 1970-01-01", f"{given.dtype}", "convert them")
    dates = given.astype("datetime64[D]")
    if np.isnat(dates).any():
        raise DataError("Days of a working-day count are known", "a missing date", "leave the missing ones out")
    return dates


def _year(day: np.datetime64) -> int:
    return int(day.astype("datetime64[Y]").astype(np.int64)) + 1970


def _calendar(first_year: int, last_year: int) -> np.busdaycalendar:
    return _calendar_of(max(first_year, _FIRST_YEAR), min(last_year, _LAST_YEAR))


@lru_cache(maxsize=64)
def _calendar_of(first_year: int, last_year: int) -> np.busdaycalendar:
    return np.busdaycalendar(holidays=_holidays_of(first_year, last_year))


def _holidays_of(first_year: int, last_year: int) -> Dates:
    years = range(max(first_year, _FIRST_YEAR), min(last_year, _LAST_YEAR) + 1)
    return np.array([day for year in years for day in _of_year(year)], dtype="datetime64[D]")


@cache
def _of_year(year: int) -> tuple[date, ...]:
    named = country_holidays("NL", years=year, language="nl")
    return tuple(day for day, name in sorted(named.items()) if name != _GOOD_FRIDAY)
