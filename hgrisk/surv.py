"""The outcome as an array: one record per landmark with an event code and a duration in days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.errors import DataError

SURV_DTYPE = np.dtype([("event", np.int8), ("duration_days", np.float64)])
ENTRY = "entry_days"
DELAYED_DTYPE = np.dtype([*SURV_DTYPE.descr, (ENTRY, np.float64)])
"""With delayed entry: a row is at risk in (entry_days, duration_days]."""

CENSORED = 0
RE_REPORT = 1
"""Code of the event of interest; 2 and above are competing events."""

LARGEST_CODE = int(np.iinfo(np.int8).max)
"""Largest code that the outcome array can hold."""

USUAL_CODES = 20
"""Few outcomes tell more kinds of events apart; many durations are longer."""

SWAPPED = "swap the arguments: these durations look like event codes, and the codes come first"
"""Cure for what is refused, where the two columns of an outcome seem to have changed places."""

FROM_DAY_0 = "use KaplanMeier, AalenJohansen or CoxRegression, or landmarks that enter at day 0"
JUDGED = "take y_from_landmark of the outcome or dataset, or landmarks that are observed from day 0"
"""Cures for rows that enter late: of a model, and of a metric."""

ROUNDING = float(np.sqrt(np.finfo(np.float64).eps))
"""Times no further apart than this many days, or than this share of the time itself, differ by rounding only."""


class Surv:
    """Constructors of the outcome array.

    The array has dtype ``[("event", int8), ("duration_days", float64)]``: event 0 is censored, 1 a re-report,
    2 and above a competing event; the duration is in days at risk, above 0. Where rows come under observation later
    than day 0, it has a third field ``entry_days``: the row is at risk in (entry, duration]. Times that differ by
    rounding only, such as 0.1 + 0.2 and 0.3, are made equal: see :func:`merge_rounded`.

    Examples
    --------
    >>> y = Surv.from_arrays(event=[1, 0], duration_days=[30, 365])
    >>> y["event"].tolist(), y["duration_days"].tolist()
    ([1, 0], [30.0, 365.0])
    >>> Surv.from_arrays([1, 0], [30, 365], entry_days=[0, 30])["entry_days"].tolist()
    [0.0, 30.0]
    """

    @staticmethod
    def from_arrays(event: Any, duration_days: Any, entry_days: Any = None) -> NDArray[np.void]:
        """Build the outcome array from its columns.

        Parameters
        ----------
        event : array-like of int, shape (n,)
            Event codes, 0 and above.
        duration_days : array-like of float, shape (n,)
            Days at the end of the time at risk, finite and above 0.
        entry_days : array-like of float, shape (n,), optional
            Days at its start, from 0 and below the duration; without it all rows are at risk from day 0.

        Returns
        -------
        ndarray, shape (n,)
            Structured array with fields ``event`` and ``duration_days``, and ``entry_days`` where it was given.

        Raises
        ------
        DataError
            If the lengths differ, a code is not a whole number from 0 to 127, a duration is not finite and positive, or
            an entry is not from 0 and below its duration by more than rounding.
        """
        codes = np.asarray(event)
        numbers = codes if codes.dtype.kind in "biu" else as_numbers(codes, "Event codes")
        days = as_numbers(duration_days, "Durations")
        if codes.shape != days.shape or days.ndim != 1:
            raise DataError(
                "Events and durations are two columns of one length",
                f"shapes {codes.shape} and {days.shape}",
                "pass one value of each per landmark",
            )
        numbers, days = np.ascontiguousarray(numbers), np.ascontiguousarray(days)  # fields of an outcome lie far apart
        if not are_durations(days):
            bad = days[~(np.isfinite(days) & (days > 0))][0]
            cure = SWAPPED if _look_swapped(numbers, days) else "remove landmarks that were never at risk"
            raise DataError("A duration is finite and above 0 days", f"{bad}", cure)
        if not _are_codes(numbers):
            wrong = ~np.isfinite(numbers) | (numbers < 0) | (numbers != np.floor(numbers)) | (numbers > LARGEST_CODE)
            usual = "use 0 for censored, 1 for a re-report, 2 and above for competing events"
            cure = SWAPPED if _look_swapped(numbers, days) else usual
            raise DataError(f"An event code is a whole number from 0 to {LARGEST_CODE}", f"{codes[wrong][0]}", cure)
        y = np.empty(len(days), dtype=SURV_DTYPE if entry_days is None else DELAYED_DTYPE)
        y["event"] = numbers.view(np.int8) if numbers.dtype == np.bool_ else numbers
        if entry_days is None:
            (y["duration_days"],) = merge_rounded(days)
        else:
            y[ENTRY], y["duration_days"] = checked_entry(entry_days, days)
        return y

    @staticmethod
    def from_frame(
        frame: pd.DataFrame,
        event: str = "event",
        duration_days: str = "duration_days",
        entry_days: str | None = None,
    ) -> NDArray[np.void]:
        """Build the outcome array from columns of a frame.

        Parameters
        ----------
        frame : DataFrame
            One row per landmark.
        event, duration_days : str
            Names of the columns with the event code and the days at risk.
        entry_days : str, optional
            Name of the column with the days at which a row comes under observation; ``"entry_days"`` by default, where
            the frame has it.

        Returns
        -------
        ndarray, shape (n,)
            Structured array with fields ``event`` and ``duration_days``, and ``entry_days`` where there is such a
            column.

        Raises
        ------
        DataError
            If a column is missing or holds a value that is not allowed.
        """
        if entry_days is None and ENTRY in frame.columns:
            entry_days = ENTRY
        for column in filter(None, (event, duration_days, entry_days)):
            if column not in frame.columns:
                raise DataError(
                    f"An outcome frame needs the column {column!r}", f"{list(frame.columns)}", "name the right column"
                )
        entry = None if entry_days is None else frame[entry_days].to_numpy()
        return Surv.from_arrays(frame[event].to_numpy(), frame[duration_days].to_numpy(), entry)


def as_surv(y: Any) -> NDArray[np.void]:
    """Return ``y`` as the outcome array, from a structured array or a frame.

    Parameters
    ----------
    y : ndarray or DataFrame
        A structured array or a frame with ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed.

    Returns
    -------
    ndarray, shape (n,)
        Structured array with fields ``event`` and ``duration_days``, and ``entry_days`` where ``y`` has it.

    Raises
    ------
    DataError
        If neither field can be found or a value is not allowed.
    """
    if isinstance(y, pd.DataFrame):
        return Surv.from_frame(y)
    if isinstance(y, list | tuple):
        found, cure = f"a {type(y).__name__}", "build it with Surv.from_arrays(event, duration_days)"
        raise DataError("An outcome has the fields 'event' and 'duration_days'", found, cure)
    array = np.asarray(y)
    if array.dtype.names is None or not {"event", "duration_days"} <= set(array.dtype.names):
        raise DataError(
            "An outcome has the fields 'event' and 'duration_days'",
            f"dtype {array.dtype}",
            "build it with Surv.from_arrays or Surv.from_frame",
        )
    entry = array[ENTRY] if ENTRY in array.dtype.names else None
    return Surv.from_arrays(array["event"], array["duration_days"], entry)


def without_entry(y: Any, what: str, cure: str = FROM_DAY_0) -> NDArray[np.void]:
    """Return ``y`` as the outcome array without entry times, or refuse rows that enter late.

    Parameters
    ----------
    y : ndarray or DataFrame
        See :func:`as_surv`.
    what : str
        What cannot take delayed entry, to begin a sentence with.
    cure : str
        What to do, to end it with.

    Returns
    -------
    ndarray, shape (n,)
        Structured array with fields ``event`` and ``duration_days``.

    Raises
    ------
    DataError
        If a row enters after day 0.
    """
    outcome = as_surv(y)
    if ENTRY not in (outcome.dtype.names or ()):
        return outcome
    late = outcome[ENTRY] > 0
    if late.any():
        found = f"an entry at {outcome[ENTRY][late][0]:g} days"
        raise DataError(f"{what} takes rows that are at risk from day 0", found, cure)
    plain = np.empty(len(outcome), dtype=SURV_DTYPE)
    for name in SURV_DTYPE.names or ():
        plain[name] = outcome[name]
    return plain


def are_durations(days: NDArray[np.float64]) -> bool:
    """Return whether all are finite and above 0."""
    return bool(days.min(initial=1.0) > 0 and days.max(initial=1.0) < np.inf)  # both are NaN where one is


def _look_swapped(codes: NDArray[Any], days: NDArray[np.float64]) -> bool:
    """Return whether durations look like codes, and codes like durations; for columns that are refused anyway."""
    few = bool(np.isin(days, np.arange(USUAL_CODES + 1)).all())
    return few and bool(codes.max(initial=0) > USUAL_CODES)


def _are_codes(numbers: NDArray[Any]) -> bool:
    """Return whether all are whole numbers from 0 to the largest code."""
    if numbers.dtype.kind == "b":
        return True
    inside = numbers.min(initial=0) >= 0 and numbers.max(initial=0) <= LARGEST_CODE
    return bool(inside and (numbers.dtype.kind in "iu" or np.array_equal(numbers, np.floor(numbers))))


def checked_entry(entry_days: Any, days: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return entry times and durations, equal where they differ by rounding only, or refuse them."""
    entry = as_numbers(entry_days, "Entry times")
    if entry.shape != days.shape:
        found = f"shapes {entry.shape} and {days.shape}"
        raise DataError("Entry times and durations are two columns of one length", found, "pass one of each per row")
    entry = np.ascontiguousarray(entry)
    merged, ends = merge_rounded(entry, days)
    if not (entry.min(initial=0.0) >= 0 and (merged < ends).all()):
        wrong = ~(np.isfinite(entry) & (entry >= 0) & (merged < ends))
        found = f"{entry[wrong][0]} before {days[wrong][0]}"
        raise DataError("A row enters at 0 days or later and before its duration", found, "correct or remove the row")
    return merged, ends


