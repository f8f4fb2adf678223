"""Fixed values that a mapping file gives to a column."""

from __future__ import annotations

import math
import re
from datetime import date, datetime

import polars as pl

from hgrisk.errors import ConfigError

Scalar = str | int | float | bool

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?")
_CURES = {
    pl.Date: "give a date like '2019-01-31'",
    pl.Datetime: "give a date with a time, like '2019-01-31T10:00:00'",
    pl.Float64: "give a number",
}


def scalar_text(value: Scalar) -> str:
    """Return a fixed value as the text that stands in a source.

    Parameters
    ----------
    value : str, int, float or bool
        The value, as read from TOML.

    Returns
    -------
    str
        Its text; true and false in lower case.

    Examples
    --------
    >>> scalar_text(True), scalar_text(3), scalar_text("x")
    ('true', '3', 'x')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_iso_date(text: str) -> bool:
    """Say whether a text has the form of an ISO date, sound or not.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    bool
        True for four digits, two digits and two digits between dashes.

    Examples
    --------
    >>> is_iso_date("2019-01-31"), is_iso_date("start")
    (True, False)
    """
    return bool(_ISO_DATE.fullmatch(text))


def constant(value: Scalar, dtype: pl.DataType, name: str) -> str | float | date:
    """Turn a fixed value into the type of its column.

    Parameters
    ----------
    value : str, int, float or bool
        The value, as read from TOML.
    dtype : polars.DataType
        The type of the column.
    name : str
        The column, for the error text.

    Returns
    -------
    str, float, date or datetime
        The typed value.

    Raises
    ------
    ConfigError
        If it does not fit.

    Examples
    --------
    >>> constant("2019-01-31", pl.Date(), "occurred_on")
    datetime.date(2019, 1, 31)
    """
    if dtype == pl.String:
        return scalar_text(value)
    try:
        return _typed(value, dtype)
    except ValueError as error:
        cure = _CURES[dtype.base_type()]
        raise ConfigError(f"A fixed value fits its column {name}", f"{value!r}", cure) from error


def _typed(value: Scalar, dtype: pl.DataType) -> float | date:
    text = scalar_text(value)
    if dtype == pl.Float64:
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(text)
        return number
    pattern = _ISO_DATE if dtype == pl.Date else _ISO_INSTANT
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text) if dtype == pl.Date else datetime.fromisoformat(text)
