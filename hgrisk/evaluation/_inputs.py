"""What a sample takes: days, risks and how long rows could be followed."""

from __future__ import annotations

from typing import Any

import numpy as np

from hgrisk.curves import Floats
from hgrisk.errors import DataError

ROUNDING = 1e-9
"""How far outside [0, 1] a risk may lie by rounding of floating-point sums; it is clipped."""


def valid_times(times: Any) -> Floats:
    """Return the days of the risks, or refuse them."""
    grid = np.asarray(times, dtype=np.float64)
    increasing = grid.ndim == 1 and len(grid) > 0 and np.all(np.isfinite(grid)) and np.all(np.diff(grid) > 0)
    if not increasing or grid[0] <= 0:
        raise DataError(
            "The days of a risk are one row of strictly increasing numbers above 0",
            short(grid.ravel()),
            "sort them and drop repeats",
        )
    return grid


def valid_risk(risk: Any, shape: tuple[int, int]) -> Floats:
    """Return the risks clipped to [0, 1], or refuse them."""
    values = np.asarray(risk, dtype=np.float64)
    if values.shape != shape:
        raise DataError(
            f"Risks have one row per test row and one column per day, {shape}",
            f"shape {values.shape}",
            "predict for the test rows at the days given",
        )
    wrong = ~((values >= -ROUNDING) & (values <= 1.0 + ROUNDING))
    if np.any(wrong):
        raise DataError("A risk is a probability in [0, 1]", f"{values[wrong][0]}", "check the model that gave it")
    return np.clip(values, 0.0, 1.0)


def valid_followable(days: Any, n: int) -> Floats:
    """Return for how long each row could be followed, or refuse it."""
    limit = np.asarray(days, dtype=np.float64)
    if limit.shape != (n,):
        raise DataError(
            f"followable_days has one number per test row, {n}", f"shape {limit.shape}", "align it with the rows"
        )
    if np.any(np.isnan(limit)):
        raise DataError("followable_days has no missing number", "NaN", "use infinity where follow-up has no end")
    return limit


def short(times: Floats) -> str:
    """Write the first days for an error."""
    shown = ", ".join(f"{time:g}" for time in times[:8])
    return f"[{shown}{', ...' if len(times) > 8 else ''}] days"
