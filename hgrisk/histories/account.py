"""The row account: every source row ends used, merged, excluded or quarantined, with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from hgrisk.errors import DataError

ROW = "hg:row"
SOURCE = "hg:source"
TABLE = "hg:table"
"""Working columns that say where a row comes from, until its fate is known."""

STATUSES = ("merged", "excluded", "quarantined")

_FATES = {
    "source": pl.String,
    "source_row": pl.Int64,
    "table": pl.String,
    "status": pl.String,
    "reason": pl.String,
}


def fates(rows: pl.DataFrame, status: str, reason: str | pl.Expr) -> pl.DataFrame:
    """Give rows that are not used their status and reason.

    Parameters
    ----------
    rows : polars.DataFrame
        Rows with the working columns ``ROW``, ``SOURCE`` and ``TABLE``.
    status : str
        merged, excluded or quarantined.
    reason : str or polars.Expr
        Why, the same for all rows or from a column.

    Returns
    -------
    polars.DataFrame
        Columns ``source``, ``source_row``, ``table``, ``status``, ``reason``; no values and no identifiers.
    """
    why = pl.lit(reason) if isinstance(reason, str) else reason
    return rows.select(
        pl.col(SOURCE).alias("source"),
        pl.col(ROW).alias("source_row").cast(pl.Int64),
        pl.col(TABLE).alias("table"),
        pl.lit(status).alias("status"),
        why.cast(pl.String).alias("reason"),
    )


def no_fates() -> pl.DataFrame:
    """Return an empty table of unused rows."""
    return pl.DataFrame(schema=_FATES)


@dataclass(frozen=True)
class RowAccount:
    """What became of every source row.

    Attributes
    ----------
    table : polars.DataFrame
        One row per source: ``source``, ``read``, ``used``, ``merged``, ``excluded``, ``quarantined`` (counts of rows).
    unused : polars.DataFrame
        One row per row not used: ``source``, ``source_row`` (1 is the first data row), ``table``, ``status``,
        ``reason``. It holds no values, so it can be handed to whoever owns the source.
    """

    table: pl.DataFrame
    unused: pl.DataFrame

    @property
    def reasons(self) -> pl.DataFrame:
        """Counts of unused rows by source, status and reason."""
        return self.unused.group_by("source", "status", "reason").agg(rows=pl.len()).sort("source", "status", "reason")

    @property
    def bad_share(self) -> float:
        """Share of the rows read that is quarantined, between 0 and 1; rows excluded by a filter are not bad."""
        total = {name: int(self.table[name].sum()) for name in ("read", "excluded", "quarantined")}
        wanted = total["read"] - total["excluded"]
        return total["quarantined"] / wanted if wanted else 0.0

    def check_share(self, most: float) -> None:
        """Refuse a delivery of which too many rows are quarantined.

        Parameters
        ----------
        most : float
            Largest share that is accepted, 0 to 1.

        Raises
        ------
        DataError
            If the share is larger.
        """
        if self.bad_share > most:
            raise DataError(
                f"At most {most:.1%} of the rows is quarantined",
                f"{self.bad_share:.1%}",
                "mend the source (see 'hgrisk check') or raise max_bad_share under [data]",
            )


def close_account(read: Iterable[tuple[str, int]], used: pl.DataFrame, unused: pl.DataFrame) -> RowAccount:
    """Count every row's fate and check that the counts reconcile.

    Parameters
    ----------
    read : iterable of (str, int)
        Each source's name and the rows read from it.
    used : polars.DataFrame
        One row per row that is used, with the working column ``SOURCE``.
    unused : polars.DataFrame
        Fates of the other rows.

    Returns
    -------
    RowAccount
        The reconciled account.

    Raises
    ------
    DataError
        If a source's rows do not add up: a fault of hgrisk, never passed over.
    """
    table = pl.DataFrame(list(read), schema={"source": pl.String, "read": pl.Int64}, orient="row")
    used_counts = used.group_by(pl.col(SOURCE).alias("source")).agg(used=pl.len().cast(pl.Int64))
    table = table.join(used_counts, on="source", how="left", maintain_order="left")
    for status in STATUSES:
        counts = unused.filter(status=status).group_by("source").agg(pl.len().cast(pl.Int64).alias(status))
        table = table.join(counts, on="source", how="left", maintain_order="left")
    table = table.with_columns(pl.col("used", *STATUSES).fill_null(0))
    wrong = table.filter(pl.col("read") != pl.sum_horizontal("used", *STATUSES))
    if wrong.height:
        raise DataError(
            "The rows of a source add up to the rows read",
            f"{wrong.to_dicts()[0]}",
            "report this as a fault of hgrisk",
        )
    return RowAccount(table, unused.sort("source", "source_row", "reason"))
