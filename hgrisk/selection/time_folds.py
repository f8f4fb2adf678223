"""Folds in order of time, by household network: trained on the past of other networks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from hgrisk.dataset import Dataset
from hgrisk.models.inputs.network_folds import network_folds
from hgrisk.outcome import Outcome
from hgrisk.selection.settings import SelectionSettings


@dataclass(frozen=True, eq=False)
class TimeFold:
    """One fold.

    Attributes
    ----------
    origin : date
        What was known before it is learnt from.
    group : int
        The group of networks that is judged.
    train, test : Dataset
        Landmarks before the origin of the other groups, with their outcome as known then; and those of the group from
        the origin to the next one.
    """

    origin: date
    group: int
    train: Dataset
    test: Dataset


def time_folds(data: Dataset, settings: SelectionSettings, seed: int = 0) -> Iterator[TimeFold]:
    """Yield the folds of a choice among candidates.

    Landmarks are cut into windows of equal number, after a first share that is never judged. Networks are drawn into
    groups. In every window each group is judged by the others: leaving out the networks that come back in the window
    would instead leave out those with a re-report.

    Parameters
    ----------
    data : Dataset
        Training landmarks; their own outcome is the latest that is known.
    settings : SelectionSettings
        Windows and groups.
    seed : int
        Seed of the groups.

    Yields
    ------
    TimeFold
        A fold with training and test landmarks.
    """
    on = data.landmarks["landmark_on"].to_numpy()
    group = network_folds(data.clusters, settings.n_groups, seed)
    starts = window_starts(data, settings)
    for place, origin in enumerate(starts):
        until = starts[place + 1] if place + 1 < len(starts) else date.max
        before = on < np.datetime64(origin)
        within = (on >= np.datetime64(origin)) & (on < np.datetime64(until))
        for number in range(settings.n_groups):
            learnt, judged = before & (group != number), within & (group == number)
            if learnt.any() and judged.any():
                train = data.take(_kept(data, learnt).as_known_on(origin))
                yield TimeFold(origin, number, train, data.take(_kept(data, judged)))


def window_starts(data: Dataset, settings: SelectionSettings) -> list[date]:
    """Return the days on which the windows begin, each once."""
    days = data.landmarks["landmark_on"].sort()
    shares = settings.first_share + (1 - settings.first_share) * np.arange(settings.n_windows) / settings.n_windows
    return sorted({date.fromisoformat(str(days[int(share * len(days))])) for share in shares})


def _kept(data: Dataset, rows: Any) -> Outcome:
    return replace(data.outcome, table=data.outcome.table.filter(pl.Series(rows)))
