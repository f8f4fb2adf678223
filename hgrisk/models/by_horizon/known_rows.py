"""The rows whose answer at a horizon is known, on standardised columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.models.inputs.censoring_weights import HorizonOutcome


@dataclass(frozen=True, eq=False)
class KnownRows:
    """Rows to learn from at one horizon.

    Attributes
    ----------
    columns : ndarray, shape (m, q)
        Design columns with weighted mean 0 and standard deviation 1; a column without variation is 0.
    label : ndarray of bool, shape (m,)
        Re-report by the horizon.
    weight : ndarray, shape (m,)
        Case weight times censoring weight, above 0.
    center, scale : ndarray, shape (q,)
        What was taken off each column, and what it was then divided by.
    n_events : float
        Weighted number of re-reports.
    """

    columns: Floats
    label: NDArray[np.bool_]
    weight: Floats
    center: Floats
    scale: Floats
    n_events: float


def known_rows(design: Floats, outcome: HorizonOutcome, case_weight: Floats) -> KnownRows:
    """Return the rows with an answer, their columns standardised with their own weights.

    Parameters
    ----------
    design : ndarray, shape (n, q)
        Finite columns.
    outcome : HorizonOutcome
        What is known at the horizon.
    case_weight : ndarray, shape (n,)
        Case weights.

    Returns
    -------
    KnownRows
        The m rows with an answer.
    """
    known = outcome.weight > 0
    weight, label = (outcome.weight * case_weight)[known], outcome.label[known]
    center = weight @ design[known] / weight.sum()
    spread = np.sqrt(weight @ (design[known] - center) ** 2 / weight.sum())
    scale = np.where(spread > 0, spread, 1.0)
    return KnownRows((design[known] - center) / scale, label, weight, center, scale, float(weight[label].sum()))
