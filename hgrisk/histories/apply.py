"""Turn a raw source into rows of one of our tables, as its mapping says."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hgrisk.errors import DataError
from hgrisk.histories.account import ROW, SOURCE, TABLE, fates, no_fates
from hgrisk.histories.constants import Scalar, is_iso_date, scalar_text
from hgrisk.histories.frames import PLAIN, shown_names
from hgrisk.histories.mapping import RowFilter, SourceMap
from hgrisk.histories.raw import RawRows
from hgrisk.histories.values import column_value, text_of
from hgrisk.schema import column_types

_REASON = "hg:reason"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True)
class MappedRows:
    """Rows of one table, from one source.

    Attributes
    ----------
    frame : polars.DataFrame
        The table's columns as far as mapped, extra columns, and the working columns of the row account.
    unused : polars.DataFrame
        Fates of the rows that were excluded or quarantined on the way.
    n_read : int
        Rows read.
    """

    frame: pl.DataFrame
    unused: pl.DataFrame
    n_read: int


def apply_mapping(raw: RawRows, source: SourceMap) -> MappedRows:
    """Apply one source's mapping to its raw rows.

    Parameters
    ----------
    raw : RawRows
        The rows as read.
    source : SourceMap
        The mapping.

    Returns
    -------
    MappedRows
        Typed rows, and the fates of the others.

    Raises
    ------
    DataError
        If the source lacks a column that the mapping names, or such a column holds no plain values.
    """
    _check_columns(raw.frame, source)
    place = (pl.lit(source.label).alias(SOURCE), pl.lit(source.table).alias(TABLE))
    unused = [no_fates(), fates(raw.broken.with_columns(*place), "quarantined", pl.col("reason"))]
    frame = _tidy(raw.frame, source)
    blank = pl.all_horizontal(pl.all().exclude(ROW).is_null())
    frame = frame.with_columns(blank.alias(_REASON), *place)
    unused.append(fates(frame.filter(_REASON), "excluded", "blank row"))
    frame = frame.filter(~pl.col(_REASON)).drop(_REASON)
    frame, left_out = _filtered(frame, source)
    mapped, failed = _typed(frame, source)
    return MappedRows(mapped, pl.concat([*unused, *left_out, failed]), raw.n_read)


def filter_expression(condition: RowFilter) -> pl.Expr:
    """Return a row filter as an expression that is true for the rows to keep.

    Parameters
    ----------
    condition : RowFilter
        The filter.

    Returns
    -------
    polars.Expr
        True or false, never empty.
    """
    column = pl.col(condition.column)
    keep = pl.lit(value=True)
    if condition.equals is not None:
        keep &= _is_one_of(condition.column, (condition.equals,))
    if condition.not_equals is not None:
        keep &= ~_is_one_of(condition.column, (condition.not_equals,))
    if condition.is_in is not None:
        keep &= _is_one_of(condition.column, condition.is_in)
    if condition.not_in is not None:
        keep &= ~_is_one_of(condition.column, condition.not_in)
    if condition.at_least is not None:
        keep &= column.cast(pl.Float64, strict=False) >= condition.at_least
    if condition.at_most is not None:
        keep &= column.cast(pl.Float64, strict=False) <= condition.at_most
    if condition.is_null is not None:
        keep &= column.is_null() == condition.is_null
    return keep.fill_null(value=False)


def _is_one_of(column: str, values: tuple[Scalar, ...]) -> pl.Expr:
    """Say whether a column's text is one of some values: 5 is also '5.0', and true is also 'True'."""
    text = pl.col(column).cast(pl.String)
    exact = [scalar_text(value) for value in values]
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    exact += [form for value in numbers if value == int(value) for form in (f"{int(value)}", f"{int(value)}.0")]
    flags = [scalar_text(value) for value in values if isinstance(value, bool)]
    return (text.is_in(exact) | text.str.to_lowercase().is_in(flags)).fill_null(value=False)


def _filtered(frame: pl.DataFrame, source: SourceMap) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    left_out = []
    for condition in source.where:
        if condition.at_least is not None or condition.at_most is not None:
            column = pl.col(condition.column)
            wrong = column.is_not_null() & column.cast(pl.Float64, strict=False).is_null()
            left_out.append(fates(frame.filter(wrong), "quarantined", f"{condition.column} is not a number"))
            frame = frame.filter(~wrong)
        keep = filter_expression(condition)
        left_out.append(fates(frame.filter(~keep), "excluded", f"filter: {condition.describe()}"))
        frame = frame.filter(keep)
    return frame, left_out


