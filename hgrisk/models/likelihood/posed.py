"""A likelihood ready to be maximised: the best of several starts, and cluster-robust errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import DataError, FitError
from hgrisk.models.likelihood.newton import Objective, Optimum, maximise


@dataclass(frozen=True)
class Posed:
    """A likelihood ready to be maximised.

    Attributes
    ----------
    objective : Objective
        The likelihood by parameters of standardised columns.
    starts : list of ndarray, shape (P,)
        Where to begin; the best end is taken.
    names : list of str
        Names of the parameters.
    back : ndarray, shape (P, P)
        Turns the parameters into those of the columns as they are.
    ridge : ndarray, shape (P,)
        The penalty in the objective.
    rehearsal : Objective, optional
        The likelihood of a part of many rows, on which the best start is found.
    """

    objective: Objective
    starts: list[Floats]
    names: list[str]
    back: Floats
    ridge: Floats
    rehearsal: Objective | None = None


def best(posed: Posed) -> Optimum:
    """Return the best end of all starts, or the end of the start that is best on a part of the rows."""
    if posed.rehearsal is not None:
        try:
            rehearsed = _best_end(posed.rehearsal, posed)
            return maximise(posed.objective, rehearsed.parameters, posed.names)
        except FitError:
            pass  # what cannot be found in a part may be there in the whole
    return _best_end(posed.objective, posed)


def _best_end(objective: Objective, posed: Posed) -> Optimum:
    """Return the best end of all starts; what cannot be found from one may be found from another."""
    found, refusal = [], None
    for start in posed.starts:
        try:
            found.append(maximise(objective, start, posed.names))
        except FitError as error:
            refusal = refusal or error
    if refusal is not None and not found:
        raise refusal
    return max(found, key=lambda optimum: optimum.value)


def robust_covariance(objective: Objective, optimum: Optimum, labels: NDArray[Any] | None) -> Floats:
    """Return the covariance of the parameters: the sandwich of scores summed within clusters where these are given."""
    covariance = optimum.covariance
    if labels is None:
        return covariance
    code, levels = pd.factorize(labels)
    if len(levels) < 2:
        raise DataError("Cluster-robust errors need at least 2 clusters", "1", "leave cluster out or pass real labels")
    summed = np.zeros((len(levels), len(covariance)))
    for rows, scores in objective.scores(optimum.parameters):
        order = np.argsort(code[rows], kind="stable")
        mine, first = np.unique(code[rows][order], return_index=True)
        summed[mine] += np.add.reduceat(scores[order], first, axis=0)
    half = summed @ covariance  # squared last: a variance cannot be below 0, not by rounding either
    return np.asarray(half.T @ half, dtype=np.float64)
