"""Which household goes to which shard: those that share a person stay together, and shards are of one size."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

_AT_ONCE = 2_000_000
"""Rows of links that are held before those that say the same are dropped."""
_LARGE = 32
"""A group larger than this part of a shard is placed by itself; the others fill what is left."""

Keys = NDArray[np.uint64]


def keys_of(identifiers: pl.Series) -> Keys:
    """Return a number for each identifier; two that share one by chance only go to the same shard.

    Parameters
    ----------
    identifiers : polars.Series
        Identifiers of households, persons or events.

    Returns
    -------
    ndarray of uint64, shape (n,)
        Equal for equal identifiers, in one version of Polars.
    """
    return identifiers.cast(pl.String).hash(seed=0).to_numpy()


@dataclass(frozen=True)
class ShardPlan:
    """The shard of every household and person.

    Attributes
    ----------
    cases, persons : tuple of (ndarray of uint64, ndarray of int32)
        Sorted keys, and the shard of each.
    events : tuple of int
        Events in each shard.
    largest : int
        Events in the largest group of households that share persons.
    """

    cases: tuple[Keys, NDArray[np.int32]]
    persons: tuple[Keys, NDArray[np.int32]]
    events: tuple[int, ...]
    largest: int

    @property
    def count(self) -> int:
        """Number of shards."""
        return len(self.events)

    def of_cases(self, case_ids: pl.Series) -> NDArray[np.int32]:
        """Return the shard of each household; one that no event or membership names has one by its key.

        Parameters
        ----------
        case_ids : polars.Series
            Households; empty ones share a shard.

        Returns
        -------
        ndarray of int32, shape (n,)
            Shards, from 0.
        """
        return self._look_up(self.cases, case_ids)

    def of_persons(self, person_ids: pl.Series) -> NDArray[np.int32]:
        """Return the shard of each person, as for :meth:`of_cases`.

        Parameters
        ----------
        person_ids : polars.Series
            Persons.

        Returns
        -------
        ndarray of int32, shape (n,)
            Shards, from 0.
        """
        return self._look_up(self.persons, person_ids)

    def _look_up(self, known: tuple[Keys, NDArray[np.int32]], identifiers: pl.Series) -> NDArray[np.int32]:
        wanted, (keys, shards) = keys_of(identifiers), known
        by_key = (wanted % np.uint64(self.count)).astype(np.int32)
        if not len(keys):
            return by_key
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[at] == wanted, shards[at], by_key)


class Links:
    """What links households, gathered batch by batch: the persons of each, and its events.

    Nothing but numbers is kept: each different pair of a household and a person, and the count of each household.
    """

    def __init__(self) -> None:
        self._pairs: list[pl.DataFrame] = []
        self._counts: list[pl.DataFrame] = []
        self._waiting = 0

    def add_persons(self, case_ids: pl.Series, person_ids: pl.Series) -> None:
        """Add persons of households.

        Parameters
        ----------
        case_ids, person_ids : polars.Series, shape (n,)
            Pairs; those that lack one of the two say nothing.
        """
        both = (case_ids.is_not_null() & person_ids.is_not_null()).to_numpy()
        pairs = pl.DataFrame({"case": keys_of(case_ids)[both], "person": keys_of(person_ids)[both]}).unique()
        self._pairs.append(pairs)
        self._tidy(pairs.height)

    def add_events(self, case_ids: pl.Series) -> None:
        """Count events.

        Parameters
        ----------
        case_ids : polars.Series, shape (n_events,)
            The household of each.
        """
        counts = pl.DataFrame({"case": keys_of(case_ids.drop_nulls())}).group_by("case").agg(events=pl.len())
        self._counts.append(counts)
        self._tidy(counts.height)

    def _tidy(self, new: int) -> None:
        self._waiting += new
        if self._waiting > _AT_ONCE:
            self._pairs, self._counts, self._waiting = [self._all_pairs()], [self._all_counts()], 0

    def _all_pairs(self) -> pl.DataFrame:
        none = pl.DataFrame(schema={"case": pl.UInt64, "person": pl.UInt64})
        return pl.concat([none, *self._pairs]).unique()

    def _all_counts(self) -> pl.DataFrame:
        none = pl.DataFrame(schema={"case": pl.UInt64, "events": pl.UInt32})
        return pl.concat([none, *self._counts]).group_by("case").agg(pl.col("events").sum())

    def plan(self, shard_events: int) -> ShardPlan:
        """Divide the households.

        Parameters
        ----------
        shard_events : int
            Events of a shard, about; a group of households that share persons is never divided.

        Returns
        -------
        ShardPlan
            The shards, at least one.
        """
        pairs, counts = self._all_pairs(), self._all_counts().sort("case")
        cases = np.union1d(counts["case"].to_numpy(), pairs["case"].to_numpy())
        persons = pairs["person"].unique().sort().to_numpy()
        group = _groups(cases, persons, pairs)
        events = np.zeros(len(cases), dtype=np.int64)
        events[np.searchsorted(cases, counts["case"].to_numpy())] = counts["events"].to_numpy()
        by_group = np.bincount(group[: len(cases)], events, minlength=1).astype(np.int64)
        households = np.bincount(group[: len(cases)], minlength=1)
        n_shards = min(max(-(-int(events.sum()) // shard_events), 1), len(by_group))
        shard = spread(by_group + households, n_shards)
        sizes = np.bincount(shard, by_group, minlength=n_shards).astype(np.int64)
        of_nodes = shard[group] if len(group) else np.empty(0, dtype=np.int32)
        return ShardPlan(
            (cases, of_nodes[: len(cases)]),
            (persons, of_nodes[len(cases) :]),
            tuple(sizes.tolist()),
            int(by_group.max()),
        )


def _groups(cases: Keys, persons: Keys, pairs: pl.DataFrame) -> NDArray[np.int32]:
    """Number the groups of households and persons that are linked, directly or through others."""
    n = len(cases) + len(persons)
    rows = np.searchsorted(cases, pairs["case"].to_numpy()).astype(np.int32)
    columns = (np.searchsorted(persons, pairs["person"].to_numpy()) + len(cases)).astype(np.int32)
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(n, n))
    return connected_components(graph, directed=False)[1] if n else np.empty(0, dtype=np.int32)


def spread(sizes: Iterable[int] | NDArray[np.int64], n_shards: int) -> NDArray[np.int32]:
    """Spread groups over shards so that these come out alike.

    Large groups go to the emptiest shard, the largest first; the many small ones then fill all shards to one level.

    Parameters
    ----------
    sizes : array of int, shape (n_groups,)
        Size of each group.
    n_shards : int
        Shards, 1 or more.

    Returns
    -------
    ndarray of int32, shape (n_groups,)
        The shard of each group.

    Examples
    --------
    >>> spread([9, 2, 1, 3, 1, 2], 2).tolist()
    [0, 1, 1, 1, 1, 1]
    """
    weight = np.asarray(sizes, dtype=np.int64)
    shard = np.empty(len(weight), dtype=np.int32)
    order = np.argsort(-weight, kind="stable")
    n_large = int(np.searchsorted(-weight[order], -weight.sum() / (n_shards * _LARGE), side="right"))
    levels = [(0, place) for place in range(n_shards)]
    for at in order[:n_large]:
        level, place = heapq.heappop(levels)
        shard[at] = place
        heapq.heappush(levels, (level + int(weight[at]), place))
    small = order[n_large:]
    filled = np.array([level for level, _ in sorted(levels, key=lambda pair: pair[1])], dtype=float)
    room = np.maximum(_water_level(filled, float(weight[small].sum())) - filled, 0.0)
    middle = np.cumsum(weight[small]) - weight[small] / 2
    shard[small] = np.minimum(np.searchsorted(np.cumsum(room), middle), n_shards - 1)
    return shard


def _water_level(filled: NDArray[np.float64], poured: float) -> float:
    """Return the level at which all that is poured in stands."""
    ground = np.sort(filled)
    levels = (poured + np.cumsum(ground)) / np.arange(1, len(ground) + 1)
    reached = levels >= ground
    return float(levels[np.flatnonzero(reached)[-1]])