def merge_rounded(*columns: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return columns of times in which times that differ by rounding only are equal, so that they are ties.

    Times no further than rounding (``ROUNDING``) from the first of them become that first. Whole days are returned as
    they are.

    Parameters
    ----------
    *columns : ndarray, shape (n,)
        Days; those that are not finite are left alone.

    Returns
    -------
    tuple of ndarray, shape (n,)
        The columns.

    Notes
    -----
    As `timefix = TRUE` in the R package survival, with its tolerance; but a share of the time itself, where R takes one
    of the mean time, which a single far time would stretch until true differences are lost.

    Examples
    --------
    >>> merge_rounded(np.array([0.1 + 0.2, 0.5]), np.array([0.7, 0.3]))
    (array([0.3, 0.5]), array([0.7, 0.3]))
    """
    if all(np.array_equal(days, np.floor(days)) for days in columns):
        return columns
    times = np.unique(np.concatenate(columns))
    times = times[np.isfinite(times)]
    first = times.copy()
    for place in np.flatnonzero(np.diff(times) <= ROUNDING * np.maximum(1.0, times[1:])) + 1:  # few, as a rule
        if times[place] - first[place - 1] <= ROUNDING * max(1.0, times[place]):
            first[place] = first[place - 1]
    moved = np.flatnonzero(times != first)
    return tuple(_replaced(days, times[moved], first[moved]) for days in columns) if len(moved) else columns


def _replaced(days: NDArray[np.float64], old: NDArray[np.float64], new: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return days with some values, in order, replaced: few of them as a rule, so that a search is short."""
    place = np.minimum(np.searchsorted(old, days), len(old) - 1)
    return np.where(old[place] == days, new[place], days)


def as_numbers(values: Any, what: str) -> NDArray[np.float64]:
    """Return values as floats, or refuse what is no number; ``what`` begins the sentence."""
    kind = np.asarray(values).dtype
    if kind.kind in "mMc":
        raise DataError(f"{what} are numbers", f"{kind}", "give whole days, such as (end - start).days")
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{what} are numbers", f"{type(error).__name__}: {error}", "convert them") from error
