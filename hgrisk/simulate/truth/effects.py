"""Sums over landmarks from which the true effects follow, block by block."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import product
from typing import Self

import numpy as np
import numpy.typing as npt

from hgrisk.simulate.records import HORIZON_DAYS, Floats, Households, Ints, Outcomes, Reports
from hgrisk.simulate.strategies import STRATEGIES
from hgrisk.simulate.truth._cluster_sums import add_clusters
from hgrisk.simulate.truth.outcomes import OUTCOMES
from hgrisk.simulate.truth.populations import CONTRASTS, LEVELS, MEMBERS, Clusters, cluster

HORIZONS = (183, 365, HORIZON_DAYS)
MEASURES = ("risk", "rmst")
CELLS = tuple(product(range(len(OUTCOMES)), HORIZONS, MEASURES))
"""Outcome, horizon and measure, in the order of every array of them."""

_BEYOND = np.int16(HORIZON_DAYS + 1)


@dataclass(frozen=True, eq=False)
class EffectSums:
    """Sums of a block of households, or of several: they add up, exactly and in any order, being whole numbers.

    Populations are those of `populations.LEVELS`, cells those of ``CELLS``, contrasts those of `populations.CONTRASTS`.

    Attributes
    ----------
    landmarks, households, landmarks_squared : ndarray of int, shape (populations,)
        Landmarks, households with one, and the sum over households of their squared number of landmarks.
    totals : ndarray of int, shape (populations, cells, contrasts, 2)
        Outcomes up to the horizon, or days free of them, with and without.
    squares, products : ndarray of int, shape (populations, cells, contrasts, 2)
        Sums over households of the household's total squared, and of that total times its number of landmarks.
    crosses : ndarray of int, shape (populations, cells, contrasts)
        Sums over households of the household's total with times its total without.
    """

    landmarks: Ints
    households: Ints
    landmarks_squared: Ints
    totals: Ints
    squares: Ints
    products: Ints
    crosses: Ints

    @classmethod
    def empty(cls) -> Self:
        """Return the sums of no household.

        Examples
        --------
        >>> EffectSums.empty().totals.shape == (len(LEVELS), len(CELLS), len(CONTRASTS), 2)
        True
        """
        each = (len(LEVELS), len(CELLS), len(CONTRASTS))
        shapes = (*[(len(LEVELS),)] * 3, *[(*each, 2)] * 3, each)
        return cls(*(np.zeros(shape, dtype=np.int64) for shape in shapes))

    @classmethod
    def from_block(cls, homes: Households, reports: Reports, outcomes: Outcomes) -> Self:
        """Sum over the landmarks of a block.

        A household whose observation ends without the outcome counts as free of it up to the horizon.

        Parameters
        ----------
        homes, reports, outcomes : Households, Reports, Outcomes
            The block; a household is wholly in it.

        Returns
        -------
        EffectSums
            The sums.
        """
        if outcomes.report.size == 0:
            return cls.empty()
        clusters = cluster(homes, reports, outcomes)
        values, strata = _values(outcomes), MEMBERS.shape[1]
        sums, crosses = np.zeros((strata, 3, values.shape[1])), np.zeros((strata, values.shape[1] // 2))
        add_clusters(values, clusters.landmarks, clusters.starts, clusters.strata, sums, crosses)
        each = (len(LEVELS), len(CELLS), len(CONTRASTS))
        parts = [MEMBERS @ part for part in _sizes(clusters)]
        parts += [_over_strata(sums[:, place]).reshape(*each, 2) for place in range(3)]
        parts.append(_over_strata(crosses).reshape(each))
        return cls(*parts)

    def __add__(self, other: EffectSums) -> EffectSums:
        """Return the sums of both."""
        names = [field.name for field in fields(self)]
        return EffectSums(*(getattr(self, name) + getattr(other, name) for name in names))


def _values(outcomes: Outcomes) -> npt.NDArray[np.int16]:
    """Return whether each outcome comes by each horizon, and the days free of it until then.

    Shape (landmarks, cells times strategies): neighbours in `strategies.STRATEGIES` are the two sides of a contrast.
    """
    found = np.empty((outcomes.report.size, len(CELLS), len(STRATEGIES)), dtype=np.int16)
    days = [np.where(given < 0, _BEYOND, given) for given in (outcomes.violence_days, outcomes.report_days)]
    for place, (which, horizon, measure) in enumerate(CELLS):
        if measure == "risk":
            np.less_equal(days[which], np.int16(horizon), out=found[:, place], casting="unsafe")
        else:
            np.minimum(days[which], np.int16(horizon), out=found[:, place])
    return found.reshape(len(found), -1)


def _over_strata(sums: Floats) -> Ints:
    return MEMBERS @ sums.astype(np.int64)


def _sizes(clusters: Clusters) -> tuple[Ints, Ints, Ints]:
    """Return landmarks, households and squared numbers of landmarks of every stratum."""
    size = np.diff(clusters.starts)
    strata = MEMBERS.shape[1]
    landmarks, households, squared = (
        np.bincount(clusters.strata, weights, minlength=strata).astype(np.int64)
        for weights in (size, np.ones_like(size), size * size)
    )
    return landmarks, households, squared
