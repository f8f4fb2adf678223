"""Areas under curves up to a horizon, and the variance of these estimates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from hgrisk.curves import Floats
from hgrisk.hazards.clustered_curves import EndedRows
from hgrisk.hazards.placing import Codes, Places
from hgrisk.hazards.product_limit import Curves, within_groups


@dataclass(frozen=True)
class Areas:
    """The area under ``reached`` of each group between two days: days lost to the counted events.

    Attributes
    ----------
    lost : ndarray, shape (n_groups,)
        The area, in days.
    removal, count : ndarray, shape (k,)
        What the area gains by a row of weight 1 that is removed at a slot, and by one that is counted there.
    """

    lost: Floats
    removal: Floats
    count: Floats


def lost_days(of: Curves, times: Floats, start_days: float, horizon_days: float) -> Areas:
    """Return the area under ``reached`` from one day to another, and the influence of events on it.

    Parameters
    ----------
    of : Curves
        Curves whose counted events are among those that remove.
    times : ndarray, shape (k,)
        Days of the slots.
    start_days, horizon_days : float
        First and last day.

    Returns
    -------
    Areas
        One area a group.
    """
    closing = np.zeros(len(times), dtype=np.bool_)
    closing[of.first[1:] - 1] = True
    begin = np.clip(times, start_days, horizon_days)
    end = np.where(closing, horizon_days, np.append(begin[1:], horizon_days))
    steps = of.reached * (end - begin)
    until = within_groups(steps, of.first)
    lost = until[of.first[1:] - 1]
    group = np.repeat(np.arange(len(lost)), np.diff(of.first))
    left = horizon_days - begin
    gained = lost[group] - (until - steps) - of.reached * left
    inside = times <= horizon_days
    removal = np.divide(-gained, of.left, out=np.zeros(len(times)), where=inside & (of.left > 0))
    count = np.divide(of.before * left, of.at_risk, out=np.zeros(len(times)), where=inside & (of.at_risk > 0))
    return Areas(lost, removal, count)


def area_variance(of: Curves, areas: Areas) -> Floats:
    """Return the variance of each group's area, shape (n_groups,), with multinomial increments; weights are copies."""
    share = np.divide(of.left, of.at_risk, out=np.zeros(len(of.left)), where=of.at_risk > 0)
    kept = np.divide(of.counted, of.at_risk, out=np.zeros(len(of.left)), where=of.at_risk > 0)
    a, b = areas.removal, areas.count
    steps = a * a * of.removed * share + 2 * a * b * of.counted * share + b * b * of.counted * (1 - kept)
    return np.maximum(within_groups(steps, of.first)[of.first[1:] - 1], 0.0)


def clustered_covariance(
    places: Places, of: Curves, areas: Areas, rows: EndedRows, labels: tuple[Codes, Codes]
) -> NDArray[np.float64]:
    """Return the covariance of the groups' areas, shape (n_groups, n_groups): influences, added up within clusters.

    Parameters
    ----------
    places, of, areas
        Where rows lie, their curves and areas.
    rows : EndedRows
        How they end.
    labels : tuple of ndarray of int64, each of shape (n,)
        Cluster and group of each row.

    Returns
    -------
    ndarray, shape (n_groups, n_groups)
        A cluster with rows in two groups makes them covary.
    """
    hazard, part = (
        np.divide(events, of.at_risk, out=np.zeros(len(of.left)), where=of.at_risk > 0)
        for events in (of.removed, of.counted)
    )
    steps = within_groups(hazard * areas.removal + part * areas.count, of.first)
    own = rows.removes * areas.removal[places.stop] + rows.counts * areas.count[places.stop]
    influence = rows.weight * (own - steps[places.stop] + steps[places.start])
    cluster, group = labels
    shape = (int(cluster.max(initial=0)) + 1, len(areas.lost))
    summed = coo_array((influence, (cluster, group)), shape=shape).tocsr()
    return np.asarray((summed.T @ summed).toarray(), dtype=np.float64)
