"""Columns that a Cox regression cannot estimate, named: not finite, collinear, or without a finite optimum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hgrisk.errors import DataError, FitError
from hgrisk.hazards.design import Design
from hgrisk.hazards.risk_sets import Floats

NO_VARIATION = 1e-12
"""Information per event of a standardised column, below which it is the same for all at risk."""

COLLINEAR = 1e-10
"""Eigenvalue of the correlation-scaled information, below which columns determine each other."""

INVOLVED = 1e-3
"""Loading in a null direction from which a column is named."""

RUNAWAY_STEP = 0.1
"""A last Newton step that still moves some linear predictor by this much has no finite optimum ahead."""


def refuse_unfinite(design: Design, names: Sequence[str]) -> None:
    """Raise DataError, naming the columns, where a value is missing, infinite, or too large to be squared.

    Parameters
    ----------
    design : Design
        Columns with the centre and scale that were found for them.
    names : sequence of str, length p
        Column names.
    """
    fine = np.isfinite(design.center) & np.isfinite(design.scale)
    if fine.all():
        return
    wrong = np.flatnonzero(~fine)
    missing = np.array([not np.isfinite(design.values[:, place]).all() for place in wrong])
    kind = "missing or infinite values" if missing.any() else "values whose squares overflow"
    listed = np.isin(np.arange(len(fine)), wrong[missing] if missing.any() else wrong)
    cure = "prepare them with FeaturePreparer" if missing.any() else "measure them in a larger unit"
    raise DataError("Features are finite here", f"{kind} in {_listed(names, listed)}", cure)


def refuse_collinear(information: Floats, n_events: float, names: Sequence[str]) -> None:
    """Raise FitError, naming the columns, where the information at zero is singular.

    Parameters
    ----------
    information : ndarray, shape (p, p)
        Observed information of the standardised columns at coefficient zero.
    n_events : float
        Weighted number of events.
    names : sequence of str, length p
        Column names.
    """
    scale = np.diag(information)
    flat = scale <= NO_VARIATION * n_events
    if np.any(flat):
        raise FitError(
            "An unpenalised Cox regression takes columns that vary among those at risk at an event",
            f"no variation in {_listed(names, flat)}",
            "remove them or set a penalty above 0",
        )
    root = np.sqrt(scale)
    values, vectors = np.linalg.eigh(information / np.outer(root, root))
    null = vectors[:, values <= COLLINEAR]
    if null.shape[1]:
        raise FitError(
            "An unpenalised Cox regression takes columns that do not determine each other",
            f"collinear {_listed(names, np.linalg.norm(null, axis=1) > INVOLVED)}",
            "remove one of them or set a penalty above 0",
        )


def refuse_monotone(design: Design, step: Floats, names: Sequence[str]) -> None:
    """Raise FitError, naming the columns, where the likelihood still rises without end in a direction.

    Near a finite optimum a Newton step with a tiny decrement moves no linear predictor noticeably; along a monotone
    likelihood each step adds about 1 (Heinze and Schemper 2001, doi:10.1111/j.0006-341X.2001.00114.x).

    Parameters
    ----------
    design : Design
        Columns.
    step : ndarray, shape (p,)
        The last Newton step.
    names : sequence of str, length p
        Column names.
    """
    # no standardised value is above the root of the rows' weight over its own: most steps are ruled out by size alone
    if np.sqrt(design.n_columns * design.most_weights) * np.linalg.norm(step) <= RUNAWAY_STEP:
        return
    if np.max(np.abs(design.predictor(step / design.scale))) > RUNAWAY_STEP:
        raise FitError(
            "A Cox coefficient is finite only if events happen on both sides of its column",
            f"events perfectly ordered by {_listed(names, np.abs(step) > 0.1 * np.max(np.abs(step)))}",
            "set a penalty above 0 or merge rare levels",
        )


def _listed(names: Sequence[str], chosen: NDArray[np.bool_]) -> str:
    return ", ".join(repr(str(name)) for name, named in zip(names, chosen, strict=True) if named)
