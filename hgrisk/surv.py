"""The outcome as an array: one record per landmark with an event code and a duration in days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.errors import DataError

SURV_DTYPE = np.dtype([("event", np.int8), ("duration_days", np.float64)])

CENSORED = 0
RE_REPORT = 1
"""Code of the event of interest; 2 and above are competing events."""

LARGEST_CODE = int(np.iinfo(np.int8).max)
"""Largest code that the outcome array can hold."""


class Surv:
    """Constructors of the outcome array.

    The array has dtype ``[("event", int8), ("duration_days", float64)]``: event 0 is censored, 1 a re-report,
    2 and above a competing event; the duration is in days at risk, above 0.

    Examples
    --------
    >>> y = Surv.from_arrays(event=[1, 0], duration_days=[30, 365])
    >>> y["event"].tolist(), y["duration_days"].tolist()
    ([1, 0], [30.0, 365.0])
    """

    @staticmethod
    def from_arrays(event: Any, duration_days: Any) -> NDArray[np.void]:
        """Build the outcome array from two columns.

        Parameters
        ----------
        event : array-like of int, shape (n,)
            Event codes, 0 and above.
        duration_days : array-like of float, shape (n,)
            Days at risk, finite and above 0.

        Returns
        -------
        ndarray, shape (n,)
            Structured array with fields ``event`` and ``duration_days``.

        Raises
        ------
        DataError
            If the lengths differ, a code is not a whole number from 0 to 127, or a duration is not finite and positive.
        """
        codes = np.asarray(event)
        numeric, days = _as_numbers(codes, "Event codes"), _as_numbers(duration_days, "Durations")
        if codes.shape != days.shape or days.ndim != 1:
            raise DataError(
                "Events and durations are two columns of one length",
                f"shapes {codes.shape} and {days.shape}",
                "pass one value of each per landmark",
            )
        if not np.all(np.isfinite(days)) or np.any(days <= 0):
            bad = days[~(np.isfinite(days) & (days > 0))][0]
            raise DataError(
                "A duration is finite and above 0 days", f"{bad}", "remove landmarks that were never at risk"
            )
        wrong = ~np.isfinite(numeric) | (numeric < 0) | (numeric != np.floor(numeric)) | (numeric > LARGEST_CODE)
        if np.any(wrong):
            raise DataError(
                f"An event code is a whole number from 0 to {LARGEST_CODE}",
                f"{codes[wrong][0]}",
                "use 0 for censored, 1 for a re-report, 2 and above for competing events",
            )
        y = np.empty(len(days), dtype=SURV_DTYPE)
        y["event"] = numeric.astype(np.int8)
        y["duration_days"] = days
        return y

    @staticmethod
    def from_frame(frame: pd.DataFrame, event: str = "event", duration_days: str = "duration_days") -> NDArray[np.void]:
        """Build the outcome array from two columns of a frame.

        Parameters
        ----------
        frame : DataFrame
            One row per landmark.
        event, duration_days : str
            Names of the columns with the event code and the days at risk.

        Returns
        -------
        ndarray, shape (n,)
            Structured array with fields ``event`` and ``duration_days``.

        Raises
        ------
        DataError
            If a column is missing or holds a value that is not allowed.
        """
        for column in (event, duration_days):
            if column not in frame.columns:
                raise DataError(
                    f"An outcome frame needs the column {column!r}", f"{list(frame.columns)}", "name the right column"
                )
        return Surv.from_arrays(frame[event].to_numpy(), frame[duration_days].to_numpy())


def as_surv(y: Any) -> NDArray[np.void]:
    """Return ``y`` as the outcome array, from a structured array or a frame.

    Parameters
    ----------
    y : ndarray or DataFrame
        A structured array or a frame with ``event`` and ``duration_days``.

    Returns
    -------
    ndarray, shape (n,)
        Structured array with fields ``event`` and ``duration_days``.

    Raises
    ------
    DataError
        If neither field can be found or a value is not allowed.
    """
    if isinstance(y, pd.DataFrame):
        return Surv.from_frame(y)
    array = np.asarray(y)
    if array.dtype.names is None or not {"event", "duration_days"} <= set(array.dtype.names):
        raise DataError(
            "An outcome has the fields 'event' and 'duration_days'",
            f"dtype {array.dtype}",
            "build it with Surv.from_arrays or Surv.from_frame",
        )
    return Surv.from_arrays(array["event"], array["duration_days"])


def _as_numbers(values: Any, what: str) -> NDArray[np.float64]:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{what} are numbers", f"{type(error).__name__}: {error}", "convert them") from error
