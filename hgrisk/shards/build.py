"""Build the features of histories larger than memory, one shard of household networks after the other."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import Field

from hgrisk.attrition import SCHEMA as ATTRITION_COLUMNS
from hgrisk.cohort import LANDMARK, CohortSettings, check_any_landmark, select_landmarks
from hgrisk.errors import DataError, HgriskError
from hgrisk.features.build import build_features
from hgrisk.features.canary import leak_canary
from hgrisk.features.catalogue import described
from hgrisk.features.cut.regional import add_series
from hgrisk.features.settings import FeatureSettings
from hgrisk.histories.account import STATUSES, RowAccount
from hgrisk.histories.batches import Opening, count_rows
from hgrisk.histories.case_histories import check_any, delivery_plan
from hgrisk.histories.mapping import MappingFile
from hgrisk.histories.observation import KnownDays
from hgrisk.settings import Settings
from hgrisk.shards.claim import STAGE, claim_folder, give_up, origin_of
from hgrisk.shards.folder import (
    ACCOUNT,
    ATTRITION,
    UNUSED,
    WHOLE,
    FeatureShards,
    check_levels,
    done_file,
    plain_catalogue,
    write_parquet,
    write_part,
)
from hgrisk.shards.numbering import number_landmarks, numbered_landmarks
from hgrisk.shards.split import Reading, find_links, split_delivery
from hgrisk.shards.staging import read_facts, read_rows, write_facts, write_rows
from hgrisk.shards.survey import Stage

MOST_ROWS_AT_ONCE = 250_000

STEPS = ("networks", "splitting", "checking", "landmarks", "features")
"""Names of the steps, in order, as ``progress`` is told them."""

Progress = Callable[[str, int, int], None]
"""Told a step, how much of it is done, and how much there is: rows or shards, 0 where that is not known."""

_SPLIT, _SERIES, _NUMBERED, _ACCOUNT, _UNUSED = "split.json", "series.rows", "numbered", "account.rows", "rest.rows"


class BuildSettings(Settings):
    """What is built, and in how large pieces.

    Attributes
    ----------
    cohort : CohortSettings
        The landmarks.
    features : FeatureSettings
        The features.
    shard_events : int
        Events of a shard, about. Households that share persons stay together, so a shard can be larger.
    max_bad_share : float
        The build stops when a larger share of the rows is quarantined.
    """

    cohort: CohortSettings = CohortSettings()
    features: FeatureSettings = FeatureSettings()
    shard_events: int = Field(default=500_000, ge=1)
    max_bad_share: float = Field(default=0.05, ge=0, le=1)


def build_shards(
    data: str | Path,
    out: str | Path,
    settings: BuildSettings | None = None,
    mapping: str | Path | MappingFile | None = None,
    progress: Progress | None = None,
) -> FeatureShards:
    """Build features shard by shard: the numbers of a build in one piece, to the last bit, in the memory of a shard.

    An error in the data or the settings leaves nothing behind. After Ctrl-C, a full disk or a crash the same call goes
    on where it was. Until it is finished, the folder holds case histories, which other users of the machine cannot
    open; and ``landmarks``, which says which household each landmark is of, stays closed to them after it.

    Parameters
    ----------
    data : str or pathlib.Path
        Folder with the source files.
    out : str or pathlib.Path
        A new or empty folder, or that of the same build.
    settings : BuildSettings, optional
        What to build.
    mapping : str, pathlib.Path or MappingFile, optional
        As for :meth:`hgrisk.histories.case_histories.CaseHistories.read`.
    progress : callable, optional
        Told how far each step is.

    Returns
    -------
    FeatureShards
        The finished build.

    Raises
    ------
    DataError
        If the delivery has a fault that a reading in one piece would refuse too, a feature leaks (the leak canary
        watches the first shard that has a landmark), or the folder holds something else.
    ConfigError
        If the mapping or a setting breaks a rule.
    """
    settings, folder, place = settings or BuildSettings(), Path(data), Path(out)
    if not folder.is_dir():
        raise DataError("The data is a folder of files", f"{data}", "give the folder that holds them")
    sources = delivery_plan(Opening(folder), mapping)
    catalogue = described(settings.features)
    stage = claim_folder(place, origin_of(folder, sources, settings))
    if _missing_parts(place) and not (stage / _SPLIT).exists():
        give_up(place)  # what is left cannot be gone on with: its case histories were removed
        claim_folder(place, origin_of(folder, sources, settings))
    build = _Build(folder, place, sources, settings, progress or (lambda *_: None))
    try:
        if not (place / WHOLE).exists():
            build.prepare()
            write_facts(place / WHOLE, build.whole() | {"catalogue": plain_catalogue(catalogue)})
        build.features()
    except HgriskError:
        give_up(place)
        raise
    shutil.rmtree(place / STAGE, ignore_errors=True)
    return FeatureShards.read(place)


@dataclass(frozen=True)
class _Build:
    data: Path
    out: Path
    sources: MappingFile
    settings: BuildSettings
    progress: Progress

    @property
    def stage(self) -> Stage:
        return Stage(self.out / STAGE, self.sources)

    @property
    def split(self) -> dict[str, Any]:
        return read_facts(self.stage.folder / _SPLIT)

    def prepare(self) -> None:
        """Split the delivery, check each shard and find its landmarks; what is done already is not done again."""
        if not (self.stage.folder / _SPLIT).exists():
            self._split()
        shards = range(self.split["shards"])
        for shard in shards:
            self.progress("checking", shard, len(shards))
            self.stage.check(shard)
        known = self._known()
        for shard in shards:
            self.progress("landmarks", shard, len(shards))
            self.stage.survey(shard, known, self.settings.cohort)

    def _split(self) -> None:
        folder = self.stage.folder
        shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        rows = min(MOST_ROWS_AT_ONCE, self.settings.shard_events)
        reading = partial(Reading, self.data, self.sources, rows)
        links = find_links(
            reading(self._counting("networks", {"events", "memberships"})), named=self.settings.features.persons
        )
        plan = links.plan(self.settings.shard_events)
        del links
        tables = {source.table for source in self.sources.source}
        split = split_delivery(reading(self._counting("splitting", tables)), plan, folder)
        write_rows(folder / _ACCOUNT, split.account.table)
        write_rows(folder / _UNUSED, split.account.unused)
        facts = {"shards": plan.count, "largest": plan.largest, "made_up": split.made_up}
        write_facts(folder / _SPLIT, facts)

    def _counting(self, step: str, tables: set[str]) -> Callable[[int], None]:
        """Return a counter of the rows of some tables that tells the progress of a step."""
        counts = [count_rows(self.data, source) for source in self.sources.source if source.table in tables]
        total = 0 if None in counts else sum(n or 0 for n in counts)
        done = 0
        self.progress(step, 0, total)

        def count(n: int) -> None:
            nonlocal done
            done += n
            self.progress(step, done, total)

        return count

    def _known(self) -> KnownDays:
        days = [self.stage.check(shard) for shard in range(self.split["shards"])]
        first, last = [day for day, _ in days if day], [day for _, day in days if day]
        return min(first, default=None), max(last, default=None)

    def whole(self) -> dict[str, object]:
        """Put together what the shards know, and return the facts of the whole."""
        stage, split = self.stage, self.split
        shards = range(split["shards"])
        account = RowAccount(
            _added([read_rows(stage.folder / _ACCOUNT), *(stage.surveyed(n, "account") for n in shards)]),
            pl.concat([read_rows(stage.folder / _UNUSED), *(stage.surveyed(n, "unused") for n in shards)]).sort(
                "source", "source_row", "reason"
            ),
        )
        sizes = [stage.sizes(shard) for shard in shards]
        check_any(sum(size["events"] for size in sizes), account)
        account.check_share(self.settings.max_bad_share)
        attrition = _attrition([stage.surveyed(shard, "attrition") for shard in shards])
        check_any_landmark(attrition)
        write_rows(stage.folder / _SERIES, add_series(stage.surveyed(shard, "series") for shard in shards))
        numbered = stage.folder / _NUMBERED
        shutil.rmtree(numbered, ignore_errors=True)
        numbered.mkdir()
        n_landmarks = number_landmarks(stage, len(shards), numbered)
        account.table.write_csv(self.out / ACCOUNT)
        write_parquet(self.out / UNUSED, account.unused, made_up=bool(split["made_up"]))
        attrition.write_csv(self.out / ATTRITION)
        return {
            "shards": len(shards),
            "landmarks": n_landmarks,
            "events": sum(size["events"] for size in sizes),
            "largest": split["largest"],
            "made_up": bool(split["made_up"]),
        }

    def features(self) -> None:
        """Build the features of each shard whose part is not there yet."""
        missing = _missing_parts(self.out)
        if not missing:
            return
        n_shards = read_facts(self.out / WHOLE)["shards"]
        known, regional = self._known(), read_rows(self.stage.folder / _SERIES)
        watched = next(shard for shard in range(n_shards) if self.stage.sizes(shard)["landmarks"])
        for shard in missing:
            self.progress("features", shard, n_shards)
            self._part(shard, known, regional, canary=shard == watched)
        self.progress("features", n_shards, n_shards)
        check_levels(self.out)

    def _part(self, shard: int, known: KnownDays, regional: pl.DataFrame, *, canary: bool) -> None:
        landmarks = numbered_landmarks(self.stage.folder / _NUMBERED, shard)
        if landmarks.height:
            histories = self.stage.histories(shard, known)
            cohort = select_landmarks(histories, self.settings.cohort)
            if canary:
                leak_canary(histories, cohort, self.settings.features).check()
            table = build_features(histories, cohort, self.settings.features, regional=regional)
            numbered = replace(table, X=table.X.set_axis(landmarks[LANDMARK].to_list(), axis=0))
            write_part(self.out, shard, numbered, landmarks, made_up=self.split["made_up"])
        write_facts(done_file(self.out, shard), {"landmarks": landmarks.height})


def _missing_parts(out: Path) -> list[int]:
    """Return the shards of a surveyed delivery that have no part yet; none before it is surveyed."""
    n_shards = read_facts(out / WHOLE)["shards"] if (out / WHOLE).exists() else 0
    return [shard for shard in range(n_shards) if not done_file(out, shard).exists()]


def _added(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """Add the accounts of parts of a delivery, source by source."""
    counts = pl.col("read", "used", *STATUSES).sum()
    return pl.concat(tables).group_by("source", maintain_order=True).agg(counts)


def _attrition(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """Add what each filter did in parts of a cohort."""
    steps = pl.concat(tables).group_by("step", "reason", maintain_order=True)
    return steps.agg(pl.col("remaining", "removed").sum()).select(*ATTRITION_COLUMNS)
