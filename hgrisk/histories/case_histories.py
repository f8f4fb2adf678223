"""CaseHistories: the validated tables of a delivery, and the account of every row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import polars as pl

from hgrisk.errors import DataError
from hgrisk.histories.account import SOURCE, RowAccount, close_account
from hgrisk.histories.apply import MappedRows, apply_mapping
from hgrisk.histories.checks import check_tables, observe
from hgrisk.histories.delivery import Delivery
from hgrisk.histories.mapping import MappingFile, SourceMap, read_mapping
from hgrisk.histories.networks import household_networks
from hgrisk.histories.notes import origin_notes, quality_notes
from hgrisk.histories.own_layout import own_layout
from hgrisk.histories.raw import RawRows
from hgrisk.histories.validate import CheckedTable
from hgrisk.schema import TABLES


@dataclass(frozen=True)
class CaseHistories:
    """Dated case histories, validated once.

    Build it with :meth:`read`. Every table has all columns of its schema (empty where the source has none) and the
    extra columns of the source.

    Attributes
    ----------
    events : polars.DataFrame
        One row per event.
    cases : polars.DataFrame
        One row per household-case, with the period in which it is observed.
    persons, memberships, regions, case_regions : polars.DataFrame
        The optional tables, empty where absent.
    account : RowAccount
        What became of every source row.
    notes : tuple of str
        What a reader should know about the data's quality.
    """

    events: pl.DataFrame
    cases: pl.DataFrame
    persons: pl.DataFrame
    memberships: pl.DataFrame
    regions: pl.DataFrame
    case_regions: pl.DataFrame
    account: RowAccount
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, data: str | Path | dict[str, Any], mapping: str | Path | MappingFile | None = None) -> Self:
        """Read, map and validate case histories.

        Parameters
        ----------
        data : str, Path or dict
            A folder with files, or pandas or Polars frames by name.
        mapping : str, Path or MappingFile, optional
            How the source's tables become ours. Without one, files or frames named as our tables (``events.csv``,
            ``cases.csv.gz``, ``persons.parquet`` ...) are read with our own column names and ISO dates.

        Returns
        -------
        CaseHistories
            The validated tables; rows that break a rule are quarantined in ``account``.

        Raises
        ------
        DataError
            If a source is absent, empty or lacks a column, or if no event is left.
        ConfigError
            If the mapping breaks a rule.

        Examples
        --------
        >>> import pandas as pd
        >>> events = pd.DataFrame({"case_id": ["H1", "H1"], "kind": "report",
        ...                        "occurred_on": ["2023-01-05", "2023-31-12"]})
        >>> histories = CaseHistories.read({"events": events})
        >>> histories.account.table.row(0, named=True)
        {'source': 'events: events', 'read': 2, 'used': 1, 'merged': 0, 'excluded': 0, 'quarantined': 1}
        """
        delivery = Delivery.of(data)
        plan = delivery_plan(delivery, mapping)
        mapped = [(source, apply_mapping(_rows(delivery, source), source)) for source in plan.source]
        parts: dict[str, list[pl.DataFrame]] = {}
        for source, rows in mapped:
            parts.setdefault(source.table, []).append(rows.frame)
        observed = observe(check_tables(parts, plan.extracted_on), plan.extracted_on)
        account = _account(mapped, observed.tables)
        check_any(observed.frames["events"].height, account)
        quality = quality_notes(observed.frames["events"], observed.frames["persons"])
        notes = (*origin_notes(made_up=delivery.made_up), *observed.notes, *quality)
        return cls(**observed.frames, account=account, notes=notes)

    @cached_property
    def networks(self) -> pl.DataFrame:
        """Household network of each case: ``case_id``, ``network_id``."""
        return household_networks(self.cases["case_id"], self.memberships)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all tables, the same for the same content in the same order."""
        whole = hashlib.sha256()
        for name in TABLES:
            frame: pl.DataFrame = getattr(self, name)
            whole.update(f"{name}{frame.columns}{frame.height}".encode())
            whole.update(frame.write_csv().encode())
        return whole.hexdigest()


def delivery_plan(delivery: Delivery, mapping: str | Path | MappingFile | None) -> MappingFile:
    """Return how the sources of a delivery become our tables.

    Parameters
    ----------
    delivery : Delivery
        The delivery.
    mapping : str, Path or MappingFile, optional
        As for :meth:`CaseHistories.read`.

    Returns
    -------
    MappingFile
        The mapping; without one, that of our own layout.

    Raises
    ------
    DataError
        If there is no mapping and the delivery does not follow our own layout.
    ConfigError
        If the mapping breaks a rule.
    """
    if mapping is None:
        return own_layout(delivery)
    return mapping if isinstance(mapping, MappingFile) else read_mapping(Path(mapping))


def _rows(delivery: Delivery, source: SourceMap) -> RawRows:
    return delivery.rows(source.file, source.encoding, source.delimiter)


def _account(mapped: list[tuple[SourceMap, MappedRows]], tables: dict[str, CheckedTable]) -> RowAccount:
    read = [(source.label, rows.n_read) for source, rows in mapped]
    used = pl.concat([table.frame.select(SOURCE) for table in tables.values()])
    unused = [rows.unused for _, rows in mapped] + [table.unused for table in tables.values()]
    return close_account(read, used, pl.concat(unused))


def check_any(n_events: int, account: RowAccount) -> None:
    """Refuse a delivery without a usable event.

    Parameters
    ----------
    n_events : int
        Events that are used.
    account : RowAccount
        What became of every row, for the error text.

    Raises
    ------
    DataError
        If there is none.
    """
    if n_events == 0:
        reasons = ", ".join(f"{n} x {why}" for why, n in account.reasons.select("reason", "rows").head(3).rows())
        raise DataError(
            "Case histories have at least one usable event", reasons or "none", "mend the source or the mapping"
        )
