"""One column of a source as values of one of our columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from hgrisk.errors import DataError
from hgrisk.histories.account import ROW
from hgrisk.histories.column_map import ColumnMap
from hgrisk.histories.constants import constant, is_iso_date
from hgrisk.histories.mapping import ISO, SourceMap

_ISO_DATE = r"^(\d{4}-\d{1,2}-\d{1,2})(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)?$"
_ROUNDED = r"^-?\d+([.,]\d+)?[eE]\+\d+$"  # what a spreadsheet makes of a long number
_EXACT = 2**53
_LONGEST = 400_000  # days
_UTC = ("UTC", "Etc/UTC", "+00:00", "Z", "GMT")


@dataclass(frozen=True)
class Value:
    """How a column gets its values.

    Attributes
    ----------
    expr : polars.Expr
        The value, empty where the source is empty or wrong.
    filled : polars.Expr
        Whether the source says something, so that an empty value is wrong.
    wrong : str
        What is then said of the column.
    """

    expr: pl.Expr
    filled: pl.Expr
    wrong: str


def column_value(name: str, dtype: pl.DataType, source: SourceMap, schema: pl.Schema) -> Value:
    """Return how one of our columns gets its values from a source.

    Parameters
    ----------
    name : str
        Our column, one of ``source.columns``.
    dtype : polars.DataType
        Its type.
    source : SourceMap
        The mapping.
    schema : polars.Schema
        Columns and types of the source.

    Returns
    -------
    Value
        The value, and when it is wrong.

    Raises
    ------
    DataError
        If instants come with a time zone and the mapping does not say which clock to read.
    """
    how = source.columns[name]
    if how.value is not None:
        return Value(pl.lit(constant(how.value, dtype, name), dtype=dtype), pl.lit(value=False), "")
    if how.row_number:
        return Value(pl.lit(how.prefix) + pl.col(ROW).cast(pl.String), pl.lit(value=False), "")
    if how.start is not None:
        return Value(_shifted(how, source, schema), pl.col(str(how.plus)).is_not_null(), "is not a date")
    expr, wrong = _from_column(str(how.column), name, dtype, source, schema)
    return Value(expr, pl.col(str(how.column)).is_not_null(), wrong)


def _from_column(
    column: str, name: str, dtype: pl.DataType, source: SourceMap, schema: pl.Schema
) -> tuple[pl.Expr, str]:
    how, kind = source.columns[name], schema[column]
    if how.codes is not None:
        return _coded(column, how, name, dtype, kind), "is not in the code list"
    if dtype == pl.Float64:
        return _number(column, how.decimal, kind), "is not a number"
    if dtype == pl.Date:
        return _date(column, how, source, kind), "is not a date"
    if dtype == pl.Datetime:
        return _instant(column, how, source, kind), "is not a date with a time"
    text = _identifier(column, kind) if name.endswith("_id") else text_of(column, kind)
    return pl.lit(how.prefix) + text, "is a number that lost digits"


def text_of(column: str, kind: pl.DataType) -> pl.Expr:
    """Return a column as text; a whole number that a gap made a float loses its '.0'.

    Parameters
    ----------
    column : str
        The source column.
    kind : polars.DataType
        Its type.

    Returns
    -------
    polars.Expr
        Text, empty for a float too large to be exact.
    """
    value = pl.col(column)
    if kind.is_float():
        whole = value.cast(pl.Int64, strict=False).cast(pl.String)
        text = pl.when(value == value.floor()).then(whole).otherwise(value.cast(pl.String))
        return pl.when(value.abs() < _EXACT).then(text)
    if kind.is_decimal():
        return value.cast(pl.String).str.replace(r"\.0+$", "")
    return value.cast(pl.String)


def _identifier(column: str, kind: pl.DataType) -> pl.Expr:
    text = text_of(column, kind).str.replace(r"^(-?\d+)\.0+$", "$1")
    return pl.when(~text.str.contains(_ROUNDED)).then(text)


def _coded(column: str, how: ColumnMap, name: str, dtype: pl.DataType, kind: pl.DataType) -> pl.Expr:
    codes = {key: constant(value, dtype, name) for key, value in (how.codes or {}).items()}
    default = None if how.otherwise is None else pl.lit(constant(how.otherwise, dtype, name), dtype=dtype)
    coded = text_of(column, kind).replace_strict(codes, default=default, return_dtype=dtype)
    return pl.when(pl.col(column).is_not_null()).then(coded)


def _number(column: str, decimal: str, kind: pl.DataType) -> pl.Expr:
    if not (kind.is_numeric() or kind == pl.String):
        return pl.lit(None, dtype=pl.Float64)
    value = pl.col(column)
    if kind == pl.String and decimal == ",":
        value = pl.when(~value.str.contains(".", literal=True)).then(value.str.replace(",", ".", literal=True))
    number = value.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _date(column: str, how: ColumnMap, source: SourceMap, kind: pl.DataType) -> pl.Expr:
    if kind == pl.Date:
        return pl.col(column)
    if isinstance(kind, pl.Datetime):
        return _wall_clock(column, kind, source).dt.date()
    layout, text = how.format or source.date_format, text_of(column, kind)
    if layout == ISO:
        return text.str.extract(_ISO_DATE, 1).str.to_date(ISO, strict=False)
    if "%z" in layout:
        return _with_offset(text, layout, source).dt.date()
    return text.str.to_date(layout, strict=False)


def _instant(column: str, how: ColumnMap, source: SourceMap, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Datetime):
        return _wall_clock(column, kind, source)
    text = text_of(column, kind)
    if how.format is None:
        joined = text.str.replace(" ", "T", literal=True)
        layouts = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M")
        return pl.coalesce(joined.str.to_datetime(layout, strict=False, time_unit="us") for layout in layouts)
    if "%z" in how.format:
        return _with_offset(text, how.format, source)
    return text.str.to_datetime(how.format, strict=False, time_unit="us")


def _wall_clock(column: str, kind: pl.Datetime, source: SourceMap) -> pl.Expr:
    """Return an instant as the clock of the place shows it."""
    value = pl.col(column)
    if kind.time_zone is None:
        return value.cast(pl.Datetime("us"))
    if source.time_zone is None and kind.time_zone in _UTC:
        raise DataError(
            "An instant in UTC is read on the clock of a named place, or its date may be a day off",
            f"column {column!r} in {kind.time_zone}",
            "add time_zone, such as 'Europe/Amsterdam', to the [[source]] of a mapping file",
        )
    here = value.dt.convert_time_zone(source.time_zone or kind.time_zone)
    return here.dt.replace_time_zone(None).cast(pl.Datetime("us"))


def _with_offset(text: pl.Expr, layout: str, source: SourceMap) -> pl.Expr:
    instant = text.str.to_datetime(layout.replace("%z", "%#z"), strict=False, time_unit="us", time_zone="UTC")
    return instant.dt.convert_time_zone(source.time_zone or "UTC").dt.replace_time_zone(None)


def _shifted(how: ColumnMap, source: SourceMap, schema: pl.Schema) -> pl.Expr:
    """Return a start date plus a number of days or weeks."""
    first, plus = str(how.start), str(how.plus)
    fixed = is_iso_date(first)
    start = pl.lit(date.fromisoformat(first)) if fixed else _date(first, how, source, schema[first])
    days = (_number(plus, how.decimal, schema[plus]) * (7 if how.unit == "weeks" else 1)).round()
    days = pl.when(days.abs() <= _LONGEST).then(days.cast(pl.Int64, strict=False))
    return start.dt.offset_by(pl.format("{}d", days))
