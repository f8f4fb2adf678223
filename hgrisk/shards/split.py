"""One pass over a delivery: every row goes to the folder of its shard, and no more than a batch is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hgrisk.histories.account import SOURCE, RowAccount, close_account, no_fates
from hgrisk.histories.apply import apply_mapping
from hgrisk.histories.batches import read_batches
from hgrisk.histories.checks import check_tables
from hgrisk.histories.mapping import MappingFile, SourceMap
from hgrisk.histories.raw import RawRows
from hgrisk.shards.clashes import EventIds
from hgrisk.shards.plan import Links, ShardPlan
from hgrisk.shards.staging import append_rows, read_rows, write_rows

_LINKS = ("case_id", "person_id", "exposed_person_id")
UNUSED, ELSEWHERE, REGIONS = "unused.rows", "elsewhere.rows", "regions.rows"
"""Rows that are of no shard: those that could not be mapped, ids of events that clash, and the regions."""

Count = Callable[[int], None]


@dataclass(frozen=True)
class Split:
    """A delivery in shards.

    Attributes
    ----------
    account : RowAccount
        What became of the rows that are of no shard: those that could not be mapped or are not wanted, and the regions.
    events : int
        Events that went to a shard.
    made_up : bool
        Whether a source bears the mark of a made-up world.
    """

    account: RowAccount
    events: int
    made_up: bool


@dataclass(frozen=True)
class Reading:
    """How a delivery is read.

    Attributes
    ----------
    folder : pathlib.Path
        The folder of the delivery.
    sources : MappingFile
        Its sources.
    rows : int
        Rows of a batch.
    count : callable
        Told the rows of each batch that was read.
    """

    folder: Path
    sources: MappingFile
    rows: int
    count: Count

    def batches(self, source: SourceMap, columns: list[str] | None = None) -> Iterator[RawRows]:
        """Read a source in batches.

        Parameters
        ----------
        source : SourceMap
            The source.
        columns : list of str, optional
            The only columns that are wanted.

        Yields
        ------
        RawRows
            The batches.
        """
        for raw in read_batches(self.folder, source, self.rows, columns):
            yield raw
            self.count(raw.n_read)


def find_links(reading: Reading, *, named: bool) -> Links:
    """Read who belongs to which household, and how many events it has.

    Parameters
    ----------
    reading : Reading
        The delivery.
    named : bool
        Whether persons whom an event names link households too, as they do where features follow persons.

    Returns
    -------
    Links
        What links the households.
    """
    links = Links()
    for source in reading.sources.source:
        if source.table not in {"events", "memberships"}:
            continue
        wanted = {name: how for name, how in source.columns.items() if name in _LINKS}
        if not named and source.table == "events":
            wanted = {"case_id": wanted["case_id"]}
        slim = source.model_copy(update={"columns": wanted, "extra": (), "recode": {}})
        for raw in reading.batches(slim, _columns_of(slim)):
            frame = apply_mapping(raw, slim).frame
            if source.table == "events":
                links.add_events(frame["case_id"])
            for person in sorted(set(wanted) - {"case_id"}):
                links.add_persons(frame["case_id"], frame[person])
    return links


def _columns_of(source: SourceMap) -> list[str] | None:
    if any(how.row_number for how in source.columns.values()):
        return None  # a row number is in no column: without the others, rows could not be counted, nor told from blank
    mapped = [how.column for how in source.columns.values() if how.column is not None]
    return [*mapped, *(condition.column for condition in source.where)]


def split_delivery(reading: Reading, plan: ShardPlan, stage: Path) -> Split:
    """Write the rows of a delivery to the shards' folders.

    Parameters
    ----------
    reading : Reading
        The delivery.
    plan : ShardPlan
        The shard of each household.
    stage : pathlib.Path
        An empty folder.

    Returns
    -------
    Split
        What is known of the whole.
    """
    sources = reading.sources
    for shard in range(plan.count):
        shard_folder(stage, shard).mkdir()
    append_rows(stage / UNUSED, no_fates())
    ids = EventIds(stage)
    apart = Counter({source.label: 0 for source in sources.source})
    events, made_up = 0, False
    for number, source in enumerate(sources.source):
        for raw in reading.batches(source):
            mapped = apply_mapping(raw, source)
            append_rows(stage / UNUSED, mapped.unused)
            apart[source.label] += mapped.n_read - mapped.frame.height
            made_up |= raw.made_up
            if source.table == "regions":  # a few rows, which every shard needs
                append_rows(stage / f"{number:02}.rows", mapped.frame)
                continue
            shards = _shards_of(mapped.frame, source.table, plan)
            _hand_out(mapped.frame, shards, [source_rows(stage, shard, number) for shard in range(plan.count)])
            if source.table == "events":
                events += mapped.frame.height
                ids.add(mapped.frame, shards)
    write_rows(stage / ELSEWHERE, ids.standing_twice(event_ids(stage, sources, plan.count)).to_frame())
    return Split(_account_of_rest(stage, sources, apart), events, made_up)


def shard_folder(stage: Path, shard: int) -> Path:
    """Return the folder of a shard.

    Parameters
    ----------
    stage : pathlib.Path
        The folder of all shards.
    shard : int
        The shard.

    Returns
    -------
    pathlib.Path
        Its folder.
    """
    return stage / f"{shard:05}"


def source_rows(stage: Path, shard: int, number: int) -> Path:
    """Return the file with the rows that a source has in a shard.

    Parameters
    ----------
    stage : pathlib.Path
        The folder of all shards.
    shard, number : int
        The shard, and the place of the source among all.

    Returns
    -------
    pathlib.Path
        The file.
    """
    return shard_folder(stage, shard) / f"{number:02}.rows"


def event_ids(stage: Path, sources: MappingFile, n_shards: int) -> Iterator[pl.Series]:
    """Yield the ids of the events of each shard.

    Parameters
    ----------
    stage : pathlib.Path
        The folder of all shards.
    sources : MappingFile
        The sources.
    n_shards : int
        Number of shards.

    Yields
    ------
    polars.Series
        Ids; empty where an event has none.
    """
    numbers = [number for number, source in enumerate(sources.source) if source.table == "events"]
    for shard in range(n_shards):
        rows = [read_rows(source_rows(stage, shard, number)) for number in numbers]
        yield pl.concat([part["event_id"] for part in rows if "event_id" in part.columns])


def _shards_of(frame: pl.DataFrame, table: str, plan: ShardPlan) -> NDArray[np.int32]:
    return plan.of_persons(frame["person_id"]) if table == "persons" else plan.of_cases(frame["case_id"])


def _hand_out(frame: pl.DataFrame, shards: NDArray[np.int32], files: list[Path]) -> None:
    for path, rows in zip(files, _by_shard(frame, shards, len(files)), strict=True):
        if rows.height or not path.exists():  # a source that has no rows in a shard still has its columns there
            append_rows(path, rows)


def _by_shard(frame: pl.DataFrame, shards: NDArray[np.int32], n_shards: int) -> Iterator[pl.DataFrame]:
    order = np.argsort(shards, kind="stable")  # rows of a shard keep their order
    sizes = np.bincount(shards, minlength=n_shards)
    starts, ordered = np.cumsum(sizes) - sizes, frame[order]
    for shard in range(n_shards):
        yield ordered.slice(int(starts[shard]), int(sizes[shard]))


def _account_of_rest(stage: Path, sources: MappingFile, apart: Counter[str]) -> RowAccount:
    """Check the regions, which are of no shard, and account for all rows that went to none."""
    numbers = [number for number, source in enumerate(sources.source) if source.table == "regions"]
    parts = [read_rows(stage / f"{number:02}.rows") for number in numbers]
    unused, used = read_rows(stage / UNUSED), pl.DataFrame(schema={SOURCE: pl.String})
    for number, part in zip(numbers, parts, strict=True):
        apart[sources.source[number].label] += part.height
    if parts:
        regions = check_tables({"regions": parts}, None)["regions"]
        write_rows(stage / REGIONS, regions.frame)
        used, unused = regions.frame.select(SOURCE), pl.concat([unused, regions.unused])
    return close_account(apart.items(), used, unused)
