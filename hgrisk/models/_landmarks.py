"""Landmarks of a case: the day that each row stands at, names of effects that change, hazards by landmark."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.hazards.fit import CoxFit, CoxRows, fit_cox

Z_95 = float(norm.ppf(0.975))
LANDMARK = "landmark_day"
"""Column with the day of the case at which a row stands."""


def timed_name(name: str, power: int) -> str:
    """Name the product of a column and a power of the landmark."""
    return f"{name} x landmark^{power}"


def landmarks_of(frame: pd.DataFrame, landmark: Any) -> Floats:
    """Return the day of the case of each row: one for all, one each, or from the column."""
    if landmark is None:
        if LANDMARK not in frame.columns:
            found = f"neither a column {LANDMARK!r} nor an argument"
            raise DataError("Each row has a landmark, the day of its case", found, "add the column, or pass it")
        landmark = frame[LANDMARK]
    day = np.asarray(landmark, dtype=np.float64)
    if day.ndim == 0:
        day = np.full(len(frame), float(day))
    if day.shape != (len(frame),) or np.isnan(day).any():
        found = "a missing one" if day.shape == (len(frame),) else f"shape {day.shape} for {len(frame)} rows"
        raise DataError("Landmarks are one day of the case for each row", found, "give one each")
    return day


def competing_hazard(rows: CoxRows, happened: NDArray[np.bool_]) -> CoxFit | None:
    """Return the hazard of competing events, by stratum: a Cox regression without columns."""
    if not happened.any():
        return None
    nothing = np.empty((len(happened), 0))
    plain = CoxRows(nothing, rows.duration, happened, rows.entry, rows.weight, rows.stratum)
    return fit_cox(plain, ties="breslow")


def jumps_of(fit: CoxFit | None, stratum: int) -> tuple[Floats, Floats]:
    """Return event times and jumps of the hazard of a stratum; none of a fit that is None."""
    if fit is None:
        return np.empty(0), np.empty(0)
    its = fit.stratum == stratum
    return fit.times[its], fit.hazard[its]


def ratio_table(names: list[str], coef: Floats, se: Floats) -> pd.DataFrame:
    """Return coefficients with errors, hazard ratios and their 95 % interval."""
    return pd.DataFrame(
        {
            "feature": names,
            "coef": coef,
            "se": se,
            "hazard_ratio": np.exp(coef),
            "lower": np.exp(coef - Z_95 * se),
            "upper": np.exp(coef + Z_95 * se),
        }
    )
