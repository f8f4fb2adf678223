"""Check mapped rows: exact duplicates merged, rule-breaking rows quarantined, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hgrisk.histories.account import ROW, SOURCE, TABLE, fates, no_fates
from hgrisk.schema import END_DATES, END_OF_TIME, KEYS, ROW_KEY, TABLES, column_types

WORKING = (ROW, SOURCE, TABLE)


@dataclass(frozen=True)
class CheckedTable:
    """One table after its checks.

    Attributes
    ----------
    frame : polars.DataFrame
        The rows that stay, with every column of the schema, extra columns and the working columns.
    unused : polars.DataFrame
        Fates of the rows that were merged or quarantined.
    """

    frame: pl.DataFrame
    unused: pl.DataFrame


def check_table(name: str, parts: list[pl.DataFrame], elsewhere: pl.Series | None = None) -> CheckedTable:
    """Stack the sources of a table and check every row by itself and against its namesakes.

    Parameters
    ----------
    name : str
        The table.
    parts : list of polars.DataFrame
        Mapped rows of each source.
    elsewhere : polars.Series, optional
        Keys that also stand on rows of the delivery that are not among these, where they are a part of it.

    Returns
    -------
    CheckedTable
        Rows that stay, and the fates of the others.
    """
    frame = _complete(name, pl.concat(parts, how="diagonal_relaxed"))
    frame, merged = _merge_duplicates(_derive(name, frame))
    frame = _identify(name, frame)
    frame, clashing = _quarantine_clashes(name, frame, elsewhere)
    frame, broken = _quarantine_broken(name, frame)
    return CheckedTable(frame, pl.concat([merged, clashing, broken]))


def _complete(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    types = column_types(name)
    absent = [pl.lit(None, dtype=dtype).alias(column) for column, dtype in types.items() if column not in frame.columns]
    extras = [column for column in frame.columns if column not in types and column not in WORKING]
    return frame.with_columns(absent).select(*WORKING, *types, *extras)


def _merge_duplicates(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    content = [column for column in frame.columns if column not in WORKING]
    first = pl.struct(content).is_first_distinct()
    marked = frame.with_columns(first.alias("hg:first"))
    merged = marked.filter(~pl.col("hg:first"))
    return marked.filter("hg:first").drop("hg:first"), fates(merged, "merged", "exact duplicate of an earlier row")


def _derive(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Empty the place-holders for 'has not ended', and fill the day on which an event became known."""
    ends = pl.col(END_DATES.get(name, ()))
    frame = frame.with_columns(pl.when(ends.dt.year() < END_OF_TIME).then(ends))
    if name != "events":
        return frame
    return frame.with_columns(known_on=pl.coalesce("known_on", pl.col("known_at").dt.date(), "occurred_on"))


def _identify(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    if name != "events":
        return frame
    row_id = pl.concat_str(pl.lit("row:"), pl.col(SOURCE), pl.lit(":"), pl.col(ROW).cast(pl.String))
    return frame.with_columns(pl.coalesce("event_id", row_id).alias("event_id"))


def _quarantine_clashes(
    name: str, frame: pl.DataFrame, elsewhere: pl.Series | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    keys = list(KEYS[name])
    if not keys:
        return frame, no_fates()
    clash = pl.struct(keys).is_duplicated() & pl.all_horizontal(pl.col(key).is_not_null() for key in keys)
    if elsewhere is not None:
        clash |= pl.col(keys[0]).is_in(elsewhere.implode()).fill_null(value=False)
    rows = frame.filter(clash)
    return frame.filter(~clash), fates(rows, "quarantined", f"{keys[0]} stands on rows that differ")


def _quarantine_broken(name: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    _, failure = TABLES[name].filter(_keyed(name, frame))
    if not len(failure):
        return frame, no_fates()
    reasons = _reasons(failure.details())
    marked = frame.with_row_index("hg:key").join(reasons, on="hg:key", how="left", maintain_order="left").drop("hg:key")
    failed = pl.col("hg:reason").is_not_null()
    out = fates(marked.filter(failed), "quarantined", pl.col("hg:reason"))
    return marked.filter(~failed).drop("hg:reason"), out


def _keyed(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of the schema with the working key, and a stand-in for what is derived later."""
    keyed = frame.select(*column_types(name)).with_row_index(ROW_KEY)
    if name != "cases":
        return keyed
    start = pl.coalesce("observed_from", "observed_until", pl.date(2000, 1, 1))
    return keyed.with_columns(start, pl.coalesce("observed_until", start))


def _reasons(details: pl.DataFrame) -> pl.DataFrame:
    """Name the first rule that each broken row breaks."""
    rules = [name for name, dtype in details.schema.items() if isinstance(dtype, pl.Enum)]
    broken = [pl.when(pl.col(rule).cast(pl.String) == "invalid").then(pl.lit(_in_words(rule))) for rule in rules]
    return details.select(pl.col(ROW_KEY).alias("hg:key"), pl.coalesce(broken).alias("hg:reason"))


def _in_words(rule: str) -> str:
    column, _, kind = rule.partition("|")
    if not kind:
        return rule.replace("_", " ")
    return f"{column} is empty" if kind in {"nullability", "min_length"} else f"{column} is not finite"


def quarantine_strangers(table: CheckedTable, column: str, known: pl.Series, reason: str) -> CheckedTable:
    """Quarantine rows that refer to something that is not there.

    Parameters
    ----------
    table : CheckedTable
        The table that refers.
    column : str
        The referring column; an empty reference is no reference.
    known : polars.Series
        What may be referred to.
    reason : str
        Reason given to the rows.

    Returns
    -------
    CheckedTable
        The table without these rows.
    """
    return quarantine_rows(table, pl.col(column).is_in(known.implode()).not_(), reason)


def quarantine_rows(table: CheckedTable, bad: pl.Expr, reason: str) -> CheckedTable:
    """Quarantine rows that cannot be right.

    Parameters
    ----------
    table : CheckedTable
        The table.
    bad : polars.Expr
        True for the rows to quarantine.
    reason : str
        Reason given to the rows.

    Returns
    -------
    CheckedTable
        The table without these rows.
    """
    return _set_aside(table, bad, "quarantined", reason)


def exclude_rows(table: CheckedTable, unwanted: pl.Expr, reason: str) -> CheckedTable:
    """Exclude rows that are right but not wanted.

    Parameters
    ----------
    table : CheckedTable
        The table.
    unwanted : polars.Expr
        True for the rows to leave out.
    reason : str
        Reason given to the rows.

    Returns
    -------
    CheckedTable
        The table without these rows.
    """
    return _set_aside(table, unwanted, "excluded", reason)


def _set_aside(table: CheckedTable, which: pl.Expr, status: str, reason: str) -> CheckedTable:
    leave = which.fill_null(value=False)
    fate = fates(table.frame.filter(leave), status, reason)
    return CheckedTable(table.frame.filter(~leave), pl.concat([table.unused, fate]))