def _named_columns(source: SourceMap) -> list[str]:
    origins = [origin for how in source.columns.values() for origin in (how.column, how.plus) if origin is not None]
    starts = [how.start for how in source.columns.values() if how.start is not None and not is_iso_date(how.start)]
    listed = [] if source.extra == "all" else list(source.extra)
    return [*origins, *starts, *source.recode, *(condition.column for condition in source.where), *listed]


def _check_columns(frame: pl.DataFrame, source: SourceMap) -> None:
    named = _named_columns(source)
    have = [name for name in frame.columns if name != ROW]
    missing = sorted(set(named) - set(have))
    if missing:
        raise DataError(
            f"{source.label} has every column its mapping names",
            f"no {', '.join(missing)} among {shown_names(have)}",
            "mend the mapping or deliver the column",
        )
    for name in have if source.extra == "all" else named:
        dtype = frame.schema[name]
        if not (dtype.is_numeric() or isinstance(dtype, PLAIN)):
            raise DataError(
                f"A column of {source.label} holds texts, numbers or dates",
                f"{str(dtype).split('(')[0]} in {name!r}",
                "convert the column or leave it out",
            )


def _tidy(frame: pl.DataFrame, source: SourceMap) -> pl.DataFrame:
    """Strip every text, and empty those that mean nothing unless the mapping gives them a meaning."""
    meant = _meant_words(source)
    texts = {name: _stripped(name) for name, dtype in frame.schema.items() if dtype == pl.String}
    words = {name: [w for w in ("", *source.null_values) if not w or w not in meant.get(name, ())] for name in texts}
    return frame.with_columns(pl.when(~text.is_in(words[name])).then(text).alias(name) for name, text in texts.items())


def _stripped(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars().str.strip_chars(_INVISIBLE).str.strip_chars()


def _meant_words(source: SourceMap) -> dict[str, set[str]]:
    meant: dict[str, set[str]] = {}
    for how in source.columns.values():
        meant.setdefault(how.column or "", set()).update(how.codes or ())
    for name, codes in source.recode.items():
        meant.setdefault(name, set()).update(codes)
    for condition in source.where:
        asked = (condition.equals, condition.not_equals, *(condition.is_in or ()), *(condition.not_in or ()))
        meant.setdefault(condition.column, set()).update(scalar_text(value) for value in asked if value is not None)
    return meant


def _typed(frame: pl.DataFrame, source: SourceMap) -> tuple[pl.DataFrame, pl.DataFrame]:
    types = column_types(source.table)
    values, failures = [], []
    for name in source.columns:
        value = column_value(name, types[name], source, frame.schema)
        values.append(value.expr.alias(f"hg:as:{name}"))
        failures.append(pl.when(value.filled & pl.col(f"hg:as:{name}").is_null()).then(pl.lit(f"{name} {value.wrong}")))
    for name, codes in source.recode.items():
        values.append(_recoded(name, frame.schema[name], codes).alias(f"hg:as:{name}"))
        lost = pl.col(name).is_not_null() & pl.col(f"hg:as:{name}").is_null()
        failures.append(pl.when(lost).then(pl.lit(f"{name} is not in its code list")))
    extras = [pl.col(f"hg:as:{n}").alias(n) if n in source.recode else pl.col(n) for n in _extras(frame, source)]
    wide = frame.with_columns(*values).with_columns(pl.coalesce(*failures).alias(_REASON))
    own = [pl.col(f"hg:as:{name}").alias(name) for name in source.columns]
    failed = pl.col(_REASON).is_not_null()
    kept = wide.filter(~failed).select(ROW, SOURCE, TABLE, *own, *extras)
    return kept, fates(wide.filter(failed), "quarantined", pl.col(_REASON))


def _recoded(name: str, dtype: pl.DataType, codes: dict[str, Scalar]) -> pl.Expr:
    table = {source: scalar_text(value) for source, value in codes.items()}
    return text_of(name, dtype).replace_strict(table, default=None, return_dtype=pl.String)


def _extras(frame: pl.DataFrame, source: SourceMap) -> list[str]:
    """Name the columns that travel along; one without a name (the index that pandas writes) stays behind."""
    taken = {how.column for how in source.columns.values()}
    ours = {ROW, SOURCE, TABLE, *column_types(source.table)}
    if source.extra == "all":
        return [name for name in frame.columns if name.strip() and name not in taken | ours]
    clash = sorted(set(source.extra) & ours)
    if clash:
        raise DataError(
            "An extra column has a name of its own", f"{clash[0]!r}", "map it under [source.columns] instead"
        )
    return list(source.extra)
