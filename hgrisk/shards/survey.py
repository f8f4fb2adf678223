"""A shard by itself: its rows checked, its history, and what of it the whole has to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from hgrisk.cohort import Cohort, CohortSettings, select_landmarks
from hgrisk.features.cut.regional import regional_series
from hgrisk.histories.account import SOURCE, RowAccount, close_account, no_fates
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.histories.checks import EVENT_ORDER, ObservedTables, check_tables, observe
from hgrisk.histories.mapping import MappingFile
from hgrisk.histories.observation import KnownDays, known_days
from hgrisk.histories.validate import CheckedTable
from hgrisk.shards.split import ELSEWHERE, REGIONS, shard_folder, source_rows
from hgrisk.shards.staging import read_facts, read_rows, write_facts, write_rows

CHECKED, SURVEYED = "checked.json", "surveyed.json"
"""The facts of a shard after each of its two passes; where they are, the pass is over."""


@dataclass(frozen=True)
class Stage:
    """The shards on disk while a build is under way.

    Attributes
    ----------
    folder : pathlib.Path
        The folder of all shards.
    sources : MappingFile
        The sources of the delivery.
    """

    folder: Path
    sources: MappingFile

    def check(self, shard: int) -> KnownDays:
        """Check the rows of a shard, once.

        Parameters
        ----------
        shard : int
            The shard.

        Returns
        -------
        tuple of (date or None)
            First and last day on which it knows anything.
        """
        done = shard_folder(self.folder, shard) / CHECKED
        if not done.exists():
            self._check(shard, done)
        first, last = read_facts(done)["known"]
        return _day(first), _day(last)

    def _check(self, shard: int, done: Path) -> None:
        parts: dict[str, list[pl.DataFrame]] = {}
        files = [source_rows(self.folder, shard, number) for number in range(len(self.sources.source))]
        read: dict[str, int] = {}
        for source, file in zip(self.sources.source, files, strict=True):
            if source.table != "regions":
                rows = read_rows(file)
                read[source.label] = rows.height
                parts.setdefault(source.table, []).append(rows)
        elsewhere = read_rows(self.folder / ELSEWHERE)["event_id"]
        tables = check_tables(parts, self.sources.extracted_on, elsewhere)
        for name, table in tables.items():
            frame = table.frame.sort(EVENT_ORDER) if name == "events" else table.frame
            write_rows(self._table(shard, name), frame)
            write_rows(self._table(shard, f"{name}-unused"), table.unused)
        known = known_days(tables["events"].frame)
        write_facts(done, {"read": read, "tables": list(tables), "known": [day and day.isoformat() for day in known]})
        for file in files:
            file.unlink(missing_ok=True)

    def histories(self, shard: int, known: KnownDays) -> CaseHistories:
        """Return the history of a shard that was checked.

        Parameters
        ----------
        shard : int
            The shard.
        known : tuple of (date or None)
            First and last day on which the whole delivery knows anything.

        Returns
        -------
        CaseHistories
            As a reading of the whole delivery would have it, for these households.
        """
        facts = read_facts(shard_folder(self.folder, shard) / CHECKED)
        tables = {
            name: CheckedTable(read_rows(self._table(shard, name)), read_rows(self._table(shard, f"{name}-unused")))
            for name in facts["tables"]
        }
        own = list(tables)
        if (self.folder / REGIONS).exists():
            tables["regions"] = CheckedTable(read_rows(self.folder / REGIONS), no_fates())
        observed = observe(tables, self.sources.extracted_on, known)
        return CaseHistories(**observed.frames, account=_account(facts["read"], observed, own), notes=observed.notes)

    def survey(self, shard: int, known: KnownDays, settings: CohortSettings) -> None:
        """Put down what of a shard the whole has to know, once.

        Parameters
        ----------
        shard : int
            The shard.
        known : tuple of (date or None)
            First and last day on which the whole delivery knows anything.
        settings : CohortSettings
            Who is at risk, and from when.
        """
        folder = shard_folder(self.folder, shard)
        if (folder / SURVEYED).exists():
            return
        histories = self.histories(shard, known)
        cohort = select_landmarks(histories, settings, may_be_empty=True)
        write_rows(folder / "landmarks.rows", landmarks_of(cohort))
        write_rows(folder / "networks.rows", histories.networks.group_by("network_id").agg(pl.col("case_id").min()))
        write_rows(folder / "series.rows", regional_series(histories, cohort.marked_events, settings.report_kinds))
        write_rows(folder / "unused.rows", histories.account.unused)
        write_rows(folder / "account.rows", histories.account.table)
        write_rows(folder / "attrition.rows", cohort.attrition)
        write_facts(folder / SURVEYED, {"events": histories.events.height, "landmarks": cohort.landmarks.height})

    def surveyed(self, shard: int, what: str) -> pl.DataFrame:
        """Return a table that :meth:`survey` put down.

        Parameters
        ----------
        shard : int
            The shard.
        what : str
            ``landmarks``, ``networks``, ``series``, ``unused``, ``account`` or ``attrition``.

        Returns
        -------
        polars.DataFrame
            The table.
        """
        return read_rows(shard_folder(self.folder, shard) / f"{what}.rows")

    def sizes(self, shard: int) -> dict[str, int]:
        """Return how many ``events`` and ``landmarks`` a surveyed shard has.

        Parameters
        ----------
        shard : int
            The shard.

        Returns
        -------
        dict of int
            The two numbers.
        """
        return read_facts(shard_folder(self.folder, shard) / SURVEYED)

    def _table(self, shard: int, name: str) -> Path:
        return shard_folder(self.folder, shard) / f"checked-{name}.rows"


def landmarks_of(cohort: Cohort) -> pl.DataFrame:
    """Return who the landmarks are of, and when, in their order.

    Parameters
    ----------
    cohort : Cohort
        The landmarks of a shard.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``landmark_on``, and ``network_id`` as numbered within the shard.
    """
    return cohort.landmarks.select("case_id", "landmark_on", "network_id")


def _account(read: dict[str, int], observed: ObservedTables, own: list[str]) -> RowAccount:
    used = pl.concat([observed.tables[name].frame.select(SOURCE) for name in own])
    return close_account(read.items(), used, pl.concat([observed.tables[name].unused for name in own]))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
