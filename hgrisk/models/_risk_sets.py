"""Who is at risk at each event time, as ranks, so that every sum over a risk set is one matrix product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from hgrisk.curves import Floats

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class RiskSets:
    """Risk sets of (start, stop] intervals; rows are sorted by stop and rows never at risk at an event are left out.

    A row is at risk at the event times with rank ``start_rank < j <= stop_rank``, j from 1 to k.

    Attributes
    ----------
    order : ndarray of int, shape (m,)
        Position of each kept row in the input.
    start_rank, stop_rank : ndarray of int, shape (m,)
        Number of event times up to and including the row's entry and stop.
    happened : ndarray of bool, shape (m,)
        Whether the row ends in the event.
    weight : ndarray, shape (m,)
        Case weights.
    times : ndarray, shape (k,)
        Distinct event times, increasing.
    owner : ndarray of int, shape (n_events,)
        Event time to which each event belongs, increasing.
    fraction : ndarray, shape (n_events,)
        Share of the tied events that Efron's step takes out of the risk set: 0, 1/d, ..., (d - 1)/d; 0 for Breslow.
    mean_weight : ndarray, shape (k,)
        Mean case weight of the events at each time.
    """

    order: Ints
    start_rank: Ints
    stop_rank: Ints
    happened: NDArray[np.bool_]
    weight: Floats
    times: Floats
    owner: Ints
    fraction: Floats
    mean_weight: Floats

    @property
    def n_events(self) -> float:
        """Weighted number of events."""
        return float(self.weight[self.happened].sum())

    @property
    def first(self) -> Ints:
        """Position of each event time's first event in ``owner``."""
        return np.searchsorted(self.owner, np.arange(len(self.times)))

    @property
    def tied(self) -> Ints:
        """Event times where Efron's correction is at work."""
        return np.unique(self.owner[self.fraction > 0])

    def per_time(self, per_event: Floats) -> Floats:
        """Sum a value per event over the events of each time."""
        return np.asarray(np.add.reduceat(per_event, self.first), dtype=np.float64)

    def at_risk(self, risk: Floats, columns: Floats) -> Floats:
        """Sum ``risk * columns`` over those at risk at each event time, shape (k, p)."""
        total = _backward(_group_sums(self.stop_rank, risk, columns, len(self.times)))
        late = np.flatnonzero(self.start_rank)
        if len(late):
            rows = late[np.argsort(self.start_rank[late], kind="stable")]
            total -= _backward(_group_sums(self.start_rank[rows], risk[rows], columns, len(self.times), rows))
        return total

    def of_events(self, risk: Floats, columns: Floats) -> Floats:
        """Sum ``risk * columns`` over those with the event at each event time, shape (k, p)."""
        rows = np.flatnonzero(self.happened)
        return _group_sums(self.stop_rank[rows], risk[rows], columns, len(self.times), rows)


def build_risk_sets(
    duration: Floats, happened: NDArray[np.bool_], entry: Floats, weight: Floats, ties: str
) -> RiskSets:
    """Sort the rows and rank their intervals among the event times.

    Parameters
    ----------
    duration, entry : ndarray, shape (n,)
        Days at the end and at the start of the time at risk; a row is not at risk at its own entry.
    happened : ndarray of bool, shape (n,)
        Whether the row ends in the event; at least one does.
    weight : ndarray, shape (n,)
        Case weights above 0.
    ties : {"efron", "breslow"}
        How tied events share their risk set.

    Returns
    -------
    RiskSets
        The kept rows, ranked.
    """
    times = np.unique(duration[happened])
    stop_rank = np.searchsorted(times, duration, side="right")
    start_rank = np.searchsorted(times, entry, side="right")
    order = np.argsort(stop_rank, kind="stable")
    order = order[stop_rank[order] > start_rank[order]]
    happened, weight = happened[order], weight[order]
    owner = stop_rank[order][happened] - 1
    n_tied = np.bincount(owner, minlength=len(times))
    step = np.arange(len(owner)) - np.repeat(np.cumsum(n_tied) - n_tied, n_tied)
    fraction = step / n_tied[owner] if ties == "efron" else np.zeros(len(owner))
    mean_weight = np.bincount(owner, weights=weight[happened], minlength=len(times)) / n_tied
    return RiskSets(order, start_rank[order], stop_rank[order], happened, weight, times, owner, fraction, mean_weight)


def _group_sums(rank: Ints, risk: Floats, columns: Floats, n_times: int, rows: Ints | None = None) -> Floats:
    """Sum ``risk * columns[rows]`` by increasing rank 1..n_times, as one sparse product without a temporary."""
    rows = np.arange(len(rank)) if rows is None else rows
    bounds = np.searchsorted(rank, np.arange(1, n_times + 2))
    picker = csr_array((risk, rows, bounds), shape=(n_times, len(columns)))
    return np.asarray(picker @ columns, dtype=np.float64)


def _backward(sums: Floats) -> Floats:
    return np.asarray(np.cumsum(sums[::-1], axis=0)[::-1], dtype=np.float64)
