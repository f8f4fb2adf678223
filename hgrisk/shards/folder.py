"""The folder of a sharded build: features in parts, what they mean, and what became of every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import polars as pl

from hgrisk.attrition import SCHEMA as ATTRITION_COLUMNS
from hgrisk.cohort import LANDMARK
from hgrisk.errors import DataError
from hgrisk.features.build import MOST_LEVELS
from hgrisk.features.spec import FeatureSpec
from hgrisk.features.table import FeatureTable
from hgrisk.histories.account import RowAccount
from hgrisk.provenance import MADE_UP_MARK
from hgrisk.shards.staging import read_facts

BUILD = "build.json"
"""What a folder was built from; where it is, the folder is ours."""
WHOLE = "whole.json"
"""What is known of the whole; where it is, parts can be read."""
ACCOUNT, UNUSED, ATTRITION = "rows.csv", "unused.parquet", "attrition.csv"
FEATURES, LANDMARKS = "features", "landmarks"
"""Folders of the parts."""


@dataclass(frozen=True)
class FeatureShards:
    """Features that were built shard by shard: as a table of all would be, in parts.

    Attributes
    ----------
    folder : pathlib.Path
        Where they are.
    catalogue : tuple of FeatureSpec
        What each column means, in the order of the columns.
    shards : tuple of int
        The shards whose parts are there.
    n_shards : int
        All shards.
    n_landmarks, n_events : int
        Landmarks and events of all shards.
    largest_group : int
        Events of the largest group of households that share persons, which no shard divides.
    made_up : bool
        Whether the data are of a made-up world.
    """

    folder: Path
    catalogue: tuple[FeatureSpec, ...]
    shards: tuple[int, ...]
    n_shards: int
    n_landmarks: int
    n_events: int
    largest_group: int
    made_up: bool

    @classmethod
    def read(cls, folder: str | Path, *, unfinished: bool = False) -> Self:
        """Open the folder of a build; no features are read yet.

        Parameters
        ----------
        folder : str or pathlib.Path
            The folder.
        unfinished : bool
            Whether to take the parts that are there of a build that was stopped.

        Returns
        -------
        FeatureShards
            Its parts.

        Raises
        ------
        DataError
            If it is not the folder of a build, or the build was not finished.
        """
        place = Path(folder)
        if not (place / BUILD).is_file():
            found = f"no {BUILD} in {place.name or place}"
            raise DataError("Features in parts are in a folder of hgrisk build", found, "give the folder of its --out")
        if not (place / WHOLE).is_file():
            raise _not_finished("none")
        facts = read_facts(place / WHOLE)
        there = tuple(shard for shard in range(facts["shards"]) if done_file(place, shard).is_file())
        if len(there) < facts["shards"] and not unfinished:
            raise _not_finished(f"{len(there)} of {facts['shards']}")
        catalogue = tuple(FeatureSpec(**spec) for spec in facts["catalogue"])
        numbers = (facts[key] for key in ("shards", "landmarks", "events", "largest", "made_up"))
        return cls(place, catalogue, there, *numbers)

    @property
    def account(self) -> RowAccount:
        """What became of every row of the delivery, as for :class:`hgrisk.histories.case_histories.CaseHistories`."""
        return RowAccount(pl.read_csv(self.folder / ACCOUNT), pl.read_parquet(self.folder / UNUSED))

    @property
    def attrition(self) -> pl.DataFrame:
        """What each filter of the cohort did: ``step``, ``remaining``, ``removed``, ``reason``."""
        table = pl.read_csv(self.folder / ATTRITION, schema=ATTRITION_COLUMNS)
        return table.with_columns(pl.col("reason").fill_null(""))

    def parts(self) -> Iterator[FeatureTable]:
        """Yield the features of each shard.

        Yields
        ------
        FeatureTable
            The landmarks of a shard, by date and household; the index is ``landmark_id`` of all shards together.
        """
        for shard in self.shards:
            if part_file(self.folder, FEATURES, shard).exists():  # a shard may have no landmark
                yield FeatureTable(self._features([shard]), self.catalogue)

    def table(self) -> FeatureTable:
        """Return the features of all shards, which have to fit in memory.

        Returns
        -------
        FeatureTable
            Equal to those of a build in one piece.
        """
        return FeatureTable(self._features(self.shards), self.catalogue)

    def landmarks(self) -> pl.DataFrame:
        """Return who the landmarks are of, and when: not to be handed out with the features.

        Returns
        -------
        polars.DataFrame
            ``landmark_id``, ``case_id``, ``landmark_on``, ``network_id``, by ``landmark_id``.
        """
        files = [file for shard in self.shards if (file := part_file(self.folder, LANDMARKS, shard)).exists()]
        return pl.concat([pl.read_parquet(file) for file in files]).sort(LANDMARK)

    def _features(self, shards: Sequence[int]) -> pd.DataFrame:
        files = [file for shard in shards if (file := part_file(self.folder, FEATURES, shard)).exists()]
        frame = pl.concat([pl.read_parquet(file) for file in files]).sort(LANDMARK)
        names = [spec.name for spec in self.catalogue]
        numbers = [spec.name for spec in self.catalogue if spec.kind == "number"]
        texts = {spec.name: frame[spec.name].to_list() for spec in self.catalogue if spec.kind == "category"}
        index = pd.Index(frame[LANDMARK].to_list())
        block = np.empty((len(numbers), len(index)), dtype=np.float32)
        for place, name in enumerate(numbers):
            block[place] = frame[name].to_numpy()
        whole = pd.DataFrame(block.T, columns=numbers, index=index, copy=False)
        categories = pd.DataFrame(texts, index=index, columns=list(texts), dtype=object)
        return pd.concat([whole, categories], axis=1, copy=False)[names]


def write_part(folder: Path, shard: int, table: FeatureTable, landmarks: pl.DataFrame, *, made_up: bool) -> None:
    """Write the part of a shard.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the build.
    shard : int
        The shard.
    table : FeatureTable
        Its features; the index is ``landmark_id`` of all shards together.
    landmarks : polars.DataFrame
        Its landmarks, in the same order.
    made_up : bool
        Whether the data are of a made-up world.
    """
    columns = [_as_polars(table.X[spec.name], spec) for spec in table.catalogue]
    features = pl.DataFrame([landmarks[LANDMARK], *columns])
    for kind, frame in ((LANDMARKS, landmarks), (FEATURES, features)):
        write_parquet(part_file(folder, kind, shard), frame, made_up=made_up)


def write_parquet(path: Path, frame: pl.DataFrame, *, made_up: bool) -> None:
    """Write a Parquet file that is there whole or not at all.

    Parameters
    ----------
    path : pathlib.Path
        The file; one that is there is replaced.
    frame : polars.DataFrame
        The table.
    made_up : bool
        Whether to mark it as made up.
    """
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)  # a link that somebody laid there is not followed
    frame.write_parquet(new, compression="zstd", metadata=MADE_UP_MARK if made_up else None)
    new.replace(path)


def check_levels(folder: Path) -> None:
    """Refuse a category that is free text over all parts, as a build in one piece would.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of a finished build.

    Raises
    ------
    DataError
        If a category has more than ``MOST_LEVELS`` levels.
    """
    shards = FeatureShards.read(folder)
    files = [file for shard in shards.shards if (file := part_file(folder, FEATURES, shard)).exists()]
    names = [spec.name for spec in shards.catalogue if spec.kind == "category"]
    for name in names:
        levels = pl.concat([pl.read_parquet(file, columns=[name])[name].unique() for file in files]).n_unique()
        if levels > MOST_LEVELS:
            raise DataError(
                f"A category has at most {MOST_LEVELS} levels",
                f"{levels} in {name!r}",
                "map it to a code list: a text of its own for every household would be kept in models and results",
            )


def part_file(folder: Path, kind: str, shard: int) -> Path:
    """Return the file of a part.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the build.
    kind : str
        ``features`` or ``landmarks``.
    shard : int
        The shard.

    Returns
    -------
    pathlib.Path
        The file.
    """
    return folder / kind / f"{shard:05}.parquet"


def done_file(folder: Path, shard: int) -> Path:
    """Return the file that says that the part of a shard is finished.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the build.
    shard : int
        The shard.

    Returns
    -------
    pathlib.Path
        The file.
    """
    return folder / FEATURES / f"{shard:05}.json"


def plain_catalogue(catalogue: tuple[FeatureSpec, ...]) -> list[dict[str, Any]]:
    """Return a catalogue as JSON can hold it: what the columns mean, without how they are computed.

    Parameters
    ----------
    catalogue : tuple of FeatureSpec
        The catalogue.

    Returns
    -------
    list of dict
        One for each column.
    """
    return [{key: value for key, value in asdict(spec).items() if key != "measure"} for spec in catalogue]


def _not_finished(found: str) -> DataError:
    cure = "run the same hgrisk build again, which goes on from there, or read with unfinished=True"
    return DataError("A build has the parts of all its shards", found, cure)


def _as_polars(column: pd.Series[Any], spec: FeatureSpec) -> pl.Series:
    if spec.kind == "category":
        return pl.Series(spec.name, [None if pd.isna(value) else value for value in column], dtype=pl.String)
    return pl.Series(spec.name, column.to_numpy())
